import { appendFileSync } from 'node:fs';
import type { LoggerService } from '@nestjs/common';

/** What the services have to say goes to a file: the terminal belongs to the progress bar. */
export function fileLogger(file: string): LoggerService {
  const write = (level: string) => (message: unknown, context?: unknown) =>
    appendFileSync(file, `${level} ${JSON.stringify([context, message])}\n`);
  return { log: () => undefined, warn: write('warn'), error: write('error'), fatal: write('fatal') };
}
