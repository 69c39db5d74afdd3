import { type AttemptClosed, buildEvent, type ResultScored } from '@app/contracts';
import { addToOutbox, type OutboxEvent, type Runtime } from '@app/messaging';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { type FormVersion, PackagesRepository, type PackageVersion } from '../packages/packages.repository';
import { type HeldClosing, ResultsRepository } from '../results/results.repository';
import { SCORING_RUNTIME, SCORING_SOURCE } from '../scoring.tokens';
import { assertColumns, layoutOf } from './domain/form-layout';
import { itemsMissingIn, score } from './domain/score';
import type { ScoringPackage } from './domain/scoring-package';

/** Packages kept in memory; a day has a handful. They never change, so none is ever out of date. */
const CACHED_PACKAGES_MAX = 50;

/** Scores closings inside the caller's transaction: history, current results and the events that tell of them. */
@Injectable()
export class ClosingsScorer {
  private readonly cache = new Map<string, ScoringPackage>();

  constructor(
    private readonly packages: PackagesRepository,
    private readonly results: ResultsRepository,
    @Inject(SCORING_RUNTIME) private readonly runtime: Runtime,
  ) {}

  /** @throws ResponsesMalformed where a closing cannot be read by any package */
  async score(manager: EntityManager, closings: readonly AttemptClosed[]): Promise<void> {
    closings.forEach(assertReadable);
    const forms = closings.map(({ form }) => form);
    await this.packages.holdForms(manager, forms);
    const packages = await this.packagesOf(manager, forms);
    const results: ResultScored[] = [];
    const held: HeldClosing[] = [];
    for (const closed of closings) {
      const scoringPackage = packages.get(nameOf(closed.form));
      if (!scoringPackage) held.push({ closed, unfit: null });
      else if (itemsMissingIn(closed, scoringPackage).length > 0) held.push({ closed, unfit: scoringPackage });
      else results.push(score(closed, scoringPackage));
    }
    const at = new Date(this.runtime.nowMs());
    if (held.length > 0) await this.results.hold(manager, held, at);
    if (results.length > 0) await this.store(manager, results, at);
  }

  private async store(manager: EntityManager, results: readonly ResultScored[], at: Date): Promise<void> {
    await this.results.insert(manager, results, at);
    for (const round of roundsOf(results)) {
      const raised = await this.results.raiseCurrent(manager, round);
      await addToOutbox(manager, round.filter(({ attemptId }) => raised.has(attemptId)).map(scoredEvent));
    }
  }

  private async packagesOf(
    manager: EntityManager,
    forms: readonly FormVersion[],
  ): Promise<Map<string, ScoringPackage>> {
    const packages = new Map<string, ScoringPackage>();
    for (const inForce of await this.packages.inForce(manager, forms)) {
      packages.set(nameOf(inForce.form), await this.load(manager, inForce));
    }
    return packages;
  }

  private async load(manager: EntityManager, version: PackageVersion): Promise<ScoringPackage> {
    const name = `${version.packageId}/${version.version}`;
    const cached = this.cache.get(name);
    if (cached) return cached;
    const found = await this.packages.find(manager, version);
    if (!found) throw new Error(`package ${name} is in force but not stored`);
    if (this.cache.size >= CACHED_PACKAGES_MAX) this.cache.clear();
    this.cache.set(name, found);
    return found;
  }
}

/** @throws ResponsesMalformed */
function assertReadable(closed: AttemptClosed): void {
  assertColumns(closed);
  layoutOf(closed);
}

/** Splits results so that no round has two closings of one attempt; each round supersedes the one before. */
function roundsOf(results: readonly ResultScored[]): ResultScored[][] {
  const rounds: ResultScored[][] = [];
  const seen = new Map<string, number>();
  for (const result of results) {
    const round = seen.get(result.attemptId) ?? 0;
    seen.set(result.attemptId, round + 1);
    (rounds[round] ??= []).push(result);
  }
  return rounds;
}

function scoredEvent(result: ResultScored): OutboxEvent {
  const event = buildEvent('resultScored', {
    id: `${result.attemptId}/scored/${result.closing}`,
    source: SCORING_SOURCE,
    subject: result.analyticsId,
    // No clock: the same closing gives the same bytes whenever it is scored.
    time: result.closedAt,
    data: result,
  });
  return { topic: 'results', key: result.analyticsId, event };
}

function nameOf({ formId, version }: FormVersion): string {
  return `${formId}/${version}`;
}
