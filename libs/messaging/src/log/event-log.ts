import type { TopicSpec } from '@app/contracts';

/**
 * The log is the truth. One port, three adapters (Kafka, PostgreSQL, in memory); `event-log.contract.ts` says what all
 * three must do.
 */

export interface NewRecord {
  readonly key: string;
  readonly value: string;
}

/** What became of one record of an append. Only `appended` may be acknowledged to anybody. */
export type AppendOutcome =
  | { readonly status: 'appended'; readonly partition: number; readonly offset: number }
  /** Certainly not in the log, now or later. */
  | { readonly status: 'refused'; readonly error: Error }
  /** It may be in the log. A repeat may therefore stand there twice. */
  | { readonly status: 'unknown'; readonly error: Error };

export interface LogRecord {
  readonly offset: number;
  readonly key: string;
  /** Empty where a foreign producer wrote no value. */
  readonly value: string;
  /** Milliseconds since 1970, by the log's clock. */
  readonly appendedAtMs: number;
}

/** Records of one partition: at least one, contiguous, ascending. */
export interface RecordBatch {
  readonly topic: string;
  readonly partition: number;
  readonly records: readonly LogRecord[];
  /** Offset that the next appended record will get, as of the fetch. */
  readonly endOffset: number;
  /** False once the partition has been given to another consumer. Only a hint: the fence in the database decides. */
  isCurrent(): boolean;
}

/** Where the consumer stands after a batch, and how long to leave the partition alone before the next one. */
export interface BatchOutcome {
  readonly nextOffset: number;
  readonly retryAfterMs?: number;
}

export type GapKind = 'begins-after-position' | 'ends-before-position';

/** The log does not hold what the position says has to come next. */
export interface LogGap {
  readonly topic: string;
  readonly partition: number;
  readonly kind: GapKind;
  readonly position: number;
  readonly logStartOffset: number;
  readonly logEndOffset: number;
}

export interface Subscription {
  readonly group: string;
  readonly topics: readonly string[];
  /** Where to begin, asked whenever a partition is assigned. The database knows; the broker's commit only shows lag. */
  position(topic: string, partition: number): Promise<number>;
  /** Must not throw for bad data. A throw counts as an outage: the partition is retried with back-off. */
  onBatch(batch: RecordBatch): Promise<BatchOutcome>;
  /**
   * Called when the log does not hold the position, and again every few seconds while the partition stands still.
   * Returns the position that a person has accepted to go on from, or null.
   */
  onGap(gap: LogGap): Promise<number | null>;
  /** The subscription cannot go on, restarts included. The process should end non-zero. */
  onFatal(error: Error): void;
}

export interface PartitionProgress {
  readonly topic: string;
  readonly partition: number;
  readonly nextOffset: number;
  readonly endOffset: number;
  /** By the runtime's monotonic clock. */
  readonly lastAdvancedAtMs: number;
  readonly state: 'running' | 'retrying' | 'gap';
}

export interface RunningSubscription {
  /** Partitions that this process works on now. */
  progress(): readonly PartitionProgress[];
  /** Finishes the batches in work, gives the partitions back, resolves when nothing runs any more. */
  stop(): Promise<void>;
}

export interface PartitionRange {
  /** Oldest offset that can still be read. */
  readonly startOffset: number;
  /** Offset that the next appended record will get. */
  readonly endOffset: number;
}

export interface AppendOptions {
  /** No attempt to append begins later than this after the call. A log that does not try again may ignore it. */
  readonly timeoutMs?: number;
}

/** What the brokers of a log say of each other. */
export interface LogCondition {
  readonly brokers: number;
  /** Partitions with fewer copies in step than they should have. */
  readonly underReplicated: number;
  /** Partitions that nobody can append to. */
  readonly withoutLeader: number;
}

export interface EventLog {
  /**
   * Appends records to one topic, each to the partition of its key (murmur2 of the key, as Kafka's default
   * partitioner). Records of one key in one call keep their order. One outcome per record, in the order given; never
   * rejects for a record's sake.
   */
  append(topic: string, records: readonly NewRecord[], options?: AppendOptions): Promise<AppendOutcome[]>;
  /**
   * Names what a key's appends go through (a partition's leader). Appends through different lanes can be in flight side
   * by side without waiting for each other. Without this method everything goes through one.
   */
  laneOf?(topic: string, key: string): string;
  subscribe(subscription: Subscription): Promise<RunningSubscription>;
  /** Ranges of the partitions asked for (all where none is named). Sees every record acknowledged before the call. */
  ranges(topic: string, partitions?: readonly number[]): Promise<Map<number, PartitionRange>>;
  /** Records from an offset on, at most `limit`, in order; none at the end of the log. For replays and audits. */
  read(topic: string, partition: number, fromOffset: number, limit: number): Promise<LogRecord[]>;
  /** Makes what is missing; refuses `log.partition-count` where a topic exists with another count. */
  createTopics(topics: readonly TopicSpec[]): Promise<void>;
  /** Refuses `log.topic-missing` or `log.partition-count`, naming the topics. */
  verifyTopics(topics: readonly TopicSpec[]): Promise<void>;
  /** For operations; only a log of several brokers has something to say here. */
  condition?(topics: readonly TopicSpec[]): Promise<LogCondition>;
  close(): Promise<void>;
}
