import { DomainError } from '@app/contracts';
import type { DataSource } from 'typeorm';
import type { Runtime } from '../log/runtime';
import { ConsumerGap } from './consumer-gap.entity';
import { ConsumerProgress } from './consumer-progress.entity';

/** A person's decision to go on without the records between two offsets. */
export interface GapAcceptance {
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
  /** The position the person looked at; another one by now refuses the decision. */
  readonly fromOffset: number;
  /** Where to go on; below `fromOffset` where the topic was created anew. */
  readonly toOffset: number;
  /** Account name of who decided. */
  readonly actor: string;
  readonly reason: string;
}

/** Where a consumer group stands: all that a transport needs to know of progress. */
export interface Positions {
  position(group: string, topic: string, partition: number): Promise<number>;
}

/** Positions of consumer groups, in the schema that holds what they consumed. */
export class PositionStore implements Positions {
  constructor(
    private readonly dataSource: DataSource,
    private readonly runtime: Runtime,
  ) {}

  /**
   * The first offset not applied yet. A partition seen for the first time begins at 0, never at the log's end: where the
   * log no longer holds offset 0, the log reports a gap and a person decides.
   */
  async position(group: string, topic: string, partition: number): Promise<number> {
    const stored = await this.find(group, topic, partition);
    if (stored !== null) return stored;
    await this.dataSource.query(
      `INSERT INTO consumer_progress (consumer_group, topic, partition, next_offset, updated_at)
       VALUES ($1, $2, $3, 0, $4) ON CONFLICT DO NOTHING`,
      [group, topic, partition, new Date(this.runtime.nowMs())],
    );
    return (await this.find(group, topic, partition)) ?? 0;
  }

  /** Moves a position over a gap and keeps who decided it and why. */
  async acceptGap(gap: GapAcceptance): Promise<void> {
    const acceptedAt = new Date(this.runtime.nowMs());
    await this.dataSource.transaction(async (manager) => {
      const { affected } = await manager.update(
        ConsumerProgress,
        { group: gap.group, topic: gap.topic, partition: gap.partition, nextOffset: gap.fromOffset },
        { nextOffset: gap.toOffset, updatedAt: acceptedAt },
      );
      if (affected !== 1) throw new DomainError('position.changed');
      await manager.insert(ConsumerGap, { ...gap, acceptedAt });
    });
  }

  list(): Promise<ConsumerProgress[]> {
    return this.dataSource.manager.find(ConsumerProgress, { order: { group: 'ASC', topic: 'ASC', partition: 'ASC' } });
  }

  /** Every gap accepted so far, oldest first: the evidence of what was left out. */
  listGaps(): Promise<ConsumerGap[]> {
    return this.dataSource.manager.find(ConsumerGap, { order: { id: 'ASC' } });
  }

  private async find(group: string, topic: string, partition: number): Promise<number | null> {
    const rows: { next_offset: string }[] = await this.dataSource.query(
      'SELECT next_offset FROM consumer_progress WHERE consumer_group = $1 AND topic = $2 AND partition = $3',
      [group, topic, partition],
    );
    return rows[0] ? Number(rows[0].next_offset) : null;
  }
}
