import { systemRuntime } from '@app/messaging';
import { TcpProxy, freshDatabase } from '@app/testing';
import { Client } from 'pg';
import { postgresClock } from './clock-source';
import { DatabaseClock } from './database-clock';

async function connectionsOf(url: string): Promise<number[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity WHERE application_name = 'petabakat clock' AND datname = current_database()`,
    );
    return rows.map(({ pid }) => pid);
  } finally {
    await client.end();
  }
}

describe('the clock of a real database', () => {
  test('is read over one connection that is kept', async () => {
    const database = await freshDatabase();
    const source = postgresClock(database.url);
    try {
      expect(Math.abs((await source.read()) - Date.now())).toBeLessThan(60_000);
      const first = await connectionsOf(database.url);
      await source.read();
      expect(first).toHaveLength(1);
      expect(await connectionsOf(database.url)).toEqual(first);
    } finally {
      await source.close();
      await database.drop();
    }
  });

  test('a database behind a black hole takes no clock out of service', async () => {
    const database = await freshDatabase();
    const { hostname, port } = new URL(database.url);
    const proxy = await TcpProxy.start({ host: hostname, port: Number(port) });
    const url = new URL(database.url);
    url.host = `127.0.0.1:${proxy.port}`;
    const source = postgresClock(url.toString());
    const clock = new DatabaseClock(source, systemRuntime);
    try {
      await clock.start();
      expect(() => clock.assertClose()).not.toThrow();
      proxy.toServer.blackHole = true;
      await expect(source.read()).rejects.toThrow();
      expect(Math.abs(clock.nowMs() - Date.now())).toBeLessThan(1_000);
      expect(() => clock.assertClose()).not.toThrow();
    } finally {
      proxy.heal();
      await clock.stop();
      await proxy.stop();
      await database.drop();
    }
  });

  test('cannot be read where no database answers', async () => {
    const source = postgresClock('postgres://nobody@127.0.0.1:1/none');
    await expect(source.read()).rejects.toThrow('ECONNREFUSED');
    await source.close();
  });
});
