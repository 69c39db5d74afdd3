import { logGamma } from '../numeric/distributions';
import { PsychometricsError } from '../psychometrics.error';

/** A prior on one natural parameter (a, b or c); densities are on that parameter's own scale, without a Jacobian. */
export type PriorDensity =
  | { readonly kind: 'normal'; readonly mean: number; readonly sd: number }
  /** Normal on ln x: `mean` and `sd` belong to ln x. */
  | { readonly kind: 'lognormal'; readonly mean: number; readonly sd: number }
  /** Beta stretched to [lower, upper]. */
  | {
      readonly kind: 'beta';
      readonly alpha: number;
      readonly beta: number;
      readonly lower: number;
      readonly upper: number;
    };

/** ln density with its first two derivatives; -Infinity outside the support. */
export interface DensityValue {
  readonly logDensity: number;
  readonly first: number;
  readonly second: number;
}

const OUTSIDE: DensityValue = { logDensity: -Infinity, first: 0, second: 0 };

export function evaluatePrior(prior: PriorDensity, x: number): DensityValue {
  switch (prior.kind) {
    case 'normal': {
      const z = (x - prior.mean) / prior.sd;
      return { logDensity: logNormalDensity(z, prior.sd), first: -z / prior.sd, second: -1 / prior.sd ** 2 };
    }
    case 'lognormal':
      return x > 0 ? evaluateLognormal(prior.mean, prior.sd, x) : OUTSIDE;
    case 'beta':
      return x > prior.lower && x < prior.upper ? evaluateBeta(prior, x) : OUTSIDE;
  }
}

function logNormalDensity(z: number, sd: number): number {
  return -0.5 * z * z - Math.log(sd) - 0.5 * Math.log(2 * Math.PI);
}

function evaluateLognormal(mean: number, sd: number, x: number): DensityValue {
  const z = (Math.log(x) - mean) / sd;
  return {
    logDensity: logNormalDensity(z, sd) - Math.log(x),
    first: -(z / sd + 1) / x,
    second: (z / sd + 1 - 1 / sd ** 2) / x ** 2,
  };
}

function evaluateBeta(prior: Extract<PriorDensity, { kind: 'beta' }>, x: number): DensityValue {
  const { alpha, beta, lower, upper } = prior;
  const width = upper - lower;
  const logBeta = logGamma(alpha) + logGamma(beta) - logGamma(alpha + beta);
  const fromLower = x - lower;
  const fromUpper = upper - x;
  return {
    logDensity:
      (alpha - 1) * Math.log(fromLower / width) + (beta - 1) * Math.log(fromUpper / width) - logBeta - Math.log(width),
    first: (alpha - 1) / fromLower - (beta - 1) / fromUpper,
    second: -(alpha - 1) / fromLower ** 2 - (beta - 1) / fromUpper ** 2,
  };
}

/** @throws PsychometricsError `options.invalid` */
export function requirePrior(prior: PriorDensity, parameter: string): void {
  const valid =
    prior.kind === 'beta'
      ? prior.alpha > 0 && prior.beta > 0 && prior.upper > prior.lower
      : Number.isFinite(prior.mean) && prior.sd > 0;
  if (!valid) throw new PsychometricsError('options.invalid', `the prior of ${parameter} is not a distribution`);
}
