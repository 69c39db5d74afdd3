import { createResponseModel } from '../models/item.model';
import { type CategoryValues, createCategoryValues, type ResponseModel } from '../models/response.model';
import { PsychometricsError } from '../psychometrics.error';
import { type CommonItems, meanMeanLinking, meanSigmaLinking, requireCommonItems } from './moment.linking';
import type { ScaleTransformation } from './scale.transformation';

/** Points with weights on one scale; the weights need not sum to 1. */
export interface CriterionGrid {
  readonly points: ArrayLike<number>;
  readonly weights: ArrayLike<number>;
}

export interface CharacteristicLinkingOptions {
  /** Scaling constant of both calibrations. */
  readonly D: number;
  /** Points on the scale transformed to, where its own and the transformed curves are compared. */
  readonly gridTo: CriterionGrid;
  /** Points on the scale transformed from; with it the criterion is symmetric. */
  readonly gridFrom?: CriterionGrid;
  /** True for Rasch and PCM scales: A is 1. */
  readonly unitSlope?: boolean;
}

export interface CharacteristicLinking extends ScaleTransformation {
  /** Criterion at its minimum: weights normalised to sum 1 per grid, mean over the curves compared. */
  readonly objective: number;
  readonly converged: boolean;
}

/** Ten to twenty steps are usual; the damping stops a search that cannot improve long before. */
const STEPS_MAX = 500;
const TOLERANCE = 1e-12;
/** Damping above which no step is possible that doubles could tell from none. */
const DAMPING_MAX = 1e16;

/** One difference between two curves at one point, with its derivatives in A and B. */
interface Residual {
  readonly weight: number;
  readonly value: number;
  readonly bySlope: number;
  readonly byIntercept: number;
}

type CurveSelector = 'test' | 'categories';

/**
 * Stocking & Lord (1983): A and B that bring the two test characteristic curves together.
 *
 * @throws PsychometricsError `equating.forms-differ`, `parameters.*`, `options.invalid`
 */
export function stockingLordLinking(items: CommonItems, options: CharacteristicLinkingOptions): CharacteristicLinking {
  return minimize(items, options, 'test');
}

/** Haebara (1980): A and B that bring the category curves of every single item together. */
export function haebaraLinking(items: CommonItems, options: CharacteristicLinkingOptions): CharacteristicLinking {
  return minimize(items, options, 'categories');
}

/**
 * Levenberg–Marquardt from the mean/sigma constants. An item moved to the other scale has the same curve at the moved
 * point, so P of the transformed item at theta is P of the original at (theta - B)/A, and the derivatives are exact.
 */
function minimize(
  items: CommonItems,
  options: CharacteristicLinkingOptions,
  selector: CurveSelector,
): CharacteristicLinking {
  requireCommonItems(items);
  requireGrid(options.gridTo);
  if (options.gridFrom) requireGrid(options.gridFrom);
  const from = items.from.map((item) => createResponseModel(item, options.D));
  const to = items.to.map((item) => createResponseModel(item, options.D));
  const evaluate = (slope: number, intercept: number): Residual[] => [
    ...residualsOnTarget(from, to, options.gridTo, slope, intercept, selector),
    ...(options.gridFrom ? residualsOnSource(from, to, options.gridFrom, slope, intercept, selector) : []),
  ];
  let { slope, intercept } = startOf(items, options.unitSlope ?? false);
  let residuals = evaluate(slope, intercept);
  let damping = 1e-4;
  for (let step = 0; step < STEPS_MAX && damping < DAMPING_MAX; step++) {
    const move = dampedMove(residuals, damping, options.unitSlope ?? false);
    const candidate = evaluate(slope + move.slope, intercept + move.intercept);
    if (slope + move.slope > 0 && objectiveOf(candidate) <= objectiveOf(residuals)) {
      slope += move.slope;
      intercept += move.intercept;
      residuals = candidate;
      damping /= 10;
      if (Math.abs(move.slope) + Math.abs(move.intercept) < TOLERANCE) break;
    } else damping *= 10;
  }
  const gradient = normalEquations(residuals);
  const converged = Math.hypot(options.unitSlope ? 0 : gradient.g0, gradient.g1) < 1e-7;
  return { slope, intercept, objective: objectiveOf(residuals), converged };
}

function startOf(items: CommonItems, unitSlope: boolean): ScaleTransformation {
  const spread = new Set(items.from.flatMap((item) => ('b' in item ? item.b : []))).size > 1;
  return spread ? meanSigmaLinking(items, { unitSlope }) : meanMeanLinking(items, { unitSlope });
}

function requireGrid(grid: CriterionGrid): void {
  const total = Array.from(grid.weights).reduce((sum, weight) => sum + weight, 0);
  if (grid.points.length === 0 || grid.points.length !== grid.weights.length || !(total > 0)) {
    throw new PsychometricsError(
      'options.invalid',
      'a criterion grid needs as many weights as points, with a sum above 0',
    );
  }
}

/** Residuals on the scale transformed to: its own curves minus those of the transformed items. */
function residualsOnTarget(
  from: readonly ResponseModel[],
  to: readonly ResponseModel[],
  grid: CriterionGrid,
  slope: number,
  intercept: number,
  selector: CurveSelector,
): Residual[] {
  return residualsOn(grid, (theta) => {
    const moved = (theta - intercept) / slope;
    const own = curvesAt(to, theta, selector);
    const other = curvesAt(from, moved, selector);
    return own.map(({ value }, curve) => ({
      value: value - other[curve]!.value,
      bySlope: (other[curve]!.derivative * moved) / slope,
      byIntercept: other[curve]!.derivative / slope,
    }));
  });
}

/** Residuals on the scale transformed from: its own curves minus those of the items moved back. */
function residualsOnSource(
  from: readonly ResponseModel[],
  to: readonly ResponseModel[],
  grid: CriterionGrid,
  slope: number,
  intercept: number,
  selector: CurveSelector,
): Residual[] {
  return residualsOn(grid, (theta) => {
    const own = curvesAt(from, theta, selector);
    const other = curvesAt(to, slope * theta + intercept, selector);
    return own.map(({ value }, curve) => ({
      value: value - other[curve]!.value,
      bySlope: -other[curve]!.derivative * theta,
      byIntercept: -other[curve]!.derivative,
    }));
  });
}

function residualsOn(grid: CriterionGrid, at: (theta: number) => Omit<Residual, 'weight'>[]): Residual[] {
  const total = Array.from(grid.weights).reduce((sum, weight) => sum + weight, 0);
  return Array.from(grid.points).flatMap((theta, index) => {
    const residuals = at(theta);
    return residuals.map((residual) => ({ ...residual, weight: grid.weights[index]! / (total * residuals.length) }));
  });
}

interface CurvePoint {
  value: number;
  derivative: number;
}

/** The expected sum score, or the probability of every category of every item. */
function curvesAt(models: readonly ResponseModel[], theta: number, selector: CurveSelector): CurvePoint[] {
  const values: CategoryValues = createCategoryValues(Math.max(...models.map((model) => model.categories)));
  const curves: CurvePoint[] = [];
  const sum: CurvePoint = { value: 0, derivative: 0 };
  for (const model of models) {
    model.evaluate(theta, values);
    for (let category = 0; category < model.categories; category++) {
      const value = values.probabilities[category]!;
      const derivative = value * values.slopeRatios[category]!;
      sum.value += category * value;
      sum.derivative += category * derivative;
      curves.push({ value, derivative });
    }
  }
  return selector === 'test' ? [sum] : curves;
}

function objectiveOf(residuals: readonly Residual[]): number {
  return residuals.reduce((sum, { weight, value }) => sum + weight * value * value, 0);
}

function normalEquations(residuals: readonly Residual[]) {
  let [h00, h01, h11, g0, g1] = [0, 0, 0, 0, 0];
  for (const { weight, value, bySlope, byIntercept } of residuals) {
    h00 += weight * bySlope * bySlope;
    h01 += weight * bySlope * byIntercept;
    h11 += weight * byIntercept * byIntercept;
    g0 -= weight * value * bySlope;
    g1 -= weight * value * byIntercept;
  }
  return { h00, h01, h11, g0, g1 };
}

function dampedMove(residuals: readonly Residual[], damping: number, unitSlope: boolean): ScaleTransformation {
  const { h00, h01, h11, g0, g1 } = normalEquations(residuals);
  if (unitSlope) return { slope: 0, intercept: g1 / (h11 * (1 + damping)) };
  const first = h00 * (1 + damping);
  const second = h11 * (1 + damping);
  const determinant = first * second - h01 * h01;
  return { slope: (g0 * second - g1 * h01) / determinant, intercept: (g1 * first - g0 * h01) / determinant };
}
