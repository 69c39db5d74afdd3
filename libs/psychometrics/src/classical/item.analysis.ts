import { type ItemMoments, MomentAccumulator } from './moment.accumulator';
import { reliability, type Reliability, VARIANCE_MIN } from './reliability';
import type { ScoreMatrix } from './score.matrix';

export interface ItemStatistics {
  /** Mean score. */
  readonly mean: number;
  /** Standard deviation, n - 1; null for a single person. */
  readonly sd: number | null;
  /** Mean over the highest possible score: the proportion correct of a 0/1 item. */
  readonly p: number;
  /** Pearson correlation with the sum of the other items; null when either has no variance. */
  readonly itemRestCorrelation: number | null;
  /** Alpha of the other items; null when they are fewer than two or their sum has no variance. */
  readonly alphaIfDeleted: number | null;
}

export interface TestStatistics extends Reliability {
  readonly persons: number;
  readonly items: number;
  readonly mean: number;
  /** Standard deviation of the total, n - 1; null for a single person. */
  readonly sd: number | null;
}

export interface ItemAnalysis {
  readonly test: TestStatistics;
  readonly items: readonly ItemStatistics[];
}

/**
 * Classical item and test statistics of complete scores (Lord & Novick 1968), every variance with n - 1.
 *
 * @param highestScores the highest possible score per item, > 0
 * @throws PsychometricsError `responses.empty`
 */
export function analyzeItems(scores: ScoreMatrix, highestScores: ArrayLike<number>): ItemAnalysis {
  const accumulator = new MomentAccumulator(scores.items);
  for (let person = 0; person < scores.persons; person++) accumulator.add(scores.values, person * scores.items);
  return analyzeMoments(accumulator.moments(), highestScores);
}

/** The same from moments that were gathered elsewhere, for example over a stream. */
export function analyzeMoments(moments: ItemMoments, highestScores: ArrayLike<number>): ItemAnalysis {
  const { items, means, covariance, persons } = moments;
  const withTotal = Float64Array.from({ length: items }, (_, item) => rowSum(covariance, items, item));
  const totalVariance = withTotal.reduce((sum, value) => sum + value, 0);
  const variances = Float64Array.from({ length: items }, (_, item) => covariance[item * items + item]!);
  const variancesSum = variances.reduce((sum, value) => sum + value, 0);
  return {
    test: {
      persons,
      items,
      mean: means.reduce((sum, mean) => sum + mean, 0),
      sd: deviationOf(totalVariance, persons),
      ...reliability(moments),
    },
    items: Array.from(variances, (variance, item) => {
      const restVariance = totalVariance + variance - 2 * withTotal[item]!;
      return {
        mean: means[item]!,
        sd: deviationOf(variance, persons),
        p: means[item]! / highestScores[item]!,
        itemRestCorrelation: correlationOf(withTotal[item]! - variance, variance, restVariance, variancesSum),
        alphaIfDeleted: alphaOf(items - 1, variancesSum - variance, restVariance),
      };
    }),
  };
}

function deviationOf(variance: number, persons: number): number | null {
  return persons < 2 ? null : Math.sqrt(Math.max(0, variance));
}

function rowSum(matrix: Float64Array, size: number, row: number): number {
  return matrix.subarray(row * size, (row + 1) * size).reduce((sum, value) => sum + value, 0);
}

function correlationOf(covariance: number, variance: number, restVariance: number, scale: number): number | null {
  if (!(variance > VARIANCE_MIN * scale && restVariance > VARIANCE_MIN * scale)) return null;
  return covariance / Math.sqrt(variance * restVariance);
}

function alphaOf(items: number, variancesSum: number, totalVariance: number): number | null {
  if (items < 2 || !(totalVariance > VARIANCE_MIN * variancesSum)) return null;
  return (items / (items - 1)) * (1 - variancesSum / totalVariance);
}
