import { StaffDirectory } from '@app/access';
import { loadConfig } from '@app/bootstrap';
import { ALL_TOPICS } from '@app/contracts';
import { PostgresEventLog } from '@app/messaging';
import { type FreshDatabase, freshDatabase } from '@app/testing';
import { SchedulerConfig } from './config';
import { startScheduler } from './start-scheduler';

/** A test starts the whole service; on a busy machine that takes a while. */
jest.setTimeout(60_000);

const CLUSTERS = 'number,name,criteria,effectiveFrom,author,source\n1,Klaster 1,first,2022-01-01,BKN,decree';

describe('a scheduler process on the PostgreSQL log', () => {
  let database: FreshDatabase;

  beforeEach(async () => {
    database = await freshDatabase();
  });

  afterEach(() => database.drop());

  const start = () => {
    const env = { PETABAKAT_DATABASE_URL: database.url, PETABAKAT_LOG: 'postgres' };
    const onFatal = (error: Error): void => {
      throw error;
    };
    return startScheduler(loadConfig(SchedulerConfig, env), { onFatal });
  };

  const createTopics = async () => {
    const log = await PostgresEventLog.open({ url: database.url });
    await log.createTopics(ALL_TOPICS);
    await log.close();
  };

  test('refuses to start where the topics are missing', async () => {
    await expect(start()).rejects.toMatchObject({ code: 'log.topic-missing' });
  });

  test('answers staff, publishes what they decide, and keeps it over a restart', async () => {
    await createTopics();
    const staff = await StaffDirectory.open({ url: database.url });
    const token = await staff.add({ account: 'rini', roles: ['rollout-officer'], sessions: 'all' });
    await staff.close();
    const authorization = `Bearer ${token}`;
    const first = await start();
    const imported = await fetch(`${first.url}/v1/clusters`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'text/csv' },
      body: CLUSTERS,
    });
    expect(await imported.json()).toEqual({ rows: 1, recorded: 1, unchanged: 0 });
    const prepared = await fetch(`${first.url}/v1/clusters/1/preparation`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify({ version: 1, reasonCode: 'sites-verified' }),
    });
    expect(prepared.status).toBe(200);
    expect((await fetch(`${first.url}/health/ready`)).status).toBe(200);
    await first.stop();
    const second = await start();
    const shown = await fetch(`${second.url}/v1/clusters/1`, { headers: { authorization } });
    expect(await shown.json()).toMatchObject({ state: 'ready', version: 2 });
    await second.stop();
  });

  test('refuses whoever has no token', async () => {
    await createTopics();
    const service = await start();
    const refused = await fetch(`${service.url}/v1/progress`);
    expect([refused.status, await refused.json()]).toMatchObject([401, { code: 'access.token-missing' }]);
    await service.stop();
  });
});
