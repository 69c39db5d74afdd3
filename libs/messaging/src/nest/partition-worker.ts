import { correlationIdIn, isTracingRecords } from '@app/observability';
import { Logger } from '@nestjs/common';
import { isSettled } from '../consumption/batch-settlement';
import { PositionBehind } from '../consumption/batch-transaction';
import type { EventBatch, EventRecord, RejectedRecord } from '../consumption/event-batch';
import type { DeadLetterWriter } from '../dead-letters/dead-letter-writer';
import type { BatchOutcome, LogRecord, RecordBatch } from '../log/event-log';
import type { Runtime } from '../log/runtime';
import { decodeSlice, halvesOf, slicesOf, withEventRejected } from './batch-slices';
import { kindOfFailure, PartitionStandsStill } from './handler-failure';

export const CONSUMER_LIMITS = {
  /** Records of one transaction: long enough to pay for a commit, short enough to hold locks for milliseconds. */
  sliceRecordsMax: 500,
  /** Dead letters in a row that a handler may cause. More is no longer bad data but a defect or a lost table. */
  handlerDeadLettersInRowMax: 20,
  retryFirstMs: 200,
  retryLongestMs: 10_000,
  /** Pause of a partition that stands still: its reason goes away by a person's hand. */
  standStillMs: 30_000,
} as const;

export interface PartitionWorkerOptions {
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
  readonly handle: (slice: EventBatch, batch: RecordBatch) => Promise<void>;
  readonly deadLetters: DeadLetterWriter;
  readonly runtime: Runtime;
}

/**
 * Applies one partition of one group, for one tenure. Good records reach the handler; a bad one is set aside, and its
 * dead letter acknowledged, before the handler hears of it. Where the handler fails over a record, halving finds the
 * record with at most log2(n) further transactions, and everything before it is applied on the way.
 */
export class PartitionWorker {
  /** Offset up to which records are applied, as far as this worker knows. */
  private position = 0;
  private readonly setAside = new Map<number, RejectedRecord>();
  private failuresInRow = 0;
  private deadLettersInRow = 0;
  private standStillReason: string | null = null;
  private activeAtMs: number;
  private readonly logger = new Logger('BatchServer');

  constructor(private readonly options: PartitionWorkerOptions) {
    this.activeAtMs = options.runtime.monotonicMs();
  }

  /** When this worker last got anywhere, be it to an error: silence, not failure, is what a watchdog looks for. */
  get lastActiveAtMs(): number {
    return this.activeAtMs;
  }

  /** Why the partition does not go on without a person, or null. */
  get standsStillBecause(): string | null {
    return this.standStillReason;
  }

  async onBatch(batch: RecordBatch): Promise<BatchOutcome> {
    this.touch();
    this.position = batch.records[0]!.offset;
    try {
      for (const records of slicesOf(batch.records, CONSUMER_LIMITS.sliceRecordsMax)) {
        if (!batch.isCurrent()) break;
        await this.applyRecords(records, batch);
      }
      this.failuresInRow = 0;
      this.standStillReason = null;
      return { nextOffset: this.position };
    } catch (error) {
      return this.outcomeOf(error);
    } finally {
      this.touch();
    }
  }

  private async applyRecords(records: readonly LogRecord[], batch: RecordBatch): Promise<void> {
    const slice = decodeSlice(this.options.group, batch, records, this.setAside);
    await this.setAsideBad(slice, records);
    await this.apply(slice, records, batch);
  }

  private async apply(slice: EventBatch, records: readonly LogRecord[], batch: RecordBatch): Promise<void> {
    try {
      await this.options.handle(slice, batch);
    } catch (error) {
      if (!isSettled(slice)) return this.decideOver(slice, records, batch, error);
      // The position has moved with the effects, so neither a repeat nor a dead letter could mean anything.
      this.logger.error({ message: 'a handler failed after its commit', ...this.place(), error: describe(error) });
    }
    if (!isSettled(slice)) {
      throw new PartitionStandsStill('the handler came back without having run its batch transaction');
    }
    this.advance(slice);
  }

  private async decideOver(
    slice: EventBatch,
    records: readonly LogRecord[],
    batch: RecordBatch,
    error: unknown,
  ): Promise<void> {
    if (kindOfFailure(error) !== 'records') throw error;
    const [culprit, another] = slice.events;
    if (!culprit) throw new PartitionStandsStill('the handler fails over a batch without events', error);
    if (another) {
      for (const half of halvesOf(slice)) await this.apply(half, records, batch);
      return;
    }
    const rejection = await this.setAsideCulprit(culprit, records, error);
    await this.apply(withEventRejected(slice, rejection), records, batch);
  }

  private async setAsideBad(slice: EventBatch, records: readonly LogRecord[]): Promise<void> {
    const fresh = slice.rejected.filter(({ offset }) => !this.setAside.has(offset));
    const letters = fresh.map(({ offset, code, detail }) => ({ record: recordAt(records, offset), code, detail }));
    await this.options.deadLetters.write(slice.topic, slice.partition, letters);
    for (const rejection of fresh) {
      this.setAside.set(rejection.offset, rejection);
      const { offset, key, code } = rejection;
      const correlationId = correlationIdIn(recordAt(records, offset).value);
      this.logger.warn({ message: 'a record was set aside', ...this.place(offset), key, code, correlationId });
    }
  }

  private async setAsideCulprit(
    { offset, key, event }: EventRecord,
    records: readonly LogRecord[],
    error: unknown,
  ): Promise<RejectedRecord> {
    if (this.deadLettersInRow >= CONSUMER_LIMITS.handlerDeadLettersInRowMax) {
      throw new PartitionStandsStill(`the handler failed over ${this.deadLettersInRow} records in a row`, error);
    }
    const rejection: RejectedRecord = { offset, key, code: 'record.not-applicable', detail: describe(error) };
    const { topic, partition } = this.options;
    await this.options.deadLetters.write(topic, partition, [{ record: recordAt(records, offset), ...rejection }]);
    this.deadLettersInRow++;
    this.setAside.set(offset, rejection);
    const correlationId = event.correlationid;
    this.logger.error({ message: 'a record was set aside', ...this.place(offset), ...rejection, correlationId });
    return rejection;
  }

  private advance(slice: EventBatch): void {
    this.position = slice.nextOffset;
    if (slice.events.length > 0) this.deadLettersInRow = 0;
    for (const { offset } of slice.rejected) this.setAside.delete(offset);
    if (isTracingRecords()) this.trace(slice);
    this.touch();
  }

  private trace(slice: EventBatch): void {
    for (const { offset, key, name, event } of slice.events) {
      const correlationId = event.correlationid;
      this.logger.debug({ message: 'a record was applied', ...this.place(offset), key, name, correlationId });
    }
  }

  private outcomeOf(error: unknown): BatchOutcome {
    const retryAfterMs = this.backOff();
    if (error instanceof PositionBehind) {
      this.logger.warn({ message: 'going back to the stored position', ...this.place(error.position) });
      return { nextOffset: error.position, retryAfterMs };
    }
    if (kindOfFailure(error) === 'stand-still') {
      this.standStillReason = describe(error);
      this.logger.error({ message: 'the partition stands still', ...this.place(), error: this.standStillReason });
      return { nextOffset: this.position, retryAfterMs: CONSUMER_LIMITS.standStillMs };
    }
    this.logger.warn({ message: 'a batch will be repeated', ...this.place(), retryAfterMs, error: describe(error) });
    return { nextOffset: this.position, retryAfterMs };
  }

  private backOff(): number {
    const full = Math.min(CONSUMER_LIMITS.retryFirstMs * 2 ** this.failuresInRow, CONSUMER_LIMITS.retryLongestMs);
    this.failuresInRow++;
    return Math.ceil(full * (0.5 + this.options.runtime.random() / 2));
  }

  private touch(): void {
    this.activeAtMs = this.options.runtime.monotonicMs();
  }

  private place(offset = this.position) {
    const { group, topic, partition } = this.options;
    return { group, topic, partition, offset };
  }
}

function recordAt(records: readonly LogRecord[], offset: number): LogRecord {
  return records[offset - records[0]!.offset]!;
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : ` (${describe(error.cause)})`;
  return `${error.name}: ${error.message}${cause}`;
}
