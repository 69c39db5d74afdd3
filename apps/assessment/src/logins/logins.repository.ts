import type { EntityManager } from 'typeorm';

export interface PinRow {
  readonly pinId: string;
  readonly sessionId: string;
  readonly analyticsId: string;
  readonly seat: string;
  readonly pinHash: string;
  readonly closesAt: Date;
  readonly usedAt: Date | null;
  readonly revokedAt: Date | null;
}

export interface NewPin {
  readonly pinId: string;
  readonly sessionId: string;
  readonly analyticsId: string;
  readonly seat: string;
  readonly pinHash: string;
  readonly closesAt: string;
}

/** Everything that the login of a seated person needs to say about the attempt. */
export interface SeatedLogin {
  readonly attemptId: string;
  readonly epoch: number;
  readonly analyticsId: string;
  readonly agency: string;
  readonly jobLevel: string | null;
  readonly performance: string | null;
  readonly extraSeconds: number;
}

/** What has been given out for an attempt, whether or not the fold has seen it. */
export interface IssuedAttempt {
  readonly epoch: number;
  readonly sessionId: string;
  readonly extraSeconds: number;
  readonly startedAt: Date | null;
}

export class LoginsRepository {
  /** PINs of a person that were not revoked, newest first. */
  async pinsOf(manager: EntityManager, participantNumber: string): Promise<PinRow[]> {
    return manager.query(
      `SELECT pin_id AS "pinId", session_id AS "sessionId", analytics_id AS "analyticsId", seat, pin_hash AS "pinHash",
              closes_at AS "closesAt", used_at AS "usedAt", revoked_at AS "revokedAt"
         FROM pins JOIN participants p USING (analytics_id)
        WHERE p.participant_number = $1 AND p.withdrawn_at IS NULL
        ORDER BY issued_at DESC LIMIT 20`,
      [participantNumber],
    );
  }

  /** @returns false where somebody else was faster */
  async consume(manager: EntityManager, pinId: string, at: string): Promise<boolean> {
    const [rows] = await manager.query<[unknown[], number]>(
      `UPDATE pins SET used_at = $2
        WHERE pin_id = $1 AND used_at IS NULL AND revoked_at IS NULL AND closes_at > $2 RETURNING pin_id`,
      [pinId, at],
    );
    return rows.length === 1;
  }

  /** New PINs of people of a session; their unused older ones are revoked. */
  async issue(manager: EntityManager, pins: readonly NewPin[], issuedBy: string, at: string): Promise<void> {
    const sessionIds = pins.map((pin) => pin.sessionId);
    const analyticsIds = pins.map((pin) => pin.analyticsId);
    await manager.query(
      `UPDATE pins SET revoked_at = $3 FROM unnest($1::text[], $2::text[]) AS t(session_id, analytics_id)
        WHERE pins.session_id = t.session_id AND pins.analytics_id = t.analytics_id
          AND used_at IS NULL AND revoked_at IS NULL`,
      [sessionIds, analyticsIds, at],
    );
    await manager.query(
      `INSERT INTO pins (pin_id, session_id, analytics_id, seat, pin_hash, closes_at, issued_by, issued_at)
       SELECT t.*, $7, $8 FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[]) AS t`,
      [
        pins.map((pin) => pin.pinId),
        sessionIds,
        analyticsIds,
        pins.map((pin) => pin.seat),
        pins.map((pin) => pin.pinHash),
        pins.map((pin) => pin.closesAt),
        issuedBy,
        at,
      ],
    );
  }

  /** Gives the seat's attempt its next epoch, and the attempt its id where this is the first login. */
  async nextEpoch(
    manager: EntityManager,
    sessionId: string,
    analyticsId: string,
    newAttemptId: string,
  ): Promise<SeatedLogin | null> {
    const [rows] = await manager.query<[SeatedLogin[], number]>(
      `UPDATE seats s SET epoch_issued = s.epoch_issued + 1, attempt_id = coalesce(s.attempt_id, $3)
         FROM participants p
        WHERE s.session_id = $1 AND s.analytics_id = $2 AND p.analytics_id = s.analytics_id
       RETURNING s.attempt_id AS "attemptId", s.epoch_issued AS epoch, s.analytics_id AS "analyticsId", p.agency,
                 p.job_level AS "jobLevel", p.performance, s.extra_seconds AS "extraSeconds"`,
      [sessionId, analyticsId, newAttemptId],
    );
    return rows[0] ?? null;
  }

  async issuedAttempt(manager: EntityManager, attemptId: string): Promise<IssuedAttempt | null> {
    const rows = await manager.query<IssuedAttempt[]>(
      `SELECT epoch_issued AS epoch, session_id AS "sessionId", extra_seconds AS "extraSeconds", started_at AS "startedAt"
         FROM seats WHERE attempt_id = $1`,
      [attemptId],
    );
    return rows[0] ?? null;
  }

  /** The moment of the first start command. */
  async markStarted(manager: EntityManager, attemptId: string, at: string): Promise<Date> {
    const [rows] = await manager.query<[{ startedAt: Date }[], number]>(
      `UPDATE seats SET started_at = coalesce(started_at, $2) WHERE attempt_id = $1 RETURNING started_at AS "startedAt"`,
      [attemptId, at],
    );
    return rows[0]!.startedAt;
  }

  /** A move: the next epoch and another seat. Refused by the database where the seat is taken. */
  async moveSeat(manager: EntityManager, attemptId: string, seat: string): Promise<number> {
    const [rows] = await manager.query<[{ epoch: number }[], number]>(
      `UPDATE seats SET epoch_issued = epoch_issued + 1, seat = $2 WHERE attempt_id = $1 RETURNING epoch_issued AS epoch`,
      [attemptId, seat],
    );
    return rows[0]!.epoch;
  }

  async isSeatTaken(manager: EntityManager, sessionId: string, seat: string, attemptId: string): Promise<boolean> {
    const rows = await manager.query(
      'SELECT 1 FROM seats WHERE session_id = $1 AND seat = $2 AND attempt_id IS DISTINCT FROM $3',
      [sessionId, seat, attemptId],
    );
    return rows.length > 0;
  }
}
