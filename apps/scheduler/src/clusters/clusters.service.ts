import { randomBytes } from 'node:crypto';
import { DomainError } from '@app/contracts';
import { type Runtime, wakeOutbox } from '@app/messaging';
import { Inject, Injectable } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';
import { withoutRow } from '../csv-cells';
import { FileProblems } from '../file-problems';
import { lockImports } from '../import-lock';
import { SCHEDULER_DATA_SOURCE, SCHEDULER_RUNTIME } from '../scheduler.tokens';
import { type ImportReport, latestVersions, newVersions, reportOf } from '../versioned-records';
import { ClusterDecisions } from './cluster-decisions.service';
import { EvidenceReader, evidenceFor } from './cluster-evidence';
import { readClusters } from './clusters.file';
import { ClustersRepository } from './clusters.repository';
import { type ClusterCommand, decide } from './domain/cluster-steps';
import { type RampPlanRow, readRampPlans } from './ramp-plans.file';
import { RampRepository } from './ramp.repository';

/** As hard to guess as a key. */
const SEED_BYTES = 16;

/** Takes people's decisions about clusters, under the lock of all clusters. */
@Injectable()
export class ClustersService {
  constructor(
    @Inject(SCHEDULER_DATA_SOURCE) private readonly dataSource: DataSource,
    @Inject(SCHEDULER_RUNTIME) private readonly runtime: Runtime,
    private readonly clusters: ClustersRepository,
    private readonly decisions: ClusterDecisions,
    private readonly evidence: EvidenceReader,
    private readonly ramps: RampRepository,
  ) {}

  /** @throws DomainError with what stands against the step */
  async command(number: number, command: ClusterCommand): Promise<void> {
    await this.dataSource.transaction(async (manager) => {
      const all = await this.clusters.lockAll(manager);
      const cluster = all.get(number);
      if (!cluster) throw new DomainError('cluster.unknown');
      const at = new Date(this.runtime.nowMs()).toISOString();
      const evidence = evidenceFor(cluster, await this.evidence.read(manager, all), at);
      const verdict = decide(cluster.status, command, evidence);
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

  /** A cluster keeps the plan that it opened under: a later one is for clusters that have yet to open. */
  async importRampPlans(text: string, account: string): Promise<ImportReport> {
    const rows = readRampPlans(text);
    const recording = { recordedBy: account, recordedAt: new Date(this.runtime.nowMs()) };
    return this.dataSource.transaction(async (manager) => {
      await lockImports(manager);
      await this.refuseUnknownClusters(manager, rows);
      const recorded = await this.ramps.plans(manager);
      const seeded = withSeeds(rows, recorded).map(withoutRow);
      const versions = newVersions(seeded, recorded, ({ cluster }) => String(cluster));
      await this.ramps.insert(
        manager,
        versions.map((version) => ({ ...version, ...recording })),
      );
      return reportOf(rows, versions.length);
    });
  }

  private async refuseUnknownClusters(
    manager: EntityManager,
    rows: readonly { readonly row: number; readonly cluster: number }[],
  ): Promise<void> {
    const known = await this.clusters.numbers(manager);
    const problems = new FileProblems();
    for (const { row, cluster } of rows) {
      if (!known.has(cluster)) problems.add(row, 'cluster', 'is not a cluster; import clusters first');
    }
    problems.refuseIfAny();
  }
}

/** A row without a seed keeps the recorded one; the first of a cluster is drawn here, so that nobody has chosen it. */
function withSeeds(
  rows: readonly RampPlanRow[],
  recorded: readonly { readonly cluster: number; readonly version: number; readonly seed: string }[],
): RampPlanRow[] {
  const latest = latestVersions(recorded, ({ cluster }) => String(cluster));
  return rows.map((row) => {
    const known = latest.get(String(row.cluster))?.seed;
    return row.seed === '' ? { ...row, seed: known ?? randomBytes(SEED_BYTES).toString('hex') } : row;
  });
}
