/** `group topic partition` of a partition that somebody consumes. */
export type PartitionName = string;

export interface PartitionLook {
  readonly position: number;
  /** Where the log ends. */
  readonly end: number;
}

/** How long a partition stood still. */
export interface Standstill {
  readonly partition: PartitionName;
  readonly seconds: number;
  readonly fromMs: number;
}

interface Since {
  readonly position: number;
  readonly sinceMs: number;
}

/**
 * How long partitions stand still while records wait in them. Looks are some tenths of a second apart, and a standstill
 * is counted from the last look before the records came, so it is never counted too short.
 */
export class StandingWatch {
  private readonly standing = new Map<PartitionName, Since>();
  private readonly atEnd = new Map<PartitionName, number>();
  private worst: Standstill | null = null;
  private looks = 0;

  /** The longest so far, those that go on included; null before any partition had to wait. */
  get longest(): Standstill | null {
    return this.worst;
  }

  get count(): number {
    return this.looks;
  }

  look(atMs: number, partitions: ReadonlyMap<PartitionName, PartitionLook>): void {
    this.looks += 1;
    for (const [partition, look] of partitions) this.lookAt(atMs, partition, look);
  }

  private lookAt(atMs: number, partition: PartitionName, { position, end }: PartitionLook): void {
    const before = this.standing.get(partition);
    const fromMs = before?.sinceMs ?? this.atEnd.get(partition) ?? atMs;
    if (before?.position === position || (!before && position < end)) this.keep(partition, fromMs, atMs);
    if (position >= end) {
      this.standing.delete(partition);
      this.atEnd.set(partition, atMs);
    } else if (before?.position !== position) {
      this.standing.set(partition, { position, sinceMs: before ? atMs : fromMs });
    }
  }

  private keep(partition: PartitionName, fromMs: number, atMs: number): void {
    const seconds = (atMs - fromMs) / 1_000;
    if (!this.worst || seconds > this.worst.seconds) this.worst = { partition, seconds, fromMs };
  }
}
