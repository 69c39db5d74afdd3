import { createHash } from 'node:crypto';
import { DomainError } from '@app/contracts';
import type { Runtime } from '@app/messaging';
import { Inject, Injectable } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { COVERAGE_GATE } from '../gates/domain/coverage';
import { GatesRepository } from '../gates/gates.repository';
import { SCHEDULER_DATA_SOURCE, SCHEDULER_RUNTIME } from '../scheduler.tokens';
import { EvidenceReader, bindingGates, rampOf } from './cluster-evidence';
import type { ClusterVersionEntity } from './cluster.entity';
import { ClustersRepository, type LoadedCluster } from './clusters.repository';
import { type Condition, conditionsOf } from './domain/cluster-conditions';
import { type ClusterState, type GateSnapshot, type Proposal, type Transition, stageOf } from './domain/cluster-status';
import { type BindingGate, openProposal } from './domain/cluster-steps';
import type { RampPlan } from './domain/ramp-plan';
import { RampRepository } from './ramp.repository';

/** Evaluations shown with a cluster; all are kept. */
const EVALUATIONS_SHOWN = 100;

export interface ClusterView {
  readonly number: number;
  readonly name: string;
  readonly criteria: string;
  readonly state: ClusterState;
  /** Finer than the state: `wave-25`. A held cluster stands where it was held. */
  readonly stage: string;
  /** Share of the cluster's people who may sit. */
  readonly sharePercent: number;
  readonly version: number;
  /** When and by whom the latest step was taken; null while no step was. */
  readonly lastStep: Transition | null;
  /** Proposals that another person can still confirm. */
  readonly proposals: readonly Proposal[];
  /** The latest evaluation of the coverage gate. */
  readonly gate: GateSnapshot | null;
}

export interface ClusterHistoryView extends ClusterView {
  /** The plan that the cluster opened under, or would open under. */
  readonly ramp: RampPlan;
  /** The gates that bind it, each with what it said of the present stage. */
  readonly gates: readonly BindingGate[];
  readonly conditions: readonly Condition[];
  readonly steps: readonly Transition[];
  readonly evaluations: readonly GateSnapshot[];
  readonly definitions: readonly ClusterVersionEntity[];
}

export interface ChosenPeopleView {
  readonly cluster: number;
  /** SHA-256 of the seed, published before anybody was chosen; null without a plan. */
  readonly seedCommitment: string | null;
  /** The seed, once the cluster has opened. */
  readonly seed: string | null;
  readonly people: readonly {
    readonly analyticsId: string;
    readonly agency: string | null;
    readonly sharePercent: number;
  }[];
}

/** What staff see of clusters. */
@Injectable()
export class ClusterViews {
  constructor(
    @Inject(SCHEDULER_DATA_SOURCE) private readonly dataSource: DataSource,
    @Inject(SCHEDULER_RUNTIME) private readonly runtime: Runtime,
    private readonly clusters: ClustersRepository,
    private readonly gates: GatesRepository,
    private readonly ramps: RampRepository,
    private readonly evidence: EvidenceReader,
  ) {}

  async list(): Promise<ClusterView[]> {
    const { manager } = this.dataSource;
    const loaded = await this.clusters.loadAll(manager);
    const definitions = await this.clusters.latestVersions(manager);
    const latest = await this.gates.latestEvaluations(manager);
    return [...loaded.values()].map((cluster) => {
      const coverage = latest.get(cluster.number)?.get(COVERAGE_GATE) ?? null;
      return this.view(cluster, definitions.get(String(cluster.number)), coverage);
    });
  }

  async show(number: number): Promise<ClusterHistoryView> {
    const { manager } = this.dataSource;
    const loaded = await this.clusters.loadAll(manager);
    const cluster = loaded.get(number);
    if (!cluster) throw new DomainError('cluster.unknown');
    const evidence = await this.evidence.read(manager, loaded);
    const definitions = (await this.clusters.versions(manager)).filter((version) => version.number === number);
    const gates = bindingGates(cluster, evidence);
    const latest = evidence.latest.get(number) ?? new Map<string, GateSnapshot>();
    const standing = (await this.gates.standingSince(manager)).filter((one) => one.cluster === number);
    const since = new Map(standing.map((one) => [one.gate, one.since.toISOString()]));
    return {
      ...this.view(cluster, definitions.at(-1), latest.get(COVERAGE_GATE) ?? null),
      ramp: rampOf(cluster, evidence),
      gates,
      conditions: conditionsOf(cluster.status, latest, since, this.now()),
      steps: cluster.status.transitions,
      evaluations: await this.gates.evaluations(manager, number, EVALUATIONS_SHOWN),
      definitions,
    };
  }

  async people(number: number): Promise<ChosenPeopleView> {
    const { manager } = this.dataSource;
    const cluster = (await this.clusters.loadAll(manager)).get(number);
    if (!cluster) throw new DomainError('cluster.unknown');
    const seed = (await this.ramps.plansInForce(manager)).get(String(number))?.seed ?? null;
    const seedCommitment = seed && createHash('sha256').update(seed).digest('hex');
    const people = await this.ramps.members(manager, number);
    return { cluster: number, seedCommitment, seed: cluster.status.ramp ? seed : null, people };
  }

  private view(
    { number, status }: LoadedCluster,
    definition: ClusterVersionEntity | undefined,
    gate: GateSnapshot | null,
  ): ClusterView {
    const { state, version, sharePercent, transitions, proposals } = status;
    return {
      number,
      name: definition?.name ?? '',
      criteria: definition?.criteria ?? '',
      state,
      stage: stageOf(status),
      sharePercent,
      version,
      lastStep: transitions.at(-1) ?? null,
      proposals: proposals.filter(({ step }) => openProposal(status, step, this.now())),
      gate,
    };
  }

  private now(): string {
    return new Date(this.runtime.nowMs()).toISOString();
  }
}
