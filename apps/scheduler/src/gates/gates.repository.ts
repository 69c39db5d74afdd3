import { TOPICS } from '@app/contracts';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { LogPositionOf } from '../clusters/cluster-events';
import type { GateSnapshot } from '../clusters/domain/cluster-status';
import { SCHEDULER_GROUP } from '../scheduler.tokens';
import { latestVersions } from '../versioned-records';
import type { CoverageFigures } from './domain/coverage';
import type { EvaluatedDay } from './domain/gate-history';
import { type AskedRule, ruleOf } from './recorded-rule';
import { GateEvaluationEntity, GateRuleEntity } from './gate.entity';

interface EvaluationRow {
  readonly cluster: number;
  readonly gate: string;
  readonly evaluation: number;
  readonly stage: string;
  readonly outcome: GateSnapshot['outcome'];
  readonly reason_code: string;
  readonly figures: Record<string, number | null>;
  readonly evaluated_at: Date;
}

const EVALUATION_COLUMNS = 'cluster, gate, evaluation, stage, outcome, reason_code, figures, evaluated_at';

/** By cluster, then by gate. */
export type LatestEvaluations = Map<number, Map<string, GateSnapshot>>;

export interface SealToCheck {
  readonly sessionId: string;
  readonly sealedRoot: string;
  readonly leaves: readonly { readonly attemptId: string; readonly closing: number; readonly root: string }[];
}

@Injectable()
export class GatesRepository {
  /**
   * Who of a cluster was assessed, scored and reconciled, and what may still come.
   *
   * @param onDate decides which membership of each agency is in force
   */
  async coverageFigures(
    manager: EntityManager,
    cluster: number,
    onDate: string,
    overdueBefore: Date,
  ): Promise<CoverageFigures> {
    const rows: CoverageFigures[] = await manager.query(
      `WITH people AS (
         SELECT count(*) AS registered,
                count(*) FILTER (WHERE p.attended) AS attended, count(*) FILTER (WHERE p.scored) AS scored,
                count(*) FILTER (WHERE p.reconciled) AS reconciled, count(*) FILTER (WHERE p.differing) AS differing,
                count(*) FILTER (WHERE p.pending) AS pending,
                count(*) FILTER (WHERE p.pending_since < $3) AS overdue
         FROM person_standing p JOIN memberships_on($2, true) m ON m.agency_code = p.agency
         WHERE NOT p.withdrawn AND m.cluster = $1
       ), session_attempts AS (
         SELECT r.sealed_at IS NOT NULL AS sealed, COALESCE(r.sealed_attempts, 0) AS sealed_attempts,
                (SELECT count(*) FROM attempt_closings c WHERE c.session_id = s.session_id) AS arrived
         FROM sessions s LEFT JOIN session_runs r USING (session_id)
         WHERE s.cancelled_at IS NULL AND s.cluster = $1
       ), planned AS (
         SELECT count(*) AS sessions, count(*) FILTER (WHERE sealed) AS sealed_sessions,
                COALESCE(sum(sealed_attempts) FILTER (WHERE sealed), 0) AS sealed_attempts,
                COALESCE(sum(least(arrived, sealed_attempts)) FILTER (WHERE sealed), 0) AS arrived_attempts
         FROM session_attempts
       )
       SELECT registered::integer, attended::integer, scored::integer, reconciled::integer, differing::integer,
              pending::integer, overdue::integer, sessions::integer, sealed_sessions::integer AS "sealedSessions",
              sealed_attempts::integer AS "sealedAttempts", arrived_attempts::integer AS "arrivedAttempts",
              (SELECT count(*) FROM records_set_aside WHERE topic = $4 AND dismissed_at IS NULL)::integer AS "setAside"
       FROM people CROSS JOIN planned`,
      [cluster, onDate, overdueBefore, TOPICS.roster.name],
    );
    return rows[0]!;
  }

  /** How far the log is applied: what a snapshot of the database holds, and nothing else. */
  async positions(manager: EntityManager): Promise<LogPositionOf[]> {
    return manager.query(
      `SELECT topic, partition, next_offset::float8 AS "offset" FROM consumer_progress
       WHERE consumer_group = $1 ORDER BY topic, partition`,
      [SCHEDULER_GROUP],
    );
  }

  /** The latest evaluation of every gate of every cluster. */
  async latestEvaluations(manager: EntityManager): Promise<LatestEvaluations> {
    const rows = await manager.query<EvaluationRow[]>(
      `SELECT DISTINCT ON (cluster, gate) ${EVALUATION_COLUMNS}
       FROM gate_evaluations ORDER BY cluster, gate, evaluation DESC`,
    );
    const latest: LatestEvaluations = new Map();
    for (const row of rows) {
      const ofCluster = latest.get(row.cluster) ?? new Map<string, GateSnapshot>();
      latest.set(row.cluster, ofCluster.set(row.gate, snapshotOf(row)));
    }
    return latest;
  }

  /** Evaluations of a cluster, newest first. */
  async evaluations(manager: EntityManager, cluster: number, limit: number): Promise<GateSnapshot[]> {
    const rows = await manager.query<EvaluationRow[]>(
      `SELECT ${EVALUATION_COLUMNS} FROM gate_evaluations WHERE cluster = $1
       ORDER BY evaluated_at DESC, gate, evaluation DESC LIMIT $2`,
      [cluster, limit],
    );
    return rows.map(snapshotOf);
  }

  /** When each gate of each cluster began to say what it says now. */
  async standingSince(manager: EntityManager): Promise<{ cluster: number; gate: string; since: Date }[]> {
    return manager.query(
      `SELECT e.cluster, e.gate, min(e.evaluated_at) AS since
       FROM gate_evaluations e
       JOIN (SELECT DISTINCT ON (cluster, gate) cluster, gate, outcome FROM gate_evaluations
             ORDER BY cluster, gate, evaluation DESC) latest USING (cluster, gate)
       WHERE e.outcome = latest.outcome AND NOT EXISTS (
         SELECT FROM gate_evaluations other
         WHERE other.cluster = e.cluster AND other.gate = e.gate AND other.evaluation > e.evaluation
           AND other.outcome <> latest.outcome)
       GROUP BY e.cluster, e.gate`,
    );
  }

  /** What a gate said last on each day since a moment, newest first. */
  async evaluatedDays(
    manager: EntityManager,
    cluster: number,
    gate: string,
    since: string,
    timeZone: string,
  ): Promise<EvaluatedDay[]> {
    return manager.query(
      `SELECT DISTINCT ON (day) day::text, outcome
       FROM (SELECT (evaluated_at AT TIME ZONE $4)::date AS day, evaluation, outcome FROM gate_evaluations
             WHERE cluster = $1 AND gate = $2 AND evaluated_at >= $3) evaluated
       ORDER BY day DESC, evaluation DESC`,
      [cluster, gate, since, timeZone],
    );
  }

  async insertEvaluation(
    manager: EntityManager,
    snapshot: GateSnapshot,
    positions: readonly LogPositionOf[],
  ): Promise<void> {
    const { at, ...columns } = snapshot;
    await manager.insert(GateEvaluationEntity, { ...columns, positions, evaluatedAt: new Date(at) });
  }

  /** Of each gate the rule in force. */
  async rulesInForce(manager: EntityManager): Promise<Map<string, AskedRule>> {
    const latest = latestVersions(await manager.find(GateRuleEntity), ({ gate }) => gate);
    return new Map([...latest].map(([gate, recorded]) => [gate, ruleOf(recorded)]));
  }

  async rules(manager: EntityManager): Promise<GateRuleEntity[]> {
    return manager.find(GateRuleEntity, { order: { gate: 'ASC', version: 'ASC' } });
  }

  /** Sealed sessions whose attempts have all arrived and whose seal has not been checked. */
  async uncheckedSeals(manager: EntityManager, limit: number): Promise<SealToCheck[]> {
    return manager.query(
      `SELECT r.session_id AS "sessionId", r.sealed_root AS "sealedRoot", c.leaves
       FROM session_runs r CROSS JOIN LATERAL (
         SELECT count(*) AS arrived, COALESCE(json_agg(json_build_object('attemptId', attempt_id, 'closing', closing,
                                                                         'root', root) ORDER BY attempt_id), '[]') AS leaves
         FROM attempt_closings WHERE session_id = r.session_id) c
       WHERE r.sealed_root IS NOT NULL AND r.verified IS NULL AND c.arrived = r.sealed_attempts
       ORDER BY r.session_id LIMIT $1`,
      [limit],
    );
  }

  async markChecked(manager: EntityManager, sessionId: string, verified: boolean): Promise<void> {
    await manager.query('UPDATE session_runs SET verified = $2 WHERE session_id = $1', [sessionId, verified]);
  }

  async insertRules(manager: EntityManager, rules: readonly GateRuleEntity[]): Promise<void> {
    await manager.insert(GateRuleEntity, [...rules]);
  }
}

function snapshotOf(row: EvaluationRow): GateSnapshot {
  const { cluster, gate, evaluation, stage, outcome, figures } = row;
  return {
    cluster,
    gate,
    evaluation,
    stage,
    outcome,
    reasonCode: row.reason_code,
    figures,
    at: row.evaluated_at.toISOString(),
  };
}
