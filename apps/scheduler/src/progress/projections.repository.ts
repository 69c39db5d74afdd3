import type { EventBatch } from '@app/messaging';
import type {
  AttemptClosed,
  AttestationRecorded,
  FiguresReported,
  ParticipantRegistered,
  ParticipantWithdrawn,
  QualityReported,
  ResultReleased,
  ResultScored,
} from '@app/contracts';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

/** Gates look back some hours; a week lets a person look too. */
const FIGURES_KEPT_DAYS = 8;

/** What is known about the run of a session. */
export interface SessionRun {
  readonly sessionId: string;
  readonly version: number;
  readonly openedAt: string | null;
  readonly sealedAt: string | null;
  readonly sealedAttempts: number | null;
  readonly sealedRoot: string | null;
}

/** A record of the log with the time at which it was told. */
export type Told<Data> = Data & { readonly toldAt: string };

/**
 * Writes what the log tells. Every write keeps only what is higher than what is there, so that a record that comes
 * again, or late, changes nothing. The caller gives each key once: one statement may not touch a row twice.
 */
@Injectable()
export class ProjectionsRepository {
  async upsertPersons(manager: EntityManager, persons: readonly Told<ParticipantRegistered>[]): Promise<void> {
    if (persons.length === 0) return;
    await manager.query(
      `INSERT INTO persons (analytics_id, version, agency, job_level, performance, duty_region, education,
                            retirement_year, told_at, withdrawn)
       SELECT told.*, false
       FROM unnest($1::text[], $2::integer[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::integer[],
                   $9::timestamptz[]) AS told
       ON CONFLICT (analytics_id) DO UPDATE SET
         version = EXCLUDED.version, agency = EXCLUDED.agency, job_level = EXCLUDED.job_level,
         performance = EXCLUDED.performance, duty_region = EXCLUDED.duty_region, education = EXCLUDED.education,
         retirement_year = EXCLUDED.retirement_year, told_at = EXCLUDED.told_at, withdrawn = false
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
        persons.map(({ toldAt }) => toldAt),
      ],
    );
  }

  async withdrawPersons(manager: EntityManager, withdrawals: readonly Told<ParticipantWithdrawn>[]): Promise<void> {
    if (withdrawals.length === 0) return;
    await manager.query(
      `INSERT INTO persons (analytics_id, version, told_at, withdrawn)
       SELECT told.*, true FROM unnest($1::text[], $2::integer[], $3::timestamptz[]) AS told
       ON CONFLICT (analytics_id) DO UPDATE SET
         version = EXCLUDED.version, told_at = EXCLUDED.told_at, withdrawn = true
       WHERE EXCLUDED.version > persons.version`,
      [
        withdrawals.map(({ analyticsId }) => analyticsId),
        withdrawals.map(({ version }) => version),
        withdrawals.map(({ toldAt }) => toldAt),
      ],
    );
  }

  async upsertClosings(manager: EntityManager, closings: readonly AttemptClosed[]): Promise<void> {
    if (closings.length === 0) return;
    await manager.query(
      `INSERT INTO attempt_closings (attempt_id, closing, analytics_id, session_id, root, closed_by, closed_at,
                                     credited_seconds, resumes, form_id, form_version, form_hash)
       SELECT * FROM unnest($1::text[], $2::integer[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[],
                            $8::integer[], $9::integer[], $10::text[], $11::integer[], $12::text[])
       ON CONFLICT (attempt_id) DO UPDATE SET
         closing = EXCLUDED.closing, analytics_id = EXCLUDED.analytics_id, session_id = EXCLUDED.session_id,
         root = EXCLUDED.root, closed_by = EXCLUDED.closed_by, closed_at = EXCLUDED.closed_at,
         credited_seconds = EXCLUDED.credited_seconds, resumes = EXCLUDED.resumes, form_id = EXCLUDED.form_id,
         form_version = EXCLUDED.form_version, form_hash = EXCLUDED.form_hash
       WHERE EXCLUDED.closing > attempt_closings.closing`,
      [
        closings.map(({ attemptId }) => attemptId),
        closings.map(({ closing }) => closing),
        closings.map(({ analyticsId }) => analyticsId),
        closings.map(({ sessionId }) => sessionId),
        closings.map(({ root }) => root),
        closings.map(({ closedBy }) => closedBy),
        closings.map(({ closedAt }) => closedAt),
        closings.map(({ creditedSeconds }) => Math.round(creditedSeconds)),
        closings.map(({ resumes }) => resumes),
        closings.map(({ form }) => form.formId),
        closings.map(({ form }) => form.version),
        closings.map(({ form }) => form.hash),
      ],
    );
  }

  async upsertResults(manager: EntityManager, results: readonly Told<ResultScored>[]): Promise<void> {
    if (results.length === 0) return;
    await manager.query(
      `INSERT INTO attempt_results (attempt_id, closing, root, scored_at, ability)
       SELECT * FROM unnest($1::text[], $2::integer[], $3::text[], $4::timestamptz[], $5::double precision[])
       ON CONFLICT (attempt_id) DO UPDATE SET
         closing = EXCLUDED.closing, root = EXCLUDED.root, scored_at = EXCLUDED.scored_at, ability = EXCLUDED.ability,
         released_at = NULL
       WHERE EXCLUDED.closing > attempt_results.closing`,
      [
        results.map(({ attemptId }) => attemptId),
        results.map(({ closing }) => closing),
        results.map(({ root }) => root),
        results.map(({ toldAt }) => toldAt),
        results.map(abilityOf),
      ],
    );
  }

  /** A release of an older closing than the one that counts says nothing. */
  async markReleased(manager: EntityManager, releases: readonly ResultReleased[]): Promise<void> {
    if (releases.length === 0) return;
    await manager.query(
      `UPDATE attempt_results r SET released_at = told.at
       FROM unnest($1::text[], $2::integer[], $3::timestamptz[]) AS told (attempt_id, closing, at)
       WHERE r.attempt_id = told.attempt_id AND r.closing = told.closing AND r.released_at IS NULL`,
      [
        releases.map(({ attemptId }) => attemptId),
        releases.map(({ closing }) => closing),
        releases.map(({ at }) => at),
      ],
    );
  }

  async upsertRuns(manager: EntityManager, runs: readonly SessionRun[]): Promise<void> {
    if (runs.length === 0) return;
    await manager.query(
      `INSERT INTO session_runs (session_id, version, opened_at, sealed_at, sealed_attempts, sealed_root)
       SELECT * FROM unnest($1::text[], $2::integer[], $3::timestamptz[], $4::timestamptz[], $5::integer[], $6::text[])
       ON CONFLICT (session_id) DO UPDATE SET
         version = EXCLUDED.version, opened_at = COALESCE(EXCLUDED.opened_at, session_runs.opened_at),
         sealed_at = EXCLUDED.sealed_at, sealed_attempts = EXCLUDED.sealed_attempts,
         sealed_root = EXCLUDED.sealed_root, verified = NULL
       WHERE EXCLUDED.version > session_runs.version`,
      [
        runs.map(({ sessionId }) => sessionId),
        runs.map(({ version }) => version),
        runs.map(({ openedAt }) => openedAt),
        runs.map(({ sealedAt }) => sealedAt),
        runs.map(({ sealedAttempts }) => sealedAttempts),
        runs.map(({ sealedRoot }) => sealedRoot),
      ],
    );
  }

  async insertFigures(manager: EntityManager, reports: readonly FiguresReported[]): Promise<void> {
    if (reports.length === 0) return;
    await manager.query(
      `INSERT INTO process_figures (process, reported_at, role, acknowledgement_p99_ms, versions, stopped)
       SELECT * FROM unnest($1::text[], $2::timestamptz[], $3::text[], $4::double precision[], $5::jsonb[],
                            $6::boolean[])
       ON CONFLICT DO NOTHING`,
      [
        reports.map(({ process }) => process),
        reports.map(({ at }) => at),
        reports.map(({ role }) => role),
        reports.map(({ acknowledgementP99Ms }) => acknowledgementP99Ms),
        reports.map(({ versions }) => JSON.stringify(versions)),
        reports.map(({ stopped }) => stopped ?? false),
      ],
    );
    // By what the log says, not by the clock: a replay keeps the same.
    await manager.query(
      `DELETE FROM process_figures f
       USING (SELECT process, max(reported_at) AS latest FROM unnest($1::text[], $2::timestamptz[]) AS told (process, reported_at)
              GROUP BY process) told
       WHERE f.process = told.process AND f.reported_at < told.latest - make_interval(days => $3)`,
      [reports.map(({ process }) => process), reports.map(({ at }) => at), FIGURES_KEPT_DAYS],
    );
  }

  async insertAttestations(manager: EntityManager, attestations: readonly AttestationRecorded[]): Promise<void> {
    if (attestations.length === 0) return;
    await manager.query(
      `INSERT INTO attestations (attestation_id, kind, site_id, passed, image_hash, reason_code, actor, attested_at)
       SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::boolean[], $5::text[], $6::text[], $7::text[],
                            $8::timestamptz[])
       ON CONFLICT DO NOTHING`,
      [
        attestations.map(({ attestationId }) => attestationId),
        attestations.map(({ kind }) => kind),
        attestations.map(({ siteId }) => siteId),
        attestations.map(({ passed }) => passed),
        attestations.map(({ imageHash }) => imageHash),
        attestations.map(({ reasonCode }) => reasonCode),
        attestations.map(({ actor }) => actor),
        attestations.map(({ at }) => at),
      ],
    );
  }

  async upsertQuality(manager: EntityManager, reports: readonly QualityReported[]): Promise<void> {
    if (reports.length === 0) return;
    await manager.query(
      `INSERT INTO quality_reports (site_id, form_id, form_version, attempts, alpha, reported_at)
       SELECT * FROM unnest($1::text[], $2::text[], $3::integer[], $4::integer[], $5::double precision[],
                            $6::timestamptz[])
       ON CONFLICT (site_id, form_id, form_version) DO UPDATE SET
         attempts = EXCLUDED.attempts, alpha = EXCLUDED.alpha, reported_at = EXCLUDED.reported_at
       WHERE EXCLUDED.reported_at > quality_reports.reported_at`,
      [
        reports.map(({ siteId }) => siteId),
        reports.map(({ formId }) => formId),
        reports.map(({ formVersion }) => formVersion),
        reports.map(({ attempts }) => attempts),
        reports.map(({ alpha }) => alpha),
        reports.map(({ at }) => at),
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

/** What sites are compared by: the first scale's theta, or its share of the credits where it has none. */
function abilityOf({ scales: [scale] }: ResultScored): number | null {
  if (!scale) return null;
  if (scale.theta !== undefined && scale.theta !== null) return scale.theta;
  return scale.score === null || scale.maximum === 0 ? null : scale.score / scale.maximum;
}
