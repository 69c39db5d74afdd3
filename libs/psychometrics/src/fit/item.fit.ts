import { DEFAULT_ESTIMATION, type EstimationOptions } from '../estimation/ability.estimate';
import { NOT_REACHED, type ResponseMatrix } from '../estimation/response.codes';
import { requireShape } from '../estimation/response.validation';
import { sumScoreLikelihood } from '../estimation/sum-score.table';
import { createItemBank, type ItemBank, tabulate } from '../models/item.bank';
import type { ParameterSet } from '../models/item.parameters';
import { chiSquareTail } from '../numeric/distributions';
import { normalQuadrature } from '../numeric/quadrature';

/** Cells expected to hold fewer people are joined to a neighbour before the statistic is formed. */
const EXPECTED_MIN = 1;

export interface ItemFit {
  /** Orlando & Thissen's (2000) S-X². */
  readonly statistic: number;
  /** Cells minus their totals minus the item's free parameters; the statistic has no p when it is not positive. */
  readonly degreesOfFreedom: number;
  readonly p: number | null;
  /** Square root of max(0, (S-X² / df - 1) / (persons - 1)); null without degrees of freedom. */
  readonly rootMeanSquareError: number | null;
}

export interface ItemFitOptions extends Partial<Pick<EstimationOptions, 'priorMean' | 'priorSd' | 'nodes' | 'range'>> {
  /** How many people each row stands for; 1 each when left out. */
  readonly weights?: ArrayLike<number>;
}

/** Observed and expected numbers of people per category within one sum score, or several joined ones. */
interface ScoreGroup {
  readonly observed: number[];
  readonly expected: number[];
}

/**
 * S-X² per item: observed against expected categories within each sum score, the expectation by the recursion of Lord &
 * Wingersky; with categories as in Kang & Chen (2008). Omitted scores 0; people with items not reached or not
 * administered have no comparable sum and are left out.
 *
 * @throws PsychometricsError `parameters.*`, `responses.*`
 */
export function itemFit(set: ParameterSet, responses: ResponseMatrix, options: ItemFitOptions = {}): ItemFit[] {
  const bank = createItemBank(set);
  requireShape(responses, bank.models.length);
  const { priorMean: mean, priorSd: sd, nodes: count, range } = { ...DEFAULT_ESTIMATION, ...options };
  const { nodes, weights } = normalQuadrature({ mean, sd, nodes: count, range });
  const probabilities = tabulate(bank.models, nodes).probabilities;
  const highest = bank.categories.reduce((sum, categories) => sum + categories - 1, 0);
  const observed = observedCounts(bank, responses, highest, options.weights);
  return bank.models.map((_, item) => {
    const expected = expectedShares(probabilities, bank.categories, item, weights, highest);
    return statisticOf(observed[item]!, expected, set, item, highest);
  });
}

/** Per item `[sum * categories + category]`: number of people. */
function observedCounts(
  bank: ItemBank,
  responses: ResponseMatrix,
  highest: number,
  weights: ArrayLike<number> | undefined,
): Float64Array[] {
  const counts = bank.categories.map((categories) => new Float64Array((highest + 1) * categories));
  for (let person = 0; person < responses.persons; person++) {
    const row = responses.scores.subarray(person * responses.items, (person + 1) * responses.items);
    if (row.some((score) => score <= NOT_REACHED)) continue;
    const sum = row.reduce((total, score) => total + Math.max(0, score), 0);
    bank.categories.forEach((categories, item) => {
      counts[item]![sum * categories + Math.max(0, row[item]!)]! += weights?.[person] ?? 1;
    });
  }
  return counts;
}

/** `[sum * categories + category]`: share of the category within the sum score; 0 where the combination cannot occur. */
function expectedShares(
  probabilities: readonly Float64Array[],
  categories: readonly number[],
  item: number,
  weights: Float64Array,
  highest: number,
): Float64Array {
  const nodes = weights.length;
  const others = probabilities.filter((_, index) => index !== item);
  const rest = sumScoreLikelihood(
    others,
    categories.filter((_, index) => index !== item),
    nodes,
  );
  const own = categories[item]!;
  const shares = new Float64Array((highest + 1) * own);
  for (let sum = 0; sum <= highest; sum++) {
    let total = 0;
    for (let category = 0; category < own; category++) {
      const restScore = sum - category;
      if (restScore < 0 || restScore > highest - own + 1) continue;
      let mass = 0;
      for (let node = 0; node < nodes; node++) {
        mass += weights[node]! * probabilities[item]![category * nodes + node]! * rest[restScore * nodes + node]!;
      }
      shares[sum * own + category] = mass;
      total += mass;
    }
    for (let category = 0; category < own; category++) shares[sum * own + category]! /= total;
  }
  return shares;
}

function statisticOf(
  observed: Float64Array,
  shares: Float64Array,
  set: ParameterSet,
  item: number,
  highest: number,
): ItemFit {
  const categories = observed.length / (highest + 1);
  const groups = joinSmallGroups(createGroups(observed, shares, categories, highest));
  let statistic = 0;
  let cells = 0;
  let persons = 0;
  for (const group of groups) {
    const joined = joinSmallCells(group);
    joined.expected.forEach((expected, cell) => (statistic += (joined.observed[cell]! - expected) ** 2 / expected));
    cells += joined.expected.length - 1;
    persons += joined.observed.reduce((sum, count) => sum + count, 0);
  }
  const degreesOfFreedom = cells - freeParameters(set, item);
  if (degreesOfFreedom <= 0) return { statistic, degreesOfFreedom, p: null, rootMeanSquareError: null };
  const excess = Math.max(0, (statistic / degreesOfFreedom - 1) / (persons - 1));
  return {
    statistic,
    degreesOfFreedom,
    p: chiSquareTail(statistic, degreesOfFreedom),
    rootMeanSquareError: Math.sqrt(excess),
  };
}

/** Sum scores at which every category is possible; the extreme ones allow one outcome only and say nothing. */
function createGroups(observed: Float64Array, shares: Float64Array, categories: number, highest: number): ScoreGroup[] {
  const groups: ScoreGroup[] = [];
  for (let sum = 1; sum < highest; sum++) {
    const counts = Array.from(observed.subarray(sum * categories, (sum + 1) * categories));
    const people = counts.reduce((total, count) => total + count, 0);
    const expected = Array.from(shares.subarray(sum * categories, (sum + 1) * categories), (share) => people * share);
    if (people > 0) groups.push({ observed: counts, expected });
  }
  return groups;
}

/** Joins neighbouring sum scores from both ends inwards until each end group expects enough people in every category. */
function joinSmallGroups(groups: readonly ScoreGroup[]): ScoreGroup[] {
  const joined = groups.slice();
  const isSmall = (group: ScoreGroup): boolean => group.expected.some((expected) => expected < EXPECTED_MIN);
  while (joined.length > 1 && isSmall(joined[0]!)) joined.splice(0, 2, merge(joined[0]!, joined[1]!));
  while (joined.length > 1 && isSmall(joined.at(-1)!)) joined.splice(-2, 2, merge(joined.at(-2)!, joined.at(-1)!));
  return joined;
}

function merge(left: ScoreGroup, right: ScoreGroup): ScoreGroup {
  return {
    observed: left.observed.map((count, cell) => count + right.observed[cell]!),
    expected: left.expected.map((count, cell) => count + right.expected[cell]!),
  };
}

/** Joins neighbouring categories of one group that still expect too few people. */
function joinSmallCells(group: ScoreGroup): ScoreGroup {
  const observed = group.observed.slice();
  const expected = group.expected.slice();
  for (let cell = expected.findIndex((count) => count < EXPECTED_MIN); cell >= 0 && expected.length > 1;) {
    const neighbour = cell === 0 ? 1 : cell - 1;
    observed[neighbour]! += observed[cell]!;
    expected[neighbour]! += expected[cell]!;
    observed.splice(cell, 1);
    expected.splice(cell, 1);
    cell = expected.findIndex((count) => count < EXPECTED_MIN);
  }
  return { observed, expected };
}

/** Parameters that a calibration of the item's model estimates. */
function freeParameters(set: ParameterSet, item: number): number {
  const parameters = set.items[item]!;
  switch (parameters.model) {
    case '1PL':
      return 1;
    case '2PL':
      return 2;
    case '3PL':
      return 3;
    case '4PL':
      return 4;
    case 'PCM':
      return parameters.b.length;
    case 'GPCM':
    case 'GRM':
      return parameters.b.length + 1;
    case 'NRM':
      return 2 * (parameters.slopes.length - 1);
  }
}
