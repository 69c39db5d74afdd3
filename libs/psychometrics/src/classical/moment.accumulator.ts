import { PsychometricsError } from '../psychometrics.error';

/** Means and covariances (n - 1) of the items, and of their total. */
export interface ItemMoments {
  readonly persons: number;
  readonly items: number;
  readonly means: Float64Array;
  /** Row-major, items × items. */
  readonly covariance: Float64Array;
}

/**
 * Sums, squares and cross-products in one pass over the people, so that item analysis runs over a stream of any length in
 * items² memory. Whole scores are summed without rounding (up to 2^53), so nothing cancels when the means come off.
 */
export class MomentAccumulator {
  private persons = 0;
  private readonly sums: Float64Array;
  private readonly products: Float64Array;

  constructor(private readonly items: number) {
    this.sums = new Float64Array(items);
    this.products = new Float64Array(items * items);
  }

  /** Adds the complete scores of one person that start at `offset`. */
  add(values: ArrayLike<number>, offset = 0): void {
    this.persons++;
    for (let item = 0; item < this.items; item++) {
      const value = values[offset + item]!;
      if (value === 0) continue;
      this.sums[item]! += value;
      for (let other = 0; other <= item; other++)
        this.products[item * this.items + other]! += value * values[offset + other]!;
    }
  }

  /** @throws PsychometricsError `responses.empty` when nobody was added */
  moments(): ItemMoments {
    const { persons, items } = this;
    if (persons === 0) throw new PsychometricsError('responses.empty', 'there is nobody with complete answers');
    const means = this.sums.map((sum) => sum / persons);
    const covariance = new Float64Array(items * items);
    for (let item = 0; item < items; item++) {
      for (let other = 0; other <= item; other++) {
        const product = this.products[item * items + other]! - (this.sums[item]! * this.sums[other]!) / persons;
        const value = persons > 1 ? product / (persons - 1) : 0;
        covariance[item * items + other] = value;
        covariance[other * items + item] = value;
      }
    }
    return { persons, items, means, covariance };
  }
}
