import { generateKeyPairSync } from 'node:crypto';
import type { RunningService } from '@app/bootstrap';
import { TOPICS } from '@app/contracts';
import { PostgresEventLog } from '@app/messaging';
import type { Receipt } from '@app/receipts';
import { type FreshDatabase, freePort, freshDatabase } from '@app/testing';
import { GatewayConfig } from '../src/config';
import { startGateway } from '../src/start-gateway';
import { CONFIG, answerOf, post, recorded } from './gateway.harness';

let database: FreshDatabase;
let running: RunningService | null = null;

async function configure(change: Partial<GatewayConfig> = {}): Promise<GatewayConfig> {
  const nobody = `http://127.0.0.1:${await freePort()}`;
  return Object.assign(new GatewayConfig(), CONFIG, {
    databaseUrl: database.url,
    log: 'postgres',
    assessmentUrl: nobody,
    scoringUrl: nobody,
    schedulerUrl: nobody,
    ...change,
  });
}

async function withLog<T>(work: (log: PostgresEventLog) => Promise<T>): Promise<T> {
  const log = await PostgresEventLog.open({ url: database.url });
  try {
    return await work(log);
  } finally {
    await log.close();
  }
}

beforeEach(async () => {
  database = await freshDatabase();
});

afterEach(async () => {
  await running?.stop();
  running = null;
  await database.drop();
});

describe('the process of the gateway', () => {
  test('is ready on a real log and takes answers into it', async () => {
    await withLog((log) => log.createTopics([TOPICS.attempts]));
    running = await startGateway(await configure());
    expect((await fetch(`${running.url}/health/ready`)).status).toBe(200);
    const { status, body } = await post(running, [answerOf(1), answerOf(2)]);
    expect(status).toBe(200);
    expect((body.receipts as Receipt[]).map(({ offset }) => offset)).toEqual([0, 1]);
    expect((await withLog(recorded)).map(({ data }) => data.seq)).toEqual([answerOf(1).seq, answerOf(2).seq]);
  });

  test('takes answers although Redis and the other services are away', async () => {
    await withLog((log) => log.createTopics([TOPICS.attempts]));
    running = await startGateway(await configure({ redisUrl: `redis://127.0.0.1:${await freePort()}` }));
    expect((await post(running, [answerOf(1)])).status).toBe(200);
    expect((await fetch(`${running.url}/v1/clusters`)).status).toBe(503);
  });

  test('takes answers for a while after it was asked to stop, and tells balancers to send no more', async () => {
    await withLog((log) => log.createTopics([TOPICS.attempts]));
    running = await startGateway(await configure({ drainSeconds: 1 }));
    const { url } = running;
    const stopped = running.stop();
    running = null;
    expect((await fetch(`${url}/health/ready`)).status).toBe(503);
    expect((await post({ url }, [answerOf(1)])).status).toBe(200);
    await stopped;
    await expect(fetch(`${url}/health/ready`)).rejects.toThrow('fetch failed');
  });

  test('refuses to start on a log without its topic', async () => {
    await expect(startGateway(await configure())).rejects.toMatchObject({ code: 'log.topic-missing' });
  });

  test('refuses to start with a key of another kind', async () => {
    await withLog((log) => log.createTopics([TOPICS.attempts]));
    const { privateKey } = generateKeyPairSync('x25519');
    const receiptPrivateKey = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
    await expect(startGateway(await configure({ receiptPrivateKey }))).rejects.toMatchObject({
      code: 'config.invalid',
    });
  });
});
