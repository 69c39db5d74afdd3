import { DEFAULT_ESTIMATION } from '../estimation/ability.estimate';
import type { ResponseMatrix } from '../estimation/response.codes';
import type { Quadrature } from '../numeric/quadrature';
import { PsychometricsError } from '../psychometrics.error';
import { type AnchorItems, createCurves, requireItemIds } from './calibration.input';
import type { CalibrationModelName, CalibrationResult } from './calibration.result';
import { summarizeCalibration } from './calibration.summary';
import type { ItemPriors } from './item.prior';
import { type LatentDistribution, standardQuadrature } from './latent.distribution';
import type { CalibrationModel } from './marginal.likelihood';
import { maximizeMarginal, type MaximizationProgress } from './marginal.maximization';
import { requirePrior } from './prior.density';
import { foldPatterns } from './response.patterns';

/**
 * Priors of the 3PL unless told otherwise: without them the lower asymptote of an easy item is not determined by any
 * realistic number of people. c: mode 0.21 with the weight of 21 answers; a: median 1, 95 % between 0.37 and 2.7.
 */
export const THREE_PARAMETER_PRIORS: ItemPriors = {
  a: { kind: 'lognormal', mean: 0, sd: 0.5 },
  c: { kind: 'beta', alpha: 5, beta: 16, lower: 0, upper: 1 },
};

export interface CalibrationOptions {
  /** One model for all items, or one per item. */
  readonly model: CalibrationModelName | readonly CalibrationModelName[];
  readonly itemIds: readonly string[];
  readonly responses: ResponseMatrix;
  /** How many people each row stands for. */
  readonly weights?: ArrayLike<number>;
  /** Items with fixed parameters; with them the latent mean and SD are free. */
  readonly anchors?: AnchorItems;
  /** Default: none, except `THREE_PARAMETER_PRIORS` when there are 3PL items. */
  readonly priors?: ItemPriors;
  /** Metric of the slopes reported and of a prior on a. Default 1. */
  readonly D?: number;
  /** Integration grid in standard deviations of the latent distribution. Default: 121 nodes on ±6. */
  readonly quadrature?: { readonly nodes: number; readonly range: number } | Quadrature;
  /** Largest change of an internal parameter at which the calibration has converged. Default 1e-7. */
  readonly parameterTolerance?: number;
  /** Told after every EM cycle and Newton step. */
  readonly onProgress?: (progress: MaximizationProgress) => void;
}

/**
 * Marginal maximum likelihood: EM of Bock & Aitkin (1981), for categories as in Muraki (1992), finished by Newton steps
 * with the observed information (Louis 1982), which also gives the standard errors.
 *
 * Identification: tests of `rasch` and `pcm` items alone have a = 1, latent mean 0 and a free SD; the others a latent N(0, 1); with anchors
 * (fixed-parameter calibration, Kim 2006) mean and SD are free. Omitted scores 0; not reached and not administered take
 * no part.
 *
 * @throws PsychometricsError `calibration.*`, `responses.*`, `parameters.*`, `options.invalid`
 */
export function calibrateMarginal(options: CalibrationOptions): CalibrationResult {
  requireItemIds(options.responses, options.itemIds);
  const D = options.D ?? 1;
  const models = resolveModels(options);
  const priors = options.priors ?? (models.includes('3pl') ? THREE_PARAMETER_PRIORS : {});
  for (const kind of ['a', 'b', 'c'] as const) if (priors[kind]) requirePrior(priors[kind], kind);
  const patterns = foldPatterns(options.responses, options.weights);
  const curves = createCurves(models, options.itemIds, patterns, options.anchors);
  const anchored = curves.some((curve) => curve.size === 0);
  if (options.anchors && !anchored) {
    throw new PsychometricsError('options.invalid', 'none of the anchor items is among the items of the responses');
  }
  const model: CalibrationModel = {
    curves,
    latent: createLatent(models, anchored),
    standard: resolveQuadrature(options.quadrature),
    patterns,
  };
  const outcome = maximizeMarginal(
    model,
    scalePriors(priors, D),
    options.parameterTolerance ?? 1e-7,
    options.onProgress,
  );
  return summarizeCalibration(model, outcome, { ...options, models, D, priors });
}

function resolveModels(options: CalibrationOptions): readonly CalibrationModelName[] {
  const { model, itemIds } = options;
  const models = typeof model === 'string' ? itemIds.map(() => model) : model;
  if (models.length === itemIds.length) return models;
  throw new PsychometricsError('options.invalid', `there are ${models.length} models for ${itemIds.length} items`);
}

function createLatent(models: readonly CalibrationModelName[], anchored: boolean): LatentDistribution {
  const slopesFixed = models.every((model) => model === 'rasch' || model === 'pcm');
  return { mean: 0, sd: 1, meanIsFree: anchored, sdIsFree: anchored || slopesFixed };
}

function resolveQuadrature(quadrature: CalibrationOptions['quadrature']): Quadrature {
  if (quadrature === undefined) return standardQuadrature(DEFAULT_ESTIMATION.nodes, DEFAULT_ESTIMATION.range);
  return 'weights' in quadrature ? quadrature : standardQuadrature(quadrature.nodes, quadrature.range);
}

/** A prior on a = alpha / D becomes one on alpha: up to a constant that no maximum depends on. */
function scalePriors(priors: ItemPriors, D: number): ItemPriors {
  if (D === 1 || priors.a === undefined) return priors;
  const a = priors.a;
  switch (a.kind) {
    case 'normal':
      return { ...priors, a: { ...a, mean: a.mean * D, sd: a.sd * D } };
    case 'lognormal':
      return { ...priors, a: { ...a, mean: a.mean + Math.log(D) } };
    case 'beta':
      return { ...priors, a: { ...a, lower: a.lower * D, upper: a.upper * D } };
  }
}
