import { logOneMinusExp, logSigmoid, sigmoid } from '../numeric/logistic';
import type { ItemCurve, NaturalParameters } from './item.curve';

/** GRM: P(X >= k) = sigmoid(alpha theta + d_k), d_1 > … > d_m. Internal parameters: alpha, d_1..d_m. */
export class GradedCurve implements ItemCurve {
  readonly categories: number;
  readonly size: number;
  readonly parameters: Float64Array;

  constructor(intercepts: readonly number[]) {
    this.categories = intercepts.length + 1;
    this.size = this.categories;
    this.parameters = Float64Array.of(1, ...intercepts);
  }

  isValid(): boolean {
    for (let k = 2; k < this.size; k++) {
      if (!(this.parameters[k]! < this.parameters[k - 1]!)) return false;
    }
    return this.parameters.every(Number.isFinite);
  }

  confine(): void {
    // Slope and intercepts have no limits.
  }

  isAtLimit(): boolean {
    return false;
  }

  logProbabilities(theta: number, into: Float64Array): void {
    for (let category = 0; category < this.categories; category++) {
      let sum = 0;
      if (category > 0) sum += logSigmoid(this.z(theta, category));
      if (category < this.categories - 1) sum += logSigmoid(-this.z(theta, category + 1));
      if (category > 0 && category < this.categories - 1) sum += this.logGap(category);
      into[category] = sum;
    }
  }

  derivatives(theta: number, gradients: Float64Array, hessians: Float64Array): void {
    gradients.fill(0);
    hessians.fill(0);
    for (let category = 0; category < this.categories; category++) {
      const lower = this.edge(theta, category, category);
      const upper = this.edge(theta, category + 1, category);
      this.setCategory(category, theta, lower, upper, gradients, hessians);
    }
  }

  natural(): NaturalParameters {
    const slope = this.parameters[0]!;
    const b = Array.from(this.parameters.subarray(1), (intercept) => -intercept / slope);
    const jacobian = new Float64Array(this.size * this.size);
    jacobian[0] = 1;
    b.forEach((boundary, index) => {
      jacobian[(index + 1) * this.size] = -boundary / slope;
      jacobian[(index + 1) * this.size + index + 1] = -1 / slope;
    });
    return { a: slope, b, c: null, jacobian, slopeIsFree: true };
  }

  private z(theta: number, boundary: number): number {
    return this.parameters[0]! * theta + this.parameters[boundary]!;
  }

  private logGap(category: number): number {
    return logOneMinusExp(this.parameters[category]! - this.parameters[category + 1]!);
  }

  /** S'(z)/P_k at a boundary of the category, and (S''/P_k) there; zero at the outer ends 0 and m + 1. */
  private edge(theta: number, boundary: number, category: number): { ratio: number; bend: number } {
    if (boundary === 0 || boundary === this.categories) return { ratio: 0, bend: 0 };
    const z = this.z(theta, boundary);
    const logProbability = this.logProbability(theta, category);
    const ratio = Math.exp(logSigmoid(z) + logSigmoid(-z) - logProbability);
    return { ratio, bend: ratio * (sigmoid(-z) - sigmoid(z)) };
  }

  private logProbability(theta: number, category: number): number {
    const inner = category > 0 && category < this.categories - 1;
    return (
      (category > 0 ? logSigmoid(this.z(theta, category)) : 0) +
      (category < this.categories - 1 ? logSigmoid(-this.z(theta, category + 1)) : 0) +
      (inner ? this.logGap(category) : 0)
    );
  }

  /** Chain rule from the two boundaries: ln P_k depends on z_k (P rises with it) and z_(k+1) (P falls with it). */
  private setCategory(
    category: number,
    theta: number,
    lower: { ratio: number; bend: number },
    upper: { ratio: number; bend: number },
    gradients: Float64Array,
    hessians: Float64Array,
  ): void {
    const size = this.size;
    const gradientAt = category * size;
    const add = (j: number, l: number, value: number): void => {
      hessians[(gradientAt + j) * size + l]! += value;
    };
    const edges = [
      { boundary: category, first: lower.ratio, second: lower.bend - lower.ratio ** 2 },
      { boundary: category + 1, first: -upper.ratio, second: -upper.bend - upper.ratio ** 2 },
    ].filter(({ boundary }) => boundary > 0 && boundary < this.categories);
    for (const { boundary, first, second } of edges) {
      gradients[gradientAt]! += theta * first;
      gradients[gradientAt + boundary]! += first;
      add(0, 0, theta * theta * second);
      add(0, boundary, theta * second);
      add(boundary, 0, theta * second);
      add(boundary, boundary, second);
    }
    if (edges.length === 2) {
      const cross = lower.ratio * upper.ratio;
      add(0, 0, 2 * theta * theta * cross);
      for (const boundary of [category, category + 1]) {
        add(0, boundary, theta * cross);
        add(boundary, 0, theta * cross);
      }
      add(category, category + 1, cross);
      add(category + 1, category, cross);
    }
  }
}
