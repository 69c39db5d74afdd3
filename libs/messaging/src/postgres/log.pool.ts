import { assertPlainName } from '@app/database';
import { Pool, type PoolConfig, types } from 'pg';

/** An append that waits longer than this is given up by the server itself, hence certainly not done. */
const STATEMENT_TIMEOUT_MS = 5_000;
/** Longer than the server's own limit: reached only where the server does not answer at all. */
const ANSWER_TIMEOUT_MS = 7_000;
/** Leaves an append time to be refused within the gateway's deadline of 8 s. */
const CONNECTION_TIMEOUT_MS = 3_000;
/** Longer than any pause between two polls or renewals. */
const IDLE_CONNECTION_TIMEOUT_MS = 60_000;

export interface LogPoolOptions {
  readonly url: string;
  readonly schema: string;
  readonly poolSize: number;
}

/** Connections whose raw SQL sees the log's schema, and whose bigints (offsets, far below 2^53) are numbers. */
export function createLogPool(options: LogPoolOptions): Pool {
  assertPlainName(options.schema);
  const config: PoolConfig = {
    connectionString: options.url,
    max: options.poolSize,
    application_name: 'petabakat log',
    options: `-c search_path=${options.schema}`,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    query_timeout: ANSWER_TIMEOUT_MS,
    connectionTimeoutMillis: CONNECTION_TIMEOUT_MS,
    idleTimeoutMillis: IDLE_CONNECTION_TIMEOUT_MS,
    keepAlive: true,
    types: { getTypeParser: parserOf },
  };
  const pool = new Pool(config);
  // A connection that breaks fails its statement and is replaced by the pool; unheard the event would end the process.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}

const parserOf: typeof types.getTypeParser = (oid: number, format?: 'text' | 'binary') =>
  oid === types.builtins.INT8 ? Number : types.getTypeParser(oid, format as 'text');
