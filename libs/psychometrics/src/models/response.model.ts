/**
 * What a model says about one item at one theta, per category. Ratios rather than derivatives: P'/P and P''/P stay finite
 * and accurate where P itself underflows, so nothing downstream ever divides by a probability.
 */
export interface CategoryValues {
  readonly probabilities: Float64Array;
  readonly logProbabilities: Float64Array;
  /** P'/P: the score of a response in this category. */
  readonly slopeRatios: Float64Array;
  /** P''/P. */
  readonly curvatureRatios: Float64Array;
}

/** Index of each sum that `ResponseModel.accumulate` adds to. */
export const SCORE = 0;
export const CURVATURE = 1;
export const INFORMATION = 2;
export const WARM = 3;
export const SUMS = 4;

/** A response model with its parameters fixed; D is already inside. */
export interface ResponseModel {
  readonly categories: number;
  /** D times the largest difference of slopes between categories: how fast the item can change in theta. */
  readonly steepness: number;
  /** Thetas between which the item changes; outside by `10 / steepness` it is flat to e^-10. */
  readonly lowestLocation: number;
  readonly highestLocation: number;
  /** Fills the first `categories` elements of every array. */
  evaluate(theta: number, into: CategoryValues): void;
  /**
   * Adds, for a response in `category`: its score P'/P, the second derivative of its log-probability, the item's
   * expected information I = sum P'^2/P and Warm's J = sum P'P''/P.
   */
  accumulate(theta: number, category: number, sums: Float64Array): void;
}

export function createCategoryValues(categories: number): CategoryValues {
  return {
    probabilities: new Float64Array(categories),
    logProbabilities: new Float64Array(categories),
    slopeRatios: new Float64Array(categories),
    curvatureRatios: new Float64Array(categories),
  };
}

/** Fisher information and Warm's J from evaluated categories. */
export function informationOf(values: CategoryValues, categories: number): { information: number; warmJ: number } {
  let information = 0;
  let warmJ = 0;
  for (let category = 0; category < categories; category++) {
    const slope = values.slopeRatios[category]!;
    information += values.probabilities[category]! * slope * slope;
    warmJ += values.probabilities[category]! * slope * values.curvatureRatios[category]!;
  }
  return { information, warmJ };
}
