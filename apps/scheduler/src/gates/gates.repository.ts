import { TOPICS } from '@app/contracts';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { LogPositionOf } from '../clusters/cluster-events';
import type { GateSnapshot } from '../clusters/domain/cluster-status';
import { SCHEDULER_GROUP } from '../scheduler.tokens';
import type { CoverageFigures, CoverageRule } from './domain/coverage';
import { GateEvaluationEntity, GateRuleEntity } from './gate.entity';

export interface FiguresAtPositions {
  readonly figures: ReadonlyMap<number, CoverageFigures>;
  readonly positions: readonly LogPositionOf[];
}

interface EvaluationRow {
  readonly cluster: number;
  readonly gate: string;
  readonly evaluation: number;
  readonly outcome: GateSnapshot['outcome'];
  readonly reason_code: string;
  readonly figures: Record<string, number | null>;
  readonly evaluated_at: Date;
}

@Injectable()
export class GatesRepository {
  /**
   * The figures of clusters and the log positions that they stand at. One statement, so both are of one snapshot: what a
   * position says has been applied is in the figures, and nothing else.
   *
   * @param onDate decides which membership of each agency is in force
   */
  async coverageFigures(
    manager: EntityManager,
    clusters: readonly number[],
    onDate: string,
    overdueBefore: Date,
  ): Promise<FiguresAtPositions> {
    const [row] = await manager.query<
      { clusters: (CoverageFigures & { cluster: number })[]; positions: LogPositionOf[] }[]
    >(
      `WITH wanted AS (
         SELECT unnest($1::integer[]) AS cluster
       ), people AS (
         SELECT m.cluster, count(*) AS registered,
                count(*) FILTER (WHERE p.attended) AS attended, count(*) FILTER (WHERE p.scored) AS scored,
                count(*) FILTER (WHERE p.reconciled) AS reconciled, count(*) FILTER (WHERE p.differing) AS differing,
                count(*) FILTER (WHERE p.pending) AS pending,
                count(*) FILTER (WHERE p.pending_since < $3) AS overdue
         FROM person_standing p JOIN memberships_on($2, true) m ON m.agency_code = p.agency
         WHERE NOT p.withdrawn AND m.cluster = ANY($1)
         GROUP BY m.cluster
       ), session_attempts AS (
         SELECT s.cluster, r.sealed_at IS NOT NULL AS sealed, COALESCE(r.sealed_attempts, 0) AS sealed_attempts,
                (SELECT count(*) FROM attempt_closings c WHERE c.session_id = s.session_id) AS arrived
         FROM sessions s LEFT JOIN session_runs r USING (session_id)
         WHERE s.cancelled_at IS NULL AND s.cluster = ANY($1)
       ), planned AS (
         SELECT cluster, count(*) AS sessions, count(*) FILTER (WHERE sealed) AS sealed_sessions,
                sum(sealed_attempts) FILTER (WHERE sealed) AS sealed_attempts,
                sum(least(arrived, sealed_attempts)) FILTER (WHERE sealed) AS arrived_attempts
         FROM session_attempts GROUP BY cluster
       ), aside AS (
         SELECT count(*) AS set_aside FROM records_set_aside WHERE topic = $4 AND dismissed_at IS NULL
       )
       SELECT (SELECT COALESCE(json_agg(json_build_object(
                 'cluster', w.cluster, 'registered', COALESCE(p.registered, 0), 'attended', COALESCE(p.attended, 0),
                 'scored', COALESCE(p.scored, 0), 'reconciled', COALESCE(p.reconciled, 0),
                 'differing', COALESCE(p.differing, 0), 'pending', COALESCE(p.pending, 0),
                 'overdue', COALESCE(p.overdue, 0), 'sessions', COALESCE(s.sessions, 0),
                 'sealedSessions', COALESCE(s.sealed_sessions, 0), 'sealedAttempts', COALESCE(s.sealed_attempts, 0),
                 'arrivedAttempts', COALESCE(s.arrived_attempts, 0), 'setAside', a.set_aside)), '[]')
               FROM wanted w CROSS JOIN aside a
                 LEFT JOIN people p USING (cluster) LEFT JOIN planned s USING (cluster)) AS clusters,
              (SELECT COALESCE(json_agg(json_build_object('topic', topic, 'partition', partition, 'offset', next_offset)
                                        ORDER BY topic, partition), '[]')
               FROM consumer_progress WHERE consumer_group = $5) AS positions`,
      [clusters, onDate, overdueBefore, TOPICS.roster.name, SCHEDULER_GROUP],
    );
    const figures = new Map(row?.clusters.map(({ cluster, ...figuresOfCluster }) => [cluster, figuresOfCluster]));
    return { figures, positions: row?.positions ?? [] };
  }

  /** The latest evaluation of a gate, per cluster. */
  async latestEvaluations(manager: EntityManager, gate: string): Promise<Map<number, GateSnapshot>> {
    const rows = await manager.query<EvaluationRow[]>(
      `SELECT DISTINCT ON (cluster) cluster, gate, evaluation, outcome, reason_code, figures, evaluated_at
       FROM gate_evaluations WHERE gate = $1 ORDER BY cluster, evaluation DESC`,
      [gate],
    );
    return new Map(rows.map((row) => [row.cluster, snapshotOf(row)]));
  }

  /** Evaluations of a cluster, newest first. */
  async evaluations(manager: EntityManager, cluster: number, gate: string, limit: number): Promise<GateSnapshot[]> {
    const rows = await manager.query<EvaluationRow[]>(
      `SELECT cluster, gate, evaluation, outcome, reason_code, figures, evaluated_at
       FROM gate_evaluations WHERE cluster = $1 AND gate = $2 ORDER BY evaluation DESC LIMIT $3`,
      [cluster, gate, limit],
    );
    return rows.map(snapshotOf);
  }

  async insertEvaluation(
    manager: EntityManager,
    snapshot: GateSnapshot,
    positions: readonly LogPositionOf[],
  ): Promise<void> {
    const { at, ...columns } = snapshot;
    await manager.insert(GateEvaluationEntity, { ...columns, positions, evaluatedAt: new Date(at) });
  }

  async ruleInForce(manager: EntityManager, gate: string): Promise<CoverageRule | null> {
    const [rule] = await manager.find(GateRuleEntity, { where: { gate }, order: { version: 'DESC' }, take: 1 });
    return rule ?? null;
  }

  async rules(manager: EntityManager, gate: string): Promise<GateRuleEntity[]> {
    return manager.find(GateRuleEntity, { where: { gate }, order: { version: 'ASC' } });
  }

  async insertRule(manager: EntityManager, rule: GateRuleEntity): Promise<void> {
    await manager.insert(GateRuleEntity, rule);
  }
}

function snapshotOf(row: EvaluationRow): GateSnapshot {
  const { cluster, gate, evaluation, outcome, figures } = row;
  return {
    cluster,
    gate,
    evaluation,
    outcome,
    reasonCode: row.reason_code,
    figures,
    at: row.evaluated_at.toISOString(),
  };
}
