import type { LogGap, PartitionProgress, RecordBatch, Subscription } from '../log/event-log';
import type { Runtime } from '../log/runtime';
import type { FaultSource } from './fault-plan';
import type { MemoryPartition } from './memory-partition';

/** Records handed over at once: several slices of a handler, so that slicing is exercised. */
const BATCH_RECORDS_MAX = 1_200;
/** Pause after a throw of the subscription. */
const OUTAGE_PAUSE_MS = 200;
/** How often a person's decision on a gap is asked for. */
const GAP_PAUSE_MS = 500;

export interface ReaderSurroundings {
  readonly runtime: Runtime;
  readonly faults: () => FaultSource;
}

/** Reads one partition for one member of a group, from its stored position on, batch after batch. */
export class PartitionReader {
  private readonly ending = new AbortController();
  private nextOffset: number | null = null;
  private shownOffset = 0;
  private lastAdvancedAtMs: number;
  private state: PartitionProgress['state'] = 'running';
  /** Counts up when the partition is given away; batches of an earlier tenure are no longer current. */
  private tenure = 0;
  private isRevoked = false;
  private readonly strays: Promise<unknown>[] = [];
  private readonly finished: Promise<void>;

  constructor(
    private readonly subscription: Subscription,
    private readonly topic: string,
    private readonly partition: number,
    private readonly store: MemoryPartition,
    private readonly surroundings: ReaderSurroundings,
  ) {
    this.lastAdvancedAtMs = surroundings.runtime.monotonicMs();
    this.finished = this.run();
  }

  progress(): PartitionProgress {
    return {
      topic: this.topic,
      partition: this.partition,
      nextOffset: this.nextOffset ?? this.shownOffset,
      endOffset: this.store.range.endOffset,
      lastAdvancedAtMs: this.lastAdvancedAtMs,
      state: this.state,
    };
  }

  /** Resolves when the batch in work is done; only then is the partition somebody else's. */
  async stop(): Promise<void> {
    this.ending.abort();
    await this.finished;
    this.isRevoked = true;
  }

  /** Takes the partition away at once; a batch in work goes on without a say. */
  revoke(): void {
    this.isRevoked = true;
    this.ending.abort();
  }

  private async run(): Promise<void> {
    // A turn of the event loop first, so that a subscriber knows its subscription before its first batch.
    await Promise.resolve();
    while (!this.ending.signal.aborted) {
      try {
        await this.step();
      } catch {
        this.state = 'retrying';
        await this.pause(OUTAGE_PAUSE_MS);
      }
    }
    await Promise.all(this.strays);
  }

  private async step(): Promise<void> {
    const position = (this.nextOffset ??= await this.subscription.position(this.topic, this.partition));
    if (this.ending.signal.aborted) return;
    const gap = this.findGap(position);
    if (gap) return this.standStill(gap);
    const records = this.store.read(position, BATCH_RECORDS_MAX);
    this.state = 'running';
    if (records.length === 0) return this.store.changed(this.ending.signal);
    await this.pause(this.surroundings.faults().deliveryDelayMs());
    if (this.ending.signal.aborted) return;
    await this.deliver(this.batchOf(records));
  }

  private async deliver(batch: RecordBatch): Promise<void> {
    const fault = this.surroundings.faults().deliveryFault();
    const outcome = this.subscription.onBatch(batch);
    if (fault === 'takeover') {
      this.tenure++;
      this.nextOffset = null;
      // The old worker goes on; whatever it says no longer counts.
      this.strays.push(outcome.catch(() => undefined));
      return;
    }
    const { nextOffset, retryAfterMs } = await outcome;
    if (this.isRevoked) return;
    this.advance(fault === 'redelivery' ? null : nextOffset);
    if (retryAfterMs === undefined) return;
    this.state = 'retrying';
    await this.pause(retryAfterMs);
  }

  private advance(nextOffset: number | null): void {
    if (nextOffset !== this.nextOffset) this.lastAdvancedAtMs = this.surroundings.runtime.monotonicMs();
    this.nextOffset = nextOffset;
    this.shownOffset = nextOffset ?? this.shownOffset;
  }

  private batchOf(records: RecordBatch['records']): RecordBatch {
    const tenure = this.tenure;
    return {
      topic: this.topic,
      partition: this.partition,
      records,
      endOffset: this.store.range.endOffset,
      isCurrent: () => !this.isRevoked && this.tenure === tenure,
    };
  }

  private findGap(position: number): LogGap | null {
    const { startOffset: logStartOffset, endOffset: logEndOffset } = this.store.range;
    if (position >= logStartOffset && position <= logEndOffset) return null;
    const kind = position < logStartOffset ? 'begins-after-position' : 'ends-before-position';
    return { topic: this.topic, partition: this.partition, kind, position, logStartOffset, logEndOffset };
  }

  private async standStill(gap: LogGap): Promise<void> {
    this.state = 'gap';
    const accepted = await this.subscription.onGap(gap);
    if (accepted !== null) this.advance(accepted);
    else await this.pause(GAP_PAUSE_MS);
  }

  private async pause(pauseMs: number): Promise<void> {
    if (pauseMs > 0) await this.surroundings.runtime.sleep(pauseMs, this.ending.signal);
  }
}
