import type { LogEntry } from './evidence';

/** A partition as its offsets and times show it. */
export interface PartitionShape {
  readonly topic: string;
  readonly partition: number;
  first: number;
  next: number;
  /** Positions at which the offsets jumped or went back. */
  readonly gaps: number[];
  lastAppendedAtMs: number;
}

/** Takes every entry of a log and keeps the shape of its partitions. */
export class LogShapes {
  readonly partitions = new Map<string, PartitionShape>();

  take({ topic, partition, offset, appendedAtMs }: LogEntry): void {
    const name = `${topic}/${partition}`;
    const shape = this.partitions.get(name);
    if (!shape) {
      const gaps: number[] = [];
      this.partitions.set(name, {
        topic,
        partition,
        first: offset,
        next: offset + 1,
        gaps,
        lastAppendedAtMs: appendedAtMs,
      });
      return;
    }
    if (offset !== shape.next) shape.gaps.push(offset);
    shape.next = offset + 1;
    shape.lastAppendedAtMs = appendedAtMs;
  }
}
