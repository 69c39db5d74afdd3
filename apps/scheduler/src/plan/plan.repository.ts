import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Recording } from '../versioned-records';
import type { SeatedPerson } from './domain/seating';

export interface PlannedSession {
  readonly sessionId: string;
  readonly version: number;
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
}

/** A planned session with what has become of it. */
export interface SessionStanding extends PlannedSession {
  readonly seatsTaken: number;
  readonly openedAt: Date | null;
  readonly sealedAt: Date | null;
}

const SESSION_COLUMNS = `s.session_id AS "sessionId", s.version, s.cluster, s.site_id AS "siteId", s.room,
  s.starts_at AS "startsAt", s.time_zone AS "timeZone", s.duration_seconds AS "durationSeconds",
  s.pin_closes_at AS "pinClosesAt", s.last_start_at AS "lastStartAt", s.seat_count AS "seatCount",
  s.form_id AS "formId", s.form_version AS "formVersion", s.cancelled_at AS "cancelledAt"`;

const STANDING = `SELECT ${SESSION_COLUMNS}, r.opened_at AS "openedAt", r.sealed_at AS "sealedAt",
    (SELECT count(*)::integer FROM seats t WHERE t.session_id = s.session_id) AS "seatsTaken"
  FROM sessions s LEFT JOIN session_runs r USING (session_id)`;

@Injectable()
export class PlanRepository {
  /** Locks the sessions, in one order for everybody, and reads them. */
  async lockSessions(manager: EntityManager, sessionIds: readonly string[]): Promise<Map<string, SessionStanding>> {
    await manager.query('SELECT session_id FROM sessions WHERE session_id = ANY($1) ORDER BY session_id FOR UPDATE', [
      sessionIds,
    ]);
    const rows: SessionStanding[] = await manager.query(`${STANDING} WHERE s.session_id = ANY($1)`, [sessionIds]);
    return new Map(rows.map((row) => [row.sessionId, row]));
  }

  async sessions(manager: EntityManager, cluster: number | null): Promise<SessionStanding[]> {
    return manager.query(`${STANDING} WHERE $1::integer IS NULL OR s.cluster = $1 ORDER BY s.starts_at, s.session_id`, [
      cluster,
    ]);
  }

  async session(manager: EntityManager, sessionId: string): Promise<SessionStanding | null> {
    const rows: SessionStanding[] = await manager.query(`${STANDING} WHERE s.session_id = $1`, [sessionId]);
    return rows[0] ?? null;
  }

  async upsertSessions(
    manager: EntityManager,
    sessions: readonly PlannedSession[],
    { recordedBy, recordedAt }: Recording,
  ): Promise<void> {
    const column = <K extends keyof PlannedSession>(name: K) => sessions.map((session) => session[name]);
    await manager.query(
      `INSERT INTO sessions (session_id, version, cluster, site_id, room, starts_at, time_zone, duration_seconds,
                             pin_closes_at, last_start_at, seat_count, form_id, form_version, recorded_by, recorded_at)
       SELECT planned.*, $14, $15
       FROM unnest($1::text[], $2::integer[], $3::integer[], $4::text[], $5::text[], $6::timestamptz[], $7::text[],
                   $8::integer[], $9::timestamptz[], $10::timestamptz[], $11::integer[], $12::text[], $13::integer[])
         AS planned
       ON CONFLICT (session_id) DO UPDATE SET
         version = EXCLUDED.version, cluster = EXCLUDED.cluster, site_id = EXCLUDED.site_id, room = EXCLUDED.room,
         starts_at = EXCLUDED.starts_at, time_zone = EXCLUDED.time_zone, duration_seconds = EXCLUDED.duration_seconds,
         pin_closes_at = EXCLUDED.pin_closes_at, last_start_at = EXCLUDED.last_start_at,
         seat_count = EXCLUDED.seat_count, form_id = EXCLUDED.form_id, form_version = EXCLUDED.form_version,
         recorded_by = EXCLUDED.recorded_by, recorded_at = EXCLUDED.recorded_at
       WHERE EXCLUDED.version > sessions.version`,
      [
        column('sessionId'),
        column('version'),
        column('cluster'),
        column('siteId'),
        column('room'),
        column('startsAt'),
        column('timeZone'),
        column('durationSeconds'),
        column('pinClosesAt'),
        column('lastStartAt'),
        column('seatCount'),
        column('formId'),
        column('formVersion'),
        recordedBy,
        recordedAt,
      ],
    );
  }

  async raiseVersion(manager: EntityManager, sessionId: string, version: number): Promise<void> {
    await manager.query('UPDATE sessions SET version = $2 WHERE session_id = $1 AND version < $2', [
      sessionId,
      version,
    ]);
  }

  async registered(manager: EntityManager, analyticsIds: readonly string[]): Promise<Set<string>> {
    const rows: { analytics_id: string }[] = await manager.query(
      'SELECT analytics_id FROM persons WHERE analytics_id = ANY($1) AND NOT withdrawn',
      [analyticsIds],
    );
    return new Set(rows.map((row) => row.analytics_id));
  }

  /** Seats of the sessions, and seats of the people wherever they are. */
  async seatsTaken(
    manager: EntityManager,
    sessionIds: readonly string[],
    analyticsIds: readonly string[],
  ): Promise<SeatedPerson[]> {
    return manager.query(
      `SELECT session_id AS "sessionId", seat, analytics_id AS "analyticsId", sitting, extra_seconds AS "extraSeconds"
       FROM seats WHERE session_id = ANY($1) OR analytics_id = ANY($2)`,
      [sessionIds, analyticsIds],
    );
  }

  async seatsOf(manager: EntityManager, sessionId: string): Promise<SeatedPerson[]> {
    return manager.query(
      `SELECT session_id AS "sessionId", seat, analytics_id AS "analyticsId", sitting, extra_seconds AS "extraSeconds"
       FROM seats WHERE session_id = $1 ORDER BY seat`,
      [sessionId],
    );
  }

  /** A seat of the same person may get another extra time; whatever else is taken violates a constraint. */
  async upsertSeats(manager: EntityManager, seats: readonly SeatedPerson[], recording: Recording): Promise<void> {
    await manager.query(
      `INSERT INTO seats (session_id, seat, analytics_id, sitting, extra_seconds, recorded_by, recorded_at, given_at)
       SELECT given.*, $6, $7, $7
       FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::integer[]) AS given
       ON CONFLICT ON CONSTRAINT seats_one_person_per_seat DO UPDATE SET
         extra_seconds = EXCLUDED.extra_seconds, recorded_by = EXCLUDED.recorded_by, recorded_at = EXCLUDED.recorded_at
       WHERE seats.analytics_id = EXCLUDED.analytics_id`,
      [
        seats.map(({ sessionId }) => sessionId),
        seats.map(({ seat }) => seat),
        seats.map(({ analyticsId }) => analyticsId),
        seats.map(({ sitting }) => sitting),
        seats.map(({ extraSeconds }) => extraSeconds),
        recording.recordedBy,
        recording.recordedAt,
      ],
    );
  }

  /** Marks a session as cancelled and frees its seats; who had them stands in the log. */
  async cancel(manager: EntityManager, sessionId: string, version: number, at: Date): Promise<void> {
    await manager.query('DELETE FROM seats WHERE session_id = $1', [sessionId]);
    await manager.query('UPDATE sessions SET version = $2, cancelled_at = $3 WHERE session_id = $1', [
      sessionId,
      version,
      at,
    ]);
  }
}
