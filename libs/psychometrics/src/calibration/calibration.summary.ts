import type { ItemParameters } from '../models/item.parameters';
import { choleskyFactor, choleskyInverse } from '../numeric/linear-algebra';
import { AnchoredCurve } from './anchored.curve';
import type { CalibratedItem, CalibrationModelName, CalibrationResult } from './calibration.result';
import type { ItemCurve } from './item.curve';
import type { ItemPriors } from './item.prior';
import type { CalibrationModel } from './marginal.likelihood';
import type { MaximizationOutcome } from './marginal.maximization';
import { parameterOffsets } from './observed.information';

interface SummaryOptions {
  readonly models: readonly CalibrationModelName[];
  readonly itemIds: readonly string[];
  readonly anchors?: { readonly D: number };
  readonly D: number;
  readonly priors: ItemPriors;
}

interface NaturalCovariance {
  readonly labels: string[];
  readonly values: number[][];
}

/** Estimates with standard errors in natural parameters, by the delta method from the internal covariance. */
export function summarizeCalibration(
  model: CalibrationModel,
  outcome: MaximizationOutcome,
  options: SummaryOptions,
): CalibrationResult {
  const covariance = naturalCovariance(model, outcome, options);
  const errors = (covariance?.values ?? []).map((row, index) => positiveRoot(row[index]!));
  let next = 0;
  const take = (): number | null => errors[next++] ?? null;
  const items = model.curves.map((curve, index) => summarizeItem(curve, index, options, take));
  const { latent } = model;
  const latentStandardErrors = { mean: latent.meanIsFree ? take() : null, sd: latent.sdIsFree ? take() : null };
  return {
    D: options.D,
    items,
    latentMean: latent.mean,
    latentSd: latent.sd,
    latentStandardErrors,
    logLik: outcome.logLikelihood,
    iterations: outcome.iterations,
    converged: outcome.converged,
    lastChange: outcome.lastChange,
    persons: model.patterns.persons,
    freeParameters: outcome.observed.size,
    priors: options.priors,
    covariance,
  };
}

function positiveRoot(variance: number): number | null {
  return variance > 0 ? Math.sqrt(variance) : null;
}

function summarizeItem(
  curve: ItemCurve,
  index: number,
  options: SummaryOptions,
  take: () => number | null,
): CalibratedItem {
  if (curve instanceof AnchoredCurve) {
    const b = 'b' in curve.item && typeof curve.item.b !== 'number' ? curve.item.b.map(() => null) : null;
    return {
      parameters: rescaleAnchor(curve.item, (options.anchors?.D ?? 1) / options.D),
      standardErrors: { a: null, b },
      anchored: true,
    };
  }
  const natural = curve.natural();
  const a = natural.slopeIsFree ? take() : null;
  const b = natural.b.map(take);
  const model = options.models[index]!;
  const isDichotomous = model === 'rasch' || model === '2pl' || model === '3pl';
  return {
    parameters: createParameters(model, options.itemIds[index]!, natural.a / options.D, natural.b, natural.c),
    standardErrors: {
      a,
      b: isDichotomous ? b[0]! : b,
      ...(natural.c === null ? {} : { c: take() }),
    },
    anchored: false,
  };
}

function createParameters(
  model: CalibrationModelName,
  itemId: string,
  a: number,
  b: readonly number[],
  c: number | null,
): ItemParameters {
  switch (model) {
    case 'rasch':
      return a === 1 ? { itemId, model: '1PL', a, b: b[0]! } : { itemId, model: '2PL', a, b: b[0]! };
    case '2pl':
      return { itemId, model: '2PL', a, b: b[0]! };
    case '3pl':
      return { itemId, model: '3PL', a, b: b[0]!, c: c! };
    case 'pcm':
      return a === 1 ? { itemId, model: 'PCM', a, b } : { itemId, model: 'GPCM', a, b };
    case 'gpcm':
      return { itemId, model: 'GPCM', a, b };
    case 'grm':
      return { itemId, model: 'GRM', a, b };
  }
}

/** Brings an anchor to the metric of the result; a slope of 1 in another metric needs the model with a slope. */
function rescaleAnchor(item: ItemParameters, factor: number): ItemParameters {
  if (factor === 1) return item;
  switch (item.model) {
    case '1PL':
      return { itemId: item.itemId, model: '2PL', a: factor, b: item.b };
    case 'PCM':
      return { itemId: item.itemId, model: 'GPCM', a: factor, b: item.b };
    case 'NRM':
      return { ...item, slopes: item.slopes.map((slope) => slope * factor) };
    default:
      return { ...item, a: item.a * factor };
  }
}

/** Covariance of the natural parameters; rows of parameters at a limit are 0. Null when the information is singular. */
function naturalCovariance(
  model: CalibrationModel,
  outcome: MaximizationOutcome,
  options: SummaryOptions,
): NaturalCovariance | null {
  const size = outcome.observed.size;
  const internal = internalCovariance(outcome);
  if (internal === null) return null;
  const { labels, jacobian } = naturalJacobian(model, options);
  const values = Array.from({ length: size }, (_, row) =>
    Array.from({ length: size }, (__, column) => quadraticForm(internal, jacobian, size, row, column)),
  );
  return { labels, values };
}

function internalCovariance(outcome: MaximizationOutcome): Float64Array | null {
  const size = outcome.observed.size;
  const matrix = outcome.observed.information.slice();
  const limited = outcome.atLimit;
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      if (limited[row] === 1 || limited[column] === 1) matrix[row * size + column] = row === column ? 1 : 0;
    }
  }
  const factor = choleskyFactor(matrix, size);
  if (factor === null) return null;
  const inverse = choleskyInverse(factor, size);
  limited.forEach((isLimited, index) => {
    if (isLimited === 1) inverse[index * size + index] = 0;
  });
  return inverse;
}

function naturalJacobian(
  model: CalibrationModel,
  options: SummaryOptions,
): { labels: string[]; jacobian: Float64Array } {
  const { offsets, latentOffset, size } = parameterOffsets(model);
  const jacobian = new Float64Array(size * size);
  const labels: string[] = [];
  model.curves.forEach((curve, item) => {
    if (curve.size === 0) return;
    const natural = curve.natural();
    const names = [
      ...(natural.slopeIsFree ? ['a'] : []),
      ...natural.b.map((_, index) => (natural.b.length === 1 ? 'b' : `b${index + 1}`)),
      ...(natural.c === null ? [] : ['c']),
    ];
    const offset = offsets[item]!;
    names.forEach((name, row) => {
      labels.push(`${options.itemIds[item]!}.${name}`);
      const scale = name === 'a' ? 1 / options.D : 1;
      for (let j = 0; j < curve.size; j++) {
        jacobian[(offset + row) * size + offset + j] = scale * natural.jacobian[row * curve.size + j]!;
      }
    });
  });
  let next = latentOffset;
  if (model.latent.meanIsFree) {
    labels.push('latent.mean');
    jacobian[next * size + next] = 1;
    next++;
  }
  if (model.latent.sdIsFree) {
    labels.push('latent.sd');
    jacobian[next * size + next] = model.latent.sd;
  }
  return { labels, jacobian };
}

/** (J C Jᵀ) at one place; rows of J are short runs of non-zero elements, which the skips make use of. */
function quadraticForm(
  covariance: Float64Array,
  jacobian: Float64Array,
  size: number,
  row: number,
  column: number,
): number {
  let sum = 0;
  for (let j = 0; j < size; j++) {
    const left = jacobian[row * size + j]!;
    if (left === 0) continue;
    for (let l = 0; l < size; l++) {
      const right = jacobian[column * size + l]!;
      if (right !== 0) sum += left * covariance[j * size + l]! * right;
    }
  }
  return sum;
}
