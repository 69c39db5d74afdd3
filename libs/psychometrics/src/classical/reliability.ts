import { factorLoadings } from './minres.factor';
import type { ItemMoments } from './moment.accumulator';

/** Relative size below which a variance is rounding left over from whole numbers, not spread. */
export const VARIANCE_MIN = 1e-12;

export interface Reliability {
  /** Cronbach 1951; KR-20 for 0/1 items. */
  readonly alpha: number | null;
  /** Guttman 1945, lambda-2. */
  readonly lambda2: number | null;
  /** McDonald 1999: one factor by minres on the correlations; (sum l)² / ((sum l)² + sum (1 - l²)). */
  readonly omega: number | null;
  /** SD of the total × sqrt(1 - alpha), in raw score points. */
  readonly standardErrorOfMeasurement: number | null;
}

/** Sums over a square covariance matrix that all coefficients are made of. */
function sumsOf(covariance: ArrayLike<number>, items: number) {
  let total = 0;
  let variances = 0;
  let squares = 0;
  for (let row = 0; row < items; row++) {
    for (let column = 0; column < items; column++) {
      const value = covariance[row * items + column]!;
      total += value;
      if (row === column) variances += value;
      else squares += value * value;
    }
  }
  return { total, variances, squares };
}

/** Alpha of a covariance matrix (row-major); null for fewer than two items or a total without variance. */
export function cronbachAlpha(covariance: ArrayLike<number>, items: number): number | null {
  const { total, variances } = sumsOf(covariance, items);
  if (items < 2 || !(total > VARIANCE_MIN * variances)) return null;
  return (items / (items - 1)) * (1 - variances / total);
}

/** Guttman's lambda-2 of a covariance matrix (row-major); null as for alpha. */
export function guttmanLambda2(covariance: ArrayLike<number>, items: number): number | null {
  const { total, variances, squares } = sumsOf(covariance, items);
  if (items < 2 || !(total > VARIANCE_MIN * variances)) return null;
  return (total - variances + Math.sqrt((items / (items - 1)) * squares)) / total;
}

/** McDonald's omega of a covariance matrix (row-major); null when an item is constant or there are fewer than three items. */
export function mcdonaldOmega(covariance: ArrayLike<number>, items: number): number | null {
  const loadings = factorLoadings(covariance, items);
  if (loadings === null) return null;
  const common = loadings.reduce((sum, loading) => sum + loading, 0) ** 2;
  const unique = loadings.reduce((sum, loading) => sum + 1 - loading * loading, 0);
  return common / (common + unique);
}

export function reliability(moments: ItemMoments): Reliability {
  const { covariance, items } = moments;
  const alpha = cronbachAlpha(covariance, items);
  const variance = sumsOf(covariance, items).total;
  return {
    alpha,
    lambda2: guttmanLambda2(covariance, items),
    omega: mcdonaldOmega(covariance, items),
    standardErrorOfMeasurement: alpha === null ? null : Math.sqrt(Math.max(0, variance * (1 - alpha))),
  };
}

/** Kelley's (1947) regressed score: reliability × score + (1 - reliability) × mean, in score points. */
export function kelleyScore(score: number, mean: number, reliabilityCoefficient: number): number {
  return reliabilityCoefficient * score + (1 - reliabilityCoefficient) * mean;
}
