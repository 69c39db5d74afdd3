import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

/** What was changed for the worse: a version of a form, from a moment on. */
export interface BadForm {
  readonly cluster: number;
  readonly formId: string;
  readonly formVersion: number;
}

/** An attempt that was delivered what should not have been delivered. */
export interface HarmedAttempt {
  readonly analyticsId: string;
  readonly attemptId: string;
  readonly sessionId: string;
  /** Of the form as it was delivered: the evidence. */
  readonly formHash: string;
  readonly closedAt: Date;
}

@Injectable()
export class RollbacksRepository {
  /** The latest earlier version of the form that a session was held with, sealed and verified; null: none was. */
  async lastGoodVersion(manager: EntityManager, { formId, formVersion }: BadForm): Promise<number | null> {
    const [row] = await manager.query<{ version: number | null }[]>(
      `SELECT max(s.form_version) AS version FROM sessions s JOIN session_runs r USING (session_id)
       WHERE s.form_id = $1 AND s.form_version < $2 AND r.verified`,
      [formId, formVersion],
    );
    return row?.version ?? null;
  }

  /** Sessions of the cluster over the bad version that have yet to be opened. */
  async sessionsAhead(manager: EntityManager, { cluster, formId, formVersion }: BadForm): Promise<string[]> {
    const rows: { session_id: string }[] = await manager.query(
      `SELECT s.session_id FROM sessions s LEFT JOIN session_runs r USING (session_id)
       WHERE s.cluster = $1 AND s.form_id = $2 AND s.form_version = $3 AND s.cancelled_at IS NULL AND r.opened_at IS NULL
       ORDER BY s.session_id`,
      [cluster, formId, formVersion],
    );
    return rows.map((row) => row.session_id);
  }

  /** Sessions of the cluster with attempts that closed since a moment: their results are to be withheld. */
  async sessionsSince(manager: EntityManager, cluster: number, since: Date): Promise<string[]> {
    const rows: { session_id: string }[] = await manager.query(
      `SELECT DISTINCT s.session_id FROM sessions s JOIN attempt_closings c USING (session_id)
       WHERE s.cluster = $1 AND c.closed_at >= $2 ORDER BY s.session_id`,
      [cluster, since],
    );
    return rows.map((row) => row.session_id);
  }

  /**
   * People whose delivery was harmed: the form that their attempt says it was delivered is the bad version, and no later
   * attempt of theirs was delivered another. Scores play no part.
   */
  async harmed(manager: EntityManager, { cluster, formId, formVersion }: BadForm): Promise<HarmedAttempt[]> {
    return manager.query(
      `SELECT c.analytics_id AS "analyticsId", c.attempt_id AS "attemptId", c.session_id AS "sessionId",
              c.form_hash AS "formHash", c.closed_at AS "closedAt"
       FROM attempt_closings c JOIN sessions s USING (session_id)
       WHERE s.cluster = $1 AND c.form_id = $2 AND c.form_version = $3 AND NOT EXISTS (
         SELECT FROM attempt_closings later
         WHERE later.analytics_id = c.analytics_id AND later.form_id = c.form_id AND later.form_version <> c.form_version
           AND later.closed_at > c.closed_at)
       ORDER BY c.session_id, c.attempt_id`,
      [cluster, formId, formVersion],
    );
  }
}
