import { type CloseCause, buildEvent } from '@app/contracts';
import { type OutboxEvent, type Runtime, addToOutbox, wakeOutbox } from '@app/messaging';
import { Logger } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';
import { ASSESSMENT_SOURCE } from '../assessment.tokens';
import { isoTime } from './domain/closing';

/**
 * A marker stands in the log this long after its time, so that every answer that counts stands before it: 8 s that an
 * append may take, 2 s grace, 1 s between the servers' clocks.
 */
export const MARKER_DELAY_MS = 11_000;
/** 40,000 attempts that end in the same second are closed in 80 steps, which leave the relay room between them. */
const SWEEP_ROWS_MAX = 500;
/** A marker is 11 s behind its deadline on purpose; a quarter of a second more is not noticed. */
const SWEEP_INTERVAL_MS = 250;
/** After a failed sweep: the database needs air more than the sweep needs speed. */
const FAILURE_PAUSE_MS = 2_000;

interface DueRow {
  event_id: string;
  attempt_id: string;
  cause: CloseCause;
  at: Date;
  actor: string | null;
  reason_code: string | null;
}

/**
 * Appends the close markers of deadlines that have run out and of forced finishes that are due. It closes nothing: the
 * fold does, where the marker stands. Any number of processes may sweep: the ids are deterministic.
 */
export class DeadlineSweeper {
  private readonly logger = new Logger(DeadlineSweeper.name);
  private readonly stopping = new AbortController();
  private running: Promise<void> | null = null;

  constructor(
    private readonly dataSource: DataSource,
    private readonly runtime: Runtime,
  ) {}

  start(): void {
    this.running ??= this.run();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  /** One step. @returns how many markers were handed to the outbox */
  async sweep(): Promise<number> {
    const dueBefore = isoTime(this.runtime.nowMs() - MARKER_DELAY_MS);
    const count = await this.dataSource.transaction(async (manager) => {
      const due = [...(await this.overdue(manager, dueBefore)), ...(await this.takeForced(manager))];
      await addToOutbox(manager, due.map(markerEvent));
      return due.length;
    });
    if (count > 0) wakeOutbox(this.dataSource);
    return count;
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        const count = await this.sweep();
        if (count < SWEEP_ROWS_MAX) await this.runtime.sleep(SWEEP_INTERVAL_MS, signal);
      } catch (error) {
        this.logger.warn({ message: 'a sweep of deadlines failed', error: String(error) });
        await this.runtime.sleep(FAILURE_PAUSE_MS, signal);
      }
    }
  }

  /** Attempts whose marker is due and not yet handed to the outbox. */
  private overdue(manager: EntityManager, dueBefore: string): Promise<DueRow[]> {
    return manager.query(
      `SELECT * FROM (
         SELECT attempt_id || '/close/deadline/' || (extract(epoch FROM deadline_at) * 1000)::bigint AS event_id,
                attempt_id, 'deadline' AS cause, deadline_at AS at, NULL::text AS actor, NULL::text AS reason_code
           FROM attempts WHERE status = 'started' AND deadline_at <= $1) due
        WHERE NOT EXISTS (SELECT FROM outbox WHERE outbox.event_id = due.event_id)
        ORDER BY at LIMIT ${SWEEP_ROWS_MAX}`,
      [dueBefore],
    );
  }

  private takeForced(manager: EntityManager): Promise<DueRow[]> {
    return manager
      .query<[DueRow[], number]>(
        `DELETE FROM pending_closures WHERE event_id IN (
           SELECT event_id FROM pending_closures WHERE due_at <= $1 ORDER BY due_at LIMIT ${SWEEP_ROWS_MAX} FOR UPDATE SKIP LOCKED)
         RETURNING event_id, attempt_id, 'forced' AS cause, at, actor, reason_code`,
        [isoTime(this.runtime.nowMs())],
      )
      .then(([rows]) => rows);
  }
}

function markerEvent(row: DueRow): OutboxEvent {
  const at = row.at.toISOString();
  const event = buildEvent('closeRequested', {
    id: row.event_id,
    source: ASSESSMENT_SOURCE,
    subject: row.attempt_id,
    time: at,
    data: { attemptId: row.attempt_id, cause: row.cause, at, actor: row.actor, reasonCode: row.reason_code },
  });
  return { topic: 'attempts', key: row.attempt_id, event };
}
