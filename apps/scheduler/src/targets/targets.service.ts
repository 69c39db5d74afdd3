import { buildEvent } from '@app/contracts';
import { type OutboxEvent, type Runtime, addToOutbox, wakeOutbox } from '@app/messaging';
import { Inject, Injectable } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';
import { FileProblems } from '../file-problems';
import { lockImports } from '../import-lock';
import { SCHEDULER_DATA_SOURCE, SCHEDULER_RUNTIME, SCHEDULER_SOURCE } from '../scheduler.tokens';
import {
  type ImportReport,
  type Recording,
  hasContent,
  latestVersions,
  newVersions,
  reportOf,
} from '../versioned-records';
import type { PublishedTotalEntity, TargetVersionEntity } from './target.entity';
import { type TargetRow, readTargets, readTotals } from './targets.file';
import { TargetsRepository } from './targets.repository';

/** A target with everything that was ever decided about it, what has been done, and what others published. */
export interface TargetView {
  readonly targetId: string;
  readonly inForce: TargetVersionEntity;
  readonly versions: readonly TargetVersionEntity[];
  /** Distinct people with a closed attempt in the period in force. */
  readonly assessed: number;
  /** What others say was done within the period; sources may disagree. */
  readonly published: readonly PublishedTotalEntity[];
}

@Injectable()
export class TargetsService {
  constructor(
    @Inject(SCHEDULER_DATA_SOURCE) private readonly dataSource: DataSource,
    @Inject(SCHEDULER_RUNTIME) private readonly runtime: Runtime,
    private readonly targets: TargetsRepository,
  ) {}

  async list(): Promise<TargetView[]> {
    const { manager } = this.dataSource;
    const versions = await this.targets.targets(manager);
    const totals = await this.publishedTotals();
    const inForce = [...latestVersions(versions, ({ targetId }) => targetId).values()];
    const assessed = await this.targets.assessedPeople(manager, inForce);
    return inForce.map((target, index) => ({
      targetId: target.targetId,
      inForce: target,
      versions: versions.filter(({ targetId }) => targetId === target.targetId),
      assessed: assessed[index] ?? 0,
      published: totals.filter(({ fromDate, toDate }) => fromDate >= target.fromDate && toDate <= target.toDate),
    }));
  }

  /** Every published total in its latest version, those over several targets too. */
  async publishedTotals(): Promise<PublishedTotalEntity[]> {
    const recorded = await this.targets.totals(this.dataSource.manager);
    return [...latestVersions(recorded, ({ totalId }) => totalId).values()];
  }

  async importTargets(text: string, account: string): Promise<ImportReport> {
    const rows = readTargets(text);
    const report = await this.recording(account, async (manager, recording) => {
      const added = newTargetVersions(rows, await this.targets.targets(manager));
      const versions = added.map((version) => ({ ...version, ...recording }));
      await this.targets.insertTargets(manager, versions);
      await addToOutbox(manager, versions.map(eventOfTarget));
      return reportOf(rows, versions.length);
    });
    wakeOutbox(this.dataSource);
    return report;
  }

  async importTotals(text: string, account: string): Promise<ImportReport> {
    const rows = readTotals(text);
    return this.recording(account, async (manager, recording) => {
      const versions = newVersions(rows, await this.targets.totals(manager), ({ totalId }) => totalId);
      await this.targets.insertTotals(
        manager,
        versions.map((version) => ({ ...version, ...recording })),
      );
      return reportOf(rows, versions.length);
    });
  }

  private recording(
    account: string,
    work: (manager: EntityManager, recording: Recording) => Promise<ImportReport>,
  ): Promise<ImportReport> {
    const recording = { recordedBy: account, recordedAt: new Date(this.runtime.nowMs()) };
    return this.dataSource.transaction(async (manager) => {
      await lockImports(manager);
      return work(manager, recording);
    });
  }
}

/** What is not recorded yet. Versions of a target follow each other, and none is ever edited. */
export function newTargetVersions(
  rows: readonly TargetRow[],
  recorded: readonly TargetVersionEntity[],
): Omit<TargetRow, 'row'>[] {
  const known = new Map(recorded.map((target) => [versionKeyOf(target), target]));
  const last = new Map(
    [...latestVersions(recorded, ({ targetId }) => targetId)].map(([id, { version }]) => [id, version]),
  );
  const problems = new FileProblems();
  const added: Omit<TargetRow, 'row'>[] = [];
  for (const { row, ...content } of [...rows].sort((a, b) => a.version - b.version)) {
    const before = known.get(versionKeyOf(content));
    if (before) {
      if (!hasContent<typeof content>(before, content)) {
        problems.add(row, 'version', 'is recorded with other content; a revision is a new version');
      }
      continue;
    }
    if (content.version !== (last.get(content.targetId) ?? 0) + 1) {
      problems.add(row, 'version', `does not follow version ${last.get(content.targetId) ?? 0}`);
      continue;
    }
    last.set(content.targetId, content.version);
    added.push(content);
  }
  problems.refuseIfAny();
  return added;
}

function versionKeyOf({ targetId, version }: { readonly targetId: string; readonly version: number }): string {
  return `${targetId} ${version}`;
}

function eventOfTarget(target: TargetVersionEntity): OutboxEvent {
  const { targetId, version, fromDate, toDate, people, author, source } = target;
  const at = target.recordedAt.toISOString();
  const event = buildEvent('targetChanged', {
    id: `target/${targetId}/v${version}`,
    source: SCHEDULER_SOURCE,
    subject: targetId,
    time: at,
    data: { targetId, version, from: fromDate, to: toDate, people, author, source, at },
  });
  return { topic: 'rollout', key: targetId, event };
}
