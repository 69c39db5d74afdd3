import { type FreshDatabase, TcpProxy, freshDatabase } from '@app/testing';
import { Client } from 'pg';
import type { DataSource } from 'typeorm';
import { createDataSource } from './data-source';
import { endInTime } from './end-in-time';
import { migrate } from './migrate';
import { isTransientDatabaseError } from './transient-error';

jest.setTimeout(90_000);

/** No query waits longer than 18 s for its answer; the rest is for a busy machine. */
const ANSWERED_WITHIN_MS = 30_000;

describe('a database behind a black hole', () => {
  let database: FreshDatabase;
  let proxy: TcpProxy;
  let url: string;
  let dataSource: DataSource;

  beforeAll(async () => {
    database = await freshDatabase();
    const direct = new URL(database.url);
    proxy = await TcpProxy.start({ host: direct.hostname, port: Number(direct.port || 5432) });
    const proxied = new URL(database.url);
    proxied.host = `127.0.0.1:${proxy.port}`;
    url = proxied.toString();
    const options = { schema: 'hole', poolSize: 2, entities: [], migrations: [], applicationName: 'test' };
    dataSource = createDataSource({ url, ...options });
    await migrate(dataSource);
  });

  afterAll(async () => {
    proxy.heal();
    await dataSource.destroy();
    await proxy.stop();
    await database.drop();
  });

  function swallowEverything(): void {
    proxy.toServer.blackHole = true;
    proxy.toClient.blackHole = true;
  }

  test('fails a query, a transaction under way and a migration in time, and no connection is used again', async () => {
    const pids = await Promise.all([1, 2].map(() => dataSource.query('SELECT pg_backend_pid() AS pid, pg_sleep(0.1)')));
    const startedAtMs = performance.now();
    const transaction = dataSource.transaction(async (manager) => {
      await manager.query('SELECT 1');
      swallowEverything();
      await manager.query('SELECT 2');
    });
    expect(await failureOf(transaction)).toBe('transient');
    const others = [1, 2, 3].map(() => failureOf(dataSource.query('SELECT 3')));
    const another = createDataSource({
      url,
      schema: 'late',
      poolSize: 1,
      entities: [],
      migrations: [],
      applicationName: 'x',
    });
    expect(await Promise.all([...others, failureOf(migrate(another))])).toEqual(Array(4).fill('transient'));
    expect(performance.now() - startedAtMs).toBeLessThan(2 * ANSWERED_WITHIN_MS);

    proxy.heal();
    const [row] = await dataSource.query<{ pid: number }[]>('SELECT pg_backend_pid() AS pid');
    expect(pids.flat().map(({ pid }) => pid)).not.toContain(row!.pid);
  });

  test('keeps nobody from ending', async () => {
    const client = new Client({ connectionString: url });
    client.on('error', () => undefined);
    await client.connect();
    swallowEverything();
    const startedAtMs = performance.now();
    await endInTime(client);
    expect(performance.now() - startedAtMs).toBeLessThan(5_000);
    proxy.heal();
  });
});

async function failureOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'none';
  } catch (error) {
    return isTransientDatabaseError(error) ? 'transient' : String(error);
  }
}
