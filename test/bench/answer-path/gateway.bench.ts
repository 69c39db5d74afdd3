import { AttemptTokens } from '@app/access';
import { freePort, localRedis } from '@app/testing';
import { RedisAttemptViews } from '@app/views';
import { BenchParts, type LogKind, newGatewaySecrets } from './bench.parts';
import { type Contestant, type Round, type RoundPlan, pairedRounds } from './paired.rounds';
import { BenchAttempts, RateSender } from './rate.sender';

const REDIS_TIMEOUT_MS = 5_000;

/** The gateway beside a bare Fastify that does the same to an answer. Nothing consumes meanwhile. */
export async function benchGateway(log: LogKind, plan: RoundPlan, note: (text: string) => void): Promise<Round[]> {
  const redis = await localRedis({ harmed: true });
  const parts = await BenchParts.start(log);
  const senders: RateSender[] = [];
  try {
    const { env, tokenKey } = newGatewaySecrets();
    const attempts = new BenchAttempts(new AttemptTokens([tokenKey]));
    await showViews(redis.url, attempts);
    const contestant = (name: string, pid: number, port: number): Contestant => {
      const sender = new RateSender({ host: '127.0.0.1', port }, attempts);
      senders.push(sender);
      return { name, pid, work: (perSecond, seconds) => sender.send(perSecond, seconds) };
    };
    const gateway = await parts.startService('gateway', env, redis.url);
    const barePort = await freePort();
    const bare = await parts.startProgram('bare.gateway.ts', barePort, { ...env, PETABAKAT_REDIS_URL: redis.url });
    const ours = contestant('gateway', gateway.pid, Number(new URL(gateway.url).port));
    return await pairedRounds(ours, contestant('bare Fastify', bare.pid, barePort), plan, note);
  } finally {
    for (const sender of senders) sender.close();
    await parts.stop();
    await redis.stop();
  }
}

async function showViews(redisUrl: string, attempts: BenchAttempts): Promise<void> {
  const views = new RedisAttemptViews({ url: redisUrl });
  try {
    await views.connected(REDIS_TIMEOUT_MS);
    await views.put(attempts.views);
  } finally {
    await views.close();
  }
}
