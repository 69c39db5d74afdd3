import type { Problem } from '@app/contracts';
import { categoriesOf, PsychometricsError, requireItem, SCALING_CONSTANTS } from '@app/psychometrics';
import { bandContradictions, matchContradictions } from './rule-contradictions';
import {
  type CalibratedItem,
  highestCredit,
  type PackageContent,
  type Scale,
  type ScoredItem,
} from './scoring-package';

/** A sitting has at most four instruments. */
const SECTIONS_MAX = 4;

export type KeyHash = (item: ScoredItem) => string;

/**
 * Where a package contradicts itself; none: it can be used.
 *
 * @param keyHashOf SHA-256 of an item's `keyText`, hexadecimal
 */
export function contradictionsOf(content: PackageContent, keyHashOf: KeyHash): Problem[] {
  return [
    ...itemContradictions(content),
    ...scaleContradictions(content),
    ...parameterContradictions(content, keyHashOf),
    ...matchContradictions(content),
    ...bandContradictions(content, 'potential', content.potential),
    ...bandContradictions(content, 'nineBox', content.nineBox),
  ];
}

export function repeated(values: readonly string[], problem: (at: number) => Problem): Problem[] {
  const seen = new Set<string>();
  return values.flatMap((value, at) => {
    if (seen.has(value)) return [problem(at)];
    seen.add(value);
    return [];
  });
}

export function isIncreasing(values: readonly number[]): boolean {
  return values.every((value, at) => Number.isFinite(value) && (at === 0 || value > values[at - 1]!));
}

function itemContradictions({ items, scales }: PackageContent): Problem[] {
  const counted = new Set(scales.flatMap((scale) => scale.itemIds));
  return [
    ...repeated(
      items.map(({ itemId }) => itemId),
      (at) => ({ at: `items[${at}]`, message: 'the item has a key already' }),
    ),
    ...items.flatMap((item, at) => keyContradictions(item, `items[${at}]`)),
    ...items.flatMap(({ itemId }, at) =>
      counted.has(itemId) ? [] : [{ at: `items[${at}]`, message: 'no scale counts this item' }],
    ),
  ];
}

function keyContradictions({ key, credits }: ScoredItem, at: string): Problem[] {
  if ((key === undefined) === (credits === undefined)) {
    return [{ at, message: 'an item has either a key or option credits' }];
  }
  if (credits && !Object.values(credits).some((credit) => credit > 0)) {
    return [{ at: `${at}.credits`, message: 'no option is worth anything' }];
  }
  return [];
}

function scaleContradictions(content: PackageContent): Problem[] {
  const { items, scales } = content;
  const itemOf = new Map(items.map((item) => [item.itemId, item]));
  const sections = new Set(scales.flatMap(({ section }) => section ?? []));
  return [
    ...repeated(
      scales.map(({ scaleId }) => scaleId),
      (at) => ({ at: `scales[${at}]`, message: 'the scale stands twice' }),
    ),
    ...scales.flatMap((scale, at) => membershipContradictions(scale, `scales[${at}]`, itemOf)),
    ...scales.flatMap((scale, at) => cutContradictions(content, scale, `scales[${at}]`)),
    ...(sections.size > SECTIONS_MAX
      ? [{ at: 'scales', message: `there are more than ${SECTIONS_MAX} sections` }]
      : []),
  ];
}

function membershipContradictions(scale: Scale, at: string, itemOf: ReadonlyMap<string, ScoredItem>): Problem[] {
  const counting = scale.itemIds.filter((itemId) => itemOf.get(itemId)?.withdrawn !== true);
  const minimum = scale.minimumItems ?? 1;
  return [
    ...repeated(scale.itemIds, (item) => ({
      at: `${at}.itemIds[${item}]`,
      message: 'the scale counts this item already',
    })),
    ...scale.itemIds.flatMap((itemId, item) =>
      itemOf.has(itemId) ? [] : [{ at: `${at}.itemIds[${item}]`, message: 'the package has no key for this item' }],
    ),
    ...(counting.length === 0 ? [{ at, message: 'every item of the scale is withdrawn' }] : []),
    ...(counting.length > 0 && minimum > counting.length
      ? [{ at: `${at}.minimumItems`, message: `the scale counts ${counting.length} items only` }]
      : []),
  ];
}

function cutContradictions({ estimator }: PackageContent, { levelCuts }: Scale, at: string): Problem[] {
  if (levelCuts === undefined) return [];
  if (estimator === 'sum') return [{ at: `${at}.levelCuts`, message: 'levels are decided on theta; sum has none' }];
  return isIncreasing(levelCuts) ? [] : [{ at: `${at}.levelCuts`, message: 'the cuts must be strictly increasing' }];
}

function parameterContradictions(content: PackageContent, keyHashOf: KeyHash): Problem[] {
  const { calibration, estimator, items } = content;
  if (!calibration) {
    return estimator === 'sum' ? [] : [{ at: 'calibration', message: `${estimator} needs item parameters` }];
  }
  const itemOf = new Map(items.map((item) => [item.itemId, item]));
  const calibrated = new Set(calibration.items.map(({ itemId }) => itemId));
  return [
    ...(SCALING_CONSTANTS.includes(calibration.D)
      ? []
      : [{ at: 'calibration.D', message: `must be one of ${SCALING_CONSTANTS.join(', ')}` }]),
    ...repeated(
      calibration.items.map(({ itemId }) => itemId),
      (at) => ({ at: `calibration.items[${at}]`, message: 'the item has parameters already' }),
    ),
    ...calibration.items.flatMap((parameters, at) =>
      itemParameterContradictions(parameters, itemOf.get(parameters.itemId), `calibration.items[${at}]`, keyHashOf),
    ),
    ...items.flatMap(({ itemId, withdrawn }, at) =>
      calibrated.has(itemId) || withdrawn ? [] : [{ at: `items[${at}]`, message: 'the item has no parameters' }],
    ),
  ];
}

function itemParameterContradictions(
  parameters: CalibratedItem,
  item: ScoredItem | undefined,
  at: string,
  keyHashOf: KeyHash,
): Problem[] {
  if (!item) return [{ at, message: 'the package has no key for this item' }];
  try {
    requireItem(parameters);
  } catch (error) {
    if (!(error instanceof PsychometricsError)) throw error;
    return [{ at: `${at}.${error.position.field ?? ''}`, message: error.message }];
  }
  // Parameters of a withdrawn item are history: they are never used.
  if (item.withdrawn) return [];
  if (parameters.keyHash !== keyHashOf(item)) {
    return [{ at, message: 'the parameters belong to another key: calibrate anew, or withdraw the item' }];
  }
  return categoriesFit(parameters, item) ? [] : [{ at, message: 'the credits are not the categories of the model' }];
}

/** Credits must be whole and reach exactly from 0 to the model's highest category. */
function categoriesFit(parameters: CalibratedItem, item: ScoredItem): boolean {
  const whole = Object.values(item.credits ?? {}).every((credit) => Number.isInteger(credit));
  return whole && highestCredit(item) === categoriesOf(parameters) - 1;
}
