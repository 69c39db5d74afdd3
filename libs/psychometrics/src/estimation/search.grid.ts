import type { ResponseModel } from '../models/response.model';

/** Theta is always searched at least this far: a program that stops at ±4 reports its bound for ordinary patterns. */
export const SEARCH_REACH_MIN = 8;
/** Response functions are verified to |theta| = 30; no estimate is sought where they are not. */
export const SEARCH_REACH_MAX = 30;
/** Coarsest spacing of the scan for several maxima, in theta. */
const STEP_MAX = 0.25;
/** Finest spacing: steeper items than this only cost time, as their steps are all resolved. */
const STEP_MIN = 1 / 32;
/** In units of 1 / slope: this far outside its locations an item is flat to e^-10. */
const FLAT_AFTER = 10;

/**
 * Equally spaced nodes on which every estimator first looks for sign changes: at least ±8, farther where items still
 * change there, with the steepest item's width resolved. Nodes are multiples of the spacing, so that adding an item
 * does not shift them.
 */
export function searchGrid(models: readonly ResponseModel[], center: number): Float64Array {
  let lowest = Math.min(-SEARCH_REACH_MIN, center - SEARCH_REACH_MIN);
  let highest = Math.max(SEARCH_REACH_MIN, center + SEARCH_REACH_MIN);
  let steepest = 1;
  for (const model of models) {
    lowest = Math.min(lowest, model.lowestLocation - FLAT_AFTER / model.steepness);
    highest = Math.max(highest, model.highestLocation + FLAT_AFTER / model.steepness);
    steepest = Math.max(steepest, model.steepness);
  }
  const step = Math.max(STEP_MIN, 2 ** Math.floor(Math.log2(Math.min(STEP_MAX, 1 / steepest))));
  const first = Math.floor(Math.max(lowest, Math.min(center, 0) - SEARCH_REACH_MAX) / step);
  const last = Math.ceil(Math.min(highest, Math.max(center, 0) + SEARCH_REACH_MAX) / step);
  return Float64Array.from({ length: last - first + 1 }, (_, index) => (first + index) * step);
}
