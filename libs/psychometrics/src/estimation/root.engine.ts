import { type ItemBank, type NodeTables, tabulate } from '../models/item.bank';
import {
  type CategoryValues,
  createCategoryValues,
  CURVATURE,
  INFORMATION,
  SCORE,
  SUMS,
  WARM,
} from '../models/response.model';
import type { AbilityEngine, EstimateSlot } from './ability.engine';
import type { EstimationOptions } from './ability.estimate';
import { effectiveCategory, PatternSum } from './pattern.sum';
import { searchGrid } from './search.grid';

/** The step after one this short is its square, far below the six decimals that are stored, and is not made. */
const STEP_TOLERANCE = 1e-7;
/** Bisection alone would need 40 halvings for the tolerance; Newton needs three. */
const STEPS_MAX = 100;

/**
 * ML, WLE and MAP as the root of one estimating equation: S(theta) + adjustment(theta) = 0, where the adjustment is 0 for
 * ML, J/(2I) for Warm's WLE and (mean - theta)/sd² for MAP.
 *
 * The equation is first tabulated on a grid. Every change from plus to minus is a local maximum of the objective whose
 * derivative the equation is; each is polished by safeguarded Newton steps, and the highest wins (the 3PL likelihood can
 * have several: Samejima 1973, Yen, Burket & Sykes 1991).
 */
export class RootEngine implements AbilityEngine {
  private readonly grid: Float64Array;
  private readonly tables: NodeTables;
  private readonly sums: PatternSum;
  private readonly completeAdjustment: Float64Array;
  private readonly equation: Float64Array;
  private readonly personAdjustment: Float64Array;
  private readonly informationSums: Float64Array;
  private readonly point = new Float64Array(SUMS);
  private readonly values: CategoryValues;
  private readonly variance: number;

  constructor(
    private readonly bank: ItemBank,
    private readonly options: EstimationOptions,
  ) {
    const isMap = options.estimator === 'map';
    this.grid = searchGrid(bank.models, isMap ? options.priorMean : 0);
    this.tables = tabulate(bank.models, this.grid);
    this.sums = new PatternSum(this.tables.slopeRatios, bank.categories, this.grid.length, options.notReached);
    this.equation = new Float64Array(this.grid.length);
    this.personAdjustment = new Float64Array(this.grid.length);
    this.informationSums = new Float64Array(this.grid.length);
    this.values = createCategoryValues(Math.max(...bank.categories));
    this.variance = options.priorSd ** 2;
    this.completeAdjustment = new Float64Array(this.grid.length);
    this.fillAdjustment(this.completeAdjustment, () => true);
  }

  estimate(scores: ArrayLike<number>, offset: number, complete: boolean, slot: EstimateSlot): void {
    const adjustment = complete ? this.completeAdjustment : this.personAdjustment;
    if (!complete) this.fillAdjustment(adjustment, (item) => this.category(scores, offset, item) >= 0);
    this.equation.set(adjustment);
    this.sums.add(scores, offset, complete, this.equation);

    const brackets = this.findBrackets();
    if (brackets.length === 0) return this.settleWithoutRoot(scores, offset, adjustment, slot);
    const best = this.bestRoot(scores, offset, adjustment, brackets);
    if (best === null) return setNone(slot);
    slot.theta = best;
    slot.standardError = this.standardError(this.point[INFORMATION]!);
    slot.atBound = false;
  }

  private category(scores: ArrayLike<number>, offset: number, item: number): number {
    return effectiveCategory(scores[offset + item]!, this.options.notReached);
  }

  /** Pairs of grid indices around every change from plus to minus; nodes where the equation is exactly 0 lie inside. */
  private findBrackets(): [number, number][] {
    const brackets: [number, number][] = [];
    let lastPositive = -1;
    for (let node = 0; node < this.equation.length; node++) {
      const value = this.equation[node]!;
      if (value > 0) lastPositive = node;
      else if (value < 0) {
        if (lastPositive >= 0) brackets.push([lastPositive, node]);
        lastPositive = -1;
      }
    }
    return brackets;
  }

  /**
   * The root with the highest objective, or null when ML is beaten by the likelihood at an end of the grid. Leaves the
   * information at the root in `point`.
   */
  private bestRoot(
    scores: ArrayLike<number>,
    offset: number,
    adjustment: Float64Array,
    brackets: readonly [number, number][],
  ): number | null {
    const endsFall = this.equation[0]! >= 0 && this.equation[this.equation.length - 1]! <= 0;
    if (brackets.length === 1 && endsFall) return this.polish(scores, offset, adjustment, brackets[0]!);
    const objective = (theta: number): number =>
      this.logLikelihood(scores, offset, theta) + this.adjustmentIntegral(adjustment, theta);
    let best: number | null = null;
    let bestInformation = 0;
    let highest = -Infinity;
    if (this.options.estimator === 'ml') {
      highest = Math.max(objective(this.grid[0]!), objective(this.grid[this.grid.length - 1]!));
    }
    for (const bracket of brackets) {
      const root = this.polish(scores, offset, adjustment, bracket);
      const information = this.point[INFORMATION]!;
      const height = objective(root);
      if (height > highest) {
        highest = height;
        best = root;
        bestInformation = information;
      }
    }
    this.point[INFORMATION] = bestInformation;
    return best;
  }

  /**
   * Newton inside the bracket, from the interpolated root; a step that would leave it is replaced by a bisection. WLE has no
   * cheap exact derivative of J/(2I), so its first slope uses the grid's difference and the later ones are secants.
   */
  private polish(
    scores: ArrayLike<number>,
    offset: number,
    adjustment: Float64Array,
    [leftNode, rightNode]: readonly [number, number],
  ): number {
    let left = this.grid[leftNode]!;
    let right = this.grid[rightNode]!;
    const adjustmentSlope = (adjustment[rightNode]! - adjustment[leftNode]!) / (right - left);
    let theta = this.interpolateRoot(leftNode, rightNode);
    let beforeTheta = NaN;
    let beforeValue = NaN;
    for (let step = 0; step < STEPS_MAX; step++) {
      const value = this.evaluate(scores, offset, theta);
      if (value === 0) return theta;
      if (value > 0) left = theta;
      else right = theta;
      let slope = this.point[CURVATURE]! + adjustmentSlope;
      if (step > 0 && this.options.estimator === 'wle') slope = (value - beforeValue) / (theta - beforeTheta);
      beforeTheta = theta;
      beforeValue = value;
      let next = theta - value / slope;
      if (!(next > left && next < right)) next = (left + right) / 2;
      if (Math.abs(next - theta) < STEP_TOLERANCE * (1 + Math.abs(theta))) return next;
      theta = next;
    }
    return theta;
  }

  /** Cubic through four grid points read backwards, theta as a function of the equation's value; linear where it is not monotone. */
  private interpolateRoot(leftNode: number, rightNode: number): number {
    const { grid, equation } = this;
    let first = leftNode - 1;
    let last = rightNode + 1;
    const steep =
      first >= 0 &&
      last < grid.length &&
      equation[first]! > equation[leftNode]! &&
      equation[last]! < equation[rightNode]!;
    if (!steep || last - first !== 3) [first, last] = [leftNode, rightNode];
    let root = 0;
    for (let node = first; node <= last; node++) {
      let weight = grid[node]!;
      for (let other = first; other <= last; other++) {
        if (other !== node) weight *= equation[other]! / (equation[other]! - equation[node]!);
      }
      root += weight;
    }
    return root > grid[leftNode]! && root < grid[rightNode]! ? root : (grid[leftNode]! + grid[rightNode]!) / 2;
  }

  /** Value of the estimating equation at theta; leaves the sums over the pattern in `point`. */
  private evaluate(scores: ArrayLike<number>, offset: number, theta: number): number {
    const point = this.point;
    point.fill(0);
    const models = this.bank.models;
    for (let item = 0; item < models.length; item++) {
      const category = effectiveCategory(scores[offset + item]!, this.options.notReached);
      if (category >= 0) models[item]!.accumulate(theta, category, point);
    }
    return point[SCORE]! + this.adjustmentAt(theta, point[INFORMATION]!, point[WARM]!);
  }

  private adjustmentAt(theta: number, information: number, warmJ: number): number {
    if (this.options.estimator === 'map') return (this.options.priorMean - theta) / this.variance;
    return this.options.estimator === 'wle' && information > 0 ? warmJ / (2 * information) : 0;
  }

  private fillAdjustment(into: Float64Array, takesPart: (item: number) => boolean): void {
    into.fill(0);
    const information = this.informationSums.fill(0);
    if (this.options.estimator === 'wle') {
      for (let item = 0; item < this.bank.models.length; item++) {
        if (!takesPart(item)) continue;
        const itemInformation = this.tables.information[item]!;
        const itemJ = this.tables.warmJ[item]!;
        for (let node = 0; node < into.length; node++) {
          information[node]! += itemInformation[node]!;
          into[node]! += itemJ[node]!;
        }
      }
    }
    for (let node = 0; node < into.length; node++) {
      into[node] = this.adjustmentAt(this.grid[node]!, information[node]!, into[node]!);
    }
  }

  /** Integral of the adjustment from the grid's start: trapezoids; only maxima of one person are ever compared by it. */
  private adjustmentIntegral(adjustment: Float64Array, theta: number): number {
    const step = this.grid[1]! - this.grid[0]!;
    let integral = 0;
    for (let node = 1; node < this.grid.length; node++) {
      const share = Math.min(1, (theta - this.grid[node - 1]!) / step);
      if (share <= 0) break;
      const end = adjustment[node - 1]! + share * (adjustment[node]! - adjustment[node - 1]!);
      integral += (share * step * (adjustment[node - 1]! + end)) / 2;
    }
    return integral;
  }

  private logLikelihood(scores: ArrayLike<number>, offset: number, theta: number): number {
    let sum = 0;
    for (let item = 0; item < this.bank.models.length; item++) {
      const category = this.category(scores, offset, item);
      if (category < 0) continue;
      this.bank.models[item]!.evaluate(theta, this.values);
      sum += this.values.logProbabilities[category]!;
    }
    return sum;
  }

  /** ML does not exist then; WLE and MAP stand at the end towards which their equation points. */
  private settleWithoutRoot(
    scores: ArrayLike<number>,
    offset: number,
    adjustment: Float64Array,
    slot: EstimateSlot,
  ): void {
    const rising = this.equation.some((value) => value > 0);
    const falling = this.equation.some((value) => value < 0);
    if (this.options.estimator === 'ml' || rising === falling) return setNone(slot);
    slot.theta = rising ? this.grid[this.grid.length - 1]! : this.grid[0]!;
    this.evaluate(scores, offset, slot.theta);
    slot.standardError = this.standardError(this.point[INFORMATION]!);
    slot.atBound = true;
  }

  private standardError(information: number): number {
    const total = this.options.estimator === 'map' ? information + 1 / this.variance : information;
    return total > 0 ? 1 / Math.sqrt(total) : NaN;
  }
}

function setNone(slot: EstimateSlot): void {
  slot.theta = NaN;
  slot.standardError = NaN;
  slot.atBound = false;
}
