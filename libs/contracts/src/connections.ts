/**
 * Connections to PostgreSQL: what one process of each service holds at most, and how many processes there may be. A
 * test walks every way of scaling and replacing them; PostgreSQL refuses whoever comes after its last connection, and
 * that would be a service in the middle of an exam.
 */

/** The pool of the log in PostgreSQL: appends wait for the disk more than they work; two are for polling and for leases. */
const LOG_CONNECTIONS_MAX = 8;
/** Reads the clock that decides about deadlines, every few seconds, over a connection that is kept. */
const CLOCK_CONNECTIONS_MAX = 1;
/** Looks up who a staff token belongs to: one indexed row each. */
const STAFF_CONNECTIONS_MAX = 2;
/** Batches of a few partitions at a time, commands, relay and sweeper. */
const ASSESSMENT_CONNECTIONS_MAX = 10;
/** Batches of a few partitions at a time, relay, background work, some readers. */
const SCORING_CONNECTIONS_MAX = 10;
/** Batches of a few partitions at a time, relay, gates, some readers. */
const SCHEDULER_CONNECTIONS_MAX = 8;

/** Of one process, by what holds them; `log` only where the log stands in PostgreSQL. */
export const PROCESS_CONNECTIONS = {
  gateway: { log: LOG_CONNECTIONS_MAX, clock: CLOCK_CONNECTIONS_MAX },
  assessment: {
    log: LOG_CONNECTIONS_MAX,
    clock: CLOCK_CONNECTIONS_MAX,
    staff: STAFF_CONNECTIONS_MAX,
    tables: ASSESSMENT_CONNECTIONS_MAX,
  },
  scoring: { log: LOG_CONNECTIONS_MAX, staff: STAFF_CONNECTIONS_MAX, tables: SCORING_CONNECTIONS_MAX },
  scheduler: { log: LOG_CONNECTIONS_MAX, staff: STAFF_CONNECTIONS_MAX, tables: SCHEDULER_CONNECTIONS_MAX },
  standalone: {
    log: LOG_CONNECTIONS_MAX,
    clock: CLOCK_CONNECTIONS_MAX,
    staff: STAFF_CONNECTIONS_MAX,
    tables: ASSESSMENT_CONNECTIONS_MAX + SCORING_CONNECTIONS_MAX + SCHEDULER_CONNECTIONS_MAX,
  },
} as const satisfies Record<string, { readonly log: number; readonly [holder: string]: number }>;

export type ProcessName = keyof typeof PROCESS_CONNECTIONS;

/** Processes of each service that the packaged database has room for, one more of any of them during an upgrade. */
export const PROCESSES_MAX = {
  /** As many ports as docker-compose.yml publishes. */
  gateway: 10,
  /** Three partitions of the answers each. */
  assessment: 8,
  /** The second takes over at once where the first ends. */
  scoring: 2,
  scheduler: 2,
} as const satisfies Partial<Record<ProcessName, number>>;

/** Nobody's: three are PostgreSQL's own for superusers; the rest is for migrations, the command line and an operator. */
export const RESERVED_CONNECTIONS_MIN = 20;

/** @returns connections of one process at most */
export function connectionsOf(process: ProcessName, log: 'kafka' | 'postgres'): number {
  const { log: ofLog, ...others } = PROCESS_CONNECTIONS[process];
  const own = Object.values(others).reduce((sum, connections) => sum + connections, 0);
  return log === 'postgres' ? own + ofLog : own;
}
