import type { PartitionProgress, RecordBatch } from '../log/event-log';

interface OldestInWork {
  readonly offset: number;
  readonly appendedAtMs: number;
}

/** How long records wait, by the time at which the log took the first record of the batch in work. */
export class PartitionLag {
  private oldest: OldestInWork | null = null;

  begin(batch: RecordBatch): void {
    const { offset, appendedAtMs } = batch.records[0]!;
    this.oldest = { offset, appendedAtMs };
  }

  /**
   * Between two batches nobody knows when the next record was appended. It has waited at most since the last one was
   * applied, for until then the partition was at its end or the time was that of the batch in work.
   */
  secondsOf(progress: PartitionProgress, nowMs: number, monotonicMs: number): number {
    if (progress.nextOffset >= progress.endOffset) return 0;
    const isInWork = this.oldest !== null && this.oldest.offset >= progress.nextOffset;
    const waitedMs = isInWork ? nowMs - this.oldest!.appendedAtMs : monotonicMs - progress.lastAdvancedAtMs;
    // The clock of the log may be ahead of ours.
    return Math.max(0, waitedMs) / 1_000;
  }
}
