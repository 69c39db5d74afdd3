import { logSigmoid } from '../numeric/logistic';
import { type CategoryValues, CURVATURE, INFORMATION, type ResponseModel, SCORE, WARM } from './response.model';

/**
 * 1PL to 4PL: P = c + (d - c) L with L = sigmoid(Da(theta - b)); Birnbaum 1968, Barton & Lord 1981.
 *
 * With L and 1 - L both computed without cancellation, the share of P (and of Q = 1 - P) that moves with theta gives
 * P'/P = Da (1-L) (d-c)L/P and Q'/Q = -Da L (d-c)(1-L)/Q. For c = 0 the first share, for d = 1 the second, is exact:
 * 1 and 1 respectively, so that no ratio of two vanishing numbers is ever formed.
 */
export class DichotomousModel implements ResponseModel {
  readonly categories = 2;
  readonly steepness: number;
  readonly lowestLocation: number;
  readonly highestLocation: number;
  private readonly spread: number;

  constructor(
    private readonly slope: number,
    private readonly difficulty: number,
    private readonly lower: number,
    private readonly upper: number,
  ) {
    this.steepness = slope;
    this.lowestLocation = difficulty;
    this.highestLocation = difficulty;
    this.spread = upper - lower;
  }

  evaluate(theta: number, into: CategoryValues): void {
    const z = this.slope * (theta - this.difficulty);
    const exponential = Math.exp(-Math.abs(z));
    const large = 1 / (1 + exponential);
    const small = exponential * large;
    const high = z >= 0 ? large : small;
    const low = z >= 0 ? small : large;
    const right = this.lower + this.spread * high;
    const wrong = 1 - this.upper + this.spread * low;
    const rightShare = this.lower === 0 ? 1 : (this.spread * high) / right;
    const wrongShare = this.upper === 1 ? 1 / (1 - this.lower) : low / wrong;
    const bend = this.slope * this.slope * (low - high);
    into.probabilities[0] = wrong;
    into.probabilities[1] = right;
    into.logProbabilities[0] = this.upper === 1 ? Math.log1p(-this.lower) + logSigmoid(-z) : Math.log(wrong);
    into.logProbabilities[1] = this.lower === 0 ? Math.log(this.upper) + logSigmoid(z) : Math.log(right);
    into.slopeRatios[0] = -this.slope * high * this.spread * wrongShare;
    into.slopeRatios[1] = this.slope * low * rightShare;
    into.curvatureRatios[0] = -bend * high * this.spread * wrongShare;
    into.curvatureRatios[1] = bend * low * rightShare;
  }

  accumulate(theta: number, category: number, sums: Float64Array): void {
    const z = this.slope * (theta - this.difficulty);
    const exponential = Math.exp(-Math.abs(z));
    const large = 1 / (1 + exponential);
    const small = exponential * large;
    const high = z >= 0 ? large : small;
    const low = z >= 0 ? small : large;
    const moving = this.spread * high;
    const rightShare = this.lower === 0 ? 1 : moving / (this.lower + moving);
    const wrongShare =
      this.upper === 1 ? this.spread / (1 - this.lower) : (this.spread * low) / (1 - this.upper + this.spread * low);
    const bend = this.slope * (low - high);
    const rightScore = this.slope * low * rightShare;
    const wrongScore = -this.slope * high * wrongShare;
    const score = category === 1 ? rightScore : wrongScore;
    // P'^2/(PQ) = (P'/P)(P'/Q) without a division by either.
    const information = -rightScore * wrongScore;
    sums[SCORE]! += score;
    sums[CURVATURE]! += score * bend - score * score;
    sums[INFORMATION]! += information;
    sums[WARM]! += information * bend;
  }
}
