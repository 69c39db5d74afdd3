import type { ScoreMatrix } from '../classical/score.matrix';
import { chiSquareTail, normalCumulative } from '../numeric/distributions';

/**
 * Yates's correction, as the formula has it: it is not cut off where observed and expected differ by less than it, where
 * programs that do cut give smaller statistics.
 */
const CONTINUITY_CORRECTION = 0.5;
/** Turns ln alpha into the delta metric of the Educational Testing Service. */
const DELTA_FACTOR = -2.35;
const SIGNIFICANCE = 0.05;
const DELTA_NEGLIGIBLE = 1;
const DELTA_LARGE = 1.5;

/** A: negligible, B: moderate, C: large. */
export type EtsClass = 'A' | 'B' | 'C';

export interface MantelHaenszelResult {
  /** Continuity-corrected statistic, one degree of freedom. */
  readonly chiSquare: number;
  /** Upper tail of `chiSquare`. */
  readonly p: number;
  /** Common odds ratio of a right answer, reference over focal; null when a sum it divides by is 0. */
  readonly alpha: number | null;
  /** -2.35 ln alpha: below 0 the item is harder for the focal group. */
  readonly delta: number | null;
  /** Standard error of delta (Phillips & Holland 1987). */
  readonly standardError: number | null;
  readonly etsClass: EtsClass | null;
}

interface Stratum {
  referenceRight: number;
  referenceWrong: number;
  focalRight: number;
  focalWrong: number;
}

/**
 * Mantel & Haenszel (1959) test of one 0/1 item, matched on a score (Holland & Thayer 1988).
 *
 * @param matching one matching score per person; people with equal scores form a stratum
 * @param isFocal 1 for the focal group, 0 for the reference group
 * @returns null when no stratum holds both groups and both answers
 */
export function mantelHaenszel(
  scores: ScoreMatrix,
  item: number,
  matching: ArrayLike<number>,
  isFocal: ArrayLike<number>,
): MantelHaenszelResult | null {
  const strata = gatherStrata(scores, item, matching, isFocal);
  let observed = 0;
  let expected = 0;
  let variance = 0;
  let right = 0;
  let wrong = 0;
  let spread = 0;
  for (const { referenceRight: a, referenceWrong: b, focalRight: c, focalWrong: d } of strata) {
    const n = a + b + c + d;
    if (n < 2) continue;
    observed += a;
    expected += ((a + b) * (a + c)) / n;
    variance += ((a + b) * (c + d) * (a + c) * (b + d)) / (n * n * (n - 1));
    right += (a * d) / n;
    wrong += (b * c) / n;
  }
  if (variance === 0) return null;
  const chiSquare = (Math.abs(observed - expected) - CONTINUITY_CORRECTION) ** 2 / variance;
  const p = chiSquareTail(chiSquare, 1);
  if (right === 0 || wrong === 0)
    return { chiSquare, p, alpha: null, delta: null, standardError: null, etsClass: null };
  const alpha = right / wrong;
  for (const { referenceRight: a, referenceWrong: b, focalRight: c, focalWrong: d } of strata) {
    const n = a + b + c + d;
    if (n >= 2) spread += ((a * d + alpha * b * c) * (a + d + alpha * (b + c))) / (n * n);
  }
  const delta = DELTA_FACTOR * Math.log(alpha);
  const standardError = Math.abs(DELTA_FACTOR) * Math.sqrt(spread / (2 * right * right));
  return { chiSquare, p, alpha, delta, standardError, etsClass: etsClass(delta, standardError) };
}

function gatherStrata(
  scores: ScoreMatrix,
  item: number,
  matching: ArrayLike<number>,
  isFocal: ArrayLike<number>,
): Stratum[] {
  const strata = new Map<number, Stratum>();
  for (let person = 0; person < scores.persons; person++) {
    const score = matching[person]!;
    let stratum = strata.get(score);
    if (stratum === undefined) {
      stratum = { referenceRight: 0, referenceWrong: 0, focalRight: 0, focalWrong: 0 };
      strata.set(score, stratum);
    }
    const isRight = scores.values[person * scores.items + item] === 1;
    if (isFocal[person] === 1) stratum[isRight ? 'focalRight' : 'focalWrong']++;
    else stratum[isRight ? 'referenceRight' : 'referenceWrong']++;
  }
  return Array.from(strata.entries())
    .sort(([left], [right]) => left - right)
    .map(([, stratum]) => stratum);
}

/**
 * The full rule of the Educational Testing Service (Dorans & Holland 1993; tests as in Paek & Holland 2015): A when
 * |delta| < 1 or delta does not differ from 0 at .05; C when |delta| >= 1.5 and it differs significantly from the
 * interval [-1, 1]; B otherwise.
 */
export function etsClass(delta: number, standardError: number): EtsClass {
  const size = Math.abs(delta);
  if (size < DELTA_NEGLIGIBLE || exceedance(size, standardError, 0) >= SIGNIFICANCE) return 'A';
  return size >= DELTA_LARGE && exceedance(size, standardError, DELTA_NEGLIGIBLE) < SIGNIFICANCE ? 'C' : 'B';
}

/** P(|estimate| >= size) when the true value is `margin`: a non-central chi-square tail with one degree of freedom. */
function exceedance(size: number, standardError: number, margin: number): number {
  return normalCumulative(-(size - margin) / standardError) + normalCumulative(-(size + margin) / standardError);
}
