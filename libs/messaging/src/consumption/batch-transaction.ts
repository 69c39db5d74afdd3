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
  run(batch: EventBatch, work: (manager: EntityManager, fresh: EventBatch) => Promise<void>): Promise<void> {
    return this.runTogether([batch], (manager, [fresh]) => work(manager, fresh!));
  }

  /**
   * All or nothing of several batches: a commit costs the same for one partition as for all of them.
   *
   * @param batches of one group and topic, each of another partition
   * @param work gets what of the batches is not applied yet, those that are applied left out
   * @throws PositionBehind where one of them does not begin at its stored position
   */
  async runTogether(
    batches: readonly EventBatch[],
    work: (manager: EntityManager, fresh: readonly EventBatch[]) => Promise<void>,
  ): Promise<void> {
    const addedEvents = await this.dataSource.transaction(async (manager) => {
      const positions = await lockPositions(manager, batches);
      const fresh = batches.flatMap((batch) => freshPartOf(batch, positions.get(batch.partition)));
      if (fresh.length === 0) return false;
      await work(manager, fresh);
      await movePositions(manager, fresh);
      return hasOutboxWrite(manager);
    });
    for (const batch of batches) markSettled(batch);
    if (addedEvents) wakeOutbox(this.dataSource);
  }
}

/** @returns none where the batch is applied already */
function freshPartOf(batch: EventBatch, position: number | undefined): EventBatch[] {
  if (position === undefined) throw new ProgressMissing();
  if (position >= batch.nextOffset) return [];
  if (position < batch.firstOffset) throw new PositionBehind(position);
  return [withoutApplied(batch, position)];
}

/** In the order of the partitions: two that lock several of the same cannot wait for each other. */
async function lockPositions(manager: EntityManager, batches: readonly EventBatch[]): Promise<Map<number, number>> {
  const { group, topic } = batches[0]!;
  const rows: { partition: number; next_offset: string }[] = await manager.query(
    `SELECT partition, next_offset FROM consumer_progress
     WHERE consumer_group = $1 AND topic = $2 AND partition = ANY($3::integer[]) ORDER BY partition FOR UPDATE`,
    [group, topic, batches.map(({ partition }) => partition)],
  );
  return new Map(rows.map((row) => [row.partition, Number(row.next_offset)]));
}

async function movePositions(manager: EntityManager, batches: readonly EventBatch[]): Promise<void> {
  const { group, topic } = batches[0]!;
  await manager.query(
    `UPDATE consumer_progress AS p SET next_offset = moved.next_offset, updated_at = now()
     FROM unnest($3::integer[], $4::bigint[]) AS moved(partition, next_offset)
     WHERE consumer_group = $1 AND topic = $2 AND p.partition = moved.partition`,
    [group, topic, batches.map(({ partition }) => partition), batches.map(({ nextOffset }) => nextOffset)],
  );
}
