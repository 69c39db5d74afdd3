import { Client } from 'pg';
import type { DataSource } from 'typeorm';
import { assertPlainName } from './data-source';
import { endInTime } from './end-in-time';

/** Any number that no other advisory lock of this platform uses. */
const MIGRATION_LOCK = 0x70657461;
/** As long as the slowest migration of another process may take; then something is stuck and a person must look. */
const LOCK_TIMEOUT_MS = 120_000;
/** Longer than the wait for the lock: reached only where the server does not answer at all. */
const ANSWER_TIMEOUT_MS = 130_000;
/** A server that is starting takes its time; one that cannot be reached shall be named soon. */
const CONNECTION_TIMEOUT_MS = 10_000;

/**
 * Brings the schema of a data source up to date: makes it where it is missing and runs the migrations that have not run
 * yet, each in its own transaction. Processes that start at the same moment take turns.
 */
export async function migrate(dataSource: DataSource): Promise<void> {
  const { url, schema } = connectionOf(dataSource);
  await underMigrationLock(url, schema, async (client) => {
    await client.query(`CREATE SCHEMA IF NOT EXISTS ${schema}`);
    if (!dataSource.isInitialized) await dataSource.initialize();
    await dataSource.runMigrations({ transaction: 'each' });
  });
}

/** Runs work while this process alone may change the schema. */
export async function underMigrationLock<T>(
  url: string,
  schema: string,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  assertPlainName(schema);
  // A connection of its own: the lock is held by the session, and a pool of one must not wait for itself.
  const client = new Client({
    connectionString: url,
    application_name: 'petabakat migration',
    connectionTimeoutMillis: CONNECTION_TIMEOUT_MS,
    query_timeout: ANSWER_TIMEOUT_MS,
    keepAlive: true,
  });
  // A broken connection also fails the statement that runs on it; unheard it would end the process.
  client.on('error', () => {});
  await client.connect();
  try {
    await client.query(`SET lock_timeout = ${LOCK_TIMEOUT_MS}`);
    await client.query('SELECT pg_advisory_lock($1, hashtext($2))', [MIGRATION_LOCK, schema]);
    return await work(client);
  } finally {
    await endInTime(client);
  }
}

function connectionOf(dataSource: DataSource): { url: string; schema: string } {
  const options = dataSource.options;
  if (options.type !== 'postgres' || !options.url || !options.schema) {
    throw new TypeError('only data sources made by createDataSource can be migrated');
  }
  return { url: options.url, schema: options.schema };
}
