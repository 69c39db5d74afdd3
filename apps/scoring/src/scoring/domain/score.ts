import type { AttemptClosed, ResultScored } from '@app/contracts';
import { PackageScorer } from './package-scorer';
import type { ScoringPackage } from './scoring-package';

/** What a package works out once, for as long as somebody holds the package. */
const scorers = new WeakMap<ScoringPackage, PackageScorer>();

/**
 * The result of one closing under one package. The same responses and package always give the same bytes: fields stand
 * in a fixed order, scales in the package's, estimates have six decimals, and no clock is read.
 *
 * @throws ResponsesMalformed
 */
export function score(closed: AttemptClosed, scoringPackage: ScoringPackage): ResultScored {
  return scorerOf(scoringPackage).score(closed);
}

/**
 * Items that the package counts and the form of these responses does not have; none: the package fits.
 *
 * @throws ResponsesMalformed
 */
export function itemsMissingIn(
  closed: Pick<AttemptClosed, 'itemIds' | 'form'>,
  scoringPackage: ScoringPackage,
): readonly string[] {
  return scorerOf(scoringPackage).itemsMissingIn(closed);
}

/** Credit of one item; null where the package does not count it or it was not delivered. */
export function creditOf(closed: AttemptClosed, scoringPackage: ScoringPackage, itemId: string): number | null {
  return scorerOf(scoringPackage).credit(closed, itemId);
}

function scorerOf(scoringPackage: ScoringPackage): PackageScorer {
  let scorer = scorers.get(scoringPackage);
  if (!scorer) {
    scorer = new PackageScorer(scoringPackage);
    scorers.set(scoringPackage, scorer);
  }
  return scorer;
}
