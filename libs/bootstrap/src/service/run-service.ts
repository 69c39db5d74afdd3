import { DomainError } from '@app/contracts';
import { JsonLogger } from '@app/observability';

/** Everything a service still does after a signal: flush, leave groups, close pools. Kubernetes kills after 30 s. */
export const STOP_TIMEOUT_MS = 25_000;
const EXIT_FAILED_START = 1;
const EXIT_STOP_TOO_SLOW = 1;
/** EX_SOFTWARE of sysexits.h: the process could not go on; whoever supervises it starts it again. */
export const EXIT_FATAL = 70;

export interface RunningService {
  readonly url: string;
  /** Readiness off, stop accepting, flush, leave the groups, close the pools: in this order. */
  stop(): Promise<void>;
}

export interface ServiceContext {
  /** The service cannot go on: it is stopped in order and the process ends with 70. */
  readonly onFatal: (error: Error) => void;
}

/** What of `process` is used; a test brings its own. */
export interface ServiceProcess {
  on(signal: 'SIGTERM' | 'SIGINT', listener: () => void): unknown;
  on(event: 'uncaughtException' | 'unhandledRejection', listener: (error: unknown) => void): unknown;
  exit(code: number): void;
}

/**
 * Runs a service until a signal or a fatal error. The configuration is loaded inside `start`, so that its problems are
 * printed, one a line, before anything listens.
 */
export async function runService(
  name: string,
  start: (context: ServiceContext) => Promise<RunningService>,
  host: ServiceProcess = process,
): Promise<void> {
  const logger = new JsonLogger(name);
  outliveReaders([process.stdout, process.stderr]);
  let ending: Promise<void> | undefined;
  const end = (code: number) => {
    ending ??= starting
      .then((service) => service && stopInTime(service))
      .then(
        (inTime) => host.exit(inTime === false ? EXIT_STOP_TOO_SLOW : code),
        (error: unknown) => {
          logger.error('stop failed', error);
          host.exit(code === 0 ? EXIT_STOP_TOO_SLOW : code);
        },
      );
  };
  const fail = (error: unknown) => {
    logger.fatal('the service cannot go on', error);
    end(EXIT_FATAL);
  };
  host.on('uncaughtException', fail);
  host.on('unhandledRejection', fail);
  // For good: without a listener Node ends at once, and npm and terminals send a signal more than once.
  for (const signal of ['SIGTERM', 'SIGINT'] as const) host.on(signal, () => end(0));

  const starting: Promise<RunningService | null> = Promise.resolve()
    .then(() => start({ onFatal: fail }))
    .catch((error: unknown) => {
      printFailedStart(name, error, logger);
      host.exit(EXIT_FAILED_START);
      return null;
    });
  const service = await starting;
  if (service) logger.log('listening', { url: service.url });
}

/**
 * Whoever reads the log may be gone. That is no reason to stop, and as a fatal error it would be reported to the same
 * reader, which fails again, for ever.
 */
export function outliveReaders(streams: readonly Pick<NodeJS.WriteStream, 'on'>[]): void {
  for (const stream of streams) stream.on('error', () => undefined);
}

/** @returns false where the service was not stopped in time */
async function stopInTime(service: RunningService): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), STOP_TIMEOUT_MS);
  });
  try {
    return await Promise.race([service.stop().then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}

function printFailedStart(name: string, error: unknown, logger: JsonLogger): void {
  if (!(error instanceof DomainError)) {
    logger.fatal('the service did not start', error);
    return;
  }
  const problems = error.options.problems ?? [];
  const lines = problems.length > 0 ? problems.map(({ at, message }) => `  ${at} ${message}`) : [`  ${error.message}`];
  process.stderr.write([`${name} did not start: ${error.code}`, ...lines, error.spec.action, ''].join('\n'));
}
