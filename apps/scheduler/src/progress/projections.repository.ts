import type { EventBatch } from '@app/messaging';
import type { AttemptClosed, ParticipantRegistered, ParticipantWithdrawn, ResultScored } from '@app/contracts';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

/** What is known about the run of a session. */
export interface SessionRun {
  readonly sessionId: string;
  readonly version: number;
  readonly openedAt: string | null;
  readonly sealedAt: string | null;
  readonly sealedAttempts: number | null;
}

/**
 * Writes what the log tells. Every write keeps only what is higher than what is there, so that a record that comes
 * again, or late, changes nothing. The caller gives each key once: one statement may not touch a row twice.
 */
@Injectable()
export class ProjectionsRepository {
  async upsertPersons(manager: EntityManager, persons: readonly ParticipantRegistered[]): Promise<void> {
    if (persons.length === 0) return;
    await manager.query(
      `INSERT INTO persons (analytics_id, version, agency, job_level, performance, duty_region, education,
                            retirement_year, withdrawn)
       SELECT told.*, false
       FROM unnest($1::text[], $2::integer[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::integer[])
         AS told
       ON CONFLICT (analytics_id) DO UPDATE SET
         version = EXCLUDED.version, agency = EXCLUDED.agency, job_level = EXCLUDED.job_level,
         performance = EXCLUDED.performance, duty_region = EXCLUDED.duty_region, education = EXCLUDED.education,
         retirement_year = EXCLUDED.retirement_year, withdrawn = false
       WHERE EXCLUDED.version > persons.version`,
      [
        persons.map(({ analyticsId }) => analyticsId),
        persons.map(({ version }) => version),
        persons.map(({ agency }) => agency),
        persons.map(({ jobLevel }) => jobLevel),
        persons.map(({ performance }) => performance),
        persons.map(({ dutyRegion }) => dutyRegion),
        persons.map(({ education }) => education),
        persons.map(({ retirementYear }) => retirementYear),
      ],
    );
  }

  async withdrawPersons(manager: EntityManager, withdrawals: readonly ParticipantWithdrawn[]): Promise<void> {
    if (withdrawals.length === 0) return;
    await manager.query(
      `INSERT INTO persons (analytics_id, version, withdrawn)
       SELECT told.*, true FROM unnest($1::text[], $2::integer[]) AS told
       ON CONFLICT (analytics_id) DO UPDATE SET version = EXCLUDED.version, withdrawn = true
       WHERE EXCLUDED.version > persons.version`,
      [withdrawals.map(({ analyticsId }) => analyticsId), withdrawals.map(({ version }) => version)],
    );
  }

  async upsertClosings(manager: EntityManager, closings: readonly AttemptClosed[]): Promise<void> {
    if (closings.length === 0) return;
    await manager.query(
      `INSERT INTO attempt_closings (attempt_id, closing, analytics_id, session_id, root, closed_by, closed_at)
       SELECT * FROM unnest($1::text[], $2::integer[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[])
       ON CONFLICT (attempt_id) DO UPDATE SET
         closing = EXCLUDED.closing, analytics_id = EXCLUDED.analytics_id, session_id = EXCLUDED.session_id,
         root = EXCLUDED.root, closed_by = EXCLUDED.closed_by, closed_at = EXCLUDED.closed_at
       WHERE EXCLUDED.closing > attempt_closings.closing`,
      [
        closings.map(({ attemptId }) => attemptId),
        closings.map(({ closing }) => closing),
        closings.map(({ analyticsId }) => analyticsId),
        closings.map(({ sessionId }) => sessionId),
        closings.map(({ root }) => root),
        closings.map(({ closedBy }) => closedBy),
        closings.map(({ closedAt }) => closedAt),
      ],
    );
  }

  async upsertResults(manager: EntityManager, results: readonly ResultScored[]): Promise<void> {
    if (results.length === 0) return;
    await manager.query(
      `INSERT INTO attempt_results (attempt_id, closing, root)
       SELECT * FROM unnest($1::text[], $2::integer[], $3::text[])
       ON CONFLICT (attempt_id) DO UPDATE SET closing = EXCLUDED.closing, root = EXCLUDED.root
       WHERE EXCLUDED.closing > attempt_results.closing`,
      [
        results.map(({ attemptId }) => attemptId),
        results.map(({ closing }) => closing),
        results.map(({ root }) => root),
      ],
    );
  }

  async upsertRuns(manager: EntityManager, runs: readonly SessionRun[]): Promise<void> {
    if (runs.length === 0) return;
    await manager.query(
      `INSERT INTO session_runs (session_id, version, opened_at, sealed_at, sealed_attempts)
       SELECT * FROM unnest($1::text[], $2::integer[], $3::timestamptz[], $4::timestamptz[], $5::integer[])
       ON CONFLICT (session_id) DO UPDATE SET
         version = EXCLUDED.version, opened_at = COALESCE(EXCLUDED.opened_at, session_runs.opened_at),
         sealed_at = EXCLUDED.sealed_at, sealed_attempts = EXCLUDED.sealed_attempts
       WHERE EXCLUDED.version > session_runs.version`,
      [
        runs.map(({ sessionId }) => sessionId),
        runs.map(({ version }) => version),
        runs.map(({ openedAt }) => openedAt),
        runs.map(({ sealedAt }) => sealedAt),
        runs.map(({ sealedAttempts }) => sealedAttempts),
      ],
    );
  }

  /** Keeps what was set aside in sight, until a later good record of the same key stands in its place. */
  async noteSetAside(manager: EntityManager, { topic, partition, events, rejected }: EventBatch): Promise<void> {
    if (rejected.length > 0) {
      await manager.query(
        `INSERT INTO records_set_aside (topic, partition, "offset", key, code)
         SELECT $1, $2, told.* FROM unnest($3::bigint[], $4::text[], $5::text[]) AS told
         ON CONFLICT DO NOTHING`,
        [
          topic,
          partition,
          rejected.map(({ offset }) => offset),
          rejected.map(({ key }) => key),
          rejected.map(({ code }) => code),
        ],
      );
    }
    await manager.query(
      `DELETE FROM records_set_aside s
       USING (SELECT key, max("offset") AS "offset" FROM unnest($3::text[], $4::bigint[]) AS told (key, "offset")
              GROUP BY key) applied
       WHERE s.topic = $1 AND s.partition = $2 AND s.key = applied.key AND s."offset" < applied."offset"`,
      [topic, partition, events.map(({ key }) => key), events.map(({ offset }) => offset)],
    );
  }
}
