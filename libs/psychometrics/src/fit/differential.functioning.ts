import type { ScoreMatrix } from '../classical/score.matrix';
import { PsychometricsError } from '../psychometrics.error';
import { logisticDif, type LogisticDifResult } from './logistic.dif';
import { mantelHaenszel, type MantelHaenszelResult } from './mantel-haenszel';

/** Items with a Mantel–Haenszel p below this leave the matching score under purification. */
const PURIFICATION_SIGNIFICANCE = 0.05;
/** Purification that has not settled by then is going round in circles. */
const ROUNDS_MAX = 50;

/**
 * Why a result of an item is missing:
 * `not-binary` it has scores above 1; `same-answer` everybody answered alike; `no-common-stratum` no matching score was
 * reached by both groups with both answers; `odds-ratio-unbounded` a cell of every such stratum is empty, so that the
 * odds ratio is 0 or infinite; `matching-score-constant` it does not vary in each group, so that no regression is
 * identified.
 */
export type DifGap =
  'not-binary' | 'same-answer' | 'no-common-stratum' | 'odds-ratio-unbounded' | 'matching-score-constant';

export interface ItemDif {
  readonly mantelHaenszel: MantelHaenszelResult | null;
  readonly logistic: LogisticDifResult | null;
  /** Why one of the two, or a part of it, is null; null where everything is there. */
  readonly reason: DifGap | null;
}

export interface DifAnalysis {
  readonly items: readonly ItemDif[];
  /** Indices of the items that left the matching score; empty unless purified. */
  readonly purified: readonly number[];
  /** False when purification went round in circles; the last round is reported. */
  readonly settled: boolean;
}

/**
 * Mantel–Haenszel and logistic DIF of every 0/1 item. The matching score is the total, with the studied item in it; under
 * purification the flagged items leave it (the studied one stays) until the set is stable (Holland & Thayer 1988).
 *
 * @param isFocal 1 for the focal group, 0 for the reference group, one per person
 * @throws PsychometricsError `dif.one-group`
 */
export function analyzeDif(scores: ScoreMatrix, isFocal: ArrayLike<number>, purify: boolean): DifAnalysis {
  requireTwoGroups(scores.persons, isFocal);
  let purified: readonly number[] = [];
  let settled = !purify;
  for (let round = 0; purify && round < ROUNDS_MAX && !settled; round++) {
    const next = flaggedItems(scores, isFocal, purified);
    settled = next.join() === purified.join();
    purified = next;
  }
  const items = Array.from({ length: scores.items }, (_, item) => {
    return itemDif(scores, item, matchingScores(scores, purified, item), isFocal);
  });
  return { items, purified, settled };
}

function itemDif(scores: ScoreMatrix, item: number, matching: Float64Array, isFocal: ArrayLike<number>): ItemDif {
  if (!isBinary(scores, item)) return { mantelHaenszel: null, logistic: null, reason: 'not-binary' };
  if (isConstant(scores, item)) return { mantelHaenszel: null, logistic: null, reason: 'same-answer' };
  const byStrata = mantelHaenszel(scores, item, matching, isFocal);
  const logistic = logisticDif(scores, item, matching, isFocal);
  let reason: DifGap | null = null;
  if (logistic === null) reason = 'matching-score-constant';
  if (byStrata?.alpha === null) reason = 'odds-ratio-unbounded';
  if (byStrata === null) reason = 'no-common-stratum';
  return { mantelHaenszel: byStrata, logistic, reason };
}

function flaggedItems(scores: ScoreMatrix, isFocal: ArrayLike<number>, purified: readonly number[]): number[] {
  const flagged: number[] = [];
  for (let item = 0; item < scores.items; item++) {
    if (!isBinary(scores, item)) continue;
    const result = mantelHaenszel(scores, item, matchingScores(scores, purified, item), isFocal);
    if (result !== null && result.p < PURIFICATION_SIGNIFICANCE) flagged.push(item);
  }
  return flagged;
}

function matchingScores(scores: ScoreMatrix, purified: readonly number[], studied: number): Float64Array {
  const counts = Uint8Array.from({ length: scores.items }, (_, item) =>
    purified.includes(item) && item !== studied ? 0 : 1,
  );
  const matching = new Float64Array(scores.persons);
  for (let person = 0; person < scores.persons; person++) {
    let sum = 0;
    for (let item = 0; item < scores.items; item++) {
      if (counts[item] === 1) sum += scores.values[person * scores.items + item]!;
    }
    matching[person] = sum;
  }
  return matching;
}

function isBinary(scores: ScoreMatrix, item: number): boolean {
  for (let person = 0; person < scores.persons; person++) {
    const value = scores.values[person * scores.items + item]!;
    if (value !== 0 && value !== 1) return false;
  }
  return true;
}

function isConstant(scores: ScoreMatrix, item: number): boolean {
  const first = scores.values[item]!;
  for (let person = 1; person < scores.persons; person++) {
    if (scores.values[person * scores.items + item] !== first) return false;
  }
  return true;
}

function requireTwoGroups(persons: number, isFocal: ArrayLike<number>): void {
  let focal = 0;
  for (let person = 0; person < persons; person++) if (isFocal[person] === 1) focal++;
  if (focal === 0 || focal === persons) {
    throw new PsychometricsError('dif.one-group', 'DIF compares two groups; everybody is in the same one');
  }
}
