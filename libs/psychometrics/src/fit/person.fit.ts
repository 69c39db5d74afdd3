import { type EstimationOptions, resolveEstimation } from '../estimation/ability.estimate';
import type { ScorerOptions } from '../estimation/ability.scorer';
import { effectiveCategory } from '../estimation/pattern.sum';
import { requireLength, requireScore } from '../estimation/response.validation';
import { createItemBank, type ItemBank } from '../models/item.bank';
import type { ParameterSet } from '../models/item.parameters';
import { type CategoryValues, createCategoryValues, informationOf } from '../models/response.model';

/** Each is null where it does not exist: no theta, no item, or no variance. */
export interface PersonFit {
  /** Standardised log-likelihood (Drasgow, Levine & Williams 1985). */
  readonly lz: number | null;
  /** lz corrected for the estimation of theta (Snijders 2001; Magis, Raîche & Béland 2012); null for EAP. */
  readonly lzStar: number | null;
  /** Information-weighted mean square (Wright & Masters 1982). */
  readonly infit: number | null;
  /** Unweighted mean square. */
  readonly outfit: number | null;
}

const NO_FIT: PersonFit = { lz: null, lzStar: null, infit: null, outfit: null };

/** Variance below this is rounding: every answer of the pattern is certain at that theta. */
const VARIANCE_MIN = 1e-200;
/** Variance of ln P below this is rounding: all categories are equally likely at that theta. */
const LOG_VARIANCE_MIN = 1e-16;
/** Share of the variance of ln P that must survive the projection; with one binary item it is 0 but for rounding. */
const PROJECTED_SHARE_MIN = 1e-12;

interface FitSums {
  items: number;
  /** Sum of ln P of the answers minus its expectation. */
  deviation: number;
  logVariance: number;
  /** Sum over items and categories of P' ln P. */
  slopeOfLog: number;
  information: number;
  warmJ: number;
  squares: number;
  variances: number;
  standardizedSquares: number;
}

type FitOptions = Pick<EstimationOptions, 'estimator' | 'priorMean' | 'priorSd' | 'notReached'>;

/** Person fit for one set of items and one estimator; make one and use it for everybody. */
export class PersonFitCalculator {
  private readonly bank: ItemBank;
  private readonly options: FitOptions;

  /** @throws PsychometricsError `parameters.*`, `options.invalid` */
  constructor(set: ParameterSet, options: ScorerOptions) {
    this.bank = createItemBank(set);
    this.options = resolveEstimation(options);
  }

  /**
   * How well one pattern fits the model at the theta estimated for it. A flag, never a reason to change a score.
   *
   * For categories lz* uses the weights ln P_k - c P'_k/P_k with c = sum P' ln P / I, of which Snijders's binary form is
   * the case of two. The equation that the estimator solves supplies r0: 0 (ML), (mean - theta)/sd² (MAP), J/(2I) (WLE).
   *
   * @param scores one category or missing code per item, in the order of the parameter set
   * @param theta the estimate of the calculator's estimator, or null where it does not exist
   * @throws PsychometricsError `responses.*`
   */
  fit(scores: ArrayLike<number>, theta: number | null): PersonFit {
    requireLength(scores, this.bank.models.length);
    if (theta === null) return NO_FIT;
    const { bank, options } = this;
    const sums = sumFit(bank, scores, theta, options.notReached);
    if (sums.items === 0) return NO_FIT;
    return {
      lz: sums.logVariance > LOG_VARIANCE_MIN ? sums.deviation / Math.sqrt(sums.logVariance) : null,
      lzStar: options.estimator === 'eap' ? null : lzStarOf(bank, scores, theta, options, sums),
      infit: sums.variances > VARIANCE_MIN ? sums.squares / sums.variances : null,
      outfit: sums.variances > VARIANCE_MIN ? sums.standardizedSquares / sums.items : null,
    };
  }
}

function sumFit(
  bank: ItemBank,
  scores: ArrayLike<number>,
  theta: number,
  policy: EstimationOptions['notReached'],
): FitSums {
  const sums: FitSums = {
    items: 0,
    deviation: 0,
    logVariance: 0,
    slopeOfLog: 0,
    information: 0,
    warmJ: 0,
    squares: 0,
    variances: 0,
    standardizedSquares: 0,
  };
  forEachItem(bank, scores, theta, policy, (values, categories, category) => {
    addItem(sums, values, categories, category);
  });
  return sums;
}

type ItemVisitor = (values: CategoryValues, categories: number, category: number) => void;

function forEachItem(
  bank: ItemBank,
  scores: ArrayLike<number>,
  theta: number,
  policy: EstimationOptions['notReached'],
  visit: ItemVisitor,
): void {
  const values = createCategoryValues(Math.max(...bank.categories));
  bank.models.forEach((model, item) => {
    requireScore(scores[item]!, model, item);
    const category = effectiveCategory(scores[item]!, policy);
    if (category < 0) return;
    model.evaluate(theta, values);
    visit(values, model.categories, category);
  });
}

function addItem(sums: FitSums, values: CategoryValues, categories: number, category: number): void {
  let meanLog = 0;
  let meanScore = 0;
  for (let k = 0; k < categories; k++) {
    meanLog += values.probabilities[k]! * values.logProbabilities[k]!;
    meanScore += k * values.probabilities[k]!;
    sums.slopeOfLog += values.probabilities[k]! * values.slopeRatios[k]! * values.logProbabilities[k]!;
  }
  let variance = 0;
  for (let k = 0; k < categories; k++) {
    sums.logVariance += values.probabilities[k]! * (values.logProbabilities[k]! - meanLog) ** 2;
    variance += values.probabilities[k]! * (k - meanScore) ** 2;
  }
  const square = (category - meanScore) ** 2;
  const { information, warmJ } = informationOf(values, categories);
  sums.items++;
  sums.deviation += values.logProbabilities[category]! - meanLog;
  sums.information += information;
  sums.warmJ += warmJ;
  sums.squares += square;
  sums.variances += variance;
  sums.standardizedSquares += variance > VARIANCE_MIN ? square / variance : 0;
}

function lzStarOf(
  bank: ItemBank,
  scores: ArrayLike<number>,
  theta: number,
  options: FitOptions,
  sums: FitSums,
): number | null {
  if (!(sums.information > 0 && sums.logVariance > LOG_VARIANCE_MIN)) return null;
  const projection = sums.slopeOfLog / sums.information;
  let variance = 0;
  forEachItem(bank, scores, theta, options.notReached, (values, categories) => {
    variance += projectedVariance(values, categories, projection);
  });
  if (!(variance > PROJECTED_SHARE_MIN * sums.logVariance)) return null;
  let constant = 0;
  if (options.estimator === 'map') constant = (options.priorMean - theta) / options.priorSd ** 2;
  if (options.estimator === 'wle') constant = sums.warmJ / (2 * sums.information);
  return (sums.deviation + projection * constant) / Math.sqrt(variance);
}

/** Variance of ln P_k - c P'_k/P_k under P. */
function projectedVariance(values: CategoryValues, categories: number, projection: number): number {
  let mean = 0;
  for (let k = 0; k < categories; k++) mean += values.probabilities[k]! * projectedWeight(values, k, projection);
  let variance = 0;
  for (let k = 0; k < categories; k++) {
    variance += values.probabilities[k]! * (projectedWeight(values, k, projection) - mean) ** 2;
  }
  return variance;
}

function projectedWeight(values: CategoryValues, category: number, projection: number): number {
  return values.logProbabilities[category]! - projection * values.slopeRatios[category]!;
}
