import { DomainError } from '@app/contracts';
import type { Runtime } from '@app/messaging';
import { Inject, Injectable } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { COVERAGE_GATE } from '../gates/domain/coverage';
import { GatesRepository } from '../gates/gates.repository';
import type { GateRuleEntity } from '../gates/gate.entity';
import { SCHEDULER_DATA_SOURCE, SCHEDULER_RUNTIME } from '../scheduler.tokens';
import type { ClusterVersionEntity } from './cluster.entity';
import { ClustersRepository, type LoadedCluster } from './clusters.repository';
import type { ClusterState, GateSnapshot, Proposal, Transition } from './domain/cluster-status';
import { openProposal } from './domain/cluster-steps';

/** Evaluations shown with a cluster; all are kept. */
const EVALUATIONS_SHOWN = 50;

export interface ClusterView {
  readonly number: number;
  readonly name: string;
  readonly criteria: string;
  readonly state: ClusterState;
  readonly version: number;
  /** When and by whom the latest step was taken; null while no step was. */
  readonly lastStep: Transition | null;
  /** Proposals that another person can still confirm. */
  readonly proposals: readonly Proposal[];
  readonly gate: GateSnapshot | null;
}

export interface ClusterHistoryView extends ClusterView {
  readonly steps: readonly Transition[];
  readonly evaluations: readonly GateSnapshot[];
  readonly definitions: readonly ClusterVersionEntity[];
}

/** What staff see of clusters. */
@Injectable()
export class ClusterViews {
  constructor(
    @Inject(SCHEDULER_DATA_SOURCE) private readonly dataSource: DataSource,
    @Inject(SCHEDULER_RUNTIME) private readonly runtime: Runtime,
    private readonly clusters: ClustersRepository,
    private readonly gates: GatesRepository,
  ) {}

  async list(): Promise<ClusterView[]> {
    const { manager } = this.dataSource;
    const loaded = await this.clusters.loadAll(manager);
    const definitions = await this.clusters.latestVersions(manager);
    const gates = await this.gates.latestEvaluations(manager, COVERAGE_GATE);
    return [...loaded.values()].map((cluster) =>
      this.view(cluster, definitions.get(String(cluster.number)), gates.get(cluster.number) ?? null),
    );
  }

  async show(number: number): Promise<ClusterHistoryView> {
    const { manager } = this.dataSource;
    const cluster = (await this.clusters.loadAll(manager)).get(number);
    if (!cluster) throw new DomainError('cluster.unknown');
    const definitions = (await this.clusters.versions(manager)).filter((version) => version.number === number);
    const evaluations = await this.gates.evaluations(manager, number, COVERAGE_GATE, EVALUATIONS_SHOWN);
    const view = this.view(cluster, definitions.at(-1), evaluations[0] ?? null);
    return { ...view, steps: cluster.status.transitions, evaluations, definitions };
  }

  coverageRules(): Promise<GateRuleEntity[]> {
    return this.gates.rules(this.dataSource.manager, COVERAGE_GATE);
  }

  private view(
    { number, status }: LoadedCluster,
    definition: ClusterVersionEntity | undefined,
    gate: GateSnapshot | null,
  ): ClusterView {
    const at = new Date(this.runtime.nowMs()).toISOString();
    return {
      number,
      name: definition?.name ?? '',
      criteria: definition?.criteria ?? '',
      state: status.state,
      version: status.version,
      lastStep: status.transitions.at(-1) ?? null,
      proposals: status.proposals.filter(({ step }) => openProposal(status, step, at)),
      gate,
    };
  }
}
