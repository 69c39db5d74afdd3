import type { AttemptClosed, ResultScored, ScaleScore } from '@app/contracts';
import { type ResponseKind, responseKinds } from './missing-responses';
import type { Scale, ScoringPackage } from './scoring-package';

/** The columns of a closing do not belong together: no package can score it. */
export class ResponsesMalformed extends Error {
  constructor(detail: string) {
    super(`the responses cannot be read: ${detail}`);
    this.name = 'ResponsesMalformed';
  }
}

/**
 * The result of one closing under one package. The same responses and package always give the same bytes: fields stand
 * in a fixed order, scales in the package's, and no clock is read.
 *
 * @throws ResponsesMalformed
 */
export function score(closed: AttemptClosed, scoringPackage: ScoringPackage): ResultScored {
  assertWellFormed(closed);
  const responses = new Map(closed.itemIds.map((itemId, index) => [itemId, closed.responses[index]]));
  const keys = new Map(scoringPackage.items.map(({ itemId, key }) => [itemId, key]));
  const kinds = responseKinds(closed);
  // A key is text or a number and a response of another type is another response, so identity decides.
  const credit = (itemId: string) => (responses.get(itemId) === keys.get(itemId) ? 1 : 0);
  const { packageId, version, hash } = scoringPackage;
  return {
    analyticsId: closed.analyticsId,
    attemptId: closed.attemptId,
    sessionId: closed.sessionId,
    agency: closed.agency,
    formId: closed.form.formId,
    formVersion: closed.form.version,
    closing: closed.closing,
    root: closed.root,
    package: { packageId, version, hash },
    estimator: scoringPackage.estimator,
    scales: scoringPackage.scales.map((scale) => scaleScore(scale, credit, kinds)),
    closedAt: closed.closedAt,
    jobLevel: closed.jobLevel,
    performance: closed.performance,
  };
}

/** Items that the package counts and the form of these responses does not have; none: the package fits. */
export function itemsMissingIn(closed: Pick<AttemptClosed, 'itemIds'>, scoringPackage: ScoringPackage): string[] {
  const delivered = new Set(closed.itemIds);
  return scoringPackage.items.map(({ itemId }) => itemId).filter((itemId) => !delivered.has(itemId));
}

function scaleScore(
  scale: Scale,
  credit: (itemId: string) => number,
  kinds: ReadonlyMap<string, ResponseKind>,
): ScaleScore {
  const count = (kind: ResponseKind) => scale.itemIds.filter((itemId) => kinds.get(itemId) === kind).length;
  return {
    scaleId: scale.scaleId,
    score: scale.itemIds.reduce((sum, itemId) => sum + credit(itemId), 0),
    maximum: scale.itemIds.length,
    answered: count('answered'),
    omitted: count('omitted'),
    notReached: count('not-reached'),
  };
}

/** @throws ResponsesMalformed where the columns differ in length or the form's sections do not hold exactly the items */
export function assertWellFormed(closed: AttemptClosed): void {
  const { itemIds, responses, seqs } = closed;
  if (responses.length !== itemIds.length || seqs.length !== itemIds.length) {
    throw new ResponsesMalformed(`${itemIds.length} items, ${responses.length} responses, ${seqs.length} seqs`);
  }
  const sectioned = closed.form.sections.flatMap((section) => section.itemIds);
  const distinct = new Set(sectioned);
  const sameItems = distinct.size === itemIds.length && itemIds.every((itemId) => distinct.has(itemId));
  if (!sameItems || sectioned.length !== itemIds.length) {
    throw new ResponsesMalformed('the items are not those of the form');
  }
  const unrecorded = responses.findIndex((response, index) => response !== null && seqs[index] === null);
  if (unrecorded >= 0) throw new ResponsesMalformed(`item ${itemIds[unrecorded]} has a response without a seq`);
}
