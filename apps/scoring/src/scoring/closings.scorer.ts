import type { AttemptClosed, ResultScored } from '@app/contracts';
import { addToOutbox, type Runtime } from '@app/messaging';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { type FormVersion, PackagesRepository } from '../packages/packages.repository';
import { PublicationRepository } from '../publication/publication.repository';
import { withholder } from '../publication/publication.steps';
import { scoredEvent, withheldEvent } from '../publication/result-events';
import { type HeldClosing, ResultsRepository } from '../results/results.repository';
import { PlannedSessionsRepository } from '../scopes/planned-sessions.repository';
import { SCORING_RUNTIME } from '../scoring.tokens';
import { assertColumns, layoutOf } from './domain/form-layout';
import { itemsMissingIn, score } from './domain/score';
import type { ScoringPackage } from './domain/scoring-package';

/** Scores closings inside the caller's transaction: history, current results and the events that tell of them. */
@Injectable()
export class ClosingsScorer {
  constructor(
    private readonly packages: PackagesRepository,
    private readonly results: ResultsRepository,
    private readonly publication: PublicationRepository,
    private readonly sessions: PlannedSessionsRepository,
    @Inject(SCORING_RUNTIME) private readonly runtime: Runtime,
  ) {}

  /**
   * @param correlations ids of the requests that the closings came from, by the closing's name
   * @returns what was scored; the rest waits for its package
   * @throws ResponsesMalformed where a closing cannot be read by any package
   */
  async score(
    manager: EntityManager,
    closings: readonly AttemptClosed[],
    correlations: ReadonlyMap<string, string> = new Map(),
  ): Promise<readonly ResultScored[]> {
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
    if (results.length > 0) await this.store(manager, results, at, correlations);
    return results;
  }

  private async store(
    manager: EntityManager,
    results: readonly ResultScored[],
    at: Date,
    correlations: ReadonlyMap<string, string>,
  ): Promise<void> {
    await this.publication.holdStill(manager);
    const withheldBy = await withholder(manager, this.publication, this.sessions, results);
    await this.results.insert(manager, results, at);
    for (const round of roundsOf(results)) {
      const withheld = new Set(round.filter((result) => withheldBy(result)).map(({ attemptId }) => attemptId));
      const raised = await this.results.raiseCurrent(manager, round, withheld);
      const events = round
        .filter(({ attemptId }) => raised.has(attemptId))
        .map((result) => {
          const withholding = withheldBy(result);
          const added = withholding ? withheldEvent(result, 1, withholding) : scoredEvent(result);
          const correlationid = correlations.get(closingName(result));
          return correlationid ? { ...added, event: { ...added.event, correlationid } } : added;
        });
      await addToOutbox(manager, events);
    }
  }

  private async packagesOf(
    manager: EntityManager,
    forms: readonly FormVersion[],
  ): Promise<Map<string, ScoringPackage>> {
    const packages = new Map<string, ScoringPackage>();
    for (const inForce of await this.packages.inForce(manager, forms)) {
      packages.set(nameOf(inForce.form), await this.packages.load(manager, inForce));
    }
    return packages;
  }
}

/** Tells the closings of one attempt apart. */
export function closingName({ attemptId, closing }: Pick<AttemptClosed, 'attemptId' | 'closing'>): string {
  return `${attemptId}/${closing}`;
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

function nameOf({ formId, version }: FormVersion): string {
  return `${formId}/${version}`;
}
