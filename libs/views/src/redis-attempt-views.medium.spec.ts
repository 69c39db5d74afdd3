import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { performance } from 'node:perf_hooks';
import { Redis } from 'ioredis';
import { ViewsUnavailable } from './attempt-views';
import { describeAttemptViews, viewOf } from './attempt-views.contract';
import { RedisAttemptViews } from './redis-attempt-views';

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
async function startRedis(port: number): Promise<ChildProcess> {
  const child = spawn('redis-server', [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--appendonly',
    'no',
  ]);
  for await (const chunk of child.stdout!) if (String(chunk).includes('Ready to accept')) break;
  child.stdout!.resume();
  return child;
}

/** Well above the 100 ms of a command, far below anything a participant would notice as a hang. */
const FAST_MS = 600;

let port: number;
let server: ChildProcess;
let views: RedisAttemptViews;

beforeAll(async () => {
  port = await freePort();
  server = await startRedis(port);
  views = new RedisAttemptViews({ url: `redis://127.0.0.1:${port}` });
  await views.connected(5_000);
});

afterAll(async () => {
  await views.close();
  server.kill('SIGKILL');
});

describeAttemptViews('Redis', () => views);

describe('views in Redis', () => {
  test.each([
    ['closed', 600_000],
    ['paused', 86_400_000],
  ] as const)('a view that is %s is kept for %d ms', async (status, lifetimeMs) => {
    const view = viewOf({ status });
    await views.put([view]);
    const remainingMs = await inRedis((redis) => redis.pttl(`petabakat:attempt-view:${view.attemptId}`));
    expect(remainingMs).toBeLessThanOrEqual(lifetimeMs);
    expect(remainingMs).toBeGreaterThan(lifetimeMs - 5_000);
  });

  test.each(['not JSON', 'null', '{}', '{"attemptId":"foreign-shape","epoch":"1"}'])(
    'a stored text that is no view (%s) is as good as none',
    async (text) => {
      await inRedis((redis) => redis.hset('petabakat:attempt-view:foreign-shape', 'view', text));
      expect(await views.get('foreign-shape')).toBeNull();
    },
  );

  test('a Redis that hangs fails every call soon, and serves again afterwards', async () => {
    const view = viewOf();
    await views.put([view]);
    server.kill('SIGSTOP');
    try {
      for (const call of [() => views.get('any'), () => views.put([viewOf(), viewOf()]), () => views.ping()]) {
        const startedAtMs = performance.now();
        await expect(call()).rejects.toBeInstanceOf(ViewsUnavailable);
        expect(performance.now() - startedAtMs).toBeLessThan(FAST_MS);
      }
    } finally {
      server.kill('SIGCONT');
    }
    await untilAnswered();
    expect(await views.get(view.attemptId)).toEqual(view);
  });

  test('a Redis that died fails every call at once, and a new one serves without a restart of ours', async () => {
    const exited = once(server, 'exit');
    server.kill('SIGKILL');
    await exited;
    const startedAtMs = performance.now();
    await expect(views.get('any')).rejects.toBeInstanceOf(ViewsUnavailable);
    await expect(views.put([viewOf()])).rejects.toBeInstanceOf(ViewsUnavailable);
    expect(performance.now() - startedAtMs).toBeLessThan(FAST_MS);

    server = await startRedis(port);
    await views.connected(5_000);
    const view = viewOf();
    await views.put([view]);
    expect(await views.get(view.attemptId)).toEqual(view);
  });
});

async function inRedis<T>(work: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(port, '127.0.0.1');
  try {
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}

async function untilAnswered(): Promise<void> {
  const deadlineMs = performance.now() + 5_000;
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
