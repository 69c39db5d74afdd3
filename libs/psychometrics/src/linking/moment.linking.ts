import type { ItemParameters } from '../models/item.parameters';
import { requireItem } from '../models/parameters.validation';
import { PsychometricsError } from '../psychometrics.error';
import type { ScaleTransformation } from './scale.transformation';

/** The same items calibrated on two scales, in the same order. */
export interface CommonItems {
  /** On the scale that is to be transformed. */
  readonly from: readonly ItemParameters[];
  /** On the scale to transform to. */
  readonly to: readonly ItemParameters[];
}

export interface MomentLinkingOptions {
  /** True for Rasch and PCM scales: A is 1 and only B is estimated. */
  readonly unitSlope?: boolean;
}

/**
 * Mean/sigma linking (Marco 1977): A and B carry mean and SD of all difficulties, every step counted.
 *
 * @throws PsychometricsError `equating.forms-differ`, `parameters.*`, `options.invalid` when the difficulties have no spread
 */
export function meanSigmaLinking(items: CommonItems, options: MomentLinkingOptions = {}): ScaleTransformation {
  requireCommonItems(items);
  const from = momentsOf(items.from.flatMap(locationsOf));
  const to = momentsOf(items.to.flatMap(locationsOf));
  const slope = options.unitSlope ? 1 : to.sd / from.sd;
  if (!(Number.isFinite(slope) && slope > 0)) {
    throw new PsychometricsError('options.invalid', 'the difficulties of the common items have no spread');
  }
  return { slope, intercept: to.mean - slope * from.mean };
}

/** Mean/mean linking (Loyd & Hoover 1980): A is the ratio of the mean slopes, B carries the mean difficulty. */
export function meanMeanLinking(items: CommonItems, options: MomentLinkingOptions = {}): ScaleTransformation {
  requireCommonItems(items);
  const slope = options.unitSlope ? 1 : momentsOf(items.from.map(slopeOf)).mean / momentsOf(items.to.map(slopeOf)).mean;
  const from = momentsOf(items.from.flatMap(locationsOf));
  const to = momentsOf(items.to.flatMap(locationsOf));
  return { slope, intercept: to.mean - slope * from.mean };
}

/** @throws PsychometricsError when the two lists do not hold the same models with the same numbers of categories */
export function requireCommonItems(items: CommonItems): void {
  const same =
    items.from.length > 0 &&
    items.from.length === items.to.length &&
    items.from.every((item, index) => shapeOf(item) === shapeOf(items.to[index]!));
  if (!same) {
    throw new PsychometricsError(
      'equating.forms-differ',
      'the common items must be the same items in the same order on both scales',
    );
  }
  items.from.forEach((item, index) => requireItem(item, index));
  items.to.forEach((item, index) => requireItem(item, index));
}

function shapeOf(item: ItemParameters): string {
  return item.model === 'NRM' ? `NRM ${item.slopes.length}` : `${item.model} ${locationsOf(item).length}`;
}

function locationsOf(item: ItemParameters): readonly number[] {
  if (item.model === 'NRM')
    throw new PsychometricsError('options.invalid', 'a nominal item has no difficulty to link by');
  return typeof item.b === 'number' ? [item.b] : item.b;
}

function slopeOf(item: ItemParameters): number {
  return 'a' in item ? (item.a ?? 1) : 1;
}

function momentsOf(values: readonly number[]): { mean: number; sd: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { mean, sd: Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length) };
}
