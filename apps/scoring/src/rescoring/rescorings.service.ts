import { randomUUID } from 'node:crypto';
import { type AttemptClosed, decodeRecord, DomainError, TOPICS } from '@app/contracts';
import type { EventLog, Runtime } from '@app/messaging';
import { Inject, Injectable } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';
import { PackagesRepository, type PackageVersion } from '../packages/packages.repository';
import { assertConfirmable, isOpen } from '../publication/two-person-decision';
import type { Scope } from '../scopes/scope';
import type { ScoringPackage } from '../scoring/domain/scoring-package';
import { SCORING_DATA_SOURCE, SCORING_LOG, SCORING_RUNTIME } from '../scoring.tokens';
import { BackgroundWorker } from '../work/background-worker';
import { dryRunRanges, isMeant } from './dry-run';
import { rangesOf, recordsOf } from './log-reader';
import { readClusters } from './published-results';
import { type Rescoring, RescoringsRepository } from './rescorings.repository';

export interface RescoringRequest {
  readonly package: PackageVersion;
  readonly scope: Scope;
  readonly account: string;
  readonly activateIllustrative: boolean;
}

/** Rescorings as people decide on them; the work itself is done in steps (`rescoring.steps.ts`). */
@Injectable()
export class RescoringsService {
  constructor(
    @Inject(SCORING_DATA_SOURCE) private readonly dataSource: DataSource,
    @Inject(SCORING_LOG) private readonly log: EventLog,
    private readonly packages: PackagesRepository,
    private readonly rescorings: RescoringsRepository,
    private readonly worker: BackgroundWorker,
    @Inject(SCORING_RUNTIME) private readonly runtime: Runtime,
  ) {}

  /**
   * Begins a dry run over what the log holds now. While one of the same package and scope runs, that is the answer.
   *
   * @throws DomainError `package.unknown`, `package.illustrative`
   */
  async begin({ package: wanted, scope, account, activateIllustrative }: RescoringRequest): Promise<Rescoring> {
    const scoringPackage = await this.packageOf(this.dataSource.manager, wanted);
    if (scoringPackage.illustrative && !activateIllustrative) throw new DomainError('package.illustrative');
    const ranges = await dryRunRanges(this.log);
    const rescoringId = await this.dataSource.transaction(async (manager) => {
      await this.packages.lockForm(manager, scoringPackage.form);
      const running = (await this.rescorings.list(manager)).find(
        (one) => one.state === 'running' && sameTarget(one, wanted, scope),
      );
      if (running) return running.rescoringId;
      const [inForce = null] = await this.packages.inForce(manager, [scoringPackage.form]);
      const added = `r-${randomUUID()}`;
      const createdAt = new Date(this.runtime.nowMs());
      await this.rescorings.insert(manager, {
        rescoringId: added,
        package: { packageId: wanted.packageId, version: wanted.version },
        scope,
        createdBy: account,
        createdAt,
        inForce,
        ranges,
      });
      return added;
    });
    this.worker.wake();
    return this.find(rescoringId);
  }

  list(): Promise<Rescoring[]> {
    return this.rescorings.list(this.dataSource.manager);
  }

  /** @throws DomainError `rescoring.unknown` */
  async find(rescoringId: string): Promise<Rescoring> {
    return required(await this.rescorings.find(this.dataSource.manager, rescoringId));
  }

  /** @throws DomainError `rescoring.unknown`, also while there is no report yet */
  async report(rescoringId: string, name: string): Promise<string> {
    const content = await this.rescorings.file(this.dataSource.manager, rescoringId, name);
    if (content === null) throw new DomainError('rescoring.unknown');
    return content;
  }

  /**
   * Proposes to release a finished dry run. The same account proposing again changes nothing while its proposal is open.
   *
   * @throws DomainError `rescoring.unknown`, `rescoring.not-ready`
   */
  propose(rescoringId: string, reasonCode: string, account: string): Promise<Rescoring> {
    return this.dataSource.transaction(async (manager) => {
      const rescoring = required(await this.rescorings.lock(manager, rescoringId));
      if (rescoring.state !== 'ready') throw new DomainError('rescoring.not-ready');
      if (rescoring.proposedBy === account && isOpen(rescoring, this.runtime.nowMs())) return rescoring;
      const proposedAt = new Date(this.runtime.nowMs());
      const proposed = { ...rescoring, reasonCode, proposedBy: account, proposedAt };
      await this.rescorings.propose(manager, proposed);
      return proposed;
    });
  }

  /**
   * Releases a proposed dry run: its package is in force from now on, and every attempt in scope is told of. Confirming
   * again changes nothing.
   *
   * @throws DomainError `rescoring.unknown`, `rescoring.not-ready`, `rescoring.stale`, `decision.*`
   */
  async confirm(rescoringId: string, account: string): Promise<Rescoring> {
    const confirmed = await this.dataSource.transaction(async (manager) => {
      const rescoring = required(await this.rescorings.lock(manager, rescoringId));
      if (rescoring.confirmedBy === account) return rescoring;
      if (rescoring.state !== 'ready') throw new DomainError('rescoring.not-ready');
      assertConfirmable(rescoring, account, this.runtime.nowMs());
      const scoringPackage = await this.packageOf(manager, rescoring.package);
      // Nobody scores closings of the form between the look at the log's end and the change of the package.
      await this.packages.lockForm(manager, scoringPackage.form);
      await this.assertFresh(manager, rescoring, scoringPackage);
      const at = new Date(this.runtime.nowMs());
      await this.packages.replaceInForce(manager, scoringPackage, at);
      await this.rescorings.confirm(manager, rescoringId, account, at);
      return { ...rescoring, state: 'releasing' as const, confirmedBy: account, confirmedAt: at };
    });
    this.worker.wake();
    return confirmed;
  }

  /** @throws DomainError `rescoring.stale` */
  private async assertFresh(manager: EntityManager, rescoring: Rescoring, target: ScoringPackage): Promise<void> {
    const [inForce = null] = await this.packages.inForce(manager, [target.form]);
    const { inForce: before } = rescoring;
    if (inForce?.packageId !== before?.packageId || inForce?.version !== before?.version) {
      throw new DomainError('rescoring.stale', 'Another package is in force than at the time of the dry run.');
    }
    const moved = await this.closedSince(rescoring, target);
    if (moved) throw new DomainError('rescoring.stale', `Attempt ${moved} was closed after the dry run.`);
  }

  /** An attempt in scope that was closed, for the first time or again, behind the range of the dry run. */
  private async closedSince({ ranges, scope }: Rescoring, target: ScoringPackage): Promise<string | null> {
    const seen = new Map(ranges.map(([partition, { endOffset }]) => [partition, endOffset]));
    const clusters = scope.kind === 'cluster' ? await readClusters(this.log) : new Map<string, string>();
    for (const [partition, { startOffset, endOffset }] of await rangesOf(this.log, 'responses')) {
      const tail = { startOffset: seen.get(partition) ?? startOffset, endOffset };
      for await (const page of recordsOf(this.log, 'responses', partition, tail)) {
        for (const { key, value } of page) {
          const decoded = decodeRecord(TOPICS.responses.name, key, value);
          if (!decoded.ok || decoded.name !== 'attemptClosed') continue;
          const closed = decoded.event.data as AttemptClosed;
          if (isMeant(closed, { package: target, scope }, clusters)) return closed.attemptId;
        }
      }
    }
    return null;
  }

  private async packageOf(manager: EntityManager, version: PackageVersion): Promise<ScoringPackage> {
    const found = await this.packages.find(manager, version);
    if (!found) throw new DomainError('package.unknown');
    return found;
  }
}

function sameTarget(rescoring: Rescoring, wanted: PackageVersion, scope: Scope): boolean {
  const { package: own, scope: ownScope } = rescoring;
  const samePackage = own.packageId === wanted.packageId && own.version === wanted.version;
  return samePackage && ownScope.kind === scope.kind && ownScope.id === scope.id;
}

function required(rescoring: Rescoring | null): Rescoring {
  if (!rescoring) throw new DomainError('rescoring.unknown');
  return rescoring;
}
