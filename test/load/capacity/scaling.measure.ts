import { writeFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import { AttemptTokens } from '@app/access';
import { TOPICS } from '@app/contracts';
import { partitionOf } from '@app/messaging';
import type { AppName } from '@app/testing';
import { RedisAttemptViews } from '@app/views';
import { Client } from 'pg';
import { AnswerFeeder } from '../../bench/answer-path/answer.feeder';
import { type LogKind, newGatewaySecrets } from '../../bench/answer-path/bench.parts';
import { BenchAttempts, RateSender } from '../../bench/answer-path/rate.sender';
import { nowMs } from '../driver/clock';
import { LoadPlatform } from '../platform/load.platform';

const USAGE = 'Usage: node -r ./tools/register.cjs test/load/capacity/scaling.measure.ts postgres|kafka OUT.json\n';
const COUNTS = [1, 2, 4] as const;
/** More than two cores can take, so that what is measured is what they give. */
const OFFERED_PER_SECOND = 6_000;
const SENDING_SECONDS = 8;
const BACKLOG = 20_000;
const ONE_PARTITION_BACKLOG = 10_000;
/** Processes start and stop outside of this part of a backlog. */
const [MEASURED_FROM, MEASURED_UNTIL] = [0.25, 0.95];
const POLL_MS = 20;
const REDIS_TIMEOUT_MS = 5_000;
const APPENDERS = 4;
/** A few hundred attempts stand for all: each answers more often than a person may. */
const FOR_FEW_ATTEMPTS = { PETABAKAT_ANSWER_RATE_PER_SECOND: '1000', PETABAKAT_ANSWER_RATE_BURST: '10000' };

export interface ScalingFigures {
  readonly log: LogKind;
  readonly measuredAt: string;
  /** Answers a second through one, two and four gateways while nothing consumes, the sender on the same cores. */
  readonly gateways: readonly { readonly processes: number; readonly perSecond: number }[];
  /** Answers a second that one, two and four assessment processes apply of a backlog, while nothing else happens. */
  readonly assessments: readonly { readonly processes: number; readonly perSecond: number }[];
  readonly onePartition: { readonly appendsPerSecond: number; readonly appliedPerSecond: number };
}

/** What more processes give on this machine, and what one partition takes at most. */
class Scaling {
  private constructor(
    private readonly kind: LogKind,
    private readonly platform: LoadPlatform,
    private readonly attempts: BenchAttempts,
    private readonly client: Client,
  ) {}

  static async measure(kind: LogKind, note: (text: string) => void): Promise<ScalingFigures> {
    const { env, tokenKey } = newGatewaySecrets();
    const most = Math.max(...COUNTS);
    const counts = { gateway: most, assessment: most };
    const platform = await LoadPlatform.start({
      log: kind,
      brokers: 1,
      counts,
      env: { gateway: { ...env, ...FOR_FEW_ATTEMPTS } },
    });
    const client = new Client({ connectionString: platform.postgres.url });
    try {
      await client.connect();
      const scaling = new Scaling(kind, platform, new BenchAttempts(new AttemptTokens([tokenKey])), client);
      return await scaling.run(note);
    } finally {
      await client.end();
      await platform.stop();
    }
  }

  private async run(note: (text: string) => void): Promise<ScalingFigures> {
    const { kind, platform } = this;
    const feeder = new AnswerFeeder();
    const partitions = TOPICS.attempts.partitions;
    const ofOnePartition = new AnswerFeeder((attemptId) => partitionOf(attemptId, partitions) === 0);
    await feeder.startAttempts(platform.log);
    await ofOnePartition.startAttempts(platform.log);
    await this.untilApplied(1);
    await this.stopAll('assessment');
    await this.showViews();
    const gateways: ScalingFigures['gateways'][number][] = [];
    for (const processes of COUNTS) gateways.push({ processes, perSecond: await this.acknowledgedBy(processes) });
    note(inspect(gateways));
    await this.stopAll('gateway');
    // What the gateways have appended belongs to attempts that nobody has logged in to; it is no part of a measurement.
    await platform.processes.start('assessment');
    await this.untilApplied(1);
    const assessments: ScalingFigures['assessments'][number][] = [];
    for (const processes of COUNTS) {
      assessments.push({ processes, perSecond: await this.appliedBy(processes, feeder, BACKLOG) });
    }
    note(inspect(assessments));
    const appendsPerSecond = await this.appendsToOnePartition(ofOnePartition);
    const appliedPerSecond = await this.appliedBy(1, ofOnePartition, ONE_PARTITION_BACKLOG);
    const onePartition = { appendsPerSecond, appliedPerSecond };
    note(inspect(onePartition));
    return { log: kind, measuredAt: new Date().toISOString(), gateways, assessments, onePartition };
  }

  private async acknowledgedBy(processes: number): Promise<number> {
    const targets = this.platform.gatewayUrls.slice(0, processes).map((url) => new URL(url));
    const senders = targets.map(
      ({ hostname: host, port }) => new RateSender({ host, port: Number(port) }, this.attempts),
    );
    const fromMs = nowMs();
    const share = OFFERED_PER_SECOND / processes;
    const acknowledged = await Promise.all(senders.map((sender) => sender.send(share, SENDING_SECONDS)));
    const seconds = (nowMs() - fromMs) / 1_000;
    for (const sender of senders) sender.close();
    return acknowledged.reduce((sum, one) => sum + one, 0) / seconds;
  }

  private async appliedBy(processes: number, feeder: AnswerFeeder, backlog: number): Promise<number> {
    const { log, processes: services } = this.platform;
    await this.stopAll('assessment');
    const before = await this.applied();
    await feeder.fill(log, backlog);
    await Promise.all(
      services
        .namesOf('assessment')
        .slice(0, processes)
        .map((name) => services.start(name)),
    );
    const reached = (share: number) => this.untilPosition(before + backlog * share);
    const from = await reached(MEASURED_FROM);
    const until = await reached(MEASURED_UNTIL);
    await this.untilApplied(1);
    return ((until.applied - from.applied) / (until.atMs - from.atMs)) * 1_000;
  }

  /** Records of attempts of one partition, appended by several at once as gateways do. */
  private async appendsToOnePartition(feeder: AnswerFeeder): Promise<number> {
    const fromMs = nowMs();
    const each = ONE_PARTITION_BACKLOG / APPENDERS;
    await Promise.all(Array.from({ length: APPENDERS }, () => feeder.fill(this.platform.log, each)));
    return ONE_PARTITION_BACKLOG / ((nowMs() - fromMs) / 1_000);
  }

  private async untilApplied(share: number): Promise<void> {
    const ranges = await this.platform.log.ranges(TOPICS.attempts.name);
    const end = [...ranges.values()].reduce((sum, { endOffset }) => sum + endOffset, 0);
    await this.untilPosition(end * share);
  }

  private async untilPosition(position: number): Promise<{ applied: number; atMs: number }> {
    for (;;) {
      const applied = await this.applied();
      if (applied >= position) return { applied, atMs: nowMs() };
      await sleep(POLL_MS);
    }
  }

  private async applied(): Promise<number> {
    const { rows } = await this.client.query<{ applied: string | null }>(
      'SELECT sum(next_offset) AS applied FROM assessment.consumer_progress WHERE topic = $1',
      [TOPICS.attempts.name],
    );
    return Number(rows[0]?.applied ?? 0);
  }

  private async stopAll(app: AppName): Promise<void> {
    const { processes } = this.platform;
    await Promise.all(processes.namesOf(app).map((name) => processes.stop(name)));
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

async function main(): Promise<void> {
  const [kind, out] = process.argv.slice(2);
  if ((kind !== 'postgres' && kind !== 'kafka') || out === undefined) {
    process.stderr.write(USAGE);
    process.exit(2);
  }
  const figures = await Scaling.measure(kind, (text) => process.stderr.write(`${text}\n`));
  writeFileSync(out, `${JSON.stringify(figures, null, 1)}\n`);
}

main().then(
  () => process.exit(),
  (error: unknown) => {
    process.stderr.write(`the measurement broke off: ${inspect(error)}\n`);
    process.exit(1);
  },
);
