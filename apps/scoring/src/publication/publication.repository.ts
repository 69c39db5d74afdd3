import type { ResultScored } from '@app/contracts';
import type { EntityManager } from 'typeorm';
import type { Scope } from '../scopes/scope';

export interface Withholding {
  readonly withholdingId: string;
  readonly scope: Scope;
  readonly reasonCode: string;
  readonly actor: string;
  readonly at: Date;
  readonly sweptAt: Date | null;
  readonly liftedAt: Date | null;
}

export interface Release {
  readonly releaseId: string;
  readonly scope: Scope;
  readonly reasonCode: string;
  readonly proposedBy: string;
  readonly proposedAt: Date;
  readonly confirmedBy: string | null;
  readonly confirmedAt: Date | null;
  readonly publishedTo: string;
  readonly published: number;
  readonly finishedAt: Date | null;
}

export interface CurrentResult {
  readonly attemptId: string;
  readonly revision: number;
  readonly status: ResultStatus;
  readonly result: ResultScored;
}

export type ResultStatus = 'provisional' | 'withheld' | 'released';

/** Holds still which scopes are withheld while results go out. Any number that nothing else uses. */
const PUBLICATION_LOCK = 0x77686864;

const WITHHOLDING = `withholding_id AS "withholdingId", json_build_object('kind', scope_kind, 'id', scope_id) AS scope,
  reason_code AS "reasonCode", actor, at, swept_at AS "sweptAt", lifted_at AS "liftedAt"`;
const RELEASE = `release_id AS "releaseId", json_build_object('kind', scope_kind, 'id', scope_id) AS scope,
  reason_code AS "reasonCode", proposed_by AS "proposedBy", proposed_at AS "proposedAt",
  confirmed_by AS "confirmedBy", confirmed_at AS "confirmedAt", published_to AS "publishedTo", published,
  finished_at AS "finishedAt"`;
/** Members of the scope given as $1 and $2. */
const IN_SCOPE = `($1 = 'all' OR ($1 = 'session' AND c.session_id = $2) OR ($1 = 'agency' AND c.agency = $2)
  OR ($1 = 'cluster' AND c.session_id IN (SELECT session_id FROM planned_sessions WHERE cluster = $2)))`;

/** All SQL on withholdings, releases and the status of results. */
export class PublicationRepository {
  /** Until the transaction ends no scope is withheld or released. */
  async holdStill(manager: EntityManager): Promise<void> {
    await manager.query('SELECT pg_advisory_xact_lock_shared($1)', [PUBLICATION_LOCK]);
  }

  /** Until the transaction ends nobody publishes results. */
  async lock(manager: EntityManager): Promise<void> {
    await manager.query('SELECT pg_advisory_xact_lock($1)', [PUBLICATION_LOCK]);
  }

  inForce(manager: EntityManager): Promise<Withholding[]> {
    return manager.query(`SELECT ${WITHHOLDING} FROM withholdings WHERE lifted_at IS NULL ORDER BY at, withholding_id`);
  }

  withholdings(manager: EntityManager): Promise<Withholding[]> {
    return manager.query(`SELECT ${WITHHOLDING} FROM withholdings ORDER BY at DESC, withholding_id`);
  }

  async withhold(manager: EntityManager, { withholdingId, scope, reasonCode, actor, at }: Withholding): Promise<void> {
    await manager.query(
      `INSERT INTO withholdings (withholding_id, scope_kind, scope_id, reason_code, actor, at)
       VALUES ($1, $2, $3, $4, $5, $6)`,
      [withholdingId, scope.kind, scope.id, reasonCode, actor, at],
    );
  }

  async lift(manager: EntityManager, scope: Scope, at: Date): Promise<void> {
    await manager.query(
      'UPDATE withholdings SET lifted_at = $3 WHERE scope_kind = $1 AND scope_id = $2 AND lifted_at IS NULL',
      [scope.kind, scope.id, at],
    );
  }

  async nextUnswept(manager: EntityManager): Promise<Withholding | null> {
    const [row] = await manager.query<Withholding[]>(
      `SELECT ${WITHHOLDING} FROM withholdings WHERE swept_at IS NULL AND lifted_at IS NULL
        ORDER BY at LIMIT 1 FOR UPDATE SKIP LOCKED`,
    );
    return row ?? null;
  }

  async markSwept(manager: EntityManager, withholdingId: string, at: Date): Promise<void> {
    await manager.query('UPDATE withholdings SET swept_at = $2 WHERE withholding_id = $1', [withholdingId, at]);
  }

  /** Current results of a scope that are not withheld yet, locked. */
  unwithheld(manager: EntityManager, { kind, id }: Scope, limit: number): Promise<CurrentResult[]> {
    return manager.query(
      `SELECT c.attempt_id AS "attemptId", c.revision, c.status, r.result
         FROM current_results c JOIN results r USING (attempt_id, closing, revision)
        WHERE ${IN_SCOPE} AND c.status <> 'withheld'
        ORDER BY c.attempt_id LIMIT $3 FOR UPDATE OF c`,
      [kind, id, limit],
    );
  }

  /** Current results of a scope behind an attempt, locked. */
  after(manager: EntityManager, { kind, id }: Scope, attemptId: string, limit: number): Promise<CurrentResult[]> {
    return manager.query(
      `SELECT c.attempt_id AS "attemptId", c.revision, c.status, r.result
         FROM current_results c JOIN results r USING (attempt_id, closing, revision)
        WHERE ${IN_SCOPE} AND c.attempt_id > $3
        ORDER BY c.attempt_id LIMIT $4 FOR UPDATE OF c`,
      [kind, id, attemptId, limit],
    );
  }

  async setStatus(manager: EntityManager, attemptIds: readonly string[], status: ResultStatus): Promise<void> {
    await manager.query('UPDATE current_results SET status = $2 WHERE attempt_id = ANY($1)', [attemptIds, status]);
  }

  async propose(manager: EntityManager, release: Release): Promise<void> {
    const { releaseId, scope, reasonCode, proposedBy, proposedAt } = release;
    await manager.query(
      `INSERT INTO releases (release_id, scope_kind, scope_id, reason_code, proposed_by, proposed_at)
       VALUES ($1, $2, $3, $4, $5, $6)`,
      [releaseId, scope.kind, scope.id, reasonCode, proposedBy, proposedAt],
    );
  }

  releases(manager: EntityManager): Promise<Release[]> {
    return manager.query(`SELECT ${RELEASE} FROM releases ORDER BY proposed_at DESC, release_id`);
  }

  async release(manager: EntityManager, releaseId: string): Promise<Release | null> {
    const [row] = await manager.query<Release[]>(`SELECT ${RELEASE} FROM releases WHERE release_id = $1 FOR UPDATE`, [
      releaseId,
    ]);
    return row ?? null;
  }

  async confirm(manager: EntityManager, releaseId: string, account: string, at: Date): Promise<void> {
    await manager.query('UPDATE releases SET confirmed_by = $2, confirmed_at = $3 WHERE release_id = $1', [
      releaseId,
      account,
      at,
    ]);
  }

  async nextToPublish(manager: EntityManager): Promise<Release | null> {
    const [row] = await manager.query<Release[]>(
      `SELECT ${RELEASE} FROM releases WHERE confirmed_at IS NOT NULL AND finished_at IS NULL
        ORDER BY confirmed_at LIMIT 1 FOR UPDATE SKIP LOCKED`,
    );
    return row ?? null;
  }

  async advance(manager: EntityManager, releaseId: string, to: string, published: number): Promise<void> {
    await manager.query('UPDATE releases SET published_to = $2, published = published + $3 WHERE release_id = $1', [
      releaseId,
      to,
      published,
    ]);
  }

  async finish(manager: EntityManager, releaseId: string, at: Date): Promise<void> {
    await manager.query('UPDATE releases SET finished_at = $2 WHERE release_id = $1', [releaseId, at]);
  }
}
