import type { ResultScored } from '@app/contracts';

/** What a report shows of one scale of one person. */
export interface ScaleValues {
  readonly score: number | null;
  readonly theta: number | null;
  readonly level: number | null;
}

export interface ResultValues {
  readonly scales: Readonly<Record<string, ScaleValues>>;
  readonly percent: string | null;
  readonly category: string | null;
  readonly band: string | null;
  readonly box: number | null;
}

/** One attempt of a dry run: before, after, and why. */
export interface RescoredRow {
  readonly attemptId: string;
  readonly analyticsId: string;
  readonly agency: string;
  readonly sessionId: string;
  readonly closing: number;
  /** null: nothing was published for this closing, so nothing is replaced. */
  readonly before: ResultValues | null;
  readonly after: ResultValues;
  readonly changed: boolean;
  /** Items that earn this person another credit than before. */
  readonly items: readonly string[];
  /** SHA-256 of the new result's bytes, hexadecimal. */
  readonly digest: string;
}

/** What a result says about the person, apart from how it came about. */
export type Saying = Pick<ResultScored, 'scales' | 'jobPersonMatch' | 'potential' | 'nineBox'>;

export function valuesOf({ scales, jobPersonMatch, potential, nineBox }: Saying): ResultValues {
  return {
    scales: Object.fromEntries(
      scales.map(({ scaleId, score, theta, level }) => [
        scaleId,
        { score, theta: theta ?? null, level: level?.level ?? null },
      ]),
    ),
    percent: jobPersonMatch?.percent ?? null,
    category: jobPersonMatch?.category ?? null,
    band: potential?.band ?? null,
    box: nineBox?.box ?? null,
  };
}

/** Whether two results of one closing say different things about the person. */
export function differs(before: Saying, after: Saying): boolean {
  return sayings(before) !== sayings(after);
}

function sayings({ scales, jobPersonMatch, potential, nineBox }: Saying): string {
  return JSON.stringify([scales, jobPersonMatch ?? null, potential ?? null, nineBox ?? null]);
}
