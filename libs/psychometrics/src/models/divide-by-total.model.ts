import { type CategoryValues, CURVATURE, INFORMATION, type ResponseModel, SCORE, WARM } from './response.model';

/**
 * PCM, GPCM and NRM: P_k proportional to exp(slope_k theta + intercept_k); Masters 1982, Muraki 1992, Bock 1972.
 *
 * P'_k/P_k = slope_k - mean and P''_k/P_k = (slope_k - mean)^2 - variance, with mean and variance of the slopes under P;
 * the information is that variance and Warm's J the third central moment.
 */
export class DivideByTotalModel implements ResponseModel {
  readonly categories: number;
  readonly steepness: number;
  private readonly scratch: Float64Array;

  constructor(
    private readonly slopes: Float64Array,
    private readonly intercepts: Float64Array,
    readonly lowestLocation: number,
    readonly highestLocation: number,
    largestStep: number,
  ) {
    this.categories = slopes.length;
    this.steepness = largestStep;
    this.scratch = new Float64Array(slopes.length);
  }

  evaluate(theta: number, into: CategoryValues): void {
    const logTotal = this.fillProbabilities(theta, into.probabilities);
    const { origin, shift, variance } = this.moments(into.probabilities);
    for (let category = 0; category < this.categories; category++) {
      const deviation = this.slopes[category]! - origin - shift;
      into.logProbabilities[category] = this.slopes[category]! * theta + this.intercepts[category]! - logTotal;
      into.slopeRatios[category] = deviation;
      into.curvatureRatios[category] = deviation * deviation - variance;
    }
  }

  accumulate(theta: number, category: number, sums: Float64Array): void {
    this.fillProbabilities(theta, this.scratch);
    const { origin, shift, variance, third } = this.moments(this.scratch);
    sums[SCORE]! += this.slopes[category]! - origin - shift;
    sums[CURVATURE]! -= variance;
    sums[INFORMATION]! += variance;
    sums[WARM]! += third;
  }

  /** The largest exponent is subtracted before the exponential, so that the total is between 1 and the category count. */
  private fillProbabilities(theta: number, into: Float64Array): number {
    let largest = -Infinity;
    for (let category = 0; category < this.categories; category++) {
      const exponent = this.slopes[category]! * theta + this.intercepts[category]!;
      into[category] = exponent;
      if (exponent > largest) largest = exponent;
    }
    let total = 0;
    for (let category = 0; category < this.categories; category++) {
      into[category] = Math.exp(into[category]! - largest);
      total += into[category]!;
    }
    for (let category = 0; category < this.categories; category++) into[category]! /= total;
    return largest + Math.log(total);
  }

  /** Mean = origin + shift, with the most probable slope as origin, so that a nearly certain category loses no digits. */
  private moments(probabilities: Float64Array): { origin: number; shift: number; variance: number; third: number } {
    let mode = 0;
    for (let category = 1; category < this.categories; category++) {
      if (probabilities[category]! > probabilities[mode]!) mode = category;
    }
    const origin = this.slopes[mode]!;
    let shift = 0;
    for (let category = 0; category < this.categories; category++) {
      shift += probabilities[category]! * (this.slopes[category]! - origin);
    }
    let variance = 0;
    let third = 0;
    for (let category = 0; category < this.categories; category++) {
      const deviation = this.slopes[category]! - origin - shift;
      const weighted = probabilities[category]! * deviation * deviation;
      variance += weighted;
      third += weighted * deviation;
    }
    return { origin, shift, variance, third };
  }
}
