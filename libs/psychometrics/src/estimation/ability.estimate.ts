import { STANDARD_NODES, STANDARD_RANGE } from '../numeric/quadrature';
import { PsychometricsError } from '../psychometrics.error';
import type { NotReachedPolicy, ResponseCounts } from './response.codes';

/**
 * - `ml`: maximum likelihood; null where the likelihood has no maximum inside.
 * - `wle`: Warm's (1989) weighted likelihood, the root of S + J/(2I) (not the Jeffreys maximum: they differ for 3PL).
 * - `map`: posterior mode under the normal prior.
 * - `eap`: posterior mean under the normal prior (Bock & Mislevy 1982).
 */
export type Estimator = 'ml' | 'wle' | 'map' | 'eap';

export interface EstimationOptions {
  readonly estimator: Estimator;
  /** Mean of the normal prior of MAP and EAP, in theta units. */
  readonly priorMean: number;
  /** Standard deviation of the normal prior of MAP and EAP, > 0. */
  readonly priorSd: number;
  /** Nodes of the EAP grid, 2 to 2001. */
  readonly nodes: number;
  /** Half-width of the EAP grid, in prior standard deviations either side of the prior mean. */
  readonly range: number;
  readonly notReached: NotReachedPolicy;
}

/** N(0, 1) prior, 121 nodes on ±6, not reached counts as wrong. */
export const DEFAULT_ESTIMATION: Omit<EstimationOptions, 'estimator'> = {
  priorMean: 0,
  priorSd: 1,
  nodes: STANDARD_NODES,
  range: STANDARD_RANGE,
  notReached: 'wrong',
};

export interface AbilityEstimate extends ResponseCounts {
  readonly estimator: Estimator;
  /** In units of the latent scale; null where the estimator does not exist. */
  readonly theta: number | null;
  /**
   * ML and WLE: 1/sqrt(I) at the estimate; MAP: 1/sqrt(I + 1/priorSd²), both with expected information; EAP: standard
   * deviation of the posterior.
   */
  readonly standardError: number | null;
  /** True when no root lies inside the searched interval, so that `theta` is one of its ends. Always false for EAP. */
  readonly atBound: boolean;
  /** Items that took part: answered, omitted, and not reached under the policy `wrong`. */
  readonly itemsUsed: number;
}

/** @throws PsychometricsError `options.invalid` */
export function resolveEstimation(
  options: Pick<EstimationOptions, 'estimator'> & Partial<EstimationOptions>,
): EstimationOptions {
  const resolved = { ...DEFAULT_ESTIMATION, ...options };
  if (!['ml', 'wle', 'map', 'eap'].includes(resolved.estimator)) {
    throw new PsychometricsError('options.invalid', `there is no estimator ${String(resolved.estimator)}`);
  }
  if (resolved.notReached !== 'wrong' && resolved.notReached !== 'ignore') {
    throw new PsychometricsError('options.invalid', 'not reached is either wrong or ignore');
  }
  return resolved;
}
