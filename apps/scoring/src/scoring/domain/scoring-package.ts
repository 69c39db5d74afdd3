import type { Problem } from '@app/contracts';

/** The one estimator so far: the credits of a scale's items, added up. */
export type Estimator = 'sum';

/** How one item is scored: one point for exactly this response. */
export interface ScoredItem {
  readonly itemId: string;
  readonly key: string | number;
}

export interface Scale {
  readonly scaleId: string;
  readonly itemIds: readonly string[];
}

/** Everything that turns the responses to one form into a result. Data that never change under their version. */
export interface PackageContent {
  readonly packageId: string;
  readonly version: number;
  readonly form: { readonly formId: string; readonly version: number };
  readonly estimator: Estimator;
  readonly items: readonly ScoredItem[];
  readonly scales: readonly Scale[];
}

export interface ScoringPackage extends PackageContent {
  /** SHA-256 of `canonicalText`, hexadecimal. */
  readonly hash: string;
}

/**
 * The text that a package's hash is taken of. Fields stand in a fixed order and items and scales in the order given, so
 * the hash does not depend on how the file was indented or its fields were ordered.
 */
export function canonicalText(content: PackageContent): string {
  return JSON.stringify([
    'petabakat.scoring-package.v1',
    content.packageId,
    content.version,
    [content.form.formId, content.form.version],
    content.estimator,
    content.items.map(({ itemId, key }) => [itemId, key]),
    content.scales.map(({ scaleId, itemIds }) => [scaleId, itemIds]),
  ]);
}

/** Where a package contradicts itself; none: it can be used. */
export function contradictionsOf(content: PackageContent): Problem[] {
  const itemIds = content.items.map(({ itemId }) => itemId);
  const known = new Set(itemIds);
  const used = new Set(content.scales.flatMap((scale) => scale.itemIds));
  return [
    ...repeated(itemIds, (at) => ({ at: `items[${at}]`, message: 'the item has a key already' })),
    ...repeated(
      content.scales.map(({ scaleId }) => scaleId),
      (at) => ({ at: `scales[${at}]`, message: 'the scale stands twice' }),
    ),
    ...content.scales.flatMap((scale, at) => scaleProblems(scale, at, known)),
    ...itemIds.flatMap((itemId, at) =>
      used.has(itemId) ? [] : [{ at: `items[${at}]`, message: 'no scale counts this item' }],
    ),
  ];
}

function scaleProblems(scale: Scale, scaleAt: number, known: ReadonlySet<string>): Problem[] {
  const place = (at: number) => `scales[${scaleAt}].itemIds[${at}]`;
  return [
    ...repeated(scale.itemIds, (at) => ({ at: place(at), message: 'the scale counts this item already' })),
    ...scale.itemIds.flatMap((itemId, at) =>
      known.has(itemId) ? [] : [{ at: place(at), message: 'the package has no key for this item' }],
    ),
  ];
}

function repeated(values: readonly string[], problem: (at: number) => Problem): Problem[] {
  return values.flatMap((value, at) => (values.indexOf(value) === at ? [] : [problem(at)]));
}
