import type {
  BatchOutcome,
  LogGap,
  LogRecord,
  PartitionProgress,
  PartitionRange,
  RecordBatch,
  Subscription,
} from '../log/event-log';
import type { Runtime } from '../log/runtime';

/** What a handler applies in one transaction; larger batches gain nothing and retry more. */
export const BATCH_RECORDS_MAX = 500;
/** Most outages are over by then: a lock, a restart of a pool. */
const RETRY_FIRST_MS = 250;
/** A database that comes back is noticed this soon at the latest. */
const RETRY_MAX_MS = 10_000;
/** How often a person's decision about a gap is looked for. */
const GAP_RETRY_MS = 3_000;

export interface PartitionReaderOptions {
  readonly subscription: Subscription;
  readonly topic: string;
  readonly topicId: number;
  readonly partition: number;
  readonly runtime: Runtime;
  /** Batches that are not full begin on a beat of this length, the same for all partitions, so that they come together. */
  readonly batchSpacingMs: number;
  /** Whether the member that leads this reader still holds its leases. */
  isMember(): boolean;
  /** Called when the reader can take more, so that nobody waits for the next poll. */
  onFree(): void;
}

/**
 * One partition in one consumer group, while it is leased to this process. Does one thing at a time: asks for the
 * position, reports a gap, or runs a batch. The poll drives it; it never reads the log itself.
 */
export class PartitionReader {
  private position: number | null = null;
  private range: PartitionRange = { startOffset: 0, endOffset: 0 };
  private positionedAtMs = Number.NEGATIVE_INFINITY;
  private state: PartitionProgress['state'] = 'running';
  private work: Promise<void> | null = null;
  private waitUntilMs = 0;
  private lastBatchAtMs = Number.NEGATIVE_INFINITY;
  private lastAdvancedAtMs: number;
  private failures = 0;
  private closed = false;

  constructor(readonly options: PartitionReaderOptions) {
    this.lastAdvancedAtMs = options.runtime.monotonicMs();
  }

  get isBusy(): boolean {
    return this.work !== null;
  }

  get isClosed(): boolean {
    return this.closed;
  }

  get waitingSinceMs(): number {
    return this.lastBatchAtMs;
  }

  get nextOffset(): number {
    return this.position ?? 0;
  }

  /**
   * What a poll that was sent at `asOfMs` saw. Starts whatever has to be settled before records can be taken.
   */
  observe(range: PartitionRange, asOfMs: number): void {
    this.range = range;
    if (this.closed || this.isBusy || this.now() < this.waitUntilMs) return;
    if (this.position === null) return this.occupy(() => this.locate());
    // An older view of the log may end before a position that somebody else has reached meanwhile.
    if (asOfMs < this.positionedAtMs) return;
    const gap = this.gap();
    if (gap) return this.occupy(() => this.report(gap));
    if (this.state === 'gap') this.settle();
    // Somebody who watches for a standstill must not count the time in which there was nothing to do.
    if (this.position === range.endOffset) this.lastAdvancedAtMs = this.now();
  }

  /** How many records the reader would take now; 0 while it is busy, waits, or has nothing to read. */
  demand(): number {
    const now = this.now();
    if (this.closed || this.isBusy || this.position === null || now < this.waitUntilMs || this.gap()) return 0;
    const backlog = this.range.endOffset - this.position;
    const isDue = backlog >= BATCH_RECORDS_MAX || this.beatAt(now) > this.beatAt(this.lastBatchAtMs);
    return isDue ? Math.min(backlog, BATCH_RECORDS_MAX) : 0;
  }

  /** Hands over what was fetched for `nextOffset`. */
  deliver(records: readonly LogRecord[]): void {
    // Retention may have removed the records since the poll; the next one reports the gap.
    if (this.closed || this.isBusy || records[0]?.offset !== this.position) return;
    this.lastBatchAtMs = this.now();
    this.occupy(() => this.handle(records));
  }

  progress(): PartitionProgress {
    const { topic, partition } = this.options;
    const { lastAdvancedAtMs, state } = this;
    return { topic, partition, nextOffset: this.nextOffset, endOffset: this.range.endOffset, lastAdvancedAtMs, state };
  }

  /** Takes no more work, and resolves when the work in hand is done. */
  async close(): Promise<void> {
    this.closed = true;
    await this.work;
  }

  private occupy(task: () => Promise<void>): void {
    this.work = task()
      .catch(() => this.retryLater(this.backOffMs()))
      .finally(() => {
        this.work = null;
        this.options.onFree();
      });
  }

  private async locate(): Promise<void> {
    const { subscription, topic, partition } = this.options;
    this.moveTo(await subscription.position(topic, partition));
    this.settle();
  }

  private async report(gap: LogGap): Promise<void> {
    this.state = 'gap';
    const accepted = await this.options.subscription.onGap(gap);
    if (accepted === null) {
      this.waitUntilMs = this.now() + GAP_RETRY_MS;
      return;
    }
    this.moveTo(accepted);
    this.settle();
  }

  private async handle(records: readonly LogRecord[]): Promise<void> {
    const { subscription, topic, partition } = this.options;
    const isCurrent = () => !this.closed && this.options.isMember();
    const endOffset = Math.max(this.range.endOffset, records.at(-1)!.offset + 1);
    const batch: RecordBatch = { topic, partition, records, endOffset, isCurrent };
    const outcome: BatchOutcome = await subscription.onBatch(batch);
    this.moveTo(outcome.nextOffset);
    if (outcome.retryAfterMs === undefined) this.settle();
    else this.retryLater(outcome.retryAfterMs);
  }

  private moveTo(position: number): void {
    if (position > this.nextOffset) this.lastAdvancedAtMs = this.now();
    this.position = position;
    this.positionedAtMs = this.now();
  }

  private settle(): void {
    this.state = 'running';
    this.failures = 0;
  }

  private retryLater(delayMs: number): void {
    this.state = 'retrying';
    this.failures += 1;
    this.waitUntilMs = this.now() + delayMs;
  }

  /** Doubles up to a limit, and spreads: a database that comes back must not meet every partition at once. */
  private backOffMs(): number {
    const full = Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** this.failures);
    return full * (0.5 + this.options.runtime.random() / 2);
  }

  private beatAt(timeMs: number): number {
    return Math.floor(timeMs / this.options.batchSpacingMs);
  }

  private gap(): LogGap | null {
    const { topic, partition } = this.options;
    const { startOffset: logStartOffset, endOffset: logEndOffset } = this.range;
    const position = this.nextOffset;
    if (position < logStartOffset) {
      return { topic, partition, kind: 'begins-after-position', position, logStartOffset, logEndOffset };
    }
    if (position > logEndOffset) {
      return { topic, partition, kind: 'ends-before-position', position, logStartOffset, logEndOffset };
    }
    return null;
  }

  private now(): number {
    return this.options.runtime.monotonicMs();
  }
}
