import { parseArgs } from 'node:util';

export type LogKind = 'postgres' | 'kafka';

export interface DemoOptions {
  readonly log: LogKind;
  /** Addresses of a Kafka that runs already; none: local brokers are started. */
  readonly brokers: readonly string[];
  /** A system that runs already, and how to act on it; null: one is started. */
  readonly given: {
    readonly url: string;
    readonly cli: string;
    readonly kill: string;
    readonly restart: string;
  } | null;
  /** How many respondents come. */
  readonly people: number;
  /** Where the report goes as data. */
  readonly json: string | null;
  /** Leave the system running at the end. */
  readonly keep: boolean;
}

export const RESPONDENTS_MAX = 600;
/** Below, a cluster has too few people for its gate to mean anything. */
export const RESPONDENTS_MIN = 30;

const COMPOSE_CLI = 'docker compose run --rm -T cli';
const COMPOSE_KILL = 'docker compose kill assessment';
const COMPOSE_RESTART = 'docker compose up --wait --no-recreate';

export const USAGE = `Usage: npm run demo -- [options]

  Plays 600 real respondents (SAT12) as timed attempts against a running Petabakat, kills it in the middle, and checks
  every person's answers, receipts and score afterwards. Exit code 0 means that everything agreed.

  --people N        respondents who come, ${RESPONDENTS_MIN} to ${RESPONDENTS_MAX} (default ${RESPONDENTS_MAX}); fewer for a quick run
  --log LOG         postgres (one process, default) or kafka (four processes)
  --brokers LIST    host:port,… of a Kafka to use with --log kafka (default: local brokers)
  --gateway URL     a system that runs already, such as the one of docker compose; the next three say how to act on it
  --cli COMMAND     runs the command line there (default: ${COMPOSE_CLI})
  --kill COMMAND    ends a part of it under load (default: ${COMPOSE_KILL})
  --restart COMMAND starts that part again (default: ${COMPOSE_RESTART})
  --json FILE       write the report as JSON, too
  --keep            leave the system running at the end
  --help            show this
`;

export class UsageError extends Error {}

/** @throws UsageError naming what is wrong; null where help is asked for */
export function readOptions(args: readonly string[]): DemoOptions | null {
  const values = parsed(args);
  if (values.help) return null;
  const people = Number(values.people ?? RESPONDENTS_MAX);
  if (!Number.isInteger(people) || people < RESPONDENTS_MIN || people > RESPONDENTS_MAX) {
    throw new UsageError(`--people takes a number from ${RESPONDENTS_MIN} to ${RESPONDENTS_MAX}`);
  }
  const log = values.log ?? 'postgres';
  if (log !== 'postgres' && log !== 'kafka') throw new UsageError('--log is postgres or kafka');
  const brokers = values.brokers?.split(',').map((address) => address.trim()) ?? [];
  if (brokers.length > 0 && log !== 'kafka') throw new UsageError('--brokers goes with --log kafka');
  if (values.gateway && values.log) throw new UsageError('--gateway goes without --log');
  const given = values.gateway
    ? {
        url: values.gateway.replace(/\/+$/, ''),
        cli: values.cli ?? COMPOSE_CLI,
        kill: values.kill ?? COMPOSE_KILL,
        restart: values.restart ?? COMPOSE_RESTART,
      }
    : null;
  return { log, brokers, given, people, json: values.json ?? null, keep: values.keep ?? false };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      strict: true,
      options: {
        people: { type: 'string' },
        log: { type: 'string' },
        brokers: { type: 'string' },
        gateway: { type: 'string' },
        cli: { type: 'string' },
        kill: { type: 'string' },
        restart: { type: 'string' },
        json: { type: 'string' },
        keep: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
