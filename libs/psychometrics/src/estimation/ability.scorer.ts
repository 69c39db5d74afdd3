import { createItemBank, type ItemBank } from '../models/item.bank';
import type { ParameterSet } from '../models/item.parameters';
import { requireQuadratureOptions } from '../numeric/quadrature';
import { PsychometricsError } from '../psychometrics.error';
import type { AbilityEngine, EstimateSlot } from './ability.engine';
import { type AbilityEstimate, type EstimationOptions, type Estimator, resolveEstimation } from './ability.estimate';
import type { AbilityPosterior } from './ability.posterior';
import { EapEngine } from './eap.engine';
import { countPattern, itemsUsed, type PatternCounts } from './pattern.sum';
import type { ResponseMatrix } from './response.codes';
import { requireLength, requireScore, requireShape } from './response.validation';
import { RootEngine } from './root.engine';

/** Estimates of many people, one element per person; NaN marks a theta or standard error that does not exist. */
export interface AbilityTable {
  readonly estimator: Estimator;
  readonly theta: Float64Array;
  readonly standardError: Float64Array;
  /** 1 where `AbilityEstimate.atBound` is true. */
  readonly atBound: Uint8Array;
  readonly itemsUsed: Int32Array;
  readonly answered: Int32Array;
  readonly omitted: Int32Array;
  readonly notReached: Int32Array;
  readonly notAdministered: Int32Array;
}

export interface ScorerOptions extends Partial<EstimationOptions> {
  readonly estimator: Estimator;
}

/**
 * Scores people on one set of items. Making a scorer costs the tables of its grid, so make one per parameter set and
 * keep it. It holds scratch space: use one per thread. A person's numbers depend on that person's answers alone, byte
 * for byte, however the people are batched.
 */
export class AbilityScorer {
  readonly options: EstimationOptions;
  private readonly bank: ItemBank;
  private readonly engine: AbilityEngine;
  private readonly slot: EstimateSlot = { theta: NaN, standardError: NaN, atBound: false };
  private readonly counts: PatternCounts = { answered: 0, omitted: 0, notReached: 0, notAdministered: 0 };

  /** @throws PsychometricsError `parameters.*`, `options.invalid` */
  constructor(set: ParameterSet, options: ScorerOptions) {
    this.options = resolveEstimation(options);
    this.bank = createItemBank(set);
    requireQuadratureOptions({ ...this.options, mean: this.options.priorMean, sd: this.options.priorSd });
    this.engine =
      this.options.estimator === 'eap'
        ? new EapEngine(this.bank, this.options)
        : new RootEngine(this.bank, this.options);
  }

  /**
   * Estimates one person.
   *
   * @param scores one category or missing code per item, in the order of the parameter set
   * @throws PsychometricsError `responses.*`
   */
  score(scores: ArrayLike<number>): AbilityEstimate {
    requireLength(scores, this.bank.models.length);
    this.estimateAt(scores, 0, undefined);
    const { estimator, notReached } = this.options;
    return {
      estimator,
      theta: orNull(this.slot.theta),
      standardError: orNull(this.slot.standardError),
      atBound: this.slot.atBound,
      itemsUsed: itemsUsed(this.counts, notReached),
      ...this.counts,
    };
  }

  /**
   * Estimates every person of a matrix.
   *
   * @throws PsychometricsError `responses.*`
   */
  scoreAll(matrix: ResponseMatrix): AbilityTable {
    requireShape(matrix, this.bank.models.length);
    const table = createAbilityTable(this.options.estimator, matrix.persons);
    for (let person = 0; person < matrix.persons; person++) {
      this.estimateAt(matrix.scores, person * matrix.items, person);
      table.theta[person] = this.slot.theta;
      table.standardError[person] = this.slot.standardError;
      table.atBound[person] = this.slot.atBound ? 1 : 0;
      table.itemsUsed[person] = itemsUsed(this.counts, this.options.notReached);
      table.answered[person] = this.counts.answered;
      table.omitted[person] = this.counts.omitted;
      table.notReached[person] = this.counts.notReached;
      table.notAdministered[person] = this.counts.notAdministered;
    }
    return table;
  }

  /**
   * The posterior of one person under the prior; only for a scorer whose estimator is EAP.
   *
   * @throws PsychometricsError `options.invalid` for another estimator, `responses.*`
   */
  posterior(scores: ArrayLike<number>): AbilityPosterior {
    requireLength(scores, this.bank.models.length);
    if (!(this.engine instanceof EapEngine)) {
      throw new PsychometricsError('options.invalid', 'only an EAP scorer has a posterior');
    }
    return this.engine.posteriorOf(scores, 0, this.prepare(scores, 0, undefined));
  }

  private estimateAt(scores: ArrayLike<number>, offset: number, person: number | undefined): void {
    this.engine.estimate(scores, offset, this.prepare(scores, offset, person), this.slot);
  }

  /** Checks and counts one pattern; true when every item takes part. */
  private prepare(scores: ArrayLike<number>, offset: number, person: number | undefined): boolean {
    const models = this.bank.models;
    for (let item = 0; item < models.length; item++) requireScore(scores[offset + item]!, models[item]!, item, person);
    countPattern(scores, offset, models.length, this.counts);
    return itemsUsed(this.counts, this.options.notReached) === models.length;
  }
}

function createAbilityTable(estimator: Estimator, persons: number): AbilityTable {
  return {
    estimator,
    theta: new Float64Array(persons),
    standardError: new Float64Array(persons),
    atBound: new Uint8Array(persons),
    itemsUsed: new Int32Array(persons),
    answered: new Int32Array(persons),
    omitted: new Int32Array(persons),
    notReached: new Int32Array(persons),
    notAdministered: new Int32Array(persons),
  };
}

function orNull(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
