import { QueryRunnerAlreadyReleasedError } from 'typeorm';

/** SQLSTATE classes that speak of the server or the moment, not of the statement. */
const TRANSIENT_CLASSES = [
  '08', // connection exception
  '53', // insufficient resources: disk full, out of memory, too many connections
  '57P', // operator intervention: shutdown, crash, cannot connect now
];

const TRANSIENT_STATES = new Set([
  '25P03', // idle in transaction for too long
  '25P04', // transaction took too long
  '40001', // serialization failure
  '40P01', // deadlock
  '55P03', // lock not available
  '57014', // statement timeout
]);

const TRANSIENT_SOCKET_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

/** node-postgres gives no code to the failures that it finds itself; these are its texts. */
const TRANSIENT_TEXTS = [
  'connection terminated',
  'is not queryable',
  'timeout exceeded when trying to connect',
  'timeout expired',
  'query read timeout',
];

/** How deep a cause may be nested before we stop looking; wrappers here are two or three deep. */
const DEPTH_MAX = 5;

/**
 * Whether the same work can succeed later without being changed: the connection, the server or a lock was the reason,
 * not the data. Such an error is retried; any other goes to whoever sent the data.
 */
export function isTransientDatabaseError(error: unknown): boolean {
  return chainOf(error).some((link) => hasTransientCode(link) || hasTransientText(link) || lostItsConnection(link));
}

/** The error, TypeORM's `driverError` in it, and the causes below. */
function chainOf(error: unknown): object[] {
  const chain: object[] = [];
  let link: unknown = error;
  while (typeof link === 'object' && link !== null && chain.length < DEPTH_MAX) {
    chain.push(link);
    const { driverError, cause } = link as { driverError?: unknown; cause?: unknown };
    link = driverError ?? cause;
  }
  return chain;
}

function hasTransientCode(error: object): boolean {
  const { code } = error as { code?: unknown };
  if (typeof code !== 'string') return false;
  return (
    TRANSIENT_STATES.has(code) ||
    TRANSIENT_SOCKET_CODES.has(code) ||
    (code.length === 5 && TRANSIENT_CLASSES.some((prefix) => code.startsWith(prefix)))
  );
}

function hasTransientText(error: object): boolean {
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (code !== undefined || typeof message !== 'string') return false;
  const text = message.toLowerCase();
  return TRANSIENT_TEXTS.some((known) => text.includes(known));
}

/** TypeORM takes the runner away when its idle connection breaks; the next statement of the transaction hears only this. */
function lostItsConnection(error: object): boolean {
  return error instanceof QueryRunnerAlreadyReleasedError;
}
