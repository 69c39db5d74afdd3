import type { LevelDecision, NoScoreReason, PersonFitReport, ScaleScore } from '@app/contracts';
import {
  type AbilityEstimate,
  AbilityScorer,
  levelOf,
  levelProbabilities,
  levelProbabilitiesOfPosterior,
  NOT_REACHED,
  OMITTED,
  PersonFitCalculator,
  type ScorerOptions,
} from '@app/psychometrics';
import type { ResponseKind } from './missing-responses';
import { rounded, roundedOrNull } from './rounding';
import { type FlagRule, highestCredit, type PackageContent, type Scale, type ScoredItem } from './scoring-package';

/** What one person gave to the items of a scale, in the order of the scale. */
export interface ScaleResponses {
  readonly credits: readonly number[];
  readonly kinds: readonly ResponseKind[];
}

interface Counts {
  readonly answered: number;
  readonly omitted: number;
  readonly notReached: number;
}

/** Scores one scale of one package. It keeps the tables of its estimator, so it is made once per package. */
export class ScaleScorer {
  /** Items that count, in the order of the scale. */
  readonly items: readonly ScoredItem[];
  private readonly maximum: number;
  private readonly ability: { readonly scorer: AbilityScorer; readonly fit: PersonFitCalculator } | null;

  constructor(
    readonly scale: Scale,
    private readonly content: PackageContent,
    private readonly flags: FlagRule,
  ) {
    const itemOf = new Map(content.items.map((item) => [item.itemId, item]));
    this.items = scale.itemIds.map((itemId) => itemOf.get(itemId)!).filter(({ withdrawn }) => withdrawn !== true);
    this.maximum = this.items.reduce((sum, item) => sum + highestCredit(item), 0);
    this.ability = this.createAbility();
  }

  score(given: ScaleResponses): ScaleScore {
    const counts = countsOf(given.kinds);
    if (counts.answered < (this.scale.minimumItems ?? 0)) return this.without('too-few-items', counts);
    const score = given.credits.reduce((sum, credit) => sum + credit, 0);
    const raw = { scaleId: this.scale.scaleId, score, maximum: this.maximum, ...counts };
    return this.ability === null ? raw : { ...raw, ...this.estimate(this.ability, given) };
  }

  /** A scale that has no score, and why. */
  without(noScoreReason: NoScoreReason, counts: Counts = { answered: 0, omitted: 0, notReached: 0 }): ScaleScore {
    const { scaleId, levelCuts } = this.scale;
    const raw = { scaleId, score: null, maximum: this.maximum, ...counts };
    if (this.ability === null) return { ...raw, noScoreReason };
    const estimate = { theta: null, standardError: null, atBound: false, itemsUsed: 0 };
    return { ...raw, ...estimate, ...(levelCuts ? { level: null } : {}), personFit: null, noScoreReason };
  }

  private estimate({ scorer, fit }: NonNullable<typeof this.ability>, given: ScaleResponses): Partial<ScaleScore> {
    const categories = given.kinds.map((kind, at) => (kind === 'answered' ? given.credits[at]! : CODES[kind]));
    const estimate = scorer.score(categories);
    const theta = roundedOrNull(estimate.theta);
    const fitted = fit.fit(categories, estimate.theta);
    return {
      theta,
      standardError: roundedOrNull(estimate.standardError),
      atBound: estimate.atBound,
      itemsUsed: estimate.itemsUsed,
      ...(this.scale.levelCuts ? { level: this.decideLevel(scorer, categories, estimate, this.scale.levelCuts) } : {}),
      personFit: theta === null ? null : this.fitReport(fitted),
      ...(theta === null ? { noScoreReason: 'no-estimate' as const } : {}),
    };
  }

  /** The level is decided on theta as the event shows it, so that a reader with the event decides the same. */
  private decideLevel(
    scorer: AbilityScorer,
    categories: readonly number[],
    { estimator, theta, standardError }: AbilityEstimate,
    cuts: readonly number[],
  ): LevelDecision | null {
    if (theta === null) return null;
    const level = levelOf(rounded(theta), cuts);
    const probability = probabilityOf(level);
    return { level, probability, uncertain: probability !== null && probability < this.flags.levelProbabilityMin };

    function probabilityOf(decided: number): number | null {
      if (estimator === 'eap')
        return rounded(levelProbabilitiesOfPosterior(scorer.posterior(categories), cuts)[decided]!);
      const error = rounded(standardError ?? 0);
      return error > 0 ? rounded(levelProbabilities(rounded(theta!), error, cuts)[decided]!) : null;
    }
  }

  private fitReport({ lz, lzStar, infit, outfit }: ReturnType<PersonFitCalculator['fit']>): PersonFitReport {
    const deciding = lzStar ?? lz;
    return {
      lz: roundedOrNull(lz),
      lzStar: roundedOrNull(lzStar),
      infit: roundedOrNull(infit),
      outfit: roundedOrNull(outfit),
      flagged: deciding !== null && deciding < this.flags.personFitMin,
    };
  }

  private createAbility() {
    const { estimator, calibration, prior, grid, notReached } = this.content;
    if (estimator === 'sum' || !calibration) return null;
    const parametersOf = new Map(calibration.items.map((parameters) => [parameters.itemId, parameters]));
    const set = { D: calibration.D, items: this.items.map(({ itemId }) => parametersOf.get(itemId)!) };
    const options: ScorerOptions = {
      estimator,
      ...(prior ? { priorMean: prior.mean, priorSd: prior.sd } : {}),
      ...grid,
      ...(notReached ? { notReached } : {}),
    };
    return { scorer: new AbilityScorer(set, options), fit: new PersonFitCalculator(set, options) };
  }
}

const CODES = { omitted: OMITTED, 'not-reached': NOT_REACHED } as const;

function countsOf(kinds: readonly ResponseKind[]): Counts {
  let answered = 0;
  let omitted = 0;
  for (const kind of kinds) {
    if (kind === 'answered') answered++;
    else if (kind === 'omitted') omitted++;
  }
  return { answered, omitted, notReached: kinds.length - answered - omitted };
}
