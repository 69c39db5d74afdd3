/**
 * One item during calibration, in slope-intercept form (alpha = Da, d = -Dab), in which the log-likelihood is best behaved.
 * `derivatives` speaks of ln P_k at one theta; every array is overwritten.
 */
export interface ItemCurve {
  readonly categories: number;
  /** Number of free internal parameters; 0 for an anchored item. */
  readonly size: number;
  /** Free internal parameters, changed in place by the calibration. */
  readonly parameters: Float64Array;
  /** False where no model exists, such as unordered graded boundaries. */
  isValid(): boolean;
  /** Moves parameters that have left their range back to its end: a lower asymptote of 0 is minus infinity in its logit. */
  confine(): void;
  /** True when the last parameter stands at the end of its range and is no longer estimated. */
  isAtLimit(): boolean;
  /** Fills `into[category]` with ln P_k(theta). */
  logProbabilities(theta: number, into: Float64Array): void;
  /** Fills `gradients[k * size + j]` and `hessians[(k * size + j) * size + l]` of ln P_k in the internal parameters. */
  derivatives(theta: number, gradients: Float64Array, hessians: Float64Array): void;
  /** Natural parameters (a, b…, c) on D = 1 with the Jacobian of natural in internal parameters, row-major. */
  natural(): NaturalParameters;
}

export interface NaturalParameters {
  readonly a: number;
  readonly b: readonly number[];
  readonly c: number | null;
  /** One row per natural parameter in the order a (if free), b…, c (if any); one column per internal parameter. */
  readonly jacobian: Float64Array;
  readonly slopeIsFree: boolean;
}
