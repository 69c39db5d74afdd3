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
import type { LogSink } from './kafka.client';
import { settledWithin } from './settled-within';

/** What a partition may do to the consumer that feeds it. */
export interface PartitionControls {
  pause(): void;
  /** Fetching goes on at this offset. */
  resumeAt(offset: number): void;
  /** Begun after the call. */
  range(): Promise<PartitionRange>;
}

/**
 * A handler that takes longer goes on beside the fetching: kafkajs fetches nothing for anybody before all batches of a
 * round are done, and one slow partition must not hold up the others.
 */
const HANDLER_PATIENCE_MS = 50;
/** A lost connection or a serialization failure is over by then. */
const FIRST_RETRY_DELAY_MS = 100;
/** A database that is back is noticed within this time. */
const RETRY_DELAY_MS_MAX = 10_000;
/** How often an alarmed partition asks whether a person has accepted the gap. */
const GAP_POLL_MS = 2_000;
/** A new leader may not know the end yet; a log that is really shorter still is after this time. */
const SHORT_LOG_CONFIRMATION_MS = 500;

/**
 * One partition of one subscription: where it stands, which batch is in work, why it stands still. The position comes
 * from the subscription alone; what kafkajs believes about offsets is checked against it, batch by batch.
 */
export class PartitionConsumer {
  private nextOffset = 0;
  private endOffset = 0;
  private lastAdvancedAtMs: number;
  private state: PartitionProgress['state'] = 'running';
  private work: Promise<void> = Promise.resolve();
  private isWorking = false;
  /** Fetching is off until the position is known (again). */
  private isStopped = true;
  private isRetired = false;
  private failures = 0;
  /** Ends waiting of an older assignment. */
  private turn = new AbortController();

  constructor(
    private readonly topic: string,
    private readonly partition: number,
    private readonly subscription: Subscription,
    private controls: PartitionControls,
    private readonly runtime: Runtime,
    private readonly logger: LogSink,
  ) {
    this.lastAdvancedAtMs = runtime.monotonicMs();
  }

  /** Whether the partition is ours now. */
  get isAssigned(): boolean {
    return !this.isRetired;
  }

  get progress(): PartitionProgress {
    const { topic, partition, nextOffset, endOffset, lastAdvancedAtMs, state } = this;
    return { topic, partition, nextOffset, endOffset: Math.max(endOffset, nextOffset), lastAdvancedAtMs, state };
  }

  /** Called at every assignment, also of a partition that was ours before; fetching is paused already. */
  assign(controls: PartitionControls): void {
    this.controls = controls;
    this.isRetired = false;
    const turn = this.nextTurn();
    void this.begin(turn);
  }

  /** The partition is somebody else's from now on. The batch in work ends; its outcome is the database's affair. */
  retire(): Promise<void> {
    this.isRetired = true;
    this.nextTurn().abort();
    return this.work;
  }

  /**
   * @param resolve lets the next fetch begin behind an offset; only before the returned promise resolves
   * @returns once fetching may go on, not necessarily once the batch is done
   */
  async take(records: readonly LogRecord[], endOffset: number, resolve: (offset: number) => void): Promise<void> {
    if (this.isStopped || this.isWorking) return;
    const { signal } = this.turn;
    this.endOffset = endOffset;
    const next = contiguousFrom(records, this.nextOffset);
    if (next.length === 0) {
      this.standStill();
      void this.enter(signal, firstBehind(records, this.nextOffset));
      return;
    }
    this.isWorking = true;
    const handled = this.handle(next, endOffset, signal);
    let isDetached = false;
    this.work = handled.then((outcome) => {
      this.isWorking = false;
      if (signal.aborted) this.nextOffset = outcome.nextOffset;
      else this.settle(outcome, next, isDetached ? null : resolve, signal);
    });
    if ((await settledWithin(this.work, HANDLER_PATIENCE_MS, this.runtime)) || signal.aborted) return;
    isDetached = true;
    this.controls.pause();
  }

  /** From time to time, so that a consumer that has silently stopped shows as one that falls behind. */
  async checkRange(): Promise<void> {
    const { signal } = this.turn;
    const expected = this.nextOffset;
    const { endOffset } = await this.controls.range();
    if (signal.aborted) return;
    this.endOffset = endOffset;
    if (endOffset >= expected || this.isStopped || this.isWorking) return;
    this.standStill();
    void this.enter(signal, null);
  }

  private nextTurn(): AbortController {
    this.turn.abort();
    this.turn = new AbortController();
    this.isStopped = true;
    return this.turn;
  }

  private standStill(): void {
    this.isStopped = true;
    this.controls.pause();
  }

  private async begin({ signal }: AbortController): Promise<void> {
    await this.work;
    const position = await this.untilKnown(signal, () => this.subscription.position(this.topic, this.partition));
    if (position === null) return;
    this.nextOffset = position;
    this.lastAdvancedAtMs = this.runtime.monotonicMs();
    await this.enter(signal, null);
  }

  /**
   * Compares the position with the log and starts fetching there; where the log does not hold it, waits for a person.
   * Also where the log has grown beyond the position since: a topic made anew reaches old positions with other records.
   */
  private async enter(signal: AbortSignal, firstAvailable: number | null): Promise<void> {
    let gap = await this.findGap(signal, firstAvailable);
    while (gap !== null && !signal.aborted) {
      this.state = 'gap';
      const accepted = await this.subscription.onGap(gap).catch((error: unknown) => this.report('onGap failed', error));
      if (signal.aborted) return;
      if (typeof accepted === 'number') {
        this.nextOffset = accepted;
        gap = await this.findGap(signal, null);
      } else {
        await this.runtime.sleep(GAP_POLL_MS, signal);
        gap = (await this.findGap(signal, firstAvailable)) ?? gap;
      }
    }
    if (signal.aborted) return;
    this.state = 'running';
    this.isStopped = false;
    this.controls.resumeAt(this.nextOffset);
  }

  private async findGap(signal: AbortSignal, firstAvailable: number | null): Promise<LogGap | null> {
    const range = await this.untilKnown(signal, () => this.controls.range());
    if (range === null) return null;
    this.endOffset = range.endOffset;
    if (this.nextOffset > range.endOffset) {
      await this.runtime.sleep(SHORT_LOG_CONFIRMATION_MS, signal);
      const confirmed = await this.untilKnown(signal, () => this.controls.range());
      if (confirmed === null || this.nextOffset <= confirmed.endOffset) return null;
      return this.gap('ends-before-position', confirmed);
    }
    // A hole inside the log is the same alarm: what the position names cannot be read.
    const begins = Math.max(range.startOffset, firstAvailable ?? 0);
    if (begins > this.nextOffset) return this.gap('begins-after-position', { ...range, startOffset: begins });
    return null;
  }

  private gap(kind: LogGap['kind'], { startOffset, endOffset }: PartitionRange): LogGap {
    const { topic, partition, nextOffset } = this;
    return { topic, partition, kind, position: nextOffset, logStartOffset: startOffset, logEndOffset: endOffset };
  }

  private async handle(records: readonly LogRecord[], endOffset: number, signal: AbortSignal): Promise<BatchOutcome> {
    const { topic, partition } = this;
    const batch: RecordBatch = { topic, partition, records, endOffset, isCurrent: () => !signal.aborted };
    try {
      const outcome = await this.subscription.onBatch(batch);
      this.failures = 0;
      return outcome;
    } catch (error) {
      this.report('a batch handler threw', error);
      return { nextOffset: records[0]!.offset, retryAfterMs: this.nextRetryDelayMs() };
    }
  }

  private settle(
    { nextOffset, retryAfterMs = 0 }: BatchOutcome,
    records: readonly LogRecord[],
    resolve: ((offset: number) => void) | null,
    signal: AbortSignal,
  ): void {
    if (nextOffset > this.nextOffset) this.lastAdvancedAtMs = this.runtime.monotonicMs();
    this.nextOffset = nextOffset;
    if (retryAfterMs > 0) {
      this.state = 'retrying';
      this.standStill();
      void this.resumeAfter(retryAfterMs, signal);
      return;
    }
    this.state = 'running';
    const last = records.at(-1)!.offset;
    if (resolve && nextOffset === last + 1) resolve(last);
    else this.controls.resumeAt(nextOffset);
  }

  private async resumeAfter(delayMs: number, signal: AbortSignal): Promise<void> {
    await this.runtime.sleep(delayMs, signal);
    if (signal.aborted) return;
    this.isStopped = false;
    // Still 'retrying' until a batch has gone through.
    this.controls.resumeAt(this.nextOffset);
  }

  /** Repeats a question to the database or the brokers until it is answered or the partition is no longer ours. */
  private async untilKnown<T>(signal: AbortSignal, ask: () => Promise<T>): Promise<T | null> {
    for (let nth = 0; !signal.aborted; nth++) {
      try {
        const answer = await ask();
        return signal.aborted ? null : answer;
      } catch (error) {
        this.report('a position cannot be had', error);
        await this.runtime.sleep(backoffMs(nth, this.runtime), signal);
      }
    }
    return null;
  }

  private nextRetryDelayMs(): number {
    return backoffMs(this.failures++, this.runtime);
  }

  private report(what: string, error: unknown): void {
    const { topic, partition } = this;
    this.logger.warn(`${what}: ${(error as Error).message}`, { topic, partition, group: this.subscription.group });
  }
}

/** Doubles up to its bound, and is spread so that partitions do not come back in step. */
function backoffMs(failures: number, runtime: Runtime): number {
  const ceilingMs = Math.min(FIRST_RETRY_DELAY_MS * 2 ** failures, RETRY_DELAY_MS_MAX);
  return ceilingMs * (0.5 + runtime.random() / 2);
}

/** The records from an offset on, up to the first hole. */
function contiguousFrom(records: readonly LogRecord[], offset: number): LogRecord[] {
  const found: LogRecord[] = [];
  for (const record of records) {
    if (record.offset === offset + found.length) found.push(record);
    else if (record.offset > offset + found.length) break;
  }
  return found;
}

function firstBehind(records: readonly LogRecord[], offset: number): number | null {
  return records.find((record) => record.offset > offset)?.offset ?? null;
}
