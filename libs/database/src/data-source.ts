import { DataSource } from 'typeorm';
import { ImpatientClient } from './impatient-client';

/** A statement that runs longer than this is stuck or wrong; batches of a few hundred rows take milliseconds. */
const STATEMENT_TIMEOUT_MS = 15_000;
/** Longer than the server's own limit: reached only where the server does not answer at all. */
const ANSWER_TIMEOUT_MS = 18_000;
/** A transaction that waits for its own client this long holds locks for nobody: the client is gone or blocked. */
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 10_000;
/** How long a caller waits for a free connection or a new one before it hears of an outage. */
const CONNECTION_TIMEOUT_MS = 5_000;
/**
 * What the server does about a client that vanished behind a black hole: asked after 10 s of silence, given up by 30 s.
 * Its own default of two hours would keep the locks of a session that nobody has any more, a relay's leadership among them.
 */
const KEEPALIVE = {
  tcp_keepalives_idle: 10,
  tcp_keepalives_interval: 5,
  tcp_keepalives_count: 4,
  tcp_user_timeout: 30_000,
};
/** Kept longer than any pause between two polls, so that a quiet service does not reconnect all the time. */
const IDLE_CONNECTION_TIMEOUT_MS = 60_000;

export interface DatabaseOptions {
  readonly url: string;
  /** The only schema that this service reads and writes. Raw SQL names its tables without it. */
  readonly schema: string;
  // TypeORM takes classes, whatever their constructors look like.
  readonly entities: readonly Function[];
  readonly migrations: readonly Function[];
  readonly poolSize: number;
  /** Shown in pg_stat_activity. */
  readonly applicationName: string;
}

/** A data source whose connections see one schema only. It is not connected yet: call `initialize()` or `migrate()`. */
export function createDataSource(options: DatabaseOptions): DataSource {
  assertPlainName(options.schema);
  return new DataSource({
    type: 'postgres',
    url: options.url,
    schema: options.schema,
    entities: [...options.entities],
    migrations: [...options.migrations],
    migrationsTableName: 'migrations',
    migrationsRun: false,
    synchronize: false,
    logging: false,
    poolSize: options.poolSize,
    applicationName: options.applicationName,
    connectTimeoutMS: CONNECTION_TIMEOUT_MS,
    // gen_random_uuid() is part of PostgreSQL itself; no service may install extensions.
    uuidExtension: 'pgcrypto',
    installExtensions: false,
    extra: {
      Client: ImpatientClient,
      options: serverOptions({ search_path: options.schema, ...KEEPALIVE }),
      statement_timeout: STATEMENT_TIMEOUT_MS,
      query_timeout: ANSWER_TIMEOUT_MS,
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
      idleTimeoutMillis: IDLE_CONNECTION_TIMEOUT_MS,
      keepAlive: true,
    },
  });
}

function serverOptions(settings: Readonly<Record<string, string | number>>): string {
  return Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${value}`)
    .join(' ');
}

/** Schema names stand in connection options and DDL, where no parameter can stand. */
export function assertPlainName(name: string): void {
  if (!/^[a-z][a-z0-9_]{0,62}$/.test(name)) throw new RangeError(`not a plain schema name: ${JSON.stringify(name)}`);
}
