import type { DataSource, EntityManager } from 'typeorm';
import { hasOutboxWrite, wakeOutbox } from '../outbox/outbox-signals';
import { withoutApplied } from './applied-part';
import { markSettled } from './batch-settlement';
import type { EventBatch } from './event-batch';

/** The stored position lies before the batch: records between the two were never applied here. */
export class PositionBehind extends Error {
  constructor(readonly position: number) {
    super(`the stored position is ${position}, before the batch`);
    this.name = 'PositionBehind';
  }
}

/** No progress row: the schema was swapped under a running consumer. The next assignment makes the row anew. */
export class ProgressMissing extends Error {
  constructor() {
    super('there is no progress row for this partition');
    this.name = 'ProgressMissing';
  }
}

/**
 * One SQL transaction per batch, in which the position moves together with the batch's effects. The row lock holds a
 * worker that lost its partition (and does not know yet) apart from the one that got it: whoever comes second finds the
 * batch applied and does nothing.
 */
export class BatchTransaction {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * @param work gets what of the batch is not applied yet; everything it writes goes through the manager
   * @throws PositionBehind where the batch does not begin at the stored position
   */
  async run(batch: EventBatch, work: (manager: EntityManager, fresh: EventBatch) => Promise<void>): Promise<void> {
    const addedEvents = await this.dataSource.transaction(async (manager) => {
      const position = await lockPosition(manager, batch);
      if (position >= batch.nextOffset) return false;
      if (position < batch.firstOffset) throw new PositionBehind(position);
      await work(manager, withoutApplied(batch, position));
      await movePosition(manager, batch);
      return hasOutboxWrite(manager);
    });
    markSettled(batch);
    if (addedEvents) wakeOutbox(this.dataSource);
  }
}

async function lockPosition(manager: EntityManager, batch: EventBatch): Promise<number> {
  const rows: { next_offset: string }[] = await manager.query(
    `SELECT next_offset FROM consumer_progress
     WHERE consumer_group = $1 AND topic = $2 AND partition = $3 FOR UPDATE`,
    [batch.group, batch.topic, batch.partition],
  );
  if (!rows[0]) throw new ProgressMissing();
  return Number(rows[0].next_offset);
}

async function movePosition(manager: EntityManager, batch: EventBatch): Promise<void> {
  await manager.query(
    `UPDATE consumer_progress SET next_offset = $4, updated_at = now()
     WHERE consumer_group = $1 AND topic = $2 AND partition = $3`,
    [batch.group, batch.topic, batch.partition, batch.nextOffset],
  );
}
