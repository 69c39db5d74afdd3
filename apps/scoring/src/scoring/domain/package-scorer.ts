import type { AttemptClosed, ResultScored, ScaleScore } from '@app/contracts';
import { assertColumns, fitsLayout, type FormLayout, layoutOf } from './form-layout';
import { jobPersonMatch } from './job-person-match';
import { type ResponseKind, responseKinds } from './missing-responses';
import { decideBand, decideBox } from './potential-band';
import { responseTimes } from './response-times';
import { ScaleScorer } from './scale-scorer';
import { type FlagRule, type ScoredItem, type ScoringPackage, STANDARD_FLAGS } from './scoring-package';

/** Version of this program's scoring, in every result; raised whenever the same input gives other bytes. */
export const ENGINE_VERSION = '1.0.0';

type Response = AttemptClosed['responses'][number];
type CreditOf = (response: Response) => number;

/** What a package makes of one layout of a form. */
interface ScoringPlan {
  readonly layout: FormLayout;
  /** Per scale the places of its items; null where the form does not deliver the scale's section. */
  readonly scales: readonly (readonly number[] | null)[];
  /** Per column. */
  readonly secondsMin: readonly number[];
  readonly missing: readonly string[];
}

/** Everything of a package that does not depend on the person, worked out once. */
export class PackageScorer {
  private readonly flags: FlagRule;
  private readonly scales: readonly ScaleScorer[];
  private readonly creditOf: ReadonlyMap<string, CreditOf>;
  private plan: ScoringPlan | null = null;

  constructor(private readonly scoringPackage: ScoringPackage) {
    this.flags = { ...STANDARD_FLAGS, ...scoringPackage.flags };
    this.scales = scoringPackage.scales.map((scale) => new ScaleScorer(scale, scoringPackage, this.flags));
    const counting = scoringPackage.items.filter(({ withdrawn }) => withdrawn !== true);
    this.creditOf = new Map(counting.map((item) => [item.itemId, creditFunction(item)]));
  }

  /** @throws ResponsesMalformed */
  itemsMissingIn(closed: Pick<AttemptClosed, 'itemIds' | 'form'>): readonly string[] {
    return this.planFor(closed).missing;
  }

  /**
   * Credit of one item; null where it is withdrawn, unknown or was not delivered.
   *
   * @throws ResponsesMalformed
   */
  credit(closed: AttemptClosed, itemId: string): number | null {
    const at = this.planFor(closed).layout.place.get(itemId);
    const creditOf = this.creditOf.get(itemId);
    return at === undefined || creditOf === undefined ? null : creditOf(closed.responses[at]!);
  }

  /** @throws ResponsesMalformed */
  score(closed: AttemptClosed): ResultScored {
    assertColumns(closed);
    const plan = this.planFor(closed);
    const kinds = responseKinds(closed, plan.layout.sections);
    const scales = this.scales.map((scorer, at) => this.scoreScale(scorer, plan.scales[at]!, closed, kinds));
    const { packageId, version, hash, estimator, illustrative } = this.scoringPackage;
    return {
      analyticsId: closed.analyticsId,
      attemptId: closed.attemptId,
      sessionId: closed.sessionId,
      agency: closed.agency,
      formId: closed.form.formId,
      formVersion: closed.form.version,
      closing: closed.closing,
      root: closed.root,
      package: { packageId, version, hash },
      engine: ENGINE_VERSION,
      illustrative: illustrative ?? false,
      estimator,
      scales,
      ...this.decisions(closed, scales),
      responseTimes: responseTimes(closed, plan.secondsMin, this.flags),
      closedAt: closed.closedAt,
      jobLevel: closed.jobLevel,
      performance: closed.performance,
    };
  }

  private scoreScale(
    scorer: ScaleScorer,
    places: readonly number[] | null,
    closed: AttemptClosed,
    kinds: readonly ResponseKind[],
  ): ScaleScore {
    if (places === null) return scorer.without('not-delivered');
    return scorer.score({
      credits: places.map((place, at) => this.creditOf.get(scorer.items[at]!.itemId)!(closed.responses[place]!)),
      kinds: places.map((place) => kinds[place]!),
    });
  }

  private decisions(closed: AttemptClosed, scales: readonly ScaleScore[]): Partial<ResultScored> {
    const { potential, nineBox } = this.scoringPackage;
    const scores = new Map(scales.map((scale) => [scale.scaleId, scale]));
    const levels = new Map(scales.map(({ scaleId, level }) => [scaleId, level?.level ?? null]));
    const match = jobPersonMatch(this.scoringPackage, closed.jobLevel, levels);
    return {
      ...(match ? { jobPersonMatch: match } : {}),
      ...(potential ? { potential: decideBand(potential, scores, this.flags) } : {}),
      ...(nineBox ? { nineBox: decideBox(nineBox, closed.performance, scores, this.flags) } : {}),
    };
  }

  /** People of one form follow each other, so the plan of the last one nearly always serves. */
  private planFor(closed: Pick<AttemptClosed, 'itemIds' | 'form'>): ScoringPlan {
    if (this.plan === null || !fitsLayout(this.plan.layout, closed)) this.plan = this.makePlan(layoutOf(closed));
    return this.plan;
  }

  private makePlan(layout: FormLayout): ScoringPlan {
    const isDelivered = ({ scale }: ScaleScorer) => scale.section === undefined || layout.sectionIds.has(scale.section);
    const needed = this.scales.filter(isDelivered).flatMap(({ scale }) => scale.itemIds);
    const missing = [...new Set(needed.filter((itemId) => !layout.place.has(itemId)))];
    const itemOf = new Map(this.scoringPackage.items.map((item) => [item.itemId, item]));
    return {
      layout,
      missing,
      secondsMin: layout.itemIds.map((itemId) => itemOf.get(itemId)?.secondsMin ?? this.flags.secondsMin),
      scales: this.scales.map((scorer) =>
        isDelivered(scorer) ? scorer.items.flatMap(({ itemId }) => layout.place.get(itemId) ?? []) : null,
      ),
    };
  }
}

/** A key is text or a number and a response of another type is another response, so identity decides. */
function creditFunction({ key, credits }: ScoredItem): CreditOf {
  if (!credits) return (response) => (response === key ? 1 : 0);
  const worth = new Map(Object.entries(credits));
  return (response) => (typeof response === 'string' ? (worth.get(response) ?? 0) : 0);
}
