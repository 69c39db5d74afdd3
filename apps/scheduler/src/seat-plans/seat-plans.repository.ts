import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { PlanReport } from '../planning/planning.task';
import type { Recording } from '../versioned-records';
import type { GivenSeat, SeatChange } from './domain/seat-changes';
import { SeatPlanEntity } from './seat-plan.entity';

/** A plan without its files. */
export interface SeatPlanSummary {
  readonly cluster: number;
  readonly version: number;
  readonly base: number | null;
  readonly sitting: string;
  readonly sessions: number;
  readonly inputHash: string;
  readonly seed: string;
  readonly report: PlanReport;
  readonly reasonCode: string;
  readonly recordedBy: string;
  readonly recordedAt: Date;
  readonly inForceAt: Date | null;
  readonly inForceBy: string | null;
  readonly supersededBy: number | null;
}

/** What is known about somebody whom a plan would seat. */
export interface PlanCandidate {
  readonly analyticsId: string;
  readonly agency: string | null;
  readonly withdrawn: boolean;
  readonly cluster: number | null;
  /** Has an attempt over the form that closed. */
  readonly attended: boolean;
  readonly excluded: boolean;
}

@Injectable()
export class SeatPlansRepository {
  async list(manager: EntityManager, cluster: number): Promise<SeatPlanSummary[]> {
    return manager.query(
      `SELECT cluster, version, base, sitting, cardinality(session_ids) AS sessions, input_hash AS "inputHash", seed,
              report, reason_code AS "reasonCode", recorded_by AS "recordedBy", recorded_at AS "recordedAt",
              in_force_at AS "inForceAt", in_force_by AS "inForceBy", superseded_by AS "supersededBy"
       FROM seat_plans WHERE cluster = $1 ORDER BY version`,
      [cluster],
    );
  }

  async find(manager: EntityManager, cluster: number, version: number): Promise<SeatPlanEntity | null> {
    return manager.findOneBy(SeatPlanEntity, { cluster, version });
  }

  /** Versions are given, and plans put in force, one after the other for each cluster. */
  async lock(manager: EntityManager, cluster: number): Promise<void> {
    await manager.query('SELECT number FROM clusters WHERE number = $1 FOR NO KEY UPDATE', [cluster]);
  }

  async nextVersion(manager: EntityManager, cluster: number): Promise<number> {
    const [row] = await manager.query<{ version: number }[]>(
      'SELECT COALESCE(max(version), 0) + 1 AS version FROM seat_plans WHERE cluster = $1',
      [cluster],
    );
    return row!.version;
  }

  async insert(manager: EntityManager, plan: SeatPlanEntity): Promise<void> {
    await manager.insert(SeatPlanEntity, plan);
  }

  /**
   * @param sitting the form that they would sit
   * @param onDate decides which cluster each agency is in
   */
  async candidates(
    manager: EntityManager,
    analyticsIds: readonly string[],
    sitting: string,
    onDate: string,
  ): Promise<PlanCandidate[]> {
    return manager.query(
      `SELECT p.analytics_id AS "analyticsId", p.agency, p.withdrawn, m.cluster,
              EXISTS (SELECT FROM attempt_closings c
                      WHERE c.analytics_id = p.analytics_id AND c.form_id = $3) AS attended,
              COALESCE((SELECT NOT d.eligible FROM eligibility_decisions d WHERE d.analytics_id = p.analytics_id
                        ORDER BY d.version DESC LIMIT 1), false) AS excluded
       FROM persons p LEFT JOIN memberships_on($2, true) m ON m.agency_code = p.agency
       WHERE p.analytics_id = ANY($1)`,
      [analyticsIds, onDate, sitting],
    );
  }

  /** Seats of some sessions, and seats of some people for one sitting wherever they are; by session and seat. */
  async seats(
    manager: EntityManager,
    sessionIds: readonly string[],
    analyticsIds: readonly string[],
    sitting: string,
  ): Promise<GivenSeat[]> {
    return manager.query(
      `SELECT session_id AS "sessionId", seat, analytics_id AS "analyticsId", extra_seconds AS "extraSeconds"
       FROM seats WHERE session_id = ANY($1) OR (sitting = $3 AND analytics_id = ANY($2))
       ORDER BY session_id COLLATE "C", seat COLLATE "C"`,
      [sessionIds, analyticsIds, sitting],
    );
  }

  /** When each of the people was first given a seat stays known, wherever they sit now. */
  async applyChanges(
    manager: EntityManager,
    changes: readonly SeatChange[],
    sitting: string,
    { recordedBy, recordedAt }: Recording,
  ): Promise<void> {
    const given = changes.flatMap(({ to }) => (to ? [to] : []));
    const people = changes.map(({ analyticsId }) => analyticsId);
    const before: { analyticsId: string; givenAt: Date }[] = await manager.query(
      `SELECT analytics_id AS "analyticsId", given_at AS "givenAt" FROM seats
       WHERE sitting = $2 AND analytics_id = ANY($1)`,
      [people, sitting],
    );
    const givenAt = new Map(before.map((row) => [row.analyticsId, row.givenAt]));
    await manager.query('DELETE FROM seats WHERE sitting = $2 AND analytics_id = ANY($1)', [people, sitting]);
    await manager.query(
      `INSERT INTO seats (session_id, seat, analytics_id, extra_seconds, given_at, sitting, recorded_by, recorded_at)
       SELECT given.*, $6, $7, $8
       FROM unnest($1::text[], $2::text[], $3::text[], $4::integer[], $5::timestamptz[]) AS given`,
      [
        given.map(({ sessionId }) => sessionId),
        given.map(({ seat }) => seat),
        given.map(({ analyticsId }) => analyticsId),
        given.map(({ extraSeconds }) => extraSeconds),
        given.map(({ analyticsId }) => givenAt.get(analyticsId) ?? recordedAt),
        sitting,
        recordedBy,
        recordedAt,
      ],
    );
  }

  async raiseVersions(manager: EntityManager, versions: ReadonlyMap<string, number>): Promise<void> {
    await manager.query(
      `UPDATE sessions s SET version = raised.version
       FROM unnest($1::text[], $2::integer[]) AS raised (session_id, version)
       WHERE s.session_id = raised.session_id AND s.version < raised.version`,
      [[...versions.keys()], [...versions.values()]],
    );
  }

  /** Plans over some of the same sessions are superseded. */
  async putInForce(
    manager: EntityManager,
    { cluster, version, sessionIds }: Pick<SeatPlanEntity, 'cluster' | 'version' | 'sessionIds'>,
    account: string,
    at: Date,
  ): Promise<void> {
    await manager.query(
      `UPDATE seat_plans SET superseded_by = $2
       WHERE cluster = $1 AND version <> $2 AND in_force_at IS NOT NULL AND superseded_by IS NULL
         AND session_ids && $3::text[]`,
      [cluster, version, sessionIds],
    );
    await manager.query(
      `UPDATE seat_plans SET in_force_at = $3, in_force_by = $4, superseded_by = NULL
       WHERE cluster = $1 AND version = $2`,
      [cluster, version, at, account],
    );
  }
}
