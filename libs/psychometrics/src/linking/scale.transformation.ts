import type { ItemParameters, ParameterSet } from '../models/item.parameters';
import { requireParameterSet } from '../models/parameters.validation';
import { PsychometricsError } from '../psychometrics.error';

/** theta_Y = slope × theta_X + intercept; a_Y = a_X / slope, b_Y = slope × b_X + intercept. */
export interface ScaleTransformation {
  /** A, > 0. */
  readonly slope: number;
  /** B, in units of the Y scale. */
  readonly intercept: number;
}

/**
 * The items of a set on another scale. Models whose slope is fixed at 1 become their relatives with a slope unless A is 1.
 *
 * @throws PsychometricsError `options.invalid` when A is not above 0
 */
export function transformScale(set: ParameterSet, transformation: ScaleTransformation): ParameterSet {
  const { slope, intercept } = transformation;
  if (!(Number.isFinite(slope) && slope > 0 && Number.isFinite(intercept))) {
    throw new PsychometricsError(
      'options.invalid',
      'a scale transformation has a finite intercept and a slope above 0',
    );
  }
  requireParameterSet(set);
  return { D: set.D, items: set.items.map((item) => transformItem(item, slope, intercept, set.D)) };
}

function transformItem(item: ItemParameters, slope: number, intercept: number, D: number): ItemParameters {
  const move = (location: number): number => slope * location + intercept;
  switch (item.model) {
    case '1PL':
      return slope === 1
        ? { ...item, b: move(item.b) }
        : { itemId: item.itemId, model: '2PL', a: 1 / slope, b: move(item.b) };
    case 'PCM':
      return slope === 1
        ? { ...item, b: item.b.map(move) }
        : { itemId: item.itemId, model: 'GPCM', a: 1 / slope, b: item.b.map(move) };
    case 'GPCM':
    case 'GRM':
      return { ...item, a: item.a / slope, b: item.b.map(move) };
    case 'NRM':
      return {
        ...item,
        slopes: item.slopes.map((value) => value / slope),
        intercepts: item.intercepts.map((value, category) => value - (D * item.slopes[category]! * intercept) / slope),
      };
    default:
      return { ...item, a: item.a / slope, b: move(item.b) };
  }
}
