import type { Consumer, ConsumerCrashEvent, ConsumerGroupJoinEvent, EachBatchPayload, Kafka } from 'kafkajs';
import type { PartitionProgress, PartitionRange, RunningSubscription, Subscription } from '../log/event-log';
import type { Runtime } from '../log/runtime';
import { CONSUMER_RETRY, type LogSink } from './kafka.client';
import { PartitionConsumer, type PartitionControls } from './partition.consumer';
import { toRecord } from './partition.reader';
import { settledWithin } from './settled-within';

/** A process that was killed keeps its partitions this long; a busy one must not lose them. */
const SESSION_TIMEOUT_MS = 12_000;
/** A sixth of the session timeout: several may be lost. */
const HEARTBEAT_INTERVAL_MS = 2_000;
/** How long a rebalance waits for a member that is busy. */
const REBALANCE_TIMEOUT_MS = 30_000;
/**
 * A broker gathers records for this long, so that a commit is worth its cost; a person does not notice it. A partition
 * that was paused is fetched again at the latest after this.
 */
const FETCH_WAIT_MS = 250;
/** A broker that has so much answers at once. Less than one partition may bring, so that a single busy one is not held up. */
const FETCH_BYTES_MIN = 200_000;
/** One round of all partitions of a broker: some 5,000 records of usual size. */
const FETCH_BYTES_MAX = 2_000_000;
/** One batch: some 600 records of usual size, which a handler applies well within a session timeout. */
const FETCH_BYTES_PER_PARTITION_MAX = 256_000;
/** All partitions of the busiest topic: batches that come side by side share a transaction. */
const PARTITIONS_AT_ONCE = 24;
/** A leader that moved shows by its error; this finds brokers that came. */
const METADATA_MAX_AGE_MS = 60_000;

/** The commits only show lag, so they are gathered. */
const COMMIT_INTERVAL_MS = 1_000;
/** Lag that is shown a batch too high is no reason to hold up a shutdown. */
const LAST_COMMIT_TIMEOUT_MS = 2_000;
/** While brokers are away kafkajs waits for them, longer than a service may take to stop. */
const LEAVE_TIMEOUT_MS = 10_000;
/** A consumer that has silently stopped must be seen to fall behind well before the watchdog's patience ends. */
const RANGE_CHECK_INTERVAL_MS = 2_000;

/** kafkajs can crash and restart for ever while the process looks healthy: after this many in a row the process should end. */
const CRASHES_MAX = 8;
/** A consumer that has run this long has got over its last crash. */
const CRASH_MEMORY_MS = 120_000;
/** Most crashes are over as soon as the group has a coordinator again. */
const RESTART_DELAY_MS = 1_000;
/** With it, eight crashes in a row take a minute at least. */
const RESTART_DELAY_MS_MAX = 10_000;

export interface SubscriptionOptions {
  readonly kafka: Kafka;
  readonly subscription: Subscription;
  readonly ranges: (topic: string) => Promise<Map<number, PartitionRange>>;
  readonly runtime: Runtime;
  readonly logger: LogSink;
}

/**
 * One consumer group membership. kafkajs joins the group and fetches; positions, retries and restarts are decided here.
 * A crashed consumer is thrown away and built anew, a bounded number of times.
 */
export class GroupSubscription implements RunningSubscription {
  /** Also those that were ours once: a batch of theirs may still be in work when they come back. */
  private readonly partitions = new Map<string, PartitionConsumer>();
  private readonly committed = new Map<string, number>();
  private readonly crashedAtMs: number[] = [];
  private readonly stopped = new AbortController();
  private consumer: Consumer | null = null;
  private starting: Promise<void> = Promise.resolve();
  private stopping: Promise<void> | null = null;

  private constructor(private readonly options: SubscriptionOptions) {}

  static async start(options: SubscriptionOptions): Promise<GroupSubscription> {
    const subscription = new GroupSubscription(options);
    await subscription.startConsumer();
    void subscription.repeatedly(COMMIT_INTERVAL_MS, () => subscription.commit(subscription.assigned()));
    void subscription.repeatedly(RANGE_CHECK_INTERVAL_MS, () => subscription.checkRanges());
    return subscription;
  }

  progress(): readonly PartitionProgress[] {
    return this.assigned().map((partition) => partition.progress);
  }

  stop(): Promise<void> {
    this.stopping ??= this.shutDown();
    return this.stopping;
  }

  private async shutDown(): Promise<void> {
    this.stopped.abort();
    const assigned = this.assigned();
    await Promise.all([...this.partitions.values()].map((partition) => partition.retire()));
    if (await settledWithin(this.leave(assigned), LEAVE_TIMEOUT_MS, this.options.runtime)) return;
    this.options.logger.warn('a consumer is left to end by itself: no broker answers', this.described());
  }

  private async leave(assigned: readonly PartitionConsumer[]): Promise<void> {
    // kafkajs cannot be stopped while it joins: it would join afterwards.
    await this.starting.catch(() => undefined);
    const committed = this.commit(assigned).catch(() => undefined);
    await settledWithin(committed, LAST_COMMIT_TIMEOUT_MS, this.options.runtime);
    await this.disconnect();
  }

  private assigned(): PartitionConsumer[] {
    return [...this.partitions.values()].filter((partition) => partition.isAssigned);
  }

  private startConsumer(): Promise<void> {
    this.starting = this.connectConsumer();
    return this.starting;
  }

  private async connectConsumer(): Promise<void> {
    const { kafka, subscription } = this.options;
    const consumer = kafka.consumer({
      groupId: subscription.group,
      sessionTimeout: SESSION_TIMEOUT_MS,
      heartbeatInterval: HEARTBEAT_INTERVAL_MS,
      rebalanceTimeout: REBALANCE_TIMEOUT_MS,
      maxWaitTimeInMs: FETCH_WAIT_MS,
      minBytes: FETCH_BYTES_MIN,
      maxBytes: FETCH_BYTES_MAX,
      maxBytesPerPartition: FETCH_BYTES_PER_PARTITION_MAX,
      metadataMaxAge: METADATA_MAX_AGE_MS,
      allowAutoTopicCreation: false,
      // It never restarts itself: `restart` counts.
      retry: { ...CONSUMER_RETRY, restartOnFailure: () => Promise.resolve(false) },
    });
    consumer.on(consumer.events.GROUP_JOIN, (event) => this.onAssignment(consumer, event));
    consumer.on(consumer.events.CRASH, (event) => this.onCrash(consumer, event));
    this.consumer = consumer;
    try {
      await consumer.connect();
      // From the beginning only until the position is sought, which is before anything is fetched.
      await consumer.subscribe({ topics: [...subscription.topics], fromBeginning: true });
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: PARTITIONS_AT_ONCE,
        eachBatch: (payload) => this.onBatch(payload),
      });
    } catch (error) {
      await this.disconnect();
      throw error;
    }
  }

  private async disconnect(): Promise<void> {
    const consumer = this.consumer;
    this.consumer = null;
    await consumer?.disconnect().catch((error: Error) => {
      this.options.logger.warn(`a consumer did not end well: ${error.message}`, this.described());
    });
  }

  /** Runs before the first fetch of the new assignment: everything is paused until its position is known. */
  private onAssignment(consumer: Consumer, { payload }: ConsumerGroupJoinEvent): void {
    if (this.stopped.signal.aborted) return;
    const assigned = new Set<string>();
    for (const [topic, partitions] of Object.entries(payload.memberAssignment)) {
      consumer.pause([{ topic, partitions }]);
      for (const partition of partitions) {
        const name = nameOf(topic, partition);
        assigned.add(name);
        const controls = this.controlsOf(consumer, topic, partition);
        const known = this.partitions.get(name) ?? this.partitionConsumer(topic, partition, controls);
        this.partitions.set(name, known);
        known.assign(controls);
      }
    }
    for (const [name, partition] of this.partitions) {
      if (assigned.has(name)) continue;
      this.committed.delete(name);
      void partition.retire();
    }
  }

  private partitionConsumer(topic: string, partition: number, controls: PartitionControls): PartitionConsumer {
    const { subscription, runtime, logger } = this.options;
    return new PartitionConsumer(topic, partition, subscription, controls, runtime, logger);
  }

  /** Never throws: an error here would end the fetching of all partitions, and cost five seconds. */
  private async onBatch(payload: EachBatchPayload): Promise<void> {
    const { topic, partition, messages, highWatermark } = payload.batch;
    const taker = this.partitions.get(nameOf(topic, partition));
    if (!taker || !payload.isRunning() || payload.isStale() || this.stopped.signal.aborted) return;
    try {
      await taker.take(messages.map(toRecord), Number(highWatermark), (offset) => payload.resolveOffset(`${offset}`));
    } catch (error) {
      this.options.logger.warn(`a batch could not be taken: ${(error as Error).message}`, { topic, partition });
    }
  }

  private controlsOf(consumer: Consumer, topic: string, partition: number): PartitionControls {
    // kafkajs throws where a consumer has ended; its successor asks for the position again.
    const whileRunning = (run: () => void) => {
      if (this.consumer !== consumer) return;
      try {
        run();
      } catch (error) {
        this.options.logger.warn(`a consumer has ended meanwhile: ${(error as Error).message}`, this.described());
      }
    };
    return {
      pause: () => whileRunning(() => consumer.pause([{ topic, partitions: [partition] }])),
      resumeAt: (offset) =>
        whileRunning(() => {
          consumer.seek({ topic, partition, offset: `${offset}` });
          consumer.resume([{ topic, partitions: [partition] }]);
        }),
      range: async () => {
        const range = (await this.options.ranges(topic)).get(partition);
        if (!range) throw new RangeError(`${topic} has no partition ${partition}`);
        return range;
      },
    };
  }

  private async commit(partitions: readonly PartitionConsumer[]): Promise<void> {
    const moved = partitions
      .map(({ progress }) => progress)
      .filter(({ topic, partition, nextOffset }) => this.committed.get(nameOf(topic, partition)) !== nextOffset);
    if (moved.length === 0 || !this.consumer) return;
    await this.consumer.commitOffsets(
      moved.map(({ topic, partition, nextOffset }) => ({ topic, partition, offset: `${nextOffset}` })),
    );
    for (const { topic, partition, nextOffset } of moved) this.committed.set(nameOf(topic, partition), nextOffset);
  }

  private async checkRanges(): Promise<void> {
    await Promise.all(this.assigned().map((partition) => partition.checkRange()));
  }

  private async repeatedly(intervalMs: number, run: () => Promise<void>): Promise<void> {
    const { runtime, logger } = this.options;
    const { signal } = this.stopped;
    while (!signal.aborted) {
      await runtime.sleep(intervalMs, signal);
      if (signal.aborted) return;
      await run().catch((error: Error) => logger.debug?.(`will be repeated: ${error.message}`, this.described()));
    }
  }

  private onCrash(consumer: Consumer, { payload }: ConsumerCrashEvent): void {
    if (this.stopped.signal.aborted || this.consumer !== consumer) return;
    this.options.logger.warn(`a consumer has crashed: ${payload.error.message}`, this.described());
    this.consumer = null;
    for (const partition of this.partitions.values()) void partition.retire();
    this.starting = this.restart(payload.error);
  }

  private async restart(cause: Error): Promise<void> {
    const { runtime, subscription } = this.options;
    const { signal } = this.stopped;
    for (let error = cause; !signal.aborted;) {
      const nowMs = runtime.monotonicMs();
      const lastMs = this.crashedAtMs.at(-1);
      if (lastMs !== undefined && nowMs - lastMs > CRASH_MEMORY_MS) this.crashedAtMs.length = 0;
      this.crashedAtMs.push(nowMs);
      if (this.crashedAtMs.length > CRASHES_MAX) {
        const message = `the consumer of ${subscription.group} crashed ${CRASHES_MAX} times in a row`;
        subscription.onFatal(new Error(message, { cause: error }));
        return;
      }
      const delayMs = Math.min(RESTART_DELAY_MS * 2 ** (this.crashedAtMs.length - 1), RESTART_DELAY_MS_MAX);
      await runtime.sleep(delayMs, signal);
      if (signal.aborted) return;
      try {
        await this.connectConsumer();
        return;
      } catch (next) {
        error = next as Error;
      }
    }
  }

  private described(): object {
    const { group, topics } = this.options.subscription;
    return { group, topics };
  }
}

function nameOf(topic: string, partition: number): string {
  return `${topic}/${partition}`;
}
