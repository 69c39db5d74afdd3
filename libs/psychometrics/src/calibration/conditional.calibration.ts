import type { ResponseMatrix } from '../estimation/response.codes';
import { logGamma } from '../numeric/distributions';
import { choleskyFactor, choleskyInverse, choleskySolve } from '../numeric/linear-algebra';
import { PsychometricsError } from '../psychometrics.error';
import { categoryFrequencies, createCurves, requireItemIds } from './calibration.input';
import type { CalibrationResult } from './calibration.result';
import { foldPatterns, type ResponsePatterns } from './response.patterns';
import { conditionalProbabilities } from './symmetric.functions';

/** Newton on a concave function converges quadratically; more steps than this mean that there is no maximum. */
const STEPS_MAX = 60;
const STEP_TOLERANCE = 1e-10;
/** Longest single move of a difficulty. */
const MOVE_MAX = 2;
/** Each step costs n^4 / 6 operations. */
export const CONDITIONAL_ITEMS_MAX = 200;

export interface ConditionalOptions {
  readonly itemIds: readonly string[];
  readonly responses: ResponseMatrix;
  readonly weights?: ArrayLike<number>;
}

/** People who answered the same items, by sum score. */
interface ItemGroup {
  readonly items: readonly number[];
  readonly scoreCounts: Float64Array;
  /** Right answers per item of the group. */
  readonly rightCounts: Float64Array;
}

interface ConditionalState {
  readonly logLikelihood: number;
  readonly gradient: Float64Array;
  readonly information: Float64Array;
}

/**
 * Conditional maximum likelihood of the Rasch model (Andersen 1972; Fischer 1974): difficulties that sum to zero, free of
 * any assumption on the ability distribution, of which the result therefore says nothing. People with all or no items right
 * carry no information. Standard errors and `logLik` belong to the conditional problem.
 *
 * @throws PsychometricsError `calibration.*`, `responses.*`
 */
export function calibrateConditional(options: ConditionalOptions): ConditionalResult {
  requireItemIds(options.responses, options.itemIds);
  const patterns = foldPatterns(options.responses, options.weights);
  createCurves(
    options.itemIds.map(() => 'rasch'),
    options.itemIds,
    patterns,
  );
  if (patterns.items > CONDITIONAL_ITEMS_MAX) {
    throw new PsychometricsError(
      'options.invalid',
      `conditional calibration takes at most ${CONDITIONAL_ITEMS_MAX} items`,
    );
  }
  const groups = groupPatterns(patterns);
  requireConnected(groups, options.itemIds, patterns);
  const { difficulties, state, steps, lastChange } = climb(groups, patterns.items);
  const errors = sumZeroErrors(state, patterns.items);
  return {
    D: 1,
    items: options.itemIds.map((itemId, item) => ({
      parameters: { itemId, model: '1PL', a: 1, b: difficulties[item]! },
      standardErrors: { a: null, b: errors[item]! },
      anchored: false,
    })),
    latentMean: null,
    latentSd: null,
    logLik: state.logLikelihood,
    iterations: steps,
    converged: lastChange < STEP_TOLERANCE,
    lastChange,
    persons: patterns.persons,
    freeParameters: patterns.items - 1,
  };
}

/** A conditional calibration says nothing of the ability distribution. */
export type ConditionalResult = Omit<
  CalibrationResult,
  'latentMean' | 'latentSd' | 'latentStandardErrors' | 'priors' | 'covariance'
> & { readonly latentMean: null; readonly latentSd: null };

function groupPatterns(patterns: ResponsePatterns): ItemGroup[] {
  const groups = new Map<string, ItemGroup>();
  for (let pattern = 0; pattern < patterns.patterns; pattern++) {
    const row = patterns.scores.subarray(pattern * patterns.items, (pattern + 1) * patterns.items);
    const items = Array.from(row.keys()).filter((item) => row[item]! >= 0);
    const key = items.join();
    let group = groups.get(key);
    if (group === undefined) {
      group = { items, scoreCounts: new Float64Array(items.length + 1), rightCounts: new Float64Array(items.length) };
      groups.set(key, group);
    }
    const sum = items.reduce((total, item) => total + row[item]!, 0);
    if (sum === 0 || sum === items.length) continue;
    const frequency = patterns.frequencies[pattern]!;
    group.scoreCounts[sum]! += frequency;
    items.forEach((item, index) => (group.rightCounts[index]! += frequency * row[item]!));
  }
  return Array.from(groups.values()).filter((group) => group.scoreCounts.some((count) => count > 0));
}

/** Without people between the extremes, or with items nobody answered together, difficulties are not comparable. */
function requireConnected(groups: readonly ItemGroup[], itemIds: readonly string[], patterns: ResponsePatterns): void {
  const reached = new Set<number>(groups[0]?.items);
  for (let before = -1; before !== reached.size;) {
    before = reached.size;
    for (const group of groups) {
      if (group.items.some((item) => reached.has(item))) group.items.forEach((item) => reached.add(item));
    }
  }
  for (let item = 0; item < patterns.items; item++) {
    const between = groups.some((group) => {
      const index = group.items.indexOf(item);
      const people = group.scoreCounts.reduce((sum, count) => sum + count, 0);
      return index >= 0 && group.rightCounts[index]! > 0 && group.rightCounts[index]! < people;
    });
    if (reached.has(item) && between) continue;
    const answered = categoryFrequencies(patterns, item).reduce((sum, count) => sum + count, 0);
    throw new PsychometricsError(
      'calibration.no-conditional-maximum',
      `item ${itemIds[item]!}: its ${answered} answers say nothing of its place among the other items`,
      { itemId: itemIds[item]!, itemIndex: item },
    );
  }
}

function climb(
  groups: readonly ItemGroup[],
  items: number,
): { difficulties: Float64Array; state: ConditionalState; steps: number; lastChange: number } {
  let difficulties: Float64Array = new Float64Array(items);
  let state = evaluate(groups, difficulties);
  let lastChange = Infinity;
  let steps = 0;
  while (steps < STEPS_MAX && lastChange >= STEP_TOLERANCE) {
    const move = newtonMove(state, items);
    const longest = Math.max(...move.map(Math.abs));
    let share = Math.min(1, MOVE_MAX / longest);
    let next = evaluate(groups, moved(difficulties, move, share));
    while (next.logLikelihood < state.logLikelihood - 1e-10 * Math.abs(state.logLikelihood)) {
      share /= 2;
      next = evaluate(groups, moved(difficulties, move, share));
    }
    difficulties = moved(difficulties, move, share);
    lastChange = longest * share;
    state = next;
    steps++;
  }
  return { difficulties, state, steps, lastChange };
}

function moved(difficulties: Float64Array, move: Float64Array, share: number): Float64Array {
  const next = difficulties.map((value, item) => value + share * move[item]!);
  const mean = next.reduce((sum, value) => sum + value, 0) / next.length;
  return next.map((value) => value - mean);
}

/** Log-likelihood given the sum scores, its gradient in the difficulties, and the information. */
function evaluate(groups: readonly ItemGroup[], difficulties: Float64Array): ConditionalState {
  const size = difficulties.length;
  const gradient = new Float64Array(size);
  const information = new Float64Array(size * size);
  let logLikelihood = 0;
  for (const group of groups) {
    const n = group.items.length;
    const easiness = Float64Array.from(group.items, (item) => Math.exp(-difficulties[item]!));
    const conditional = conditionalProbabilities(easiness);
    group.items.forEach((item, index) => {
      logLikelihood -= group.rightCounts[index]! * difficulties[item]!;
      gradient[item]! -= group.rightCounts[index]!;
    });
    for (let score = 1; score < n; score++) {
      const people = group.scoreCounts[score]!;
      if (people === 0) continue;
      logLikelihood -= people * (conditional.logFunctions[score]! + logBinomial(n, score));
      group.items.forEach((item, i) => {
        const single = conditional.single[score * n + i]!;
        gradient[item]! += people * single;
        group.items.forEach((other, j) => {
          const covariance = conditional.pairs[score]![i * n + j]! - single * conditional.single[score * n + j]!;
          information[item * size + other]! += people * covariance;
        });
      });
    }
  }
  return { logLikelihood, gradient, information };
}

function logBinomial(n: number, k: number): number {
  return logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1);
}

/** The information has the all-ones vector as its null space; adding its projector fixes the sum of the difficulties. */
function regularized(state: ConditionalState, items: number): Float64Array {
  const scale = state.information.reduce((largest, value) => Math.max(largest, value), 0);
  return state.information.map((value) => value + scale / items);
}

function newtonMove(state: ConditionalState, items: number): Float64Array {
  return choleskySolve(requireFactor(state, items), items, state.gradient);
}

function requireFactor(state: ConditionalState, items: number): Float64Array {
  const factor = choleskyFactor(regularized(state, items), items);
  if (factor === null) {
    throw new PsychometricsError(
      'calibration.no-conditional-maximum',
      'the conditional likelihood has no finite maximum',
    );
  }
  return factor;
}

/** Standard errors under the restriction that the difficulties sum to zero: the pseudo-inverse of the information. */
function sumZeroErrors(state: ConditionalState, items: number): number[] {
  const scale = state.information.reduce((largest, value) => Math.max(largest, value), 0);
  const inverse = choleskyInverse(requireFactor(state, items), items);
  return Array.from({ length: items }, (_, item) => Math.sqrt(inverse[item * items + item]! - 1 / (items * scale)));
}
