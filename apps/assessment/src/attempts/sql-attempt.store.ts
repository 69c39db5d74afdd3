import type { CloseCause } from '@app/contracts';
import { type BatchTransaction, type EventBatch, type OutboxEvent, addToOutbox, wakeOutbox } from '@app/messaging';
import type { DataSource, EntityManager } from 'typeorm';
import type { AttemptRows, AttemptStore, DueBefore, DueMarker } from './attempt.store';
import type { AttemptsRepository } from './attempts.repository';
import { JointBatches } from './joint-batches';

interface DueRow {
  event_id: string;
  attempt_id: string;
  cause: CloseCause;
  at: Date;
  actor: string | null;
  reason_code: string | null;
}

/** The fold's and the sweeper's port over PostgreSQL. */
export class SqlAttemptStore implements AttemptStore {
  private readonly batches: JointBatches;

  constructor(
    private readonly dataSource: DataSource,
    transaction: BatchTransaction,
    private readonly repository: AttemptsRepository,
  ) {
    this.batches = new JointBatches(transaction, (manager) => this.rowsOf(manager));
  }

  apply(batch: EventBatch, work: (fresh: EventBatch, rows: AttemptRows) => Promise<void>): Promise<void> {
    return this.batches.apply(batch, work);
  }

  async handOverDue(due: DueBefore, eventOf: (marker: DueMarker) => OutboxEvent): Promise<number> {
    const count = await this.dataSource.transaction(async (manager) => {
      const rows = [...(await this.overdue(manager, due)), ...(await this.takeForced(manager, due))];
      await addToOutbox(
        manager,
        rows.map((row) => eventOf(markerOf(row))),
      );
      return rows.length;
    });
    if (count > 0) wakeOutbox(this.dataSource);
    return count;
  }

  private rowsOf(manager: EntityManager): AttemptRows {
    return {
      load: (needs) => this.repository.load(manager, needs),
      save: async (changes, events) => {
        await this.repository.save(manager, changes);
        await addToOutbox(manager, events);
      },
    };
  }

  /** Attempts whose marker is due and not yet handed to the outbox. */
  private overdue(manager: EntityManager, { deadlinesBefore, rowsMax }: DueBefore): Promise<DueRow[]> {
    return manager.query(
      `SELECT * FROM (
         SELECT attempt_id || '/close/deadline/' || (extract(epoch FROM deadline_at) * 1000)::bigint AS event_id,
                attempt_id, 'deadline' AS cause, deadline_at AS at, NULL::text AS actor, NULL::text AS reason_code
           FROM attempts WHERE status = 'started' AND deadline_at <= $1) due
        WHERE NOT EXISTS (SELECT FROM outbox WHERE outbox.event_id = due.event_id)
        ORDER BY at LIMIT $2`,
      [deadlinesBefore, rowsMax],
    );
  }

  private async takeForced(manager: EntityManager, { finishesBefore, rowsMax }: DueBefore): Promise<DueRow[]> {
    const [rows] = await manager.query<[DueRow[], number]>(
      `DELETE FROM pending_closures WHERE event_id IN (
         SELECT event_id FROM pending_closures WHERE due_at <= $1 ORDER BY due_at LIMIT $2 FOR UPDATE SKIP LOCKED)
       RETURNING event_id, attempt_id, 'forced' AS cause, at, actor, reason_code`,
      [finishesBefore, rowsMax],
    );
    return rows;
  }
}

function markerOf(row: DueRow): DueMarker {
  return {
    eventId: row.event_id,
    attemptId: row.attempt_id,
    cause: row.cause,
    at: row.at.toISOString(),
    actor: row.actor,
    reasonCode: row.reason_code,
  };
}
