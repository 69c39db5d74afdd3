import { PROCESS_CONNECTIONS, type TopicSpec } from '@app/contracts';
import { assertDurable, endInTime } from '@app/database';
import type { Pool } from 'pg';
import type {
  AppendOutcome,
  EventLog,
  LogRecord,
  NewRecord,
  PartitionRange,
  RunningSubscription,
  Subscription,
} from '../log/event-log';
import { type Runtime, systemRuntime } from '../log/runtime';
import { GroupCoordinator } from './group.coordinator';
import { GroupRepository } from './group.repository';
import { GroupSubscription } from './group.subscription';
import { createLogPool } from './log.pool';
import { LogPoller } from './log.poller';
import { LogRetention } from './log.retention';
import { createLogSchema } from './log.schema';
import { RecordAppender } from './record.appender';
import { rangeKey, RecordRepository } from './record.repository';
import { type KnownTopic, TopicRepository } from './topic.repository';

const DEFAULT_SCHEMA = 'log';
/** A process that died keeps its partitions for this long; a living one may stop for almost as long without losing them. */
const DEFAULT_LEASE_MS = 10_000;
/** Delay that a trickle of records may get so that a transaction is worth its cost; a person does not notice it. */
const DEFAULT_BATCH_SPACING_MS = 250;
/** Bytes that one `read` returns at most, plus one record. */
const READ_BYTES_MAX = 16_000_000;
/** Records that one `read` returns at most, whatever its limit. */
const READ_RECORDS_MAX = 10_000;

export interface PostgresEventLogOptions {
  readonly url: string;
  readonly schema?: string;
  readonly poolSize?: number;
  readonly runtime?: Runtime;
  readonly leaseMs?: number;
  readonly batchSpacingMs?: number;
}

/** The log in PostgreSQL: durable with one server and nothing else to run. */
export class PostgresEventLog implements EventLog {
  private readonly topics: TopicRepository;
  private readonly records: RecordRepository;
  private readonly appender: RecordAppender;
  private readonly groups: GroupRepository;
  private readonly subscriptions = new Set<GroupSubscription>();
  private readonly coordinator: GroupCoordinator;
  private readonly poller: LogPoller;
  private readonly retention: LogRetention;
  private closing: Promise<void> | null = null;

  private constructor(
    private readonly pool: Pool,
    private readonly runtime: Runtime,
    private readonly leaseMs: number,
    private readonly batchSpacingMs: number,
  ) {
    this.topics = new TopicRepository(pool);
    this.records = new RecordRepository(pool);
    this.appender = new RecordAppender(pool);
    this.groups = new GroupRepository(pool, leaseMs);
    this.coordinator = new GroupCoordinator(this.groups, this.subscriptions, runtime, leaseMs);
    this.poller = new LogPoller(this.records, this.subscriptions, runtime);
    this.retention = new LogRetention(pool, runtime);
  }

  /** Makes the tables where they are missing. Refuses `log.unsafe-setting` where a commit could be lost. */
  static async open(options: PostgresEventLogOptions): Promise<PostgresEventLog> {
    const schema = options.schema ?? DEFAULT_SCHEMA;
    const pool = createLogPool({
      url: options.url,
      schema,
      poolSize: options.poolSize ?? PROCESS_CONNECTIONS.gateway.log,
    });
    try {
      await assertDurable(pool);
      await createLogSchema(options.url, schema);
    } catch (error) {
      await endInTime(pool);
      throw error;
    }
    const { leaseMs = DEFAULT_LEASE_MS, batchSpacingMs = DEFAULT_BATCH_SPACING_MS, runtime = systemRuntime } = options;
    const log = new PostgresEventLog(pool, runtime, leaseMs, batchSpacingMs);
    log.retention.start();
    return log;
  }

  async append(topic: string, records: readonly NewRecord[]): Promise<AppendOutcome[]> {
    let known: KnownTopic;
    try {
      known = await this.topics.get(topic);
    } catch (error) {
      return records.map(() => ({ status: 'refused', error: error as Error }));
    }
    const outcomes = await this.appender.append(known, records);
    if (this.subscriptions.size > 0) this.poller.wake();
    return outcomes;
  }

  async subscribe(subscription: Subscription): Promise<RunningSubscription> {
    const topics = await Promise.all(subscription.topics.map((name) => this.topics.get(name)));
    const running = new GroupSubscription({
      subscription,
      topics,
      groups: this.groups,
      runtime: this.runtime,
      leaseMs: this.leaseMs,
      batchSpacingMs: this.batchSpacingMs,
      onFree: () => this.poller.wake(),
      onStopping: () => this.subscriptions.delete(running),
    });
    this.subscriptions.add(running);
    this.coordinator.wake();
    return running;
  }

  async ranges(topic: string, partitions?: readonly number[]): Promise<Map<number, PartitionRange>> {
    const { topicId, partitions: count } = await this.topics.get(topic);
    const ranges = await this.records.ranges([topicId]);
    const wanted = partitions ?? Array.from({ length: count }, (_, partition) => partition);
    return new Map(
      wanted.map((partition) => {
        const range = ranges.get(rangeKey(topicId, partition));
        if (!range) throw new RangeError(`${topic} has no partition ${partition}`);
        return [partition, range];
      }),
    );
  }

  async read(topic: string, partition: number, fromOffset: number, limit: number): Promise<LogRecord[]> {
    const { topicId } = await this.topics.get(topic);
    const { startOffset } = (await this.ranges(topic, [partition])).get(partition)!;
    const request = {
      topicId,
      partition,
      fromOffset: Math.max(fromOffset, startOffset),
      recordsMax: Math.min(limit, READ_RECORDS_MAX),
    };
    const [records] = await this.records.fetch([request], READ_BYTES_MAX);
    return records!;
  }

  createTopics(topics: readonly TopicSpec[]): Promise<void> {
    return this.topics.create(topics);
  }

  verifyTopics(topics: readonly TopicSpec[]): Promise<void> {
    return this.topics.verify(topics);
  }

  /** Removes what is older than its topic's retention now, rather than within the hour. */
  enforceRetention(): Promise<number> {
    return this.retention.enforce();
  }

  /** Stops all subscriptions first. A second call waits for the first. */
  close(): Promise<void> {
    this.closing ??= this.shutDown();
    return this.closing;
  }

  private async shutDown(): Promise<void> {
    await Promise.all([...this.subscriptions].map((subscription) => subscription.stop()));
    await Promise.all([this.poller.close(), this.coordinator.close(), this.retention.close()]);
    await endInTime(this.pool);
  }
}
