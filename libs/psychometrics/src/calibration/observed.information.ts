import {
  logProbabilityTables,
  type CalibrationModel,
  type Expectation,
  fillPatternPosterior,
  type PatternPosterior,
} from './marginal.likelihood';
import { type ItemPriors, priorTerm } from './item.prior';
import { latentGradient, latentHessian, latentSize } from './latent.distribution';

/** Gradient and observed information (minus the Hessian) of the marginal log-posterior in all free internal parameters. */
export interface ObservedInformation {
  readonly size: number;
  readonly gradient: Float64Array;
  /** Row-major, symmetric. */
  readonly information: Float64Array;
}

/** Derivatives of ln P for all items and nodes: `gradients[item][(category * nodes + node) * size + j]`. */
interface DerivativeTables {
  readonly gradients: readonly Float64Array[];
  readonly offsets: readonly number[];
  readonly latentOffset: number;
  readonly latent: readonly number[][];
  readonly size: number;
}

/** Position of every item's first parameter in the joint vector; the latent parameters come last. */
export function parameterOffsets(model: CalibrationModel): { offsets: number[]; latentOffset: number; size: number } {
  let next = 0;
  const offsets = model.curves.map((curve) => {
    const offset = next;
    next += curve.size;
    return offset;
  });
  return { offsets, latentOffset: next, size: next + latentSize(model.latent) };
}

/**
 * Observed information by Louis (1982): the expected complete-data information minus the posterior covariance of the
 * complete-data score, summed over patterns. Exact, unlike the cross-product of scores, and at the maximum equal to what
 * Oakes's identity gives.
 */
export function observedInformation(
  model: CalibrationModel,
  expected: Expectation,
  priors: ItemPriors,
): ObservedInformation {
  const { offsets, latentOffset, size } = parameterOffsets(model);
  const gradient = new Float64Array(size);
  const information = new Float64Array(size * size);
  const gradients = model.curves.map((curve, item) => {
    const offset = offsets[item]!;
    addPrior(model, item, offset, priors, gradient, information, size);
    return addCompleteItem(curve, expected, item, offset, gradient, information, size);
  });
  const latent = addCompleteLatent(model, expected, latentOffset, gradient, information, size);
  subtractScoreCovariance(model, expected, { gradients, offsets, latentOffset, latent, size }, information);
  return { size, gradient, information };
}

function addPrior(
  model: CalibrationModel,
  item: number,
  offset: number,
  priors: ItemPriors,
  gradient: Float64Array,
  information: Float64Array,
  total: number,
): void {
  const size = model.curves[item]!.size;
  const prior = priorTerm(model.curves[item]!, priors);
  for (let j = 0; j < size; j++) {
    gradient[offset + j]! += prior.gradient[j]!;
    for (let l = 0; l < size; l++) information[(offset + j) * total + offset + l]! -= prior.hessian[j * size + l]!;
  }
}

/** Adds the item's complete-data gradient and information, and returns its table of gradients. */
function addCompleteItem(
  curve: CalibrationModel['curves'][number],
  expected: Expectation,
  item: number,
  offset: number,
  gradient: Float64Array,
  information: Float64Array,
  total: number,
): Float64Array {
  const nodes = expected.quadrature.nodes;
  const size = curve.size;
  const table = new Float64Array(curve.categories * nodes.length * size);
  const gradients = new Float64Array(curve.categories * size);
  const hessians = new Float64Array(curve.categories * size * size);
  const counts = expected.categoryCounts[item]!;
  nodes.forEach((theta, node) => {
    curve.derivatives(theta, gradients, hessians);
    for (let category = 0; category < curve.categories; category++) {
      const count = counts[category * nodes.length + node]!;
      table.set(gradients.subarray(category * size, (category + 1) * size), (category * nodes.length + node) * size);
      if (count === 0) continue;
      for (let j = 0; j < size; j++) {
        gradient[offset + j]! += count * gradients[category * size + j]!;
        for (let l = 0; l < size; l++) {
          information[(offset + j) * total + offset + l]! -= count * hessians[(category * size + j) * size + l]!;
        }
      }
    }
  });
  return table;
}

function addCompleteLatent(
  model: CalibrationModel,
  expected: Expectation,
  offset: number,
  gradient: Float64Array,
  information: Float64Array,
  total: number,
): number[][] {
  const size = total - offset;
  return Array.from(expected.quadrature.nodes, (theta, node) => {
    const byParameter = latentGradient(model.latent, theta);
    const hessian = latentHessian(model.latent, theta);
    const count = expected.nodeCounts[node]!;
    for (let j = 0; j < size; j++) {
      gradient[offset + j]! += count * byParameter[j]!;
      for (let l = 0; l < size; l++) information[(offset + j) * total + offset + l]! -= count * hessian[j * size + l]!;
    }
    return byParameter;
  });
}

function subtractScoreCovariance(
  model: CalibrationModel,
  expected: Expectation,
  tables: DerivativeTables,
  information: Float64Array,
): void {
  const { patterns, curves } = model;
  const nodes = expected.quadrature.nodes;
  const logTables = logProbabilityTables(curves, nodes);
  const logWeights = expected.quadrature.weights.map(Math.log);
  const posterior: PatternPosterior = {
    weights: new Float64Array(nodes.length),
    first: 0,
    last: nodes.length,
    logLikelihood: 0,
  };
  const scores = new Float64Array(nodes.length * tables.size);
  for (let pattern = 0; pattern < patterns.patterns; pattern++) {
    fillPatternPosterior(patterns, pattern, logTables, logWeights, posterior);
    fillScores(model, pattern, tables, posterior, scores, nodes.length);
    subtractCovariance(posterior, scores, tables.size, patterns.frequencies[pattern]!, information);
  }
  for (let row = 0; row < tables.size; row++) {
    for (let column = 0; column < row; column++) {
      information[column * tables.size + row] = information[row * tables.size + column]!;
    }
  }
}

/** Complete-data score vector of one pattern at every node that matters. */
function fillScores(
  model: CalibrationModel,
  pattern: number,
  tables: DerivativeTables,
  posterior: PatternPosterior,
  scores: Float64Array,
  nodes: number,
): void {
  const { patterns, curves } = model;
  scores.fill(0, posterior.first * tables.size, posterior.last * tables.size);
  for (let node = posterior.first; node < posterior.last; node++) {
    const start = node * tables.size;
    for (let item = 0; item < patterns.items; item++) {
      const score = patterns.scores[pattern * patterns.items + item]!;
      const size = curves[item]!.size;
      if (score < 0) continue;
      const from = (score * nodes + node) * size;
      const gradients = tables.gradients[item]!;
      const offset = start + tables.offsets[item]!;
      for (let j = 0; j < size; j++) scores[offset + j] = gradients[from + j]!;
    }
    scores.set(tables.latent[node]!, start + tables.latentOffset);
  }
}

/** Lower triangle of `information` minus frequency × posterior covariance of the scores. */
function subtractCovariance(
  posterior: PatternPosterior,
  scores: Float64Array,
  size: number,
  frequency: number,
  information: Float64Array,
): void {
  const { weights, first, last } = posterior;
  const mean = new Float64Array(size);
  for (let node = first; node < last; node++) {
    for (let j = 0; j < size; j++) mean[j]! += weights[node]! * scores[node * size + j]!;
  }
  const row = new Float64Array(size);
  for (let node = first; node < last; node++) {
    const weight = frequency * weights[node]!;
    for (let j = 0; j < size; j++) row[j] = scores[node * size + j]! - mean[j]!;
    for (let j = 0; j < size; j++) {
      const scaled = weight * row[j]!;
      for (let l = 0; l <= j; l++) information[j * size + l]! -= scaled * row[l]!;
    }
  }
}
