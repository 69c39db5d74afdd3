import { TOPICS, type TopicAlias } from '@app/contracts';
import { type CustomTransportStrategy, Server } from '@nestjs/microservices';
import { isObservable, lastValueFrom } from 'rxjs';
import type { EventBatch } from '../consumption/event-batch';
import type { Positions } from '../consumption/position-store';
import { DeadLetterWriter } from '../dead-letters/dead-letter-writer';
import type {
  BatchOutcome,
  EventLog,
  LogGap,
  PartitionProgress,
  RecordBatch,
  RunningSubscription,
} from '../log/event-log';
import { type Runtime, systemRuntime } from '../log/runtime';
import { BatchContext } from './batch-context';
import { transportIdOf } from './batch-handler.decorator';
import { problemsOfHandlers } from './handler-check';
import { HandlerSlots } from './handler-slots';
import { PartitionLag } from './partition-lag';
import { PartitionWorker } from './partition-worker';
import { ProgressWatchdog } from './progress-watchdog';

export const SERVER_LIMITS = {
  /** Handlers at a time, unless the options say otherwise: more partitions at once only wait for the same disk. */
  concurrency: 4,
  /** Restarts of a silent subscription before the process gives up, and the time after which they are forgotten. */
  restartsMax: 3,
  restartsForgottenAfterMs: 600_000,
  /** How long a silent subscription may take to stop: one whose handler hangs never does. */
  restartStopMs: 10_000,
  /** How often a gap that waits for a person is logged. */
  gapAlarmEveryMs: 30_000,
} as const;

export interface BatchServerOptions {
  readonly group: string;
  readonly log: EventLog;
  readonly positions: Positions;
  readonly runtime?: Runtime;
  /** Handlers that run at a time. Each holds a connection: leave some of the pool to requests and to the relay. */
  readonly concurrency?: number;
  /** The topics that this group must have handlers for, no more and no fewer. */
  readonly expects: readonly TopicAlias[];
  /** The group cannot go on in this process. The process should end non-zero and be started anew. */
  onFatal(error: Error): void;
}

export interface StandingPartition {
  readonly topic: string;
  readonly partition: number;
  readonly reason: string;
}

/** A partition as operations look at it. */
export interface WatchedPartition {
  readonly topic: string;
  readonly partition: number;
  readonly lagRecords: number;
  /** How long the next record has waited since the log took it; 0 where none waits. */
  readonly lagSeconds: number;
  readonly state: PartitionProgress['state'] | 'standing';
}

/**
 * Nest transport that hands a consumer group's records to `@BatchHandler` methods: batches, in order per partition.
 *
 * What a handler throws decides:
 * - an outage (`isTransientDatabaseError`, `TransientFailure`, a 503 `DomainError`): the same batch again after a pause
 * - `PositionBehind`: reading goes back to the stored position
 * - anything else: the record at fault is found by halving, set aside as `record.not-applicable`, and the handler is
 *   called again with it among `rejected`
 * - a handler that returns without its `BatchTransaction` having run (a filter or interceptor ate the error): the
 *   partition stands still
 *
 * Guards, pipes and interceptors run, global ones too where the app is connected with `inheritAppConfig`. A guard
 * written for HTTP must let other contexts pass (`context.getType() !== 'http'`): one that refuses makes every
 * partition stand still. Filters of the method win over global ones, so an HTTP filter never sees a handler's error.
 *
 * `app.close()` calls `onModuleDestroy` hooks before it stops transports: a data source that handlers use is to be
 * closed in `onApplicationShutdown`.
 */
export class BatchServer extends Server implements CustomTransportStrategy {
  override readonly transportId: symbol;
  /** Errors reach us; Nest would log them a second time. */
  override readonly propagatesEventHandlerErrors = true;

  private readonly runtime: Runtime;
  private readonly deadLetters: DeadLetterWriter;
  private readonly watchdog: ProgressWatchdog;
  private readonly slots: HandlerSlots;
  private readonly workers = new Map<string, PartitionWorker>();
  private readonly lags = new Map<string, PartitionLag>();
  private readonly gapAlarmsAtMs = new Map<string, number>();
  private subscription: RunningSubscription | null = null;
  private restartsAtMs: number[] = [];
  private isClosing = false;

  constructor(private readonly options: BatchServerOptions) {
    super();
    const runtime = options.runtime ?? systemRuntime;
    this.runtime = runtime;
    this.transportId = transportIdOf(options.group);
    this.slots = new HandlerSlots(options.concurrency ?? SERVER_LIMITS.concurrency);
    this.deadLetters = new DeadLetterWriter(options.log, runtime, options.group);
    this.watchdog = new ProgressWatchdog({
      log: options.log,
      runtime,
      progress: () => this.progress(),
      lastActiveAtMs: (topic, partition) => this.workers.get(nameOf(topic, partition))?.lastActiveAtMs ?? null,
      onSilence: (partition) => void this.restart(partition),
    });
  }

  get group(): string {
    return this.options.group;
  }

  /** Partitions that this process works on now. */
  progress(): readonly PartitionProgress[] {
    return this.subscription?.progress() ?? [];
  }

  /** Partitions that wait for a person, other than before a gap (see the state in `progress()`). */
  standing(): readonly StandingPartition[] {
    return this.progress().flatMap(({ topic, partition }) => {
      const reason = this.workers.get(nameOf(topic, partition))?.standsStillBecause;
      return reason ? [{ topic, partition, reason }] : [];
    });
  }

  /** For metrics: the same partitions with what is behind, and since when. */
  partitions(): readonly WatchedPartition[] {
    const standing = new Set(this.standing().map(({ topic, partition }) => nameOf(topic, partition)));
    const [nowMs, monotonicMs] = [this.runtime.nowMs(), this.runtime.monotonicMs()];
    return this.progress().map((progress) => {
      const { topic, partition, nextOffset, endOffset } = progress;
      const name = nameOf(topic, partition);
      const lagSeconds = this.lagOf(name).secondsOf(progress, nowMs, monotonicMs);
      const state = standing.has(name) ? 'standing' : progress.state;
      return { topic, partition, lagRecords: endOffset - nextOffset, lagSeconds, state };
    });
  }

  /** Records set aside since the process started. */
  deadLettersWritten(): number {
    return this.deadLetters.written;
  }

  async listen(callback: (error?: unknown) => void): Promise<void> {
    try {
      const problems = problemsOfHandlers(this.messageHandlers, this.topics);
      if (problems.length > 0) throw new Error(`consumer group ${this.group}: ${problems.join('; ')}`);
      this.isClosing = false;
      await this.subscribe();
      this.watchdog.start();
    } catch (error) {
      callback(error);
      return;
    }
    callback();
  }

  /** Resolves when the batches in work are applied and the partitions are given back. */
  async close(): Promise<void> {
    this.isClosing = true;
    this.watchdog.stop();
    await this.subscription?.stop();
    this.subscription = null;
  }

  on(): never {
    throw new Error('a batch server has no events to listen to');
  }

  unwrap<T>(): T {
    return this.options.log as T;
  }

  private get topics(): string[] {
    return this.options.expects.map((alias) => TOPICS[alias].name);
  }

  private async subscribe(): Promise<void> {
    this.subscription = await this.options.log.subscribe({
      group: this.group,
      topics: this.topics,
      position: (topic, partition) => this.begin(topic, partition),
      onBatch: (batch) => this.onBatch(batch),
      onGap: (gap) => this.onGap(gap),
      onFatal: (error) => this.options.onFatal(error),
    });
  }

  /** A new tenure: what an earlier one remembered may be somebody else's past by now. */
  private begin(topic: string, partition: number): Promise<number> {
    this.workers.delete(nameOf(topic, partition));
    this.lags.delete(nameOf(topic, partition));
    return this.options.positions.position(this.group, topic, partition);
  }

  private onBatch(batch: RecordBatch): Promise<BatchOutcome> {
    const { topic, partition } = batch;
    const name = nameOf(topic, partition);
    const worker = this.workers.get(name) ?? this.newWorker(topic, partition);
    this.workers.set(name, worker);
    this.lagOf(name).begin(batch);
    return worker.onBatch(batch);
  }

  private lagOf(name: string): PartitionLag {
    const lag = this.lags.get(name) ?? new PartitionLag();
    this.lags.set(name, lag);
    return lag;
  }

  private newWorker(topic: string, partition: number): PartitionWorker {
    return new PartitionWorker({
      group: this.group,
      topic,
      partition,
      handle: (slice, batch) => this.slots.run(() => this.handle(slice, batch)),
      deadLetters: this.deadLetters,
      runtime: this.runtime,
    });
  }

  /** Runs the handler with everything Nest puts around it, and waits for the end of what it returns. */
  private handle(slice: EventBatch, batch: RecordBatch): Promise<void> {
    const context = new BatchContext([batch]);
    const handler = this.messageHandlers.get(slice.topic)!;
    return new Promise((resolve, reject) => {
      this.onProcessingStartHook(this.transportId, context, async () => {
        try {
          const result: unknown = await handler(slice, context);
          // Without a default, a stream that ends without a value would be an error.
          if (isObservable(result)) await lastValueFrom(result, { defaultValue: undefined });
          resolve();
        } catch (error) {
          reject(error);
        } finally {
          this.onProcessingEndHook?.(this.transportId, context);
        }
      });
    });
  }

  /** A person accepts a gap by moving the stored position; the log only has to be told of it. */
  private async onGap(gap: LogGap): Promise<number | null> {
    const stored = await this.options.positions.position(this.group, gap.topic, gap.partition);
    if (stored !== gap.position) return stored;
    this.alarmOf(gap);
    return null;
  }

  private alarmOf(gap: LogGap): void {
    const name = nameOf(gap.topic, gap.partition);
    const nowMs = this.runtime.monotonicMs();
    if (nowMs - (this.gapAlarmsAtMs.get(name) ?? -Infinity) < SERVER_LIMITS.gapAlarmEveryMs) return;
    this.gapAlarmsAtMs.set(name, nowMs);
    this.logger.error({
      message: 'the log does not hold the next record; the partition waits for a person to accept the gap',
      group: this.group,
      ...gap,
    });
  }

  private async restart(silent: PartitionProgress): Promise<void> {
    const place = { group: this.group, topic: silent.topic, partition: silent.partition, offset: silent.nextOffset };
    this.logger.error({ message: 'a partition has records waiting and makes no progress', ...place });
    const error = new Error(`${this.group} makes no progress on ${silent.topic}/${silent.partition}`);
    if (!this.mayRestart() || !(await this.stopInTime())) return this.options.onFatal(error);
    try {
      await this.subscribe();
      if (this.isClosing) await this.close();
      else this.watchdog.start();
    } catch (cause) {
      this.options.onFatal(new Error(`${this.group} could not be started again`, { cause }));
    }
  }

  private mayRestart(): boolean {
    const nowMs = this.runtime.monotonicMs();
    this.restartsAtMs = this.restartsAtMs.filter((atMs) => nowMs - atMs < SERVER_LIMITS.restartsForgottenAfterMs);
    this.restartsAtMs.push(nowMs);
    return this.restartsAtMs.length <= SERVER_LIMITS.restartsMax;
  }

  private async stopInTime(): Promise<boolean> {
    const stopped = this.subscription?.stop().then(
      () => true,
      () => false,
    );
    const tooLate = this.runtime.sleep(SERVER_LIMITS.restartStopMs).then(() => false);
    return Promise.race([stopped ?? true, tooLate]);
  }
}

function nameOf(topic: string, partition: number): string {
  return `${topic}/${partition}`;
}
