import { PsychometricsError } from '../psychometrics.error';
import type { ItemParameters, ParameterSet } from './item.parameters';

/** The metrics in use: logistic, and the two roundings of the constant that brings it to the normal ogive. */
export const SCALING_CONSTANTS: readonly number[] = [1, 1.7, 1.702];
/** Scores are kept in signed bytes; no published instrument comes near 100 categories. */
export const CATEGORIES_MAX = 100;

/**
 * Refuses a parameter set that no model gives a meaning to.
 *
 * @throws PsychometricsError `parameters.*`, with the item and the field
 */
export function requireParameterSet(set: ParameterSet): void {
  if (!SCALING_CONSTANTS.includes(set.D)) {
    throw new PsychometricsError(
      'parameters.scaling-constant',
      `D must be one of ${SCALING_CONSTANTS.join(', ')}; it is ${String(set.D)}`,
      { field: 'D' },
    );
  }
  if (set.items.length === 0) throw new PsychometricsError('parameters.empty', 'there is no item', { field: 'items' });
  const seen = new Set<string>();
  set.items.forEach((item, itemIndex) => {
    if (seen.has(item.itemId)) {
      throw new PsychometricsError('parameters.duplicate-item', `item ${item.itemId} stands twice`, {
        itemId: item.itemId,
        itemIndex,
        field: 'itemId',
      });
    }
    seen.add(item.itemId);
    requireItem(item, itemIndex);
  });
}

/** Refuses one item whose parameters contradict its model. */
export function requireItem(item: ItemParameters, itemIndex = 0): void {
  const refuse: Refuse = (code, field, message) => {
    throw new PsychometricsError(code, `item ${item.itemId}: ${message}`, { itemId: item.itemId, itemIndex, field });
  };
  switch (item.model) {
    case '1PL':
      requireUnitSlope(item.a, refuse);
      return requireFinite(item.b, 'b', refuse);
    case '2PL':
    case '3PL':
    case '4PL':
      requireSlope(item.a, refuse);
      requireFinite(item.b, 'b', refuse);
      return requireAsymptotes(item, refuse);
    case 'PCM':
      requireUnitSlope(item.a, refuse);
      return requireSteps(item.b, refuse);
    case 'GPCM':
      requireSlope(item.a, refuse);
      return requireSteps(item.b, refuse);
    case 'GRM':
      requireSlope(item.a, refuse);
      requireSteps(item.b, refuse);
      return requireIncreasing(item.b, refuse);
    case 'NRM':
      return requireNominal(item.slopes, item.intercepts, refuse);
    default:
      return refuse('parameters.unknown-model', 'model', `there is no model ${String((item as ItemParameters).model)}`);
  }
}

type Refuse = (code: PsychometricsError['code'], field: string, message: string) => never;

function requireFinite(value: unknown, field: string, refuse: Refuse): void {
  if (!Number.isFinite(value)) refuse('parameters.not-finite', field, `${field} must be a finite number`);
}

function requireSlope(value: number, refuse: Refuse): void {
  requireFinite(value, 'a', refuse);
  if (value <= 0) refuse('parameters.slope-not-positive', 'a', `the slope a must be above 0; it is ${value}`);
}

function requireUnitSlope(value: number | undefined, refuse: Refuse): void {
  if (value === undefined || value === 1) return;
  requireSlope(value, refuse);
  refuse('parameters.slope-not-one', 'a', `a is 1 or left out in this model; use 2PL or GPCM for a slope of ${value}`);
}

function requireAsymptotes(item: ItemParameters, refuse: Refuse): void {
  if (item.model !== '3PL' && item.model !== '4PL') return;
  requireFinite(item.c, 'c', refuse);
  const upper = item.model === '4PL' ? item.d : 1;
  requireFinite(upper, 'd', refuse);
  if (item.c < 0 || item.c >= 1) refuse('parameters.asymptotes', 'c', `c must be in [0, 1); it is ${item.c}`);
  if (upper > 1) refuse('parameters.asymptotes', 'd', `d must be at most 1; it is ${upper}`);
  if (item.c >= upper) refuse('parameters.asymptotes', 'd', `c must be below d; they are ${item.c} and ${upper}`);
}

function requireSteps(steps: readonly number[], refuse: Refuse): void {
  if (!Array.isArray(steps) || steps.length === 0)
    refuse('parameters.no-steps', 'b', 'b must be a list of at least one number');
  if (steps.length >= CATEGORIES_MAX) {
    refuse('parameters.too-many-categories', 'b', `at most ${CATEGORIES_MAX} categories are possible`);
  }
  steps.forEach((step, index) => requireFinite(step, `b[${index}]`, refuse));
}

function requireIncreasing(boundaries: readonly number[], refuse: Refuse): void {
  for (let index = 1; index < boundaries.length; index++) {
    if (boundaries[index]! <= boundaries[index - 1]!) {
      refuse(
        'parameters.boundaries-unordered',
        `b[${index}]`,
        'the boundaries of a GRM item must be strictly increasing',
      );
    }
  }
}

function requireNominal(slopes: readonly number[], intercepts: readonly number[], refuse: Refuse): void {
  if (!Array.isArray(slopes) || slopes.length < 2)
    refuse('parameters.no-steps', 'slopes', 'slopes must be a list of at least two');
  if (!Array.isArray(intercepts) || intercepts.length !== slopes.length) {
    refuse('parameters.lengths-differ', 'intercepts', 'there must be one intercept for every slope');
  }
  if (slopes.length > CATEGORIES_MAX) {
    refuse('parameters.too-many-categories', 'slopes', `at most ${CATEGORIES_MAX} categories are possible`);
  }
  slopes.forEach((slope, index) => requireFinite(slope, `slopes[${index}]`, refuse));
  intercepts.forEach((intercept, index) => requireFinite(intercept, `intercepts[${index}]`, refuse));
  if (Math.max(...slopes) === Math.min(...slopes)) {
    refuse(
      'parameters.slopes-without-spread',
      'slopes',
      'at least two slopes must differ, or the item says nothing of theta',
    );
  }
}
