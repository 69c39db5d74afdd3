import type { ItemParameters } from '../models/item.parameters';
import type { ItemPriors } from './item.prior';

export type CalibrationModelName = 'rasch' | '2pl' | '3pl' | 'pcm' | 'gpcm' | 'grm';

/** Standard errors in the shape of the parameters; null where a parameter is fixed or its error does not exist. */
export interface CalibrationStandardErrors {
  readonly a: number | null;
  readonly b: number | null | readonly (number | null)[];
  readonly c?: number | null;
}

export interface CalibratedItem {
  readonly parameters: ItemParameters;
  readonly standardErrors: CalibrationStandardErrors;
  /** True when the parameters were given and kept. */
  readonly anchored: boolean;
}

export interface CalibrationResult {
  /** Metric of the slopes. */
  readonly D: number;
  readonly items: readonly CalibratedItem[];
  readonly latentMean: number;
  readonly latentSd: number;
  /** Null where fixed. */
  readonly latentStandardErrors: { readonly mean: number | null; readonly sd: number | null };
  /** Marginal (MML) or conditional (CML) log-likelihood at the estimates, without the priors' density. */
  readonly logLik: number;
  /** EM cycles and Newton steps together. */
  readonly iterations: number;
  readonly converged: boolean;
  /** Largest change of an internal parameter in the last step. */
  readonly lastChange: number;
  /** People that took part. */
  readonly persons: number;
  readonly freeParameters: number;
  readonly priors: ItemPriors;
  /** Covariance of all free natural parameters (items in order: a, b…, c; then latent mean and SD), or null. */
  readonly covariance: { readonly labels: readonly string[]; readonly values: readonly (readonly number[])[] } | null;
}
