import { logOneMinusExp, logSigmoid, sigmoid } from '../numeric/logistic';
import { type CategoryValues, CURVATURE, INFORMATION, type ResponseModel, SCORE, WARM } from './response.model';

/**
 * Graded response model (Samejima 1969): P_k = S_k - S_(k+1) with S_k = sigmoid(Da(theta - b_k)), S_0 = 1, S_(m+1) = 0.
 *
 * The difference is formed as S_k (1 - S_(k+1)) (1 - e^(-Da(b_(k+1) - b_k))), which cancels nothing; and because
 * S' = Da S (1-S), the ratios collapse to P'_k/P_k = Da ((1 - S_k) - S_(k+1)) and
 * P''_k/P_k = (P'_k/P_k)^2 - Da (S'_k + S'_(k+1)).
 */
export class GradedModel implements ResponseModel {
  readonly categories: number;
  readonly steepness: number;
  readonly lowestLocation: number;
  readonly highestLocation: number;
  /** ln(1 - e^-gap) between boundary k and k + 1; constant in theta. */
  private readonly logGaps: Float64Array;
  private readonly gaps: Float64Array;

  constructor(
    private readonly slope: number,
    private readonly boundaries: Float64Array,
  ) {
    this.categories = boundaries.length + 1;
    this.steepness = slope;
    this.lowestLocation = boundaries[0]!;
    this.highestLocation = boundaries[boundaries.length - 1]!;
    this.logGaps = new Float64Array(boundaries.length - 1).map((_, index) =>
      logOneMinusExp(slope * (boundaries[index + 1]! - boundaries[index]!)),
    );
    this.gaps = this.logGaps.map(Math.exp);
  }

  evaluate(theta: number, into: CategoryValues): void {
    for (let category = 0; category < this.categories; category++) {
      const logProbability = this.logProbability(theta, category);
      const below = this.below(theta, category);
      const above = this.above(theta, category);
      const ratio = this.slope * (below - above);
      into.logProbabilities[category] = logProbability;
      into.probabilities[category] = Math.exp(logProbability);
      into.slopeRatios[category] = ratio;
      into.curvatureRatios[category] = ratio * ratio - this.bend(below, above);
    }
  }

  accumulate(theta: number, category: number, sums: Float64Array): void {
    let atLeast = 1;
    let below = 0;
    for (let index = 0; index < this.categories; index++) {
      const z = index < this.boundaries.length ? this.slope * (theta - this.boundaries[index]!) : -Infinity;
      const above = sigmoid(z);
      const notAbove = sigmoid(-z);
      const inner = index > 0 && index < this.boundaries.length;
      const probability = atLeast * notAbove * (inner ? this.gaps[index - 1]! : 1);
      const ratio = this.slope * (below - above);
      const bend = this.slope * this.slope * (below * atLeast + above * notAbove);
      sums[INFORMATION]! += probability * ratio * ratio;
      sums[WARM]! += probability * ratio * (ratio * ratio - bend);
      if (index === category) {
        sums[SCORE]! += ratio;
        sums[CURVATURE]! -= bend;
      }
      atLeast = above;
      below = notAbove;
    }
  }

  /** 1 - S_k: the probability of a category below `category`. */
  private below(theta: number, category: number): number {
    return category === 0 ? 0 : sigmoid(-this.slope * (theta - this.boundaries[category - 1]!));
  }

  /** S_(k+1): the probability of a category above `category`. */
  private above(theta: number, category: number): number {
    return category === this.boundaries.length ? 0 : sigmoid(this.slope * (theta - this.boundaries[category]!));
  }

  /** Da (S'_k + S'_(k+1)): minus the second derivative of ln P_k. */
  private bend(below: number, above: number): number {
    return this.slope * this.slope * (below * (1 - below) + above * (1 - above));
  }

  private logProbability(theta: number, category: number): number {
    const last = this.boundaries.length;
    let sum = 0;
    if (category > 0) sum += logSigmoid(this.slope * (theta - this.boundaries[category - 1]!));
    if (category < last) sum += logSigmoid(-this.slope * (theta - this.boundaries[category]!));
    if (category > 0 && category < last) sum += this.logGaps[category - 1]!;
    return sum;
  }
}
