/** Where an engine leaves one estimate; NaN stands for "does not exist" inside the library only. */
export interface EstimateSlot {
  theta: number;
  standardError: number;
  atBound: boolean;
}

/** One estimator with its tables for one bank. */
export interface AbilityEngine {
  /** Estimates the pattern that starts at `offset`; `complete` says that every item takes part. */
  estimate(scores: ArrayLike<number>, offset: number, complete: boolean, slot: EstimateSlot): void;
}
