import type { ItemCurve, NaturalParameters } from './item.curve';

/**
 * Rasch, 2PL, PCM and GPCM: ln P_k = alpha k theta + d_k - ln total, with d_0 = 0 (Muraki 1992; two categories give the
 * 2PL). Internal parameters: alpha unless it is fixed at 1, then d_1..d_m.
 */
export class PartialCreditCurve implements ItemCurve {
  readonly size: number;
  readonly parameters: Float64Array;
  private readonly probabilities: Float64Array;
  private readonly firstIntercept: number;

  constructor(
    readonly categories: number,
    private readonly slopeIsFree: boolean,
    intercepts: readonly number[],
  ) {
    this.firstIntercept = slopeIsFree ? 1 : 0;
    this.size = categories - 1 + this.firstIntercept;
    this.parameters = Float64Array.from(slopeIsFree ? [1, ...intercepts] : intercepts);
    this.probabilities = new Float64Array(categories);
  }

  isValid(): boolean {
    return this.parameters.every(Number.isFinite);
  }

  confine(): void {
    // Slope and intercepts have no limits.
  }

  isAtLimit(): boolean {
    return false;
  }

  logProbabilities(theta: number, into: Float64Array): void {
    let largest = 0;
    into[0] = 0;
    for (let category = 1; category < this.categories; category++) {
      const exponent = this.slope() * category * theta + this.intercept(category);
      into[category] = exponent;
      if (exponent > largest) largest = exponent;
    }
    let total = 0;
    for (let category = 0; category < this.categories; category++) total += Math.exp(into[category]! - largest);
    const logTotal = largest + Math.log(total);
    for (let category = 0; category < this.categories; category++) into[category]! -= logTotal;
  }

  derivatives(theta: number, gradients: Float64Array, hessians: Float64Array): void {
    const { size, categories, probabilities } = this;
    this.logProbabilities(theta, probabilities);
    let mean = 0;
    for (let category = 0; category < categories; category++) {
      probabilities[category] = Math.exp(probabilities[category]!);
      mean += category * probabilities[category]!;
    }
    for (let category = 0; category < categories; category++) {
      for (let j = 0; j < size; j++) {
        gradients[category * size + j] = this.feature(category, j, theta) - this.meanFeature(j, theta, mean);
      }
      for (let j = 0; j < size; j++) {
        for (let l = 0; l < size; l++) {
          hessians[(category * size + j) * size + l] =
            category === 0 ? -this.covariance(j, l, theta, mean) : hessians[j * size + l]!;
        }
      }
    }
  }

  natural(): NaturalParameters {
    const slope = this.slope();
    const size = this.size;
    const steps = this.categories - 1;
    const b = Array.from({ length: steps }, (_, v) => -(this.intercept(v + 1) - this.intercept(v)) / slope);
    const jacobian = new Float64Array(size * size);
    if (this.slopeIsFree) jacobian[0] = 1;
    b.forEach((step, v) => {
      const row = (v + this.firstIntercept) * size;
      if (this.slopeIsFree) jacobian[row] = -step / slope;
      jacobian[row + this.firstIntercept + v] = -1 / slope;
      if (v > 0) jacobian[row + this.firstIntercept + v - 1] = 1 / slope;
    });
    return { a: slope, b, c: null, jacobian, slopeIsFree: this.slopeIsFree };
  }

  private slope(): number {
    return this.slopeIsFree ? this.parameters[0]! : 1;
  }

  private intercept(category: number): number {
    return category === 0 ? 0 : this.parameters[this.firstIntercept + category - 1]!;
  }

  /** Derivative of the exponent of `category` in internal parameter j: k theta for the slope, 1 for the own intercept. */
  private feature(category: number, j: number, theta: number): number {
    if (j < this.firstIntercept) return category * theta;
    return category === j - this.firstIntercept + 1 ? 1 : 0;
  }

  private meanFeature(j: number, theta: number, mean: number): number {
    return j < this.firstIntercept ? mean * theta : this.probabilities[j - this.firstIntercept + 1]!;
  }

  private covariance(j: number, l: number, theta: number, mean: number): number {
    let sum = 0;
    for (let category = 0; category < this.categories; category++) {
      const left = this.feature(category, j, theta) - this.meanFeature(j, theta, mean);
      const right = this.feature(category, l, theta) - this.meanFeature(l, theta, mean);
      sum += this.probabilities[category]! * left * right;
    }
    return sum;
  }
}
