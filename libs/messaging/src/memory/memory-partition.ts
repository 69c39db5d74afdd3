import type { LogRecord, NewRecord, PartitionRange } from '../log/event-log';

/** The records of one partition, and who waits for more. */
export class MemoryPartition {
  private records: LogRecord[] = [];
  private startOffset = 0;
  private readonly waiting = new Set<() => void>();

  get range(): PartitionRange {
    return { startOffset: this.startOffset, endOffset: this.startOffset + this.records.length };
  }

  /** @returns offset of the first */
  append(records: readonly NewRecord[], appendedAtMs: number): number {
    const first = this.range.endOffset;
    for (const { key, value } of records) {
      this.records.push(Object.freeze({ offset: this.range.endOffset, key, value, appendedAtMs }));
    }
    this.wakeWaiting();
    return first;
  }

  read(fromOffset: number, limit: number): LogRecord[] {
    const from = Math.max(0, fromOffset - this.startOffset);
    return this.records.slice(from, from + limit);
  }

  /** Drops what lies before an offset, as retention does. */
  trim(startOffset: number): void {
    this.records = this.records.slice(startOffset - this.startOffset);
    this.startOffset = startOffset;
    this.wakeWaiting();
  }

  /** Drops everything and begins again at 0, as a topic that was deleted and made anew. */
  recreate(): void {
    this.records = [];
    this.startOffset = 0;
    this.wakeWaiting();
  }

  /** Resolves with the next change of this partition, or when the signal aborts. */
  changed(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted) return resolve();
      const finish = () => {
        this.waiting.delete(finish);
        signal.removeEventListener('abort', finish);
        resolve();
      };
      this.waiting.add(finish);
      signal.addEventListener('abort', finish, { once: true });
    });
  }

  private wakeWaiting(): void {
    for (const wake of this.waiting) wake();
  }
}
