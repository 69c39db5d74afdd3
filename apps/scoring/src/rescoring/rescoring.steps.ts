import type { AttemptClosed, ResultRescored, ResultScored } from '@app/contracts';
import { addToOutbox, type EventLog, type OutboxEvent, type Runtime, wakeOutbox } from '@app/messaging';
import { Inject, Injectable } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';
import type { PackageVersion } from '../packages/packages.repository';
import { withholder } from '../publication/publication.steps';
import { rescoredEvent, withheldEvent } from '../publication/result-events';
import type { LockedResult } from '../results/results.repository';
import { score } from '../scoring/domain/score';
import type { ScoringPackage } from '../scoring/domain/scoring-package';
import { SCORING_DATA_SOURCE, SCORING_LOG, SCORING_RUNTIME } from '../scoring.tokens';
import { closingIn } from './closings-reader';
import { differenceFiles } from './difference-files';
import { differs } from './domain/rescored-row';
import { dryRun, type DryRunPart } from './dry-run';
import { recordsOf } from './log-reader';
import { RescoringRepositories } from './rescoring.repositories';
import type { Rescoring } from './rescorings.repository';

/** A process that has said nothing for so long has died; reading one partition of a year's log takes a few seconds. */
const LEASE_MS = 60_000;
/** Records of one transaction of a release: some hundred milliseconds of work. */
const STEP_RECORDS_MAX = 200;

/** Dry runs and releases of rescorings, a piece at a time. What is done is in the database; a repeat goes on from there. */
@Injectable()
export class RescoringSteps {
  constructor(
    @Inject(SCORING_DATA_SOURCE) private readonly dataSource: DataSource,
    @Inject(SCORING_LOG) private readonly log: EventLog,
    @Inject(SCORING_RUNTIME) private readonly runtime: Runtime,
    private readonly repositories: RescoringRepositories,
  ) {}

  /** @returns whether there was anything to do */
  async dryRun(signal: AbortSignal): Promise<boolean> {
    const { rescorings } = this.repositories;
    const { manager } = this.dataSource;
    const rescoring = await rescorings.claimRun(manager, this.now(), this.leaseEnd());
    if (!rescoring) return false;
    const scoringPackage = await this.packageOf(manager, rescoring.package);
    try {
      if (await this.run(rescoring, scoringPackage, signal)) await this.report(rescoring, scoringPackage);
    } finally {
      await rescorings.renewLease(manager, rescoring.rescoringId, null);
    }
    return true;
  }

  /** @returns whether there was anything to do */
  async publish(): Promise<boolean> {
    const worked = await this.dataSource.transaction(async (manager) => {
      const { rescorings, publication } = this.repositories;
      await publication.holdStill(manager);
      const rescoring = await rescorings.nextToPublish(manager);
      if (!rescoring) return false;
      const open = await rescorings.openPart(manager, rescoring.rescoringId);
      if (!open) {
        await rescorings.finish(manager, rescoring.rescoringId, this.now());
        return true;
      }
      const { part, nextOffset } = open;
      const endOffset = Math.min(part.endOffset, nextOffset + STEP_RECORDS_MAX);
      const closings = await this.readClosings(part, nextOffset, endOffset);
      const published = await this.replace(manager, rescoring, closings);
      await rescorings.advance(manager, rescoring.rescoringId, part.partition, endOffset, published);
      return true;
    });
    if (worked) wakeOutbox(this.dataSource);
    return worked;
  }

  private run(rescoring: Rescoring, scoringPackage: ScoringPackage, signal: AbortSignal): Promise<boolean> {
    const { rescoringId, scope, ranges } = rescoring;
    const { manager } = this.dataSource;
    const { rescorings, packages } = this.repositories;
    let recordsRead = rescoring.recordsRead;
    const request = {
      package: scoringPackage,
      scope,
      packageOf: (version: PackageVersion) => packages.find(manager, version),
      signal,
    };
    return dryRun(this.log, request, {
      ranges,
      finished: () => rescorings.finishedParts(manager, rescoringId),
      save: async (part) => {
        await rescorings.savePart(manager, rescoringId, part);
        recordsRead += part.records;
        await rescorings.noteRead(manager, rescoringId, recordsRead);
        await rescorings.renewLease(manager, rescoringId, this.leaseEnd());
      },
    });
  }

  private async report({ rescoringId, scope }: Rescoring, scoringPackage: ScoringPackage): Promise<void> {
    const { rescorings } = this.repositories;
    const { manager } = this.dataSource;
    const parts = await rescorings.parts(manager, rescoringId);
    const earlier = await this.earlierPackages(manager, parts);
    const { summary, files } = differenceFiles({ package: scoringPackage, earlier, scope, parts });
    await this.dataSource.transaction((own) => rescorings.saveReport(own, rescoringId, summary.digest, files));
  }

  private async earlierPackages(manager: EntityManager, parts: readonly DryRunPart[]): Promise<ScoringPackage[]> {
    const versions = new Map(
      parts.flatMap(({ earlier }) => earlier.map((one) => [`${one.packageId}/${one.version}`, one])),
    );
    return Promise.all([...versions.values()].map((version) => this.packageOf(manager, version)));
  }

  /** Closings of a range that the dry run scored; one that a later closing superseded is not among them. */
  private async readClosings(part: DryRunPart, startOffset: number, endOffset: number): Promise<AttemptClosed[]> {
    const scored = new Map(part.rows.map(({ attemptId, closing }) => [attemptId, closing]));
    const isScored = ({ attemptId, closing }: AttemptClosed) => scored.get(attemptId) === closing;
    const closings = new Map<string, AttemptClosed>();
    for await (const page of recordsOf(this.log, 'responses', part.partition, { startOffset, endOffset })) {
      for (const record of page) {
        const closed = closingIn(record, isScored);
        if (closed && isScored(closed)) closings.set(closed.attemptId, closed);
      }
    }
    return [...closings.values()];
  }

  private async replace(
    manager: EntityManager,
    rescoring: Rescoring,
    closings: readonly AttemptClosed[],
  ): Promise<number> {
    const { results, publication, sessions } = this.repositories;
    const scoringPackage = await this.packageOf(manager, rescoring.package);
    const current = await results.lockCurrent(
      manager,
      closings.map(({ attemptId }) => attemptId),
    );
    // A closing that has no result yet, or a later one, is scored by the package in force: the new one.
    const due = closings.filter(({ attemptId, closing }) => current.get(attemptId)?.result.closing === closing);
    const withheldBy = await withholder(manager, publication, sessions, due);
    const replaced: { result: ResultScored; revision: number; status: 'provisional' | 'withheld' }[] = [];
    const events: OutboxEvent[] = [];
    for (const closed of due) {
      const before = current.get(closed.attemptId)!;
      const result = score(closed, scoringPackage);
      const revision = before.revision + 1;
      const withholding = withheldBy(closed);
      events.push(
        withholding
          ? withheldEvent(result, revision, withholding)
          : rescoredEvent(rescored(result, before, rescoring), new Date(rescoring.confirmedAt!).toISOString()),
      );
      replaced.push({ result, revision, status: withholding ? 'withheld' : 'provisional' });
    }
    await results.addRevisions(manager, replaced, this.now());
    await addToOutbox(manager, events);
    return events.length;
  }

  private async packageOf(manager: EntityManager, version: PackageVersion): Promise<ScoringPackage> {
    return this.repositories.packages.load(manager, version);
  }

  private now(): Date {
    return new Date(this.runtime.nowMs());
  }

  private leaseEnd(): Date {
    return new Date(this.runtime.nowMs() + LEASE_MS);
  }
}

function rescored(result: ResultScored, before: LockedResult, { rescoringId }: Rescoring): ResultRescored {
  return {
    ...result,
    rescoringId,
    revision: before.revision + 1,
    changed: differs(before.result, result),
    replaces: { revision: before.revision, package: before.result.package },
  };
}
