import { TOPICS } from '@app/contracts';
import { type AppendOutcome, MemoryEventLog, type NewRecord, type PartitionRange } from '@app/messaging';

export type Fate = 'appended' | 'refused' | 'unknown';

/** A log in memory whose appends end as a test says, and wait for as long as it says. */
export class ScriptedEventLog extends MemoryEventLog {
  /** By the answer's seq; what is not named is appended. */
  readonly fates = new Map<number, Fate>();
  isAway = false;
  private gate: Promise<void> = Promise.resolve();
  private readonly arrivals: (() => void)[] = [];
  private hasArrived = false;

  static async create(): Promise<ScriptedEventLog> {
    const log = new ScriptedEventLog();
    await log.createTopics([TOPICS.attempts]);
    return log;
  }

  /** Appends wait from now on, until the returned function is called. */
  hold(): () => void {
    let release: () => void = () => undefined;
    this.gate = new Promise((resolve) => (release = resolve));
    this.hasArrived = false;
    return release;
  }

  /** Resolves once an append waits. */
  arrival(): Promise<void> {
    return this.hasArrived ? Promise.resolve() : new Promise((resolve) => this.arrivals.push(resolve));
  }

  override async ranges(topic: string, partitions?: readonly number[]): Promise<Map<number, PartitionRange>> {
    if (this.isAway) throw new Error('away, as told');
    return super.ranges(topic, partitions);
  }

  override async append(topic: string, records: readonly NewRecord[]): Promise<AppendOutcome[]> {
    this.hasArrived = true;
    for (const resolve of this.arrivals.splice(0)) resolve();
    await this.gate;
    const kept = records.filter((record) => this.fateOf(record) === 'appended');
    const outcomes = await super.append(topic, kept);
    return records.map((record) => {
      const fate = this.fateOf(record);
      return fate === 'appended' ? outcomes[kept.indexOf(record)]! : { status: fate, error: new Error('as told') };
    });
  }

  private fateOf({ value }: NewRecord): Fate {
    const { data } = JSON.parse(value) as { data: { seq: number } };
    return this.fates.get(data.seq) ?? 'appended';
  }
}
