import type { BandDecision, NineBoxPosition, ScaleScore } from '@app/contracts';
import { levelOf, levelProbabilities } from '@app/psychometrics';
import { rounded } from './rounding';
import { BANDS, type BandRule, type FlagRule, type NineBoxRule } from './scoring-package';

/** Thetas have six decimals; as whole millionths they add up without error. */
const MILLIONTHS = 1_000_000;

/** Box by performance and potential band: the layout of the regulation, from the lowest row. */
const BOXES = {
  below: { low: 1, middle: 3, high: 6 },
  at: { low: 2, middle: 5, high: 8 },
  above: { low: 4, middle: 7, high: 9 },
} as const;

type ScaleScores = ReadonlyMap<string, ScaleScore>;

/** The band of the weighted mean of some thetas; its standard error takes the scales' errors for independent. */
export function decideBand({ scales, edges }: BandRule, scores: ScaleScores, flags: FlagRule): BandDecision {
  const parts = scales.map(({ scaleId, weight }) => ({ weight, score: scores.get(scaleId) }));
  let sum = 0;
  let variance = 0;
  let weights = 0;
  for (const { weight, score } of parts) {
    if (score?.theta == null) return NO_BAND;
    sum += weight * Math.round(score.theta * MILLIONTHS);
    variance += (weight * (score.standardError ?? NaN)) ** 2;
    weights += weight;
  }
  const theta = rounded(sum / MILLIONTHS / weights);
  const standardError = rounded(Math.sqrt(variance) / weights);
  const at = levelOf(theta, edges);
  const probability = standardError > 0 ? rounded(levelProbabilities(theta, standardError, edges)[at]!) : null;
  return {
    theta,
    standardError: Number.isNaN(standardError) ? null : standardError,
    band: BANDS[at]!,
    probability,
    uncertain: probability !== null && probability < flags.levelProbabilityMin,
    reasonCode: null,
  };
}

/** The box of a person: potential across, performance upwards. */
export function decideBox(
  rule: NineBoxRule,
  performanceCode: string | null,
  scores: ScaleScores,
  flags: FlagRule,
): NineBoxPosition {
  const { band } = decideBand(rule, scores, flags);
  const known = performanceCode !== null && Object.hasOwn(rule.performance, performanceCode);
  const performance = known ? rule.performance[performanceCode]! : null;
  if (band === null || performance === null) {
    const reasonCode = band === null ? 'theta-missing' : 'performance-unknown';
    return { box: null, potential: band, performance, reasonCode };
  }
  return { box: BOXES[performance][band], potential: band, performance, reasonCode: null };
}

const NO_BAND: BandDecision = {
  theta: null,
  standardError: null,
  band: null,
  probability: null,
  uncertain: false,
  reasonCode: 'theta-missing',
};
