import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { AttemptTokens } from '@app/access';
import { TOPICS } from '@app/contracts';
import { RedisAttemptViews } from '@app/views';
import { Client } from 'pg';
import { AnswerFeeder, untilApplied } from '../../bench/answer-path/answer.feeder';
import { newGatewaySecrets } from '../../bench/answer-path/bench.parts';
import { BenchAttempts, RateSender } from '../../bench/answer-path/rate.sender';
import { loopbackBytes } from '../kernel/loopback-bytes';
import { machineCpuMs, processFigures } from '../kernel/process-figures';
import type { LoadOptions } from '../load.options';
import { LoadPlatform } from '../platform/load.platform';
import { machineOf } from '../report/load.report';
import { nameOfProcess } from '../report/platform.watch';
import { type CostPoint, type Measurement, type ProcessLook, costsBetween } from './cost.points';
import { WITHOUT_SHEDDING } from './measure';

const REDIS_TIMEOUT_MS = 5_000;
/** Compilers and caches. */
const WARM_UP = { perSecond: 200, seconds: 8 };
const SETTLING_MS = 1_000;

type DirectOptions = Pick<LoadOptions, 'assessments' | 'brokers' | 'gateways' | 'log' | 'minutes'> & {
  readonly rates: readonly number[];
};

/**
 * The whole path of answers for attempts that nobody has logged in to: their beginnings stand in the log and their views
 * in the store. It costs what it costs in an examination, and a machine that has hardly time for logins can measure it.
 */
export class DirectMeasurement {
  private constructor(
    private readonly options: DirectOptions,
    private readonly platform: LoadPlatform,
    private readonly attempts: BenchAttempts,
    private readonly client: Client,
    private readonly note: (text: string) => void,
  ) {}

  static async run(name: string, options: DirectOptions, note: (text: string) => void): Promise<Measurement> {
    const { env, tokenKey } = newGatewaySecrets();
    const counts = { gateway: options.gateways, assessment: options.assessments };
    const gateway = { ...env, ...WITHOUT_SHEDDING };
    const platform = await LoadPlatform.start({ log: options.log, brokers: options.brokers, counts, env: { gateway } });
    const client = new Client({ connectionString: platform.postgres.url });
    try {
      await client.connect();
      const attempts = new BenchAttempts(new AttemptTokens([tokenKey]));
      return await new DirectMeasurement(options, platform, attempts, client, note).measured(name);
    } finally {
      await client.end();
      await platform.stop();
    }
  }

  private async measured(name: string): Promise<Measurement> {
    const { platform, options } = this;
    await new AnswerFeeder(this.attempts.attempts.map(({ attemptId }) => attemptId)).startAttempts(platform.log);
    await this.untilApplied();
    await this.showViews();
    const senders = platform.gatewayUrls.map((url) => {
      const { hostname: host, port } = new URL(url);
      return new RateSender({ host, port: Number(port) }, this.attempts);
    });
    await this.offer(senders, WARM_UP.perSecond, WARM_UP.seconds);
    const points: CostPoint[] = [];
    for (const rate of options.rates) {
      const point = await this.pointAt(senders, rate);
      this.note(JSON.stringify(point));
      points.push(point);
    }
    for (const sender of senders) sender.close();
    return {
      name,
      commit: execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim(),
      measuredAt: new Date().toISOString(),
      machine: machineOf(),
      laggedShare: null,
      connections: senders.length * this.attempts.attempts.length,
      points,
    };
  }

  /** From the first answer until the tables have reached the log: all that the answers cost is in it. */
  private async pointAt(senders: readonly RateSender[], rate: number): Promise<CostPoint> {
    const { gateways, assessments, log, brokers, minutes, rates } = this.options;
    await sleep(SETTLING_MS);
    const refusedBefore = refusedBy(senders);
    const before = this.look();
    const acknowledged = await this.offer(senders, rate, (minutes * 60) / rates.length);
    await this.untilApplied();
    const after = this.look();
    return {
      setup: log === 'postgres' ? 'postgres' : `kafka-${brokers}`,
      candidates: senders.length * this.attempts.attempts.length,
      gateways,
      assessments,
      offeredPerSecond: rate,
      failedTriesPerAnswer: (refusedBy(senders) - refusedBefore) / Math.max(1, acknowledged),
      lagPerAnswer: 0,
      latencyP50Ms: null,
      latencyP99Ms: null,
      ...costsBetween(before, after, acknowledged),
    };
  }

  private look(): ProcessLook {
    return {
      atMs: performance.now(),
      loopbackBytes: loopbackBytes(),
      machineMs: machineCpuMs(),
      processes: processFigures(process.pid, nameOfProcess),
    };
  }

  private async offer(senders: readonly RateSender[], rate: number, seconds: number): Promise<number> {
    const acknowledged = await Promise.all(senders.map((sender) => sender.send(rate / senders.length, seconds)));
    return acknowledged.reduce((sum, one) => sum + one, 0);
  }

  private untilApplied(): Promise<void> {
    return untilApplied(this.platform.log, async () => {
      const { rows } = await this.client.query<{ applied: string | null }>(
        'SELECT sum(next_offset) AS applied FROM assessment.consumer_progress WHERE topic = $1',
        [TOPICS.attempts.name],
      );
      return Number(rows[0]?.applied ?? 0);
    });
  }

  private async showViews(): Promise<void> {
    const views = new RedisAttemptViews({ url: this.platform.redis.url });
    try {
      await views.connected(REDIS_TIMEOUT_MS);
      await views.put(this.attempts.views);
    } finally {
      await views.close();
    }
  }
}

function refusedBy(senders: readonly RateSender[]): number {
  return senders.reduce((sum, sender) => sum + sender.refused, 0);
}
