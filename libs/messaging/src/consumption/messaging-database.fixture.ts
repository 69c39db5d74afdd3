import { createDataSource, migrate } from '@app/database';
import { type FreshDatabase, freshDatabase, TcpProxy } from '@app/testing';
import type { DataSource, MigrationInterface, QueryRunner } from 'typeorm';
import type { EventBatch } from './event-batch';
import { createMessagingTables, dropMessagingTables, MESSAGING_ENTITIES } from './messaging-tables';

const SCHEMA = 'service';
const POOL_SIZE = 6;

/** What a service has: the tables of messaging, and one of its own that would show a batch applied twice. */
class CreateTables1767225600000 implements MigrationInterface {
  name = 'CreateTables1767225600000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await createMessagingTables(queryRunner);
    await queryRunner.query(`CREATE TABLE applied (key text NOT NULL CHECK (key NOT LIKE 'poison%'), "offset" bigint)`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE applied');
    await dropMessagingTables(queryRunner);
  }
}

/** A migrated service database behind a proxy that can break its connections. */
export class MessagingDatabase {
  private readonly others: DataSource[] = [];

  private constructor(
    private readonly database: FreshDatabase,
    readonly proxy: TcpProxy,
    /** Through the proxy. */
    readonly dataSource: DataSource,
    /** Past the proxy, for what the test itself looks at. */
    readonly observer: DataSource,
  ) {}

  static async open(): Promise<MessagingDatabase> {
    const database = await freshDatabase();
    const target = new URL(database.url);
    const proxy = await TcpProxy.start({ host: target.hostname, port: Number(target.port) });
    const proxied = new URL(database.url);
    proxied.hostname = '127.0.0.1';
    proxied.port = String(proxy.port);
    const dataSource = await connect(proxied.toString(), 'service');
    return new MessagingDatabase(database, proxy, dataSource, await connect(database.url, 'observer'));
  }

  /** Past the proxy. */
  get url(): string {
    return this.database.url;
  }

  /** A data source of another process of the same service. */
  async another(applicationName: string): Promise<DataSource> {
    const dataSource = await connect(this.database.url, applicationName);
    this.others.push(dataSource);
    return dataSource;
  }

  async applied(): Promise<{ key: string; offset: number }[]> {
    const rows: { key: string; offset: string }[] = await this.observer.query(
      'SELECT key, "offset" FROM applied ORDER BY "offset", key',
    );
    return rows.map(({ key, offset }) => ({ key, offset: Number(offset) }));
  }

  async appliedOffsets(): Promise<number[]> {
    return (await this.applied()).map(({ offset }) => offset);
  }

  /** Ends the server's side of the connections of one application, as a crash of it does. */
  async killConnectionsOf(applicationName: string): Promise<void> {
    await this.observer.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1 AND datname = current_database()',
      [applicationName],
    );
  }

  async clear(): Promise<void> {
    await this.observer.query('TRUNCATE applied, outbox, consumer_progress, consumer_gaps');
  }

  async close(): Promise<void> {
    for (const dataSource of [this.dataSource, this.observer, ...this.others]) {
      if (dataSource.isInitialized) await dataSource.destroy();
    }
    await this.proxy.stop();
    await this.database.drop();
  }
}

async function connect(url: string, applicationName: string): Promise<DataSource> {
  const dataSource = createDataSource({
    url,
    schema: SCHEMA,
    entities: MESSAGING_ENTITIES,
    migrations: [CreateTables1767225600000],
    poolSize: POOL_SIZE,
    applicationName,
  });
  await migrate(dataSource);
  return dataSource;
}

/** Writes a batch's events where a second application would show. */
export async function recordEvents(
  manager: { query(sql: string, parameters: unknown[]): Promise<unknown> },
  batch: EventBatch,
): Promise<void> {
  await manager.query('INSERT INTO applied (key, "offset") SELECT * FROM unnest($1::text[], $2::bigint[])', [
    batch.events.map(({ key }) => key),
    batch.events.map(({ offset }) => offset),
  ]);
}

const LOOK_EVERY_MS = 5;
const LIMIT_MS = 20_000;

/** Waits until a condition holds; fails when it does not in time. */
export async function eventually(condition: () => boolean | Promise<boolean>, limitMs = LIMIT_MS): Promise<void> {
  const deadline = performance.now() + limitMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`the condition does not hold after ${limitMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}
