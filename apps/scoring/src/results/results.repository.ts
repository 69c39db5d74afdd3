import type { AttemptClosed, ResultScored } from '@app/contracts';
import type { EntityManager } from 'typeorm';
import type { PackageVersion } from '../packages/packages.repository';

export interface HeldClosing {
  readonly closed: AttemptClosed;
  /** The package in force that does not fit the form; null where none is in force. */
  readonly unfit: PackageVersion | null;
}

export interface HeldForm {
  readonly formId: string;
  readonly formVersion: number;
  readonly unfitPackageId: string | null;
  readonly unfitPackageVersion: number | null;
  readonly closings: number;
  readonly heldSince: Date;
}

export interface ResultFilter {
  readonly analyticsId?: string;
  readonly sessionId?: string;
  readonly agency?: string;
}

export interface ResultPage {
  readonly afterAttemptId: string;
  readonly limit: number;
}

/** All SQL on results and on closings that wait for one. */
export class ResultsRepository {
  /** Adds to the history; a closing that has a result keeps it. */
  async insert(manager: EntityManager, results: readonly ResultScored[], scoredAt: Date): Promise<void> {
    await manager.query(
      `INSERT INTO results (attempt_id, closing, form_id, form_version, result, scored_at)
       SELECT *, $6::timestamptz FROM unnest($1::text[], $2::integer[], $3::text[], $4::integer[], $5::json[])
       ON CONFLICT (attempt_id, closing) DO NOTHING`,
      [
        results.map(({ attemptId }) => attemptId),
        results.map(({ closing }) => closing),
        results.map(({ formId }) => formId),
        results.map(({ formVersion }) => formVersion),
        results.map((result) => JSON.stringify(result)),
        scoredAt,
      ],
    );
  }

  /**
   * Makes results current where no higher closing is.
   *
   * @param results at most one per attempt
   * @returns attempts whose current result these are now
   */
  async raiseCurrent(manager: EntityManager, results: readonly ResultScored[]): Promise<Set<string>> {
    const raised = await manager.query<{ attempt_id: string }[]>(
      `INSERT INTO current_results AS c (attempt_id, closing, analytics_id, session_id, agency)
       SELECT * FROM unnest($1::text[], $2::integer[], $3::text[], $4::text[], $5::text[]) AS t(attempt_id)
        ORDER BY attempt_id
       ON CONFLICT (attempt_id) DO UPDATE
         SET closing = EXCLUDED.closing, analytics_id = EXCLUDED.analytics_id, session_id = EXCLUDED.session_id,
             agency = EXCLUDED.agency
         WHERE EXCLUDED.closing > c.closing
       RETURNING attempt_id`,
      [
        results.map(({ attemptId }) => attemptId),
        results.map(({ closing }) => closing),
        results.map(({ analyticsId }) => analyticsId),
        results.map(({ sessionId }) => sessionId),
        results.map(({ agency }) => agency),
      ],
    );
    return new Set(raised.map((row) => row.attempt_id));
  }

  async hold(manager: EntityManager, held: readonly HeldClosing[], heldAt: Date): Promise<void> {
    await manager.query(
      `INSERT INTO pending_closings (attempt_id, closing, form_id, form_version, unfit_package_id,
                                     unfit_package_version, closed, held_at)
       SELECT *, $8::timestamptz
         FROM unnest($1::text[], $2::integer[], $3::text[], $4::integer[], $5::text[], $6::integer[], $7::json[])
       ON CONFLICT (attempt_id, closing) DO NOTHING`,
      [
        held.map(({ closed }) => closed.attemptId),
        held.map(({ closed }) => closed.closing),
        held.map(({ closed }) => closed.form.formId),
        held.map(({ closed }) => closed.form.version),
        held.map(({ unfit }) => unfit?.packageId ?? null),
        held.map(({ unfit }) => unfit?.version ?? null),
        held.map(({ closed }) => JSON.stringify(closed)),
        heldAt,
      ],
    );
  }

  /** Takes out closings whose form has got another package than the one, or none, that they were held for. */
  async takeScorable(manager: EntityManager, limit: number): Promise<AttemptClosed[]> {
    // TypeORM answers a DELETE with the rows and their number.
    const [rows] = await manager.query<[{ closed: AttemptClosed }[], number]>(
      `DELETE FROM pending_closings WHERE (attempt_id, closing) IN (
         SELECT p.attempt_id, p.closing
           FROM pending_closings p JOIN packages_in_force f USING (form_id, form_version)
          WHERE (p.unfit_package_id, p.unfit_package_version) IS DISTINCT FROM (f.package_id, f.package_version)
          ORDER BY p.attempt_id, p.closing
          LIMIT $1
          FOR UPDATE OF p SKIP LOCKED)
       RETURNING closed`,
      [limit],
    );
    return rows.map(({ closed }) => closed);
  }

  heldForms(manager: EntityManager): Promise<HeldForm[]> {
    return manager.query(
      `SELECT form_id AS "formId", form_version AS "formVersion", unfit_package_id AS "unfitPackageId",
              unfit_package_version AS "unfitPackageVersion", count(*)::integer AS closings, min(held_at) AS "heldSince"
         FROM pending_closings
        GROUP BY form_id, form_version, unfit_package_id, unfit_package_version
        ORDER BY form_id, form_version, unfit_package_id, unfit_package_version`,
    );
  }

  /** Current results, in the order of their attempt ids. */
  async currentPage(manager: EntityManager, filter: ResultFilter, page: ResultPage): Promise<ResultScored[]> {
    const rows = await manager.query<{ result: ResultScored }[]>(
      `SELECT r.result FROM current_results c JOIN results r USING (attempt_id, closing)
        WHERE c.attempt_id > $1
          AND ($2::text IS NULL OR c.analytics_id = $2)
          AND ($3::text IS NULL OR c.session_id = $3)
          AND ($4::text IS NULL OR c.agency = $4)
        ORDER BY c.attempt_id LIMIT $5`,
      [page.afterAttemptId, filter.analyticsId ?? null, filter.sessionId ?? null, filter.agency ?? null, page.limit],
    );
    return rows.map(({ result }) => result);
  }

  /** Every scored closing of an attempt, the latest first. */
  async history(manager: EntityManager, attemptId: string): Promise<ResultScored[]> {
    const rows = await manager.query<{ result: ResultScored }[]>(
      'SELECT result FROM results WHERE attempt_id = $1 ORDER BY closing DESC',
      [attemptId],
    );
    return rows.map(({ result }) => result);
  }
}
