import type { ScoreMatrix } from '../classical/score.matrix';
import { PsychometricsError } from '../psychometrics.error';
import { logisticDif, type LogisticDifResult } from './logistic.dif';
import { mantelHaenszel, type MantelHaenszelResult } from './mantel-haenszel';

/** Items with a Mantel–Haenszel p below this leave the matching score under purification. */
const PURIFICATION_SIGNIFICANCE = 0.05;
/** Purification that has not settled by then is going round in circles. */
const ROUNDS_MAX = 50;

export interface ItemDif {
  /** Null for items with scores above 1 and where no stratum says anything. */
  readonly mantelHaenszel: MantelHaenszelResult | null;
  readonly logistic: LogisticDifResult | null;
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
    const matching = matchingScores(scores, purified, item);
    if (!isBinary(scores, item)) return { mantelHaenszel: null, logistic: null };
    return {
      mantelHaenszel: mantelHaenszel(scores, item, matching, isFocal),
      logistic: logisticDif(scores, item, matching, isFocal),
    };
  });
  return { items, purified, settled };
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

function requireTwoGroups(persons: number, isFocal: ArrayLike<number>): void {
  let focal = 0;
  for (let person = 0; person < persons; person++) if (isFocal[person] === 1) focal++;
  if (focal === 0 || focal === persons) {
    throw new PsychometricsError('dif.one-group', 'DIF compares two groups; everybody is in the same one');
  }
}
