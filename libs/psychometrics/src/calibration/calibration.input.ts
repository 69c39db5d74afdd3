import type { ResponseMatrix } from '../estimation/response.codes';
import { requireItem } from '../models/parameters.validation';
import type { ItemParameters } from '../models/item.parameters';
import { PsychometricsError } from '../psychometrics.error';
import { AnchoredCurve } from './anchored.curve';
import type { CalibrationModelName } from './calibration.result';
import { GradedCurve } from './graded.curve';
import { GuessingCurve } from './guessing.curve';
import type { ItemCurve } from './item.curve';
import { PartialCreditCurve } from './partial-credit.curve';
import type { ResponsePatterns } from './response.patterns';

/** Fewer items than this leave slope or spread undetermined: two binary items have three free cells. */
export const ITEMS_MIN = 3;
/** One person has no distribution to speak of. */
export const PERSONS_MIN = 2;
/** Start of the 3PL's lower asymptote: that of a five-option item answered at random. */
const GUESSING_START = 0.2;

export interface AnchorItems {
  readonly D: number;
  /** Items with given parameters; those that the responses do not have are ignored. */
  readonly items: readonly ItemParameters[];
}

/** Checks the data and makes every item's starting curve. */
export function createCurves(
  models: readonly CalibrationModelName[],
  itemIds: readonly string[],
  patterns: ResponsePatterns,
  anchors?: AnchorItems,
): ItemCurve[] {
  requireEnough(itemIds, patterns);
  const given = new Map(anchors?.items.map((item) => [item.itemId, item]));
  return itemIds.map((itemId, itemIndex) => {
    const anchor = given.get(itemId);
    if (anchor === undefined)
      return createFreeCurve(models[itemIndex]!, itemId, itemIndex, categoryFrequencies(patterns, itemIndex));
    requireItem(anchor, itemIndex);
    const curve = new AnchoredCurve(anchor, anchors!.D);
    requireCategories(patterns, itemIndex, itemId, curve.categories);
    return curve;
  });
}

export function requireItemIds(matrix: ResponseMatrix, itemIds: readonly string[]): void {
  if (itemIds.length !== matrix.items) {
    throw new PsychometricsError('responses.shape', `there are ${itemIds.length} item ids for ${matrix.items} columns`);
  }
}

function requireEnough(itemIds: readonly string[], patterns: ResponsePatterns): void {
  if (patterns.persons < PERSONS_MIN) {
    throw new PsychometricsError(
      'calibration.too-few-persons',
      `a calibration needs at least ${PERSONS_MIN} people with answers`,
    );
  }
  if (itemIds.length < ITEMS_MIN) {
    throw new PsychometricsError('calibration.too-few-items', `a calibration needs at least ${ITEMS_MIN} items`);
  }
}

/** Number of people per category of an item, as long as the highest category that occurs. */
export function categoryFrequencies(patterns: ResponsePatterns, item: number): number[] {
  const frequencies: number[] = [];
  for (let pattern = 0; pattern < patterns.patterns; pattern++) {
    const score = patterns.scores[pattern * patterns.items + item]!;
    if (score < 0) continue;
    while (frequencies.length <= score) frequencies.push(0);
    frequencies[score]! += patterns.frequencies[pattern]!;
  }
  return frequencies;
}

function requireCategories(patterns: ResponsePatterns, itemIndex: number, itemId: string, categories: number): void {
  const highest = categoryFrequencies(patterns, itemIndex).length - 1;
  if (highest < categories) return;
  throw new PsychometricsError(
    'responses.category-out-of-range',
    `item ${itemId} has the score ${highest}, but its anchor only 0 to ${categories - 1}`,
    { itemId, itemIndex },
  );
}

function createFreeCurve(
  model: CalibrationModelName,
  itemId: string,
  itemIndex: number,
  frequencies: readonly number[],
): ItemCurve {
  requireUsable(model, itemId, itemIndex, frequencies);
  const people = frequencies.reduce((sum, count) => sum + count, 0);
  if (model === '3pl') {
    const share = Math.max(0.05, frequencies[1]! / people - GUESSING_START) / (1 - GUESSING_START);
    return new GuessingCurve(Math.log(share / (1.05 - share)), GUESSING_START);
  }
  if (model === 'grm') return new GradedCurve(gradedStart(frequencies, people));
  return new PartialCreditCurve(
    frequencies.length,
    model === '2pl' || model === 'gpcm',
    partialCreditStart(frequencies),
  );
}

function requireUsable(
  model: CalibrationModelName,
  itemId: string,
  itemIndex: number,
  frequencies: readonly number[],
): void {
  const position = { itemId, itemIndex };
  if (frequencies.filter((count) => count > 0).length < 2) {
    throw new PsychometricsError(
      'calibration.constant-item',
      `item ${itemId}: everybody has the same score, so it cannot be calibrated`,
      position,
    );
  }
  if (frequencies.length > 2 && (model === 'rasch' || model === '2pl' || model === '3pl')) {
    throw new PsychometricsError(
      'calibration.not-dichotomous',
      `item ${itemId} has scores above 1; ${model} is for scores 0 and 1`,
      position,
    );
  }
  const unused = frequencies.indexOf(0);
  if (unused >= 0) {
    throw new PsychometricsError(
      'calibration.unused-category',
      `item ${itemId}: nobody has the score ${unused}; collapse the categories first`,
      position,
    );
  }
}

function gradedStart(frequencies: readonly number[], people: number): number[] {
  let atLeast = people;
  return frequencies.slice(0, -1).map((count) => {
    atLeast -= count;
    return Math.log(atLeast / (people - atLeast));
  });
}

function partialCreditStart(frequencies: readonly number[]): number[] {
  return frequencies.slice(1).map((count) => Math.log(count / frequencies[0]!));
}
