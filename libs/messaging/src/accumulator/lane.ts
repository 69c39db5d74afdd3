import type { AppendOutcome, EventLog, NewRecord } from '../log/event-log';
import type { Runtime } from '../log/runtime';
import type { AccumulatorLimits, AppendedAt } from './accumulator';
import { AppendRefused, AppendUnknown } from './append-errors';

// A queue and a batch that take longer expire before their answer comes, and are then sent again and again.
const PACE_MS = 2_000;
// So much is always sent at once: a pace is only known from what was sent.
const PACE_BATCH_MIN = 25;
// So much may always wait: a trickle shows no pace, and a burst may follow it.
const PACE_QUEUE_MIN = 100;

/** One answer of the log. */
export interface SentBatch {
  readonly records: number;
  readonly bytes: number;
  /** How many of them the log has acknowledged. */
  readonly appended: number;
  /** How long its oldest record had waited before it was handed to the log. */
  readonly waitedMs: number;
  /** From the hand-over to the answer. */
  readonly answeredAfterMs: number;
}

export interface LaneEvents {
  /** Records are no longer held. */
  release(records: number, bytes: number): void;
  observe(batch: SentBatch): void;
}

interface Waiter {
  readonly record: NewRecord;
  readonly bytes: number;
  readonly takenAtMs: number;
  readonly deadlineAtMs: number;
  readonly resolve: (at: AppendedAt) => void;
  readonly reject: (error: Error) => void;
  isSettled: boolean;
}

/**
 * What goes through one leader: a queue in order of arrival, and at most one batch in flight. All waiters have the same
 * time to live, so the oldest is always the first to expire and one timer does for all.
 */
export class Lane {
  readonly counts = { appended: 0, refused: 0, unknown: 0 };
  batchesSent = 0;
  /** What the log takes within the time of `PACE_MS`, by its last answer; before that, nobody knows. */
  private paceRecords = Infinity;
  private queue: Waiter[] = [];
  private queueBytes = 0;
  private inFlight: Waiter[] = [];
  /** How many were taken, and how many have left, in the same order: what `flush` waits for. */
  private taken = 0;
  private left = 0;
  private flushUpTo = 0;
  private flushWaiters: { upTo: number; resolve: () => void }[] = [];
  private cancelLinger: (() => void) | null = null;
  private cancelExpiry: (() => void) | null = null;

  constructor(
    private readonly log: EventLog,
    private readonly topic: string,
    private readonly limits: AccumulatorLimits,
    private readonly runtime: Runtime,
    private readonly events: LaneEvents,
  ) {}

  get isInFlight(): boolean {
    return this.inFlight.length > 0;
  }

  /** As much waits as the log will take in time; what came now would expire or make others expire. */
  get isFull(): boolean {
    return this.queue.length >= Math.max(PACE_QUEUE_MIN, this.paceRecords);
  }

  append(record: NewRecord, bytes: number): Promise<AppendedAt> {
    return new Promise((resolve, reject) => {
      const takenAtMs = this.runtime.monotonicMs();
      const deadlineAtMs = takenAtMs + this.limits.deadlineMs;
      this.queue.push({ record, bytes, takenAtMs, deadlineAtMs, resolve, reject, isSettled: false });
      this.queueBytes += bytes;
      this.taken += 1;
      this.watchExpiry();
      this.sendIfDue();
    });
  }

  flush(): Promise<void> {
    if (this.left === this.taken) return Promise.resolve();
    this.flushUpTo = this.taken;
    this.sendIfDue();
    return new Promise((resolve) => this.flushWaiters.push({ upTo: this.taken, resolve }));
  }

  close(): void {
    this.cancelLinger?.();
    this.cancelExpiry?.();
  }

  private sendIfDue(): void {
    const oldest = this.queue[0];
    if (this.isInFlight || !oldest) return;
    const { lingerMs, batchRecords, batchBytes } = this.limits;
    const waitedMs = this.runtime.monotonicMs() - oldest.takenAtMs;
    const isFull = this.queue.length >= batchRecords || this.queueBytes >= batchBytes;
    if (isFull || waitedMs >= lingerMs || this.left < this.flushUpTo) {
      void this.send();
      return;
    }
    this.cancelLinger ??= this.runtime.after(lingerMs - waitedMs, () => {
      this.cancelLinger = null;
      // The timer may fire a fraction of a millisecond early; the batch is due all the same.
      if (!this.isInFlight && this.queue.length > 0) void this.send();
    });
  }

  private async send(): Promise<void> {
    this.cancelLinger?.();
    this.cancelLinger = null;
    // A process that was stopped for a while wakes up with records whose time is over: nothing appends them any more.
    this.expire();
    const batch = this.takeBatch();
    if (batch.length === 0) return;
    const bytes = batch.reduce((sum, waiter) => sum + waiter.bytes, 0);
    this.inFlight = batch;
    this.batchesSent += 1;
    const sentAtMs = this.runtime.monotonicMs();
    const timeoutMs = Math.max(0, batch[0]!.deadlineAtMs - sentAtMs);
    const records = batch.map(({ record }) => record);
    const appendedBefore = this.counts.appended;
    try {
      const outcomes = await this.log.append(this.topic, records, { timeoutMs });
      this.keepPace(outcomes, this.runtime.monotonicMs() - sentAtMs);
      for (const [index, waiter] of batch.entries()) this.settle(waiter, outcomes[index]);
    } catch (cause) {
      // The port does not reject for a record's sake: what happened here cannot be told.
      for (const waiter of batch) this.settle(waiter, { status: 'unknown', error: cause as Error });
    }
    this.inFlight = [];
    this.release(batch.length, bytes);
    this.events.observe({
      records: batch.length,
      bytes,
      appended: this.counts.appended - appendedBefore,
      waitedMs: sentAtMs - batch[0]!.takenAtMs,
      answeredAfterMs: this.runtime.monotonicMs() - sentAtMs,
    });
    this.sendIfDue();
  }

  /** As if a batch cost nothing but its records: where it costs more, each larger one shows a faster pace. */
  private keepPace(outcomes: readonly AppendOutcome[], answeredAfterMs: number): void {
    const appended = outcomes.filter(({ status }) => status === 'appended').length;
    if (appended === 0) return;
    this.paceRecords = Math.max(PACE_BATCH_MIN, Math.floor((appended * PACE_MS) / Math.max(1, answeredAfterMs)));
  }

  private takeBatch(): Waiter[] {
    const recordsMax = Math.min(this.limits.batchRecords, this.paceRecords);
    let records = 0;
    let bytes = 0;
    for (const waiter of this.queue) {
      if (records === recordsMax) break;
      // A record that is too large by itself still goes, alone: whether it is taken is for the log to say.
      if (records > 0 && bytes + waiter.bytes > this.limits.batchBytes) break;
      records += 1;
      bytes += waiter.bytes;
    }
    this.queueBytes -= bytes;
    return this.queue.splice(0, records);
  }

  private settle(waiter: Waiter, outcome: AppendOutcome | undefined): void {
    if (waiter.isSettled) return;
    waiter.isSettled = true;
    if (!outcome || outcome.status === 'unknown') {
      this.counts.unknown += 1;
      waiter.reject(new AppendUnknown('whether the record was appended is not known', outcome?.error));
    } else if (outcome.status === 'refused') {
      this.counts.refused += 1;
      waiter.reject(new AppendRefused('the record was not appended', outcome.error));
    } else {
      this.counts.appended += 1;
      waiter.resolve({ partition: outcome.partition, offset: outcome.offset });
    }
  }

  private watchExpiry(): void {
    if (this.cancelExpiry) return;
    const oldest = this.inFlight.find((waiter) => !waiter.isSettled) ?? this.queue[0];
    if (!oldest) return;
    const leftMs = Math.max(0, oldest.deadlineAtMs - this.runtime.monotonicMs());
    this.cancelExpiry = this.runtime.after(leftMs, () => {
      this.cancelExpiry = null;
      this.expire();
      this.watchExpiry();
    });
  }

  private expire(): void {
    // Timers fire up to a millisecond early; without this the same timer would be set again for a fraction of one.
    const nowMs = this.runtime.monotonicMs() + 1;
    for (const waiter of this.inFlight) {
      if (waiter.deadlineAtMs > nowMs) break;
      const error = new Error(`the log has not answered within ${this.limits.deadlineMs} ms`);
      this.settle(waiter, { status: 'unknown', error });
    }
    let expired = 0;
    let bytes = 0;
    for (const waiter of this.queue) {
      if (waiter.deadlineAtMs > nowMs) break;
      expired += 1;
      bytes += waiter.bytes;
      const error = new Error(`it was not handed to the log within ${this.limits.deadlineMs} ms`);
      this.settle(waiter, { status: 'refused', error });
    }
    if (expired === 0) return;
    this.queue.splice(0, expired);
    this.queueBytes -= bytes;
    this.release(expired, bytes);
  }

  private release(records: number, bytes: number): void {
    this.left += records;
    this.events.release(records, bytes);
    this.flushWaiters = this.flushWaiters.filter(({ upTo, resolve }) => {
      // Counting is enough: records leave in about the order in which they came, and an expired one has its answer.
      if (this.left < upTo) return true;
      resolve();
      return false;
    });
  }
}
