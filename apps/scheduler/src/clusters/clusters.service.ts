import { DomainError } from '@app/contracts';
import { type Runtime, wakeOutbox } from '@app/messaging';
import { Inject, Injectable } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';
import { COVERAGE_GATE } from '../gates/domain/coverage';
import { GatesRepository } from '../gates/gates.repository';
import { lockImports } from '../import-lock';
import { SCHEDULER_DATA_SOURCE, SCHEDULER_RUNTIME } from '../scheduler.tokens';
import { type ImportReport, newVersions, reportOf } from '../versioned-records';
import { ClusterDecisions } from './cluster-decisions.service';
import { readClusters } from './clusters.file';
import { ClustersRepository, type LoadedCluster } from './clusters.repository';
import type { GateSnapshot } from './domain/cluster-status';
import { type ClusterCommand, type Evidence, decide } from './domain/cluster-steps';

/** Takes people's decisions about clusters, under the lock of all clusters. */
@Injectable()
export class ClustersService {
  constructor(
    @Inject(SCHEDULER_DATA_SOURCE) private readonly dataSource: DataSource,
    @Inject(SCHEDULER_RUNTIME) private readonly runtime: Runtime,
    private readonly clusters: ClustersRepository,
    private readonly decisions: ClusterDecisions,
    private readonly gates: GatesRepository,
  ) {}

  /** @throws DomainError with what stands against the step */
  async command(number: number, command: ClusterCommand): Promise<void> {
    await this.dataSource.transaction(async (manager) => {
      const all = await this.clusters.lockAll(manager);
      const cluster = all.get(number);
      if (!cluster) throw new DomainError('cluster.unknown');
      const verdict = decide(cluster.status, command, await this.evidence(manager, cluster, all));
      if (verdict.kind === 'refused') {
        throw new DomainError(verdict.code, undefined, { problems: verdict.problems });
      }
      if (verdict.kind === 'decided') await this.decisions.record(manager, cluster, verdict.decision);
    });
    wakeOutbox(this.dataSource);
  }

  async importClusters(text: string, account: string): Promise<ImportReport> {
    const rows = readClusters(text);
    const recording = { recordedBy: account, recordedAt: new Date(this.runtime.nowMs()) };
    return this.dataSource.transaction(async (manager) => {
      await lockImports(manager);
      const versions = newVersions(rows, await this.clusters.versions(manager), ({ number }) => String(number));
      await this.clusters.insert(
        manager,
        versions.map((version) => ({ ...version, ...recording })),
      );
      return reportOf(rows, versions.length);
    });
  }

  private async evidence(
    manager: EntityManager,
    cluster: LoadedCluster,
    all: ReadonlyMap<number, LoadedCluster>,
  ): Promise<Evidence> {
    const gates = await this.gates.latestEvaluations(manager, COVERAGE_GATE);
    return {
      at: new Date(this.runtime.nowMs()).toISOString(),
      gate: gates.get(cluster.number) ?? null,
      predecessor: predecessorOf(cluster.number, all, gates),
    };
  }
}

/** The cluster with the next lower number: numbers may leave gaps, turns may not. */
function predecessorOf(
  number: number,
  all: ReadonlyMap<number, LoadedCluster>,
  gates: ReadonlyMap<number, GateSnapshot>,
): Evidence['predecessor'] {
  const before = Math.max(0, ...[...all.keys()].filter((candidate) => candidate < number));
  const loaded = all.get(before);
  return loaded ? { cluster: before, state: loaded.status.state, gate: gates.get(before) ?? null } : null;
}
