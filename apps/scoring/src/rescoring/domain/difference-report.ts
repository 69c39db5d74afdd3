import type { RescoredRow, ResultValues } from './rescored-row';

/** i2 before i10, the same on every machine. */
const inNumericOrder = new Intl.Collator('en', { numeric: true });

/** Bars of a histogram; an odd number, so that one bar stands around no difference. */
const BINS = 21;
/** Whole score points up to this far have a bar each. */
const POINTS_MAX = (BINS - 1) / 2;
/** Differences of six-decimal numbers have six decimals, whatever binary fractions make of them. */
const MILLIONTHS = 1_000_000;

export interface Histogram {
  readonly from: number;
  readonly width: number;
  readonly counts: readonly number[];
}

/** How one scale moved, in theta where both packages have it, else in score points. */
export interface ScaleDifference {
  readonly scaleId: string;
  readonly unit: 'theta' | 'score';
  /** People with a value before and after. */
  readonly people: number;
  readonly changed: number;
  readonly mean: number | null;
  readonly sd: number | null;
  readonly smallest: number | null;
  readonly largest: number | null;
  readonly histogram: Histogram | null;
}

/** People of an agency who went from one level, category or band to another; those who stayed are listed too. */
export interface Move {
  readonly agency: string;
  readonly what: string;
  readonly from: string;
  readonly to: string;
  readonly people: number;
}

export interface ItemDifference {
  readonly itemId: string;
  /** People who earn another credit for the item than before. */
  readonly people: number;
  readonly keyChanged: boolean;
  readonly parametersChanged: boolean;
}

export interface AgencyDifference {
  readonly agency: string;
  readonly attempts: number;
  readonly changed: number;
}

export interface DifferenceReport {
  readonly attempts: number;
  readonly changed: number;
  /** Attempts without a published result of the same closing. */
  readonly withoutBefore: number;
  readonly agencies: readonly AgencyDifference[];
  readonly scales: readonly ScaleDifference[];
  readonly moves: readonly Move[];
  readonly items: readonly ItemDifference[];
}

export type ItemChange = Pick<ItemDifference, 'keyChanged' | 'parametersChanged'>;

/** @param itemChanges what differs between the packages, per item that differs */
export function reportDifferences(
  rows: readonly RescoredRow[],
  itemChanges: ReadonlyMap<string, ItemChange>,
): DifferenceReport {
  const scaleIds = [...new Set(rows.flatMap(({ after }) => Object.keys(after.scales)))];
  return {
    attempts: rows.length,
    changed: rows.filter(({ changed }) => changed).length,
    withoutBefore: rows.filter(({ before }) => before === null).length,
    agencies: agenciesOf(rows),
    scales: scaleIds.map((scaleId) => scaleDifference(rows, scaleId)),
    moves: movesOf(rows, scaleIds),
    items: itemsOf(rows, itemChanges),
  };
}

/** The change of one person on one scale; null where there is nothing comparable before or after. */
export function changeOf({ before, after }: RescoredRow, scaleId: string, unit: 'theta' | 'score'): number | null {
  const from = before?.scales[scaleId]?.[unit] ?? null;
  const to = after.scales[scaleId]?.[unit] ?? null;
  return from === null || to === null ? null : Math.round((to - from) * MILLIONTHS) / MILLIONTHS;
}

function scaleDifference(rows: readonly RescoredRow[], scaleId: string): ScaleDifference {
  const unit = rows.some((row) => changeOf(row, scaleId, 'theta') !== null) ? 'theta' : 'score';
  const changes = rows.flatMap((row) => changeOf(row, scaleId, unit) ?? []);
  const people = changes.length;
  const mean = people === 0 ? null : changes.reduce((sum, change) => sum + change, 0) / people;
  const squares = changes.reduce((sum, change) => sum + (change - mean!) ** 2, 0);
  const smallest = least(changes, (a, b) => a < b);
  const largest = least(changes, (a, b) => a > b);
  return {
    scaleId,
    unit,
    people,
    changed: changes.filter((change) => change !== 0).length,
    mean,
    sd: people < 2 ? null : Math.sqrt(squares / (people - 1)),
    smallest,
    largest,
    histogram: smallest === null ? null : histogramOf(changes, Math.max(Math.abs(smallest), Math.abs(largest!))),
  };
}

function histogramOf(changes: readonly number[], reach: number): Histogram {
  const arePoints = reach <= POINTS_MAX && changes.every((change) => Number.isInteger(change));
  const bins = arePoints ? 2 * reach + 1 : BINS;
  const width = arePoints ? 1 : (2 * reach) / BINS;
  const from = (-width * bins) / 2;
  const counts = Array.from({ length: bins }, () => 0);
  for (const change of changes) counts[Math.min(bins - 1, Math.floor((change - from) / width))]! += 1;
  return { from, width, counts };
}

function agenciesOf(rows: readonly RescoredRow[]): AgencyDifference[] {
  const byAgency = new Map<string, { attempts: number; changed: number }>();
  for (const { agency, changed } of rows) {
    const entry = byAgency.get(agency) ?? { attempts: 0, changed: 0 };
    entry.attempts++;
    if (changed) entry.changed++;
    byAgency.set(agency, entry);
  }
  return [...byAgency].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([agency, entry]) => ({ agency, ...entry }));
}

function movesOf(rows: readonly RescoredRow[], scaleIds: readonly string[]): Move[] {
  const counted = new Map<string, number>();
  for (const { agency, before, after } of rows) {
    if (before === null) continue;
    for (const [what, from, to] of comparisons(before, after, scaleIds)) {
      if (from === null && to === null) continue;
      const move = JSON.stringify([agency, what, from ?? '-', to ?? '-']);
      counted.set(move, (counted.get(move) ?? 0) + 1);
    }
  }
  return [...counted]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([move, people]) => {
      const [agency, what, from, to] = JSON.parse(move) as [string, string, string, string];
      return { agency, what, from, to, people };
    });
}

type Comparison = readonly [what: string, from: string | null, to: string | null];

function comparisons(before: ResultValues, after: ResultValues, scaleIds: readonly string[]): Comparison[] {
  const levels = scaleIds.map((scaleId): Comparison => {
    const from = before.scales[scaleId]?.level ?? null;
    const to = after.scales[scaleId]?.level ?? null;
    return [`level:${scaleId}`, from === null ? null : String(from), to === null ? null : String(to)];
  });
  return [...levels, ['category', before.category, after.category], ['band', before.band, after.band]];
}

function itemsOf(rows: readonly RescoredRow[], changes: ReadonlyMap<string, ItemChange>): ItemDifference[] {
  const people = new Map<string, number>();
  for (const { items } of rows) for (const itemId of items) people.set(itemId, (people.get(itemId) ?? 0) + 1);
  const itemIds = [...new Set([...people.keys(), ...changes.keys()])];
  return itemIds
    .map((itemId) => ({
      itemId,
      people: people.get(itemId) ?? 0,
      keyChanged: changes.get(itemId)?.keyChanged ?? false,
      parametersChanged: changes.get(itemId)?.parametersChanged ?? false,
    }))
    .toSorted((a, b) => b.people - a.people || inNumericOrder.compare(a.itemId, b.itemId));
}

/** The first in the given order; null of none. */
function least(values: readonly number[], isBefore: (a: number, b: number) => boolean): number | null {
  let found: number | null = null;
  for (const value of values) if (found === null || isBefore(value, found)) found = value;
  return found;
}
