import type { AdmissionChanged, SeatsAssigned, SeatsReleased, SessionPlanned } from '@app/contracts';
import type { EntityManager } from 'typeorm';

export interface SessionRow {
  readonly sessionId: string;
  readonly cluster: number;
  readonly siteId: string;
  readonly room: string;
  readonly startsAt: Date;
  readonly timeZone: string;
  readonly durationSeconds: number;
  readonly pinClosesAt: Date;
  readonly lastStartAt: Date;
  readonly seatCount: number;
  readonly formId: string;
  readonly formVersion: number;
  readonly cancelledAt: Date | null;
  readonly openedAt: Date | null;
  readonly sealedAt: Date | null;
  readonly sealedRoot: string | null;
  readonly stateVersion: number;
}

export interface SeatedPerson {
  readonly seat: string;
  readonly analyticsId: string;
  readonly participantNumber: string;
}

export interface AttemptSummary {
  readonly attemptId: string;
  readonly seat: string;
  readonly status: string;
  readonly deadlineAt: Date | null;
  readonly closing: number;
  readonly version: number;
}

const SESSION_COLUMNS = `session_id AS "sessionId", cluster, site_id AS "siteId", room, starts_at AS "startsAt",
  time_zone AS "timeZone", duration_seconds AS "durationSeconds", pin_closes_at AS "pinClosesAt",
  last_start_at AS "lastStartAt", seat_count AS "seatCount", form_id AS "formId", form_version AS "formVersion",
  cancelled_at AS "cancelledAt", opened_at AS "openedAt", sealed_at AS "sealedAt", sealed_root AS "sealedRoot",
  state_version AS "stateVersion"`;

/** Sessions as the plan gives them; higher versions only. */
export class SessionsRepository {
  async planned(manager: EntityManager, plan: SessionPlanned): Promise<void> {
    await manager.query(
      `INSERT INTO sessions AS s (session_id, plan_version, cluster, site_id, room, starts_at, time_zone, duration_seconds,
                                  pin_closes_at, last_start_at, seat_count, form_id, form_version)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
       ON CONFLICT (session_id) DO UPDATE SET plan_version = EXCLUDED.plan_version, cluster = EXCLUDED.cluster,
         site_id = EXCLUDED.site_id, room = EXCLUDED.room, starts_at = EXCLUDED.starts_at, time_zone = EXCLUDED.time_zone,
         duration_seconds = EXCLUDED.duration_seconds, pin_closes_at = EXCLUDED.pin_closes_at,
         last_start_at = EXCLUDED.last_start_at, seat_count = EXCLUDED.seat_count, form_id = EXCLUDED.form_id,
         form_version = EXCLUDED.form_version, cancelled_at = NULL
       WHERE EXCLUDED.plan_version > s.plan_version`,
      [
        plan.sessionId,
        plan.version,
        plan.cluster,
        plan.siteId,
        plan.room,
        plan.startsAt,
        plan.timeZone,
        plan.durationSeconds,
        plan.pinClosesAt,
        plan.lastStartAt,
        plan.seats,
        plan.formId,
        plan.formVersion,
      ],
    );
  }

  /** Whoever has logged in keeps the seat; a person or seat that the event names twice over time takes the newest. */
  async seated(manager: EntityManager, plan: SeatsAssigned): Promise<void> {
    const seats = plan.seats.map((one) => one.seat);
    await manager.query(
      `DELETE FROM seats WHERE session_id = $1 AND seat = ANY($2) AND plan_version < $3 AND attempt_id IS NULL
          AND analytics_id <> ALL($4)`,
      [plan.sessionId, seats, plan.version, plan.seats.map((one) => one.analyticsId)],
    );
    await manager.query(
      `INSERT INTO seats AS s (session_id, analytics_id, seat, extra_seconds, plan_version)
       SELECT $1, analytics_id, seat, extra_seconds, $2
         FROM unnest($3::text[], $4::text[], $5::integer[]) AS t(analytics_id, seat, extra_seconds)
       ON CONFLICT (session_id, analytics_id) DO UPDATE SET seat = EXCLUDED.seat,
         extra_seconds = EXCLUDED.extra_seconds, plan_version = EXCLUDED.plan_version
       WHERE EXCLUDED.plan_version > s.plan_version AND s.attempt_id IS NULL`,
      [
        plan.sessionId,
        plan.version,
        plan.seats.map((one) => one.analyticsId),
        seats,
        plan.seats.map((one) => one.extraSeconds),
      ],
    );
  }

  /** Whoever has logged in keeps the seat. A PIN for a seat that is gone no longer lets anybody in. */
  async released(manager: EntityManager, plan: SeatsReleased): Promise<void> {
    await manager.query(
      `DELETE FROM seats WHERE session_id = $1 AND analytics_id = ANY($2) AND plan_version < $3 AND attempt_id IS NULL`,
      [plan.sessionId, plan.seats.map((one) => one.analyticsId), plan.version],
    );
  }

  async cancelled(manager: EntityManager, sessionId: string, version: number, at: string): Promise<void> {
    await manager.query(
      `UPDATE sessions SET cancelled_at = $3, plan_version = $2
        WHERE session_id = $1 AND plan_version < $2 AND opened_at IS NULL`,
      [sessionId, version, at],
    );
  }

  async admission(manager: EntityManager, change: AdmissionChanged): Promise<void> {
    await manager.query(
      `INSERT INTO admissions AS a (cluster, open, version) VALUES ($1, $2, $3)
       ON CONFLICT (cluster) DO UPDATE SET open = EXCLUDED.open, version = EXCLUDED.version
       WHERE EXCLUDED.version > a.version`,
      [change.cluster, change.open, change.version],
    );
  }

  async find(
    manager: EntityManager,
    sessionId: string,
    lock: 'for-update' | 'none' = 'none',
  ): Promise<SessionRow | null> {
    const rows = await manager.query<SessionRow[]>(
      `SELECT ${SESSION_COLUMNS} FROM sessions WHERE session_id = $1 ${lock === 'for-update' ? 'FOR UPDATE' : ''}`,
      [sessionId],
    );
    return rows[0] ?? null;
  }

  async admits(manager: EntityManager, cluster: number): Promise<boolean> {
    const rows = await manager.query<{ open: boolean }[]>('SELECT open FROM admissions WHERE cluster = $1', [cluster]);
    return rows[0]?.open ?? false;
  }

  async markOpened(manager: EntityManager, sessionId: string, at: string): Promise<void> {
    await manager.query(
      'UPDATE sessions SET opened_at = $2, state_version = state_version + 1 WHERE session_id = $1 AND opened_at IS NULL',
      [sessionId, at],
    );
  }

  async markSealed(manager: EntityManager, sessionId: string, at: string, root: string): Promise<void> {
    await manager.query(
      `UPDATE sessions SET sealed_at = $2, sealed_root = $3, state_version = state_version + 1
        WHERE session_id = $1 AND sealed_at IS NULL`,
      [sessionId, at, root],
    );
  }

  /** People with a seat who are still registered. */
  seatedPeople(manager: EntityManager, sessionId: string): Promise<SeatedPerson[]> {
    return manager.query(
      `SELECT s.seat, s.analytics_id AS "analyticsId", p.participant_number AS "participantNumber"
         FROM seats s JOIN participants p USING (analytics_id)
        WHERE s.session_id = $1 AND p.withdrawn_at IS NULL ORDER BY s.seat`,
      [sessionId],
    );
  }

  attemptsOf(manager: EntityManager, sessionId: string): Promise<AttemptSummary[]> {
    return manager.query(
      `SELECT attempt_id AS "attemptId", header ->> 'seat' AS seat, status, deadline_at AS "deadlineAt", closing, version
         FROM attempts WHERE session_id = $1 ORDER BY seat`,
      [sessionId],
    );
  }

  /** Logged in, but the fold has not seen it yet. */
  async loginsOnTheirWay(manager: EntityManager, sessionId: string): Promise<number> {
    const [row] = await manager.query<[{ count: number }]>(
      `SELECT count(*)::integer AS count FROM seats s LEFT JOIN attempts a USING (attempt_id)
        WHERE s.session_id = $1 AND s.attempt_id IS NOT NULL
          AND coalesce(jsonb_array_length(a.header -> 'epochStarts'), 0) < s.epoch_issued`,
      [sessionId],
    );
    return row.count;
  }

  /** Latest published root of each closed attempt, in the order of their ids. */
  async rootsOf(
    manager: EntityManager,
    sessionId: string,
  ): Promise<{ attemptId: string; closing: number; root: string }[]> {
    return manager.query(
      `SELECT attempt_id AS "attemptId", closing, root FROM closings JOIN attempts USING (attempt_id, closing)
        WHERE session_id = $1 ORDER BY attempt_id`,
      [sessionId],
    );
  }
}
