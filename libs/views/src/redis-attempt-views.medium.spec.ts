import { performance } from 'node:perf_hooks';
import { type LocalRedis, findRedis, localRedis, requirePart } from '@app/testing';
import { Redis } from 'ioredis';
import { ViewsUnavailable } from './attempt-views';
import { describeAttemptViews, viewOf } from './attempt-views.contract';
import { RedisAttemptViews } from './redis-attempt-views';

/** Well above the 100 ms of a command, far below anything a participant would notice as a hang. */
const FAST_MS = 600;
const CONNECT_TIMEOUT_MS = 5_000;
/** What is stored does not depend on how busy the machine is. */
const PATIENT_MS = 20_000;

requirePart('Redis', () => findRedis({ harmed: true }))('views in Redis', () => {
  let server: LocalRedis;
  let views: RedisAttemptViews;
  let patient: RedisAttemptViews;

  beforeAll(async () => {
    server = await localRedis({ harmed: true });
    views = new RedisAttemptViews({ url: server.url });
    patient = new RedisAttemptViews({ url: server.url, commandTimeoutMs: PATIENT_MS });
    await Promise.all([views, patient].map((one) => one.connected(CONNECT_TIMEOUT_MS)));
  });

  afterAll(async () => {
    await Promise.all([views.close(), patient.close()]);
    await server.stop();
  });

  describeAttemptViews('Redis', () => patient);

  test.each([
    ['closed', 600_000],
    ['paused', 86_400_000],
  ] as const)('a view that is %s is kept for %d ms', async (status, lifetimeMs) => {
    const view = viewOf({ status });
    await views.put([view]);
    const remainingMs = await inRedis(server, (redis) => redis.pttl(`petabakat:attempt-view:${view.attemptId}`));
    expect(remainingMs).toBeLessThanOrEqual(lifetimeMs);
    expect(remainingMs).toBeGreaterThan(lifetimeMs - 5_000);
  });

  test.each(['not JSON', 'null', '{}', '{"attemptId":"foreign-shape","epoch":"1"}'])(
    'a stored text that is no view (%s) is as good as none',
    async (text) => {
      await inRedis(server, (redis) => redis.hset('petabakat:attempt-view:foreign-shape', 'view', text));
      expect(await views.get('foreign-shape')).toBeNull();
    },
  );

  test('a Redis that hangs fails every call soon, and serves again afterwards', async () => {
    const view = viewOf();
    await views.put([view]);
    server.freeze();
    try {
      for (const call of [() => views.get('any'), () => views.put([viewOf(), viewOf()]), () => views.ping()]) {
        const startedAtMs = performance.now();
        await expect(call()).rejects.toBeInstanceOf(ViewsUnavailable);
        expect(performance.now() - startedAtMs).toBeLessThan(FAST_MS);
      }
    } finally {
      server.unfreeze();
    }
    await untilAnswered(views);
    expect(await views.get(view.attemptId)).toEqual(view);
  });

  test('a Redis that died fails every call at once, and a new one serves without a restart of ours', async () => {
    await server.kill();
    const startedAtMs = performance.now();
    await expect(views.get('any')).rejects.toBeInstanceOf(ViewsUnavailable);
    await expect(views.put([viewOf()])).rejects.toBeInstanceOf(ViewsUnavailable);
    expect(performance.now() - startedAtMs).toBeLessThan(FAST_MS);

    await server.restart();
    await views.connected(CONNECT_TIMEOUT_MS);
    const view = viewOf();
    await views.put([view]);
    expect(await views.get(view.attemptId)).toEqual(view);
  });
});

async function inRedis<T>(server: LocalRedis, work: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(server.url);
  try {
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}

async function untilAnswered(views: RedisAttemptViews): Promise<void> {
  const deadlineMs = performance.now() + CONNECT_TIMEOUT_MS;
  while (performance.now() < deadlineMs) {
    const answered = await views.ping().then(
      () => true,
      () => false,
    );
    if (answered) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new Error('Redis did not come back');
}
