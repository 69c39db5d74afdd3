import { createItemBank, type ItemBank } from '../models/item.bank';
import type { ParameterSet } from '../models/item.parameters';
import { createCategoryValues, informationOf } from '../models/response.model';
import { createRandomStream, type RandomStream } from '../numeric/random';
import { PsychometricsError } from '../psychometrics.error';

/** Share of the test that a content area is to fill; shares sum to 1. */
export interface ContentTarget {
  readonly area: string;
  readonly share: number;
}

export interface ContentPlan {
  /** Area of every item of the bank. */
  readonly areaOf: Readonly<Record<string, string>>;
  readonly targets: readonly ContentTarget[];
}

export interface ExposurePlan {
  /** Largest share of tests in which an item may appear, 0 < limit <= 1. */
  readonly limit: number;
  /** Share of tests so far in which each item appeared; 0 when left out. */
  readonly rates: Readonly<Record<string, number>>;
}

export interface SelectionOptions {
  readonly theta: number;
  readonly administered?: readonly string[];
  readonly content?: ContentPlan;
  readonly exposure?: ExposurePlan;
  /** Randomesque (Kingsbury & Zara 1989): draw among this many best items. Default 1: always the best. */
  readonly randomesque?: number;
  /** Seed of the draw; stored with the attempt, it makes the choice reproducible. Needed when `randomesque` is above 1. */
  readonly seed?: number;
}

export interface RankedItem {
  readonly itemId: string;
  /** Fisher information at theta, in 1 / theta². */
  readonly information: number;
  readonly area: string | null;
}

export interface ItemSelection {
  readonly item: RankedItem;
  /** Area chosen by content balancing, or null without it. */
  readonly area: string | null;
  /** Eligible items, the most informative first; equal information is ordered by item id. */
  readonly ranking: readonly RankedItem[];
  /** Items that are out because of the exposure limit. */
  readonly overexposed: readonly string[];
}

/**
 * The next item of an adaptive test: the most informative at theta (Lord 1980) among those not yet given and within the
 * exposure limit, in the content area that is farthest below its target (Kingsbury & Zara 1989).
 *
 * @throws PsychometricsError `parameters.*`, `options.invalid`, `selection.nothing-eligible`
 */
export function selectItem(set: ParameterSet, options: SelectionOptions): ItemSelection {
  const bank = createItemBank(set);
  requireSelection(bank, options);
  const given = new Set(options.administered);
  const open = bank.itemIds.filter((itemId) => !given.has(itemId));
  const overexposed = open.filter((itemId) => isOverexposed(itemId, options.exposure));
  const eligible = new Set(open.filter((itemId) => !isOverexposed(itemId, options.exposure)));
  const area = options.content ? neediestArea(options.content, options.administered ?? [], eligible) : null;
  const ranking = rank(bank, options, (itemId) => {
    return eligible.has(itemId) && (area === null || options.content!.areaOf[itemId] === area);
  });
  if (ranking.length === 0) {
    throw new PsychometricsError('selection.nothing-eligible', 'no item is left that may be given');
  }
  const pool = Math.min(options.randomesque ?? 1, ranking.length);
  const index = pool === 1 ? 0 : drawIndex(createRandomStream(options.seed!), pool);
  return { item: ranking[index]!, area, ranking, overexposed };
}

function drawIndex(stream: RandomStream, pool: number): number {
  return Math.floor(stream.next() * pool);
}

function isOverexposed(itemId: string, exposure: ExposurePlan | undefined): boolean {
  return exposure !== undefined && (exposure.rates[itemId] ?? 0) >= exposure.limit;
}

/** The area whose share so far is farthest below its target and that still has an eligible item; ties by name. */
function neediestArea(content: ContentPlan, administered: readonly string[], eligible: ReadonlySet<string>): string {
  const available = new Set(Array.from(eligible, (itemId) => content.areaOf[itemId]));
  const needs = content.targets
    .filter(({ area, share }) => share > 0 && available.has(area))
    .map(({ area, share }) => {
      const given = administered.filter((itemId) => content.areaOf[itemId] === area).length;
      return { area, need: share - (administered.length === 0 ? 0 : given / administered.length) };
    })
    .sort((left, right) => right.need - left.need || compareIds(left.area, right.area));
  if (needs.length === 0) {
    throw new PsychometricsError('selection.nothing-eligible', 'no content area with a target has an item left');
  }
  return needs[0]!.area;
}

function rank(bank: ItemBank, options: SelectionOptions, isEligible: (itemId: string) => boolean): RankedItem[] {
  const values = createCategoryValues(Math.max(...bank.categories));
  const ranking: RankedItem[] = [];
  bank.models.forEach((model, index) => {
    const itemId = bank.itemIds[index]!;
    if (!isEligible(itemId)) return;
    model.evaluate(options.theta, values);
    const { information } = informationOf(values, model.categories);
    ranking.push({ itemId, information, area: options.content?.areaOf[itemId] ?? null });
  });
  return ranking.sort((left, right) => right.information - left.information || compareIds(left.itemId, right.itemId));
}

/** Order by code units: the same on every machine, whatever its language. */
function compareIds(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

function requireSelection(bank: ItemBank, options: SelectionOptions): void {
  if (!Number.isFinite(options.theta)) throw new PsychometricsError('options.invalid', 'theta must be a finite number');
  const known = new Set(bank.itemIds);
  for (const itemId of options.administered ?? []) {
    if (!known.has(itemId)) {
      throw new PsychometricsError('options.invalid', `the administered item ${itemId} is not in the bank`, { itemId });
    }
  }
  const pool = options.randomesque ?? 1;
  if (!(Number.isInteger(pool) && pool >= 1)) {
    throw new PsychometricsError('options.invalid', 'randomesque is a number of items from 1');
  }
  if (pool > 1 && !Number.isInteger(options.seed)) {
    throw new PsychometricsError('options.invalid', 'a random choice needs a seed that is an integer');
  }
  requireExposure(options.exposure);
  if (options.content) requireContent(bank, options.content);
}

function requireExposure(exposure: ExposurePlan | undefined): void {
  if (exposure !== undefined && !(exposure.limit > 0 && exposure.limit <= 1)) {
    throw new PsychometricsError('options.invalid', 'the exposure limit is a share above 0 and at most 1');
  }
}

function requireContent(bank: ItemBank, content: ContentPlan): void {
  const missing = bank.itemIds.find((itemId) => content.areaOf[itemId] === undefined);
  if (missing !== undefined) {
    throw new PsychometricsError('options.invalid', `the item ${missing} has no content area`, { itemId: missing });
  }
  const total = content.targets.reduce((sum, { share }) => sum + share, 0);
  if (content.targets.some(({ share }) => !(share >= 0)) || Math.abs(total - 1) > 1e-9) {
    throw new PsychometricsError('options.invalid', 'the content shares must be at least 0 and sum to 1');
  }
}
