import 'reflect-metadata';
import { DomainError } from '@app/contracts';
import { ServiceConfig, configVariables, loadConfig, openServiceLog } from '@app/bootstrap';
import type { EventLog } from '@app/messaging';
import { JsonLogger } from '@app/observability';
import { Logger } from '@nestjs/common';

// What parts of the services have to say inside a command: warnings and worse, as lines of JSON beside the answer, which
// stays alone on standard output.
Logger.overrideLogger(new JsonLogger('petabakat', 'warn', 'stderr'));

/** The services' own variables; what else they are told is none of the command's business. */
export function configFrom(env: NodeJS.ProcessEnv): Readonly<ServiceConfig> {
  const names = configVariables(ServiceConfig).flatMap(({ name }) => [name, `${name}_FILE`]);
  const own = names.map((name) => [name, env[name]]).filter(([, value]) => value !== undefined);
  return loadConfig(ServiceConfig, { PETABAKAT_LOG: 'postgres', ...(Object.fromEntries(own) as NodeJS.ProcessEnv) });
}

/** @throws DomainError `service.unavailable` where the log does not answer */
export async function openLog(config: ServiceConfig): Promise<EventLog> {
  try {
    return await openServiceLog(config, 'petabakat-cli');
  } catch (cause) {
    if (cause instanceof DomainError) throw cause;
    throw new DomainError('service.unavailable', `The log does not answer: ${(cause as Error).message}`, { cause });
  }
}
