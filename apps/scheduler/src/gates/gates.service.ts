import { type Runtime, addToOutbox, wakeOutbox } from '@app/messaging';
import { Inject, Injectable, Logger } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';
import { ClusterDecisions } from '../clusters/cluster-decisions.service';
import { eventOfEvaluation } from '../clusters/cluster-events';
import { ClustersRepository, type LoadedCluster } from '../clusters/clusters.repository';
import type { ClusterState, GateSnapshot } from '../clusters/domain/cluster-status';
import { holdByGate } from '../clusters/domain/cluster-steps';
import { lockImports } from '../import-lock';
import { ROLLOUT_TIME_ZONE } from '../plan/rollout-day';
import { dateAt } from '../plan/domain/local-time';
import { SCHEDULER_DATA_SOURCE, SCHEDULER_RUNTIME } from '../scheduler.tokens';
import {
  COVERAGE_GATE,
  type CoverageFigures,
  type CoverageRule,
  judgeCoverage,
  recordedFigures,
} from './domain/coverage';
import { GateRuleEntity } from './gate.entity';
import { type FiguresAtPositions, GatesRepository } from './gates.repository';

/** Clusters whose gate has something to say: before they open there is nothing to judge, and a closed one is done. */
const JUDGED_STATES: readonly ClusterState[] = ['ramping', 'held'];

export interface NewGateRule {
  readonly passPercent: number;
  readonly overdueMinutes: number;
  readonly author: string;
  readonly source: string;
}

/** Evaluates the gates, records what they said, and holds a cluster whose gate has failed. */
@Injectable()
export class GatesService {
  private readonly logger = new Logger(GatesService.name);

  constructor(
    @Inject(SCHEDULER_DATA_SOURCE) private readonly dataSource: DataSource,
    @Inject(SCHEDULER_RUNTIME) private readonly runtime: Runtime,
    private readonly clusters: ClustersRepository,
    private readonly decisions: ClusterDecisions,
    private readonly gates: GatesRepository,
  ) {}

  /** Evaluates every cluster that is open or held. An evaluation that says what the last one said is not recorded. */
  async evaluate(): Promise<void> {
    await this.dataSource.transaction(async (manager) => {
      const judged = [...(await this.clusters.lockAll(manager)).values()].filter(isJudged);
      if (judged.length === 0) return;
      const rule = await this.gates.ruleInForce(manager, COVERAGE_GATE);
      if (!rule) return this.logger.warn('the coverage gate has no rule: nothing is evaluated');
      const seen = await this.figuresOf(manager, judged, rule);
      const latest = await this.gates.latestEvaluations(manager, COVERAGE_GATE);
      for (const cluster of judged) {
        const figures = seen.figures.get(cluster.number);
        if (figures) await this.record(manager, cluster, this.judge(cluster, figures, rule), seen, latest);
      }
    });
    wakeOutbox(this.dataSource);
  }

  /** A new rule judges at once. */
  async addRule(
    { passPercent, overdueMinutes, author, source }: NewGateRule,
    account: string,
  ): Promise<GateRuleEntity> {
    const added = await this.dataSource.transaction(async (manager) => {
      await lockImports(manager);
      const inForce = await this.gates.ruleInForce(manager, COVERAGE_GATE);
      const recordedAt = new Date(this.runtime.nowMs());
      const version = (inForce?.version ?? 0) + 1;
      const thresholds = { passPercent, overdueMinutes, author, source };
      const recorded = { gate: COVERAGE_GATE, version, ...thresholds, recordedBy: account, recordedAt };
      await this.gates.insertRule(manager, recorded);
      return recorded;
    });
    await this.evaluate();
    return added;
  }

  private figuresOf(
    manager: EntityManager,
    judged: readonly LoadedCluster[],
    rule: CoverageRule,
  ): Promise<FiguresAtPositions> {
    const nowMs = this.runtime.nowMs();
    const numbers = judged.map(({ number }) => number);
    const overdueBefore = new Date(nowMs - rule.overdueMinutes * 60_000);
    return this.gates.coverageFigures(manager, numbers, dateAt(nowMs, ROLLOUT_TIME_ZONE), overdueBefore);
  }

  private judge(
    cluster: LoadedCluster,
    figures: CoverageFigures,
    rule: CoverageRule,
  ): Omit<GateSnapshot, 'evaluation'> {
    const verdict = judgeCoverage(figures, rule);
    const at = new Date(this.runtime.nowMs()).toISOString();
    return { cluster: cluster.number, gate: COVERAGE_GATE, ...verdict, figures: recordedFigures(figures, rule), at };
  }

  private async record(
    manager: EntityManager,
    cluster: LoadedCluster,
    judged: Omit<GateSnapshot, 'evaluation'>,
    seen: FiguresAtPositions,
    latest: ReadonlyMap<number, GateSnapshot>,
  ): Promise<void> {
    const before = latest.get(cluster.number);
    if (before && saysTheSame(before, judged)) return;
    const snapshot: GateSnapshot = { ...judged, evaluation: (before?.evaluation ?? 0) + 1 };
    await this.gates.insertEvaluation(manager, snapshot, seen.positions);
    await addToOutbox(manager, [eventOfEvaluation(snapshot, seen.positions)]);
    const hold = holdByGate(cluster.status, snapshot);
    if (hold) await this.decisions.record(manager, cluster, hold);
  }
}

function isJudged({ status }: LoadedCluster): boolean {
  return JUDGED_STATES.includes(status.state);
}

/** Positions and the moment move all the time; only what was seen and what it means counts. */
export function saysTheSame(before: GateSnapshot, judged: Omit<GateSnapshot, 'evaluation'>): boolean {
  if (before.outcome !== judged.outcome || before.reasonCode !== judged.reasonCode) return false;
  const names = new Set([...Object.keys(before.figures), ...Object.keys(judged.figures)]);
  return [...names].every((name) => before.figures[name] === judged.figures[name]);
}
