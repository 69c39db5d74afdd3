import {
  analyzeDif,
  analyzeItems,
  analyzeOptions,
  type ItemDif,
  type ItemFlag,
  itemFlags,
  type OptionKey,
  type OptionStatistics,
  type ScoreMatrix,
  type TestStatistics,
} from '@app/psychometrics';

/** An item of a scale and what its options are worth. */
export interface ScoredItem extends OptionKey {
  readonly itemId: string;
}

export type MissingKind = 'omitted' | 'not-reached';

/** What one attempt gave to the items of a scale. */
export interface ScaleAnswers {
  readonly credits: readonly number[];
  /** Option chosen; null where there is no answer. */
  readonly choices: readonly (string | null)[];
  readonly missing: readonly (MissingKind | null)[];
}

export interface ItemReport {
  readonly itemId: string;
  readonly mean: number;
  readonly p: number;
  readonly itemRestCorrelation: number | null;
  readonly alphaIfDeleted: number | null;
  readonly omitted: number;
  readonly notReached: number;
  readonly options: readonly OptionStatistics[];
  readonly flags: readonly ItemFlag[];
}

export interface ScaleReport {
  readonly scaleId: string;
  readonly test: TestStatistics;
  /** Mean of the sum over the highest possible sum. */
  readonly meanScoreShare: number;
  readonly omittedShare: number;
  readonly notReachedShare: number;
  readonly items: readonly ItemReport[];
}

export interface ScaleDif {
  readonly scaleId: string;
  readonly items: readonly (ItemDif & { readonly itemId: string })[];
  /** Items that left the matching score. */
  readonly purified: readonly string[];
  readonly settled: boolean;
}

/** Classical statistics of one scale; a missing answer counts as 0. There must be at least one attempt. */
export function reportScale(
  scaleId: string,
  items: readonly ScoredItem[],
  answers: readonly ScaleAnswers[],
): ScaleReport {
  const scores = matrixOf(items.length, answers);
  const analysis = analyzeItems(
    scores,
    items.map(({ highest }) => highest),
  );
  const totals = answers.map(({ credits }) => credits.reduce((sum, credit) => sum + credit, 0));
  const maximum = items.reduce((sum, { highest }) => sum + highest, 0);
  const share = (kind: MissingKind) => countOf(answers, kind) / (answers.length * items.length);
  return {
    scaleId,
    test: analysis.test,
    meanScoreShare: analysis.test.mean / maximum,
    omittedShare: share('omitted'),
    notReachedShare: share('not-reached'),
    items: analysis.items.map((statistics, place) => {
      const item = items[place]!;
      const rest = totals.map((total, person) => total - answers[person]!.credits[place]!);
      const options = analyzeOptions(
        answers.map(({ choices }) => choices[place]!),
        rest,
      );
      return {
        itemId: item.itemId,
        mean: statistics.mean,
        p: statistics.p,
        itemRestCorrelation: statistics.itemRestCorrelation,
        alphaIfDeleted: statistics.alphaIfDeleted,
        omitted: answers.filter(({ missing }) => missing[place] === 'omitted').length,
        notReached: answers.filter(({ missing }) => missing[place] === 'not-reached').length,
        options,
        flags: itemFlags(statistics, options, item),
      };
    }),
  };
}

/**
 * Differential item functioning of one scale between a group and everybody else.
 *
 * @param isFocal one per attempt
 * @throws PsychometricsError `dif.one-group`
 */
export function reportDif(
  scaleId: string,
  items: readonly ScoredItem[],
  answers: readonly ScaleAnswers[],
  isFocal: readonly boolean[],
  purify: boolean,
): ScaleDif {
  const analysis = analyzeDif(matrixOf(items.length, answers), isFocal.map(Number), purify);
  return {
    scaleId,
    items: analysis.items.map((item, place) => ({ itemId: items[place]!.itemId, ...item })),
    purified: analysis.purified.map((place) => items[place]!.itemId),
    settled: analysis.settled,
  };
}

function matrixOf(items: number, answers: readonly ScaleAnswers[]): ScoreMatrix {
  const values = new Float64Array(answers.length * items);
  answers.forEach(({ credits }, person) => values.set(credits, person * items));
  return { persons: answers.length, items, values };
}

function countOf(answers: readonly ScaleAnswers[], kind: MissingKind): number {
  return answers.reduce((sum, { missing }) => sum + missing.filter((one) => one === kind).length, 0);
}
