import { DomainError } from '@app/contracts';
import type { Runtime } from '@app/messaging';
import { Inject, Injectable } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';
import { ClustersRepository } from '../clusters/clusters.repository';
import { withoutRow } from '../csv-cells';
import { FileProblems } from '../file-problems';
import { GateWatch } from '../gates/gate-watch';
import { lockImports } from '../import-lock';
import { SCHEDULER_DATA_SOURCE, SCHEDULER_RUNTIME } from '../scheduler.tokens';
import { type ImportReport, type Recording, hasContent, newVersions, reportOf } from '../versioned-records';
import { type AgencyRow, type MembershipRow, readAgencies, readMemberships, readSources } from './agencies.file';
import { AgenciesRepository, type MembershipRecord } from './agencies.repository';

/** Which edition of the allocation holds from a day on, and who decided so. */
export interface EditionInForce {
  readonly edition: string;
  readonly effectiveFrom: string;
  readonly author: string;
  readonly source: string;
}

/** Since when and by whose decision the clusters of an agencies file hold. */
export interface Decision {
  readonly effectiveFrom: string;
  readonly author: string;
}

type MembershipContent = Omit<MembershipRow, 'row'> & { readonly scenario: boolean; readonly edition: string };

/** The edition of what is imported without naming one. */
export const FIRST_EDITION = 'published';

/** Records agencies, their clusters and the sources searched: all of a file or nothing of it. */
@Injectable()
export class AgenciesService {
  constructor(
    @Inject(SCHEDULER_DATA_SOURCE) private readonly dataSource: DataSource,
    @Inject(SCHEDULER_RUNTIME) private readonly runtime: Runtime,
    private readonly agencies: AgenciesRepository,
    private readonly clusters: ClustersRepository,
    private readonly watch: GateWatch,
  ) {}

  async importAgencies(text: string, decision: Decision, account: string): Promise<ImportReport> {
    const rows = readAgencies(text);
    return this.recording(account, async (manager, recording) => {
      await this.refuseUnknownClusters(manager, rows);
      const contents = rows.map(contentOf);
      const recorded = [...(await this.agencies.agencies(manager)).values()];
      const versions = newVersions(contents, recorded, ({ code }) => code);
      await this.agencies.insertAgencies(
        manager,
        versions.map((version) => ({ ...version, ...recording })),
      );
      const memberships = rows.map((row) => membershipOf(row, decision));
      const changed = await this.recordMemberships(manager, memberships, recording);
      return reportOf(rows, new Set([...versions, ...changed].map(({ code }) => code)).size);
    });
  }

  /** A scenario stays marked in every answer, and goes before what was published. */
  async importMemberships(
    text: string,
    { scenario, edition }: { readonly scenario: boolean; readonly edition: string },
    account: string,
  ): Promise<ImportReport> {
    const rows = readMemberships(text);
    return this.recording(account, async (manager, recording) => {
      await this.refuseUnknownAgencies(
        manager,
        rows.map(({ row, code }) => ({ row, column: 'code', code })),
      );
      await this.refuseUnknownClusters(manager, rows);
      const contents = rows.map((row) => ({ ...withoutRow(row), scenario, edition }));
      return reportOf(rows, (await this.recordMemberships(manager, contents, recording)).length);
    });
  }

  async importSources(text: string, account: string): Promise<ImportReport> {
    const rows = readSources(text);
    return this.recording(account, async (manager, recording) => {
      await this.refuseUnknownAgencies(
        manager,
        rows.flatMap(({ row, agencyCode }) => (agencyCode ? [{ row, column: 'agency', code: agencyCode }] : [])),
      );
      const contents = rows.map(withoutRow);
      const versions = newVersions(contents, await this.agencies.sources(manager), ({ sourceId }) => sourceId);
      await this.agencies.insertSources(
        manager,
        versions.map((version) => ({ ...version, ...recording })),
      );
      return reportOf(rows, versions.length);
    });
  }

  /** Puts an edition in force from a day on. The editions themselves stay as they are, side by side. */
  async putInForce({ edition, effectiveFrom, author, source }: EditionInForce, account: string): Promise<void> {
    const request = { edition, effectiveFrom, author, source };
    const recordedAt = new Date(this.runtime.nowMs());
    await this.dataSource.transaction(async (manager) => {
      await lockImports(manager);
      if (!(await this.agencies.hasEdition(manager, request.edition))) throw new DomainError('agency.unknown-edition');
      const recorded = await this.agencies.editions(manager);
      const before = recorded.at(-1);
      if (before && hasContent<EditionInForce>(before, request)) return;
      const version = (before?.version ?? 0) + 1;
      await this.agencies.insertEdition(manager, { ...request, version, recordedBy: account, recordedAt });
    });
    this.watch.wake();
  }

  private async recording(
    account: string,
    work: (manager: EntityManager, recording: Recording) => Promise<ImportReport>,
  ): Promise<ImportReport> {
    const recording = { recordedBy: account, recordedAt: new Date(this.runtime.nowMs()) };
    const report = await this.dataSource.transaction(async (manager) => {
      await lockImports(manager);
      return work(manager, recording);
    });
    this.watch.wake();
    return report;
  }

  private async recordMemberships(
    manager: EntityManager,
    contents: readonly MembershipContent[],
    recording: Recording,
  ): Promise<MembershipRecord[]> {
    const records = newMemberships(contents, await this.agencies.memberships(manager), recording);
    await this.agencies.insertMemberships(manager, records);
    return records;
  }

  private async refuseUnknownClusters(
    manager: EntityManager,
    rows: readonly { readonly row: number; readonly cluster: number | null }[],
  ): Promise<void> {
    const known = await this.clusters.numbers(manager);
    const problems = new FileProblems();
    for (const { row, cluster } of rows) {
      if (cluster !== null && !known.has(cluster))
        problems.add(row, 'cluster', 'is not a cluster; import clusters first');
    }
    problems.refuseIfAny();
  }

  private async refuseUnknownAgencies(
    manager: EntityManager,
    cells: readonly { readonly row: number; readonly column: string; readonly code: string }[],
  ): Promise<void> {
    const known = await this.agencies.agencies(manager);
    const problems = new FileProblems();
    for (const { row, column, code } of cells) {
      if (!known.has(code)) problems.add(row, column, 'is not an agency; import agencies first');
    }
    problems.refuseIfAny();
  }
}

/** What an agency is; its cluster is a record of its own. */
function contentOf(row: AgencyRow): Omit<AgencyRow, 'row' | 'cluster'> {
  const { row: _, cluster: __, ...content } = row;
  return content;
}

function membershipOf(row: AgencyRow, { effectiveFrom, author }: Decision): MembershipContent {
  const { code, cluster, source, note } = row;
  return { code, cluster, effectiveFrom, author, source, note, scenario: false, edition: FIRST_EDITION };
}

/**
 * What is not recorded yet. Versions count per agency, but a record corrects the one of the same date: another date is a
 * decision of its own.
 */
export function newMemberships(
  contents: readonly MembershipContent[],
  recorded: readonly MembershipRecord[],
  recording: Recording,
): MembershipRecord[] {
  const lastVersions = new Map<string, number>();
  const latest = new Map<string, MembershipRecord>();
  for (const record of recorded) {
    lastVersions.set(record.code, Math.max(record.version, lastVersions.get(record.code) ?? 0));
    const before = latest.get(dateKeyOf(record));
    if (!before || record.version > before.version) latest.set(dateKeyOf(record), record);
  }
  return contents.flatMap((content) => {
    const before = latest.get(dateKeyOf(content));
    if (before && hasContent<MembershipContent>(before, content)) return [];
    const version = (lastVersions.get(content.code) ?? 0) + 1;
    lastVersions.set(content.code, version);
    return [{ ...content, version, ...recording }];
  });
}

function dateKeyOf({ code, effectiveFrom, scenario, edition }: MembershipContent): string {
  return `${code} ${effectiveFrom} ${scenario ? 'scenario' : edition}`;
}
