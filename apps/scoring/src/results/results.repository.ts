import type { AttemptClosed, ResultScored } from '@app/contracts';
import type { EntityManager } from 'typeorm';
import type { PackageVersion } from '../packages/packages.repository';
import type { ResultStatus } from '../publication/publication.repository';

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

/** A current result whose row is locked. */
export interface LockedResult {
  readonly revision: number;
  readonly result: ResultScored;
}

export interface NewRevision {
  readonly result: ResultScored;
  readonly revision: number;
  readonly status: ResultStatus;
}

/** A result with what may be done with it. */
export interface StoredResult {
  readonly result: ResultScored;
  readonly revision: number;
  /** null: another result has taken its place. */
  readonly status: ResultStatus | null;
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
       ON CONFLICT (attempt_id, closing, revision) DO NOTHING`,
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
   * @param withheld attempts whose results are kept back
   * @returns attempts whose current result these are now
   */
  async raiseCurrent(
    manager: EntityManager,
    results: readonly ResultScored[],
    withheld: ReadonlySet<string>,
  ): Promise<Set<string>> {
    const raised = await manager.query<{ attempt_id: string }[]>(
      `INSERT INTO current_results AS c (attempt_id, closing, analytics_id, session_id, agency, status)
       SELECT * FROM unnest($1::text[], $2::integer[], $3::text[], $4::text[], $5::text[], $6::text[]) AS t(attempt_id)
        ORDER BY attempt_id
       ON CONFLICT (attempt_id) DO UPDATE
         SET closing = EXCLUDED.closing, analytics_id = EXCLUDED.analytics_id, session_id = EXCLUDED.session_id,
             agency = EXCLUDED.agency, status = EXCLUDED.status, revision = 1
         WHERE EXCLUDED.closing > c.closing
       RETURNING attempt_id`,
      [
        results.map(({ attemptId }) => attemptId),
        results.map(({ closing }) => closing),
        results.map(({ analyticsId }) => analyticsId),
        results.map(({ sessionId }) => sessionId),
        results.map(({ agency }) => agency),
        results.map(({ attemptId }) => (withheld.has(attemptId) ? 'withheld' : 'provisional')),
      ],
    );
    return new Set(raised.map((row) => row.attempt_id));
  }

  /** Current results of these attempts; nobody changes them until the transaction ends. */
  async lockCurrent(manager: EntityManager, attemptIds: readonly string[]): Promise<Map<string, LockedResult>> {
    const rows = await manager.query<(LockedResult & { attempt_id: string })[]>(
      `SELECT c.attempt_id, c.revision, r.result
         FROM current_results c JOIN results r USING (attempt_id, closing, revision)
        WHERE c.attempt_id = ANY($1) ORDER BY c.attempt_id FOR UPDATE OF c`,
      [attemptIds],
    );
    return new Map(rows.map(({ attempt_id, ...locked }) => [attempt_id, locked]));
  }

  /** Adds results of locked attempts to the history and makes them current. */
  async addRevisions(manager: EntityManager, revisions: readonly NewRevision[], scoredAt: Date): Promise<void> {
    if (revisions.length === 0) return;
    const attemptIds = revisions.map(({ result }) => result.attemptId);
    const numbers = revisions.map(({ revision }) => revision);
    await manager.query(
      `INSERT INTO results (attempt_id, closing, revision, form_id, form_version, result, scored_at)
       SELECT *, $7::timestamptz
         FROM unnest($1::text[], $2::integer[], $3::integer[], $4::text[], $5::integer[], $6::json[])`,
      [
        attemptIds,
        revisions.map(({ result }) => result.closing),
        numbers,
        revisions.map(({ result }) => result.formId),
        revisions.map(({ result }) => result.formVersion),
        revisions.map(({ result }) => JSON.stringify(result)),
        scoredAt,
      ],
    );
    await manager.query(
      `UPDATE current_results c SET revision = t.revision, status = t.status
         FROM unnest($1::text[], $2::integer[], $3::text[]) AS t(attempt_id, revision, status)
        WHERE c.attempt_id = t.attempt_id`,
      [attemptIds, numbers, revisions.map(({ status }) => status)],
    );
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
  currentPage(manager: EntityManager, filter: ResultFilter, page: ResultPage): Promise<StoredResult[]> {
    return manager.query(
      `SELECT r.result, r.revision, c.status FROM current_results c JOIN results r USING (attempt_id, closing, revision)
        WHERE c.attempt_id > $1
          AND ($2::text IS NULL OR c.analytics_id = $2)
          AND ($3::text IS NULL OR c.session_id = $3)
          AND ($4::text IS NULL OR c.agency = $4)
        ORDER BY c.attempt_id LIMIT $5`,
      [page.afterAttemptId, filter.analyticsId ?? null, filter.sessionId ?? null, filter.agency ?? null, page.limit],
    );
  }

  /** Every result of an attempt, the current one first. */
  history(manager: EntityManager, attemptId: string): Promise<StoredResult[]> {
    return manager.query(
      `SELECT r.result, r.revision, c.status
         FROM results r LEFT JOIN current_results c USING (attempt_id, closing, revision)
        WHERE r.attempt_id = $1 ORDER BY r.closing DESC, r.revision DESC`,
      [attemptId],
    );
  }
}
