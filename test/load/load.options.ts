import { parseArgs } from 'node:util';
import { type PlannedFault, readFaults } from './platform/planned-fault';

export interface LoadOptions {
  readonly candidates: number;
  readonly minutes: number;
  readonly log: 'postgres' | 'kafka';
  readonly brokers: 1 | 3;
  readonly gateways: number;
  readonly assessments: number;
  /** Left out: as many as the connections need. */
  readonly drivers?: number;
  /** Each candidate answers once in this time. */
  readonly intervalSeconds: number;
  /** Answers a second in one peak minute in the middle of the run. */
  readonly peakPerSecond: number | null;
  /** Answers a second, of all, in equal parts of the run; instead of interval and peak. */
  readonly rates: readonly number[] | null;
  readonly seed: number;
  readonly out: string | null;
  readonly faults: readonly PlannedFault[];
  readonly incidentShare: number;
  readonly readShare: number;
  readonly loginSeconds: number;
  readonly formSeconds: number;
  readonly startSeconds: number;
  readonly submitSeconds: number;
  readonly sessionSeconds: number;
  /** The first answer waits until this file is there. */
  readonly holdFile: string | null;
}

export class UsageError extends Error {}

export const USAGE = `Usage: npm run load -- [options]

  Starts a platform of real parts on this machine, logs candidates in, each on a connection of its own, lets them answer
  by a schedule that waits for nobody, and leaves a report (JSON and HTML) and the history of every operation.

  --candidates N      people who sit at the same time (default 200)
  --minutes M         how long they answer (default 1; fractions allowed)
  --log LOG           postgres (default) or kafka
  --brokers B         1 (default) or 3, with --log kafka
  --gateways G        gateway processes (default 1, and one more for each 15,000 candidates)
  --assessments A     assessment processes (default 1)
  --drivers D         processes of the load driver (default 1, and one more for each 15,000 candidates)
  --interval S        seconds between two answers of one candidate (default 40)
  --peak-rate R       answers a second, of all, in one peak minute in the middle
  --rates R,R,…       answers a second, of all, each for an equal part of the run, instead of interval and peak
  --seed N            schedule, incidents and back-off follow from it (default 1)
  --out DIR           where report and history go (default .data/load/<time>)
  --faults LIST       action:component@second+seconds,… with kill, stop or freeze of gateway, gateway-2, assessment,
                      scoring, scheduler, postgres, redis or broker-1: kill:gateway-2@20+5,freeze:assessment@40+10
  --incidents SHARE   share of the candidates that a supervisor moves, credits, pauses or ends (default 0.05)
  --reads SHARE       share of the answers after which the page reads the attempt (default 0.01)
  --login-seconds S   logins are spread over this time (default: 100 a second)
  --form-seconds S    fetches of the sealed form are spread over this time (default: 200 a second)
  --start-seconds S   starts are spread over this time (default: 200 a second)
  --submit-seconds S  submissions are spread over this time (default: 200 a second)
  --hold FILE         everybody logs in and starts, and answers begin when FILE is there: the preparation may disturb
                      others of a shared machine less than the answers would be disturbed by them
  --session-seconds S time that each candidate has (default: the run and half an hour)
  --help              show this
`;

/** A process may have 20,000 files open, and needs some for other things. */
const CONNECTIONS_PER_PROCESS = 15_000;
const LOGINS_PER_SECOND = 100;
/** Forms, starts and submissions: as people come into a hall and leave it. */
const STEPS_PER_SECOND = 200;
const SESSION_RESERVE_SECONDS = 1_800;

/** @throws UsageError naming what is wrong; null where help is asked for */
export function readOptions(args: readonly string[]): LoadOptions | null {
  const values = parsed(args);
  if (values.help) return null;
  const number = (name: keyof typeof values, otherwise: number, least: number) =>
    numberOf(name, values[name] as string | undefined, otherwise, least);
  const candidates = Math.floor(number('candidates', 200, 1));
  const minutes = number('minutes', 1, 0.05);
  const log = oneOf('log', values.log ?? 'postgres', ['postgres', 'kafka'] as const);
  const brokers = Number(oneOf('brokers', values.brokers ?? '1', ['1', '3'] as const)) as 1 | 3;
  if (brokers === 3 && log !== 'kafka') throw new UsageError('--brokers goes with --log kafka');
  return {
    candidates,
    minutes,
    log,
    brokers,
    gateways: Math.floor(number('gateways', processesFor(candidates), 1)),
    ...(values.drivers === undefined ? {} : { drivers: Math.floor(number('drivers', 0, 1)) }),
    assessments: Math.floor(number('assessments', 1, 1)),
    intervalSeconds: number('interval', 40, 0.1),
    peakPerSecond: values['peak-rate'] === undefined ? null : number('peak-rate', 0, 1),
    rates: values.rates === undefined ? null : values.rates.split(',').map((rate) => numberOf('rates', rate, 0, 1)),
    seed: Math.floor(number('seed', 1, 0)),
    out: values.out ?? null,
    faults: faultsOf(values.faults ?? ''),
    incidentShare: number('incidents', 0.05, 0),
    readShare: number('reads', 0.01, 0),
    loginSeconds: number('login-seconds', candidates / LOGINS_PER_SECOND, 0),
    formSeconds: number('form-seconds', candidates / STEPS_PER_SECOND, 0),
    startSeconds: number('start-seconds', candidates / STEPS_PER_SECOND, 0),
    submitSeconds: number('submit-seconds', candidates / STEPS_PER_SECOND, 0),
    sessionSeconds: Math.ceil(number('session-seconds', minutes * 60 + SESSION_RESERVE_SECONDS, 1)),
    holdFile: values.hold ?? null,
  };
}

/** How many processes have to share the connections of so many candidates. */
function processesFor(candidates: number): number {
  return Math.ceil(candidates / CONNECTIONS_PER_PROCESS);
}

export function driversOf({ candidates, drivers }: LoadOptions): number {
  return Math.min(candidates, drivers ?? processesFor(candidates));
}

function parsed(args: readonly string[]) {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({
      args: [...args],
      strict: true,
      options: {
        candidates: text,
        minutes: text,
        log: text,
        brokers: text,
        gateways: text,
        assessments: text,
        drivers: text,
        interval: text,
        'peak-rate': text,
        rates: text,
        seed: text,
        out: text,
        faults: text,
        incidents: text,
        reads: text,
        'login-seconds': text,
        'form-seconds': text,
        'start-seconds': text,
        'submit-seconds': text,
        hold: text,
        'session-seconds': text,
        help: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function numberOf(name: string, text: string | undefined, otherwise: number, least: number): number {
  const value = text === undefined ? otherwise : Number(text);
  if (!Number.isFinite(value) || value < least) throw new UsageError(`--${name} takes a number from ${least} on`);
  return value;
}

function oneOf<T extends string>(name: string, value: string, allowed: readonly T[]): T {
  if (!(allowed as readonly string[]).includes(value)) throw new UsageError(`--${name} is ${allowed.join(' or ')}`);
  return value as T;
}

function faultsOf(text: string): PlannedFault[] {
  try {
    return readFaults(text);
  } catch (error) {
    throw new UsageError(`--faults: ${(error as Error).message}`);
  }
}
