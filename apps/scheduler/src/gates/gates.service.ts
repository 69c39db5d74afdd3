import { type Runtime, addToOutbox, wakeOutbox } from '@app/messaging';
import { encodeFields, merkleRoot } from '@app/receipts';
import { Inject, Injectable, Logger } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';
import { ClusterDecisions } from '../clusters/cluster-decisions.service';
import { type LogPositionOf, eventOfEvaluation } from '../clusters/cluster-events';
import { EvidenceReader, type RolloutEvidence, evidenceFor, rampOf } from '../clusters/cluster-evidence';
import { ClustersRepository, type LoadedCluster } from '../clusters/clusters.repository';
import {
  type ClusterState,
  type ClusterStatus,
  type GateSnapshot,
  RUNNING_STATES,
  stageOf,
} from '../clusters/domain/cluster-status';
import { type GateMoment, advanceByGate, holdByGate } from '../clusters/domain/cluster-steps';
import { dateAt } from '../plan/domain/local-time';
import { ROLLOUT_TIME_ZONE } from '../plan/rollout-day';
import { SCHEDULER_DATA_SOURCE, SCHEDULER_RUNTIME } from '../scheduler.tokens';
import { COVERAGE_GATE, type CoverageRule, judgeCoverage, recordedFigures } from './domain/coverage';
import { holdReason } from './domain/gate-history';
import { type GateFigures, type GateVerdict, JUDGES } from './domain/gate-judgement';
import { isGateName } from './domain/gate-rule';
import { GateFiguresRepository } from './gate-figures.repository';
import { GatesRepository } from './gates.repository';
import type { AskedRule } from './recorded-rule';

/** The domain of the leaves that a session is sealed over, as docs/receipts.md gives it. */
const SESSION_LEAF_DOMAIN = 'petabakat.session-leaf.v1';
/** Seals read at a time: a hall of a hundred people each, some megabytes in all. */
const SEALS_PER_LOOK = 200;
/** Clusters that have something to judge: before they are prepared there is nothing, and an ended one is done. */
const JUDGED_STATES: readonly ClusterState[] = ['ready', ...RUNNING_STATES, 'held'];
const EVERYBODY_PERCENT = 100;
/** Figures that drift with the clock; an evaluation that differs in nothing else says nothing new. */
const DRIFTING = /(Minutes|Ms)$|^reports$/;

type Judged = Omit<GateSnapshot, 'evaluation'>;

/** What the gates are read from. */
@Injectable()
export class GateRepositories {
  constructor(
    readonly gates: GatesRepository,
    readonly figures: GateFiguresRepository,
    readonly evidence: EvidenceReader,
  ) {}
}

/** Evaluates the gates, records what they said, holds a cluster over a failed one, and lets a passed wave go on. */
@Injectable()
export class GatesService {
  private readonly logger = new Logger(GatesService.name);

  constructor(
    @Inject(SCHEDULER_DATA_SOURCE) private readonly dataSource: DataSource,
    @Inject(SCHEDULER_RUNTIME) private readonly runtime: Runtime,
    private readonly clusters: ClustersRepository,
    private readonly decisions: ClusterDecisions,
    private readonly repositories: GateRepositories,
  ) {}

  /** Evaluates what binds each cluster. An evaluation that says what the last one said is not recorded. */
  async evaluate(): Promise<void> {
    await this.dataSource.transaction('REPEATABLE READ', async (manager) => {
      // Taken before the snapshot, so that the snapshot holds every decision made so far.
      await this.clusters.lockForEvaluation(manager);
      await this.checkSeals(manager);
      const evidence = await this.repositories.evidence.read(manager, await this.clusters.loadAll(manager));
      const positions = await this.repositories.gates.positions(manager);
      for (const cluster of evidence.clusters.values()) {
        if (isJudged(cluster)) await this.evaluateCluster(manager, cluster, evidence, positions);
      }
    });
    wakeOutbox(this.dataSource);
  }

  private async evaluateCluster(
    manager: EntityManager,
    cluster: LoadedCluster,
    evidence: RolloutEvidence,
    positions: readonly LogPositionOf[],
  ): Promise<void> {
    for (const gate of rampOf(cluster, evidence).gates) {
      const rule = evidence.rules.get(gate);
      if (!rule || !isAsked(rule, cluster)) continue;
      const judged = await this.judge(manager, cluster, rule);
      const fresh = await this.record(manager, judged, evidence, positions);
      const hold = fresh && (await this.holdBecauseOf(manager, cluster, rule, fresh));
      if (hold) {
        // A cluster that has just been held has nothing to advance; the next evaluation sees it as it stands.
        await this.decisions.record(manager, cluster, hold);
        return;
      }
    }
    const advance = advanceByGate(cluster.status, evidenceFor(cluster, evidence, this.now()));
    if (advance) await this.decisions.record(manager, cluster, advance);
  }

  private async judge(manager: EntityManager, cluster: LoadedCluster, rule: AskedRule): Promise<Judged> {
    const { verdict, figures } = await this.look(manager, cluster, rule);
    const noted = { ...figures, ...rule.thresholds, ruleVersion: rule.version };
    const stage = stageOf(cluster.status);
    return { cluster: cluster.number, gate: rule.gate, stage, ...verdict, figures: noted, at: this.now() };
  }

  private async look(
    manager: EntityManager,
    { number, status }: LoadedCluster,
    rule: AskedRule,
  ): Promise<{ readonly verdict: GateVerdict; readonly figures: GateFigures }> {
    const nowMs = this.runtime.nowMs();
    const onDate = dateAt(nowMs, ROLLOUT_TIME_ZONE);
    const { gate, thresholds } = rule;
    if (gate === COVERAGE_GATE) {
      const limits = coverageRuleOf(rule);
      const overdueBefore = new Date(nowMs - limits.overdueMinutes * 60_000);
      const figures = await this.repositories.gates.coverageFigures(manager, number, onDate, overdueBefore);
      return { verdict: judgeCoverage(figures, limits), figures: recordedFigures(figures, limits) };
    }
    if (!isGateName(gate) || gate === COVERAGE_GATE) throw new RangeError(`there is no gate ${gate}`);
    const { sharePercent } = status;
    const sight = {
      cluster: number,
      onDate,
      sharePercent,
      now: new Date(nowMs),
      timeZone: ROLLOUT_TIME_ZONE,
      thresholds,
    };
    const figures = await this.repositories.figures.read(manager, gate, sight);
    return { verdict: JUDGES[gate](figures, thresholds), figures };
  }

  /** @returns the evaluation where it says something new */
  private async record(
    manager: EntityManager,
    judged: Judged,
    { latest }: RolloutEvidence,
    positions: readonly LogPositionOf[],
  ): Promise<GateSnapshot | null> {
    const ofCluster = latest.get(judged.cluster) ?? new Map<string, GateSnapshot>();
    const before = ofCluster.get(judged.gate);
    if (before && saysTheSame(before, judged)) return null;
    const snapshot: GateSnapshot = { ...judged, evaluation: (before?.evaluation ?? 0) + 1 };
    await this.repositories.gates.insertEvaluation(manager, snapshot, positions);
    await addToOutbox(manager, [eventOfEvaluation(snapshot, positions)]);
    latest.set(judged.cluster, ofCluster.set(judged.gate, snapshot));
    return snapshot;
  }

  /** Days before the latest step of two people do not count: they have seen them. */
  private async holdBecauseOf(
    manager: EntityManager,
    cluster: LoadedCluster,
    rule: AskedRule,
    fresh: GateSnapshot,
  ): Promise<ReturnType<typeof holdByGate>> {
    if (fresh.outcome === 'passed' || !RUNNING_STATES.includes(cluster.status.state)) return null;
    const decided = cluster.status.transitions.findLast(({ actors }) => actors.length > 1);
    const since = decided?.at ?? fresh.at;
    const { gates } = this.repositories;
    const days = await gates.evaluatedDays(manager, cluster.number, rule.gate, since, ROLLOUT_TIME_ZONE);
    const reason = holdReason(rule, days);
    if (!reason) return null;
    this.logger.warn({ message: 'a gate holds a cluster', cluster: cluster.number, gate: rule.gate, reason });
    return holdByGate(cluster.status, fresh, reason === 'failed' ? fresh.reasonCode : 'inconclusive-too-long');
  }

  /**
   * Rebuilds each seal from the attempts as the log told them here, once all have arrived. None is left for later: after a
   * replay a gate must not say less than it said before.
   */
  private async checkSeals(manager: EntityManager): Promise<void> {
    const { gates } = this.repositories;
    for (;;) {
      const seals = await gates.uncheckedSeals(manager, SEALS_PER_LOOK);
      for (const { sessionId, sealedRoot, leaves } of seals) {
        const encoded = leaves.map(({ attemptId, closing, root }) =>
          encodeFields(SESSION_LEAF_DOMAIN, attemptId, closing, root),
        );
        await gates.markChecked(manager, sessionId, merkleRoot(encoded) === sealedRoot);
      }
      if (seals.length < SEALS_PER_LOOK) return;
    }
  }

  private now(): string {
    return new Date(this.runtime.nowMs()).toISOString();
  }
}

function isJudged({ status }: LoadedCluster): boolean {
  return JUDGED_STATES.includes(status.state);
}

/** A gate is asked from the stage on that may need it: half a cluster's coverage says nothing about the whole. */
function isAsked({ moments }: AskedRule, { status }: LoadedCluster): boolean {
  const asked = momentsAt(status);
  return moments.some((moment) => asked.includes(moment));
}

function momentsAt({ state, heldFrom, sharePercent }: ClusterStatus): readonly GateMoment[] {
  const standing = state === 'held' ? heldFrom : state;
  if (standing === 'ready') return ['ready'];
  if (standing === 'canary') return ['canary', 'running'];
  const ofWave: readonly GateMoment[] = standing === 'ramping' ? ['wave', 'running'] : ['running'];
  return sharePercent < EVERYBODY_PERCENT ? ofWave : [...ofWave, 'promotion', 'release'];
}

function coverageRuleOf({ version, thresholds }: AskedRule): CoverageRule {
  return { version, passPercent: thresholds.pass ?? 100, overdueMinutes: thresholds.overdueMinutes ?? 0 };
}

/** Positions and the moment move all the time; only what was seen and what it means counts. */
export function saysTheSame(before: GateSnapshot, judged: Judged): boolean {
  const { outcome, reasonCode, stage } = judged;
  if (before.outcome !== outcome || before.reasonCode !== reasonCode || before.stage !== stage) return false;
  const names = new Set([...Object.keys(before.figures), ...Object.keys(judged.figures)]);
  return [...names].every((name) => DRIFTING.test(name) || before.figures[name] === judged.figures[name]);
}
