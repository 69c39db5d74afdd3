import type { ScoreMatrix } from '../classical/score.matrix';
import { chiSquareTail } from '../numeric/distributions';
import { type BinomialRow, logisticLogLikelihood } from './logistic.regression';

export interface LogisticDifResult {
  /** Likelihood-ratio statistic of group and group × score together, two degrees of freedom. */
  readonly statistic: number;
  readonly p: number;
  /** Nagelkerke (1991) R² of the model with the group minus that of the model with the score alone. */
  readonly rSquaredDifference: number;
}

/**
 * Logistic DIF of one 0/1 item (Swaminathan & Rogers 1990): score against score + group + group × score.
 *
 * @param matching one matching score per person
 * @param isFocal 1 for the focal group, 0 for the reference group
 * @returns null when everybody has the same answer, or the matching score does not vary in each group
 */
export function logisticDif(
  scores: ScoreMatrix,
  item: number,
  matching: ArrayLike<number>,
  isFocal: ArrayLike<number>,
): LogisticDifResult | null {
  const rows = gatherRows(scores, item, matching, isFocal);
  const persons = scores.persons;
  const ones = rows.reduce((sum, row) => sum + row.ones, 0);
  if (ones === 0 || ones === persons) return null;
  const empty = logisticLogLikelihood([{ predictors: [1], ones, total: persons }]);
  const byScore = logisticLogLikelihood(rows.map((row) => ({ ...row, predictors: row.predictors.slice(0, 2) })));
  const byGroup = logisticLogLikelihood(rows);
  if (empty === null || byScore === null || byGroup === null) return null;
  const statistic = Math.max(0, 2 * (byGroup - byScore));
  return {
    statistic,
    p: chiSquareTail(statistic, 2),
    rSquaredDifference: nagelkerke(empty, byGroup, persons) - nagelkerke(empty, byScore, persons),
  };
}

/** People with the same score and group make one row; the score is centred, which leaves the fit as it is and Newton stable. */
function gatherRows(
  scores: ScoreMatrix,
  item: number,
  matching: ArrayLike<number>,
  isFocal: ArrayLike<number>,
): BinomialRow[] {
  let mean = 0;
  for (let person = 0; person < scores.persons; person++) mean += matching[person]! / scores.persons;
  const cells = new Map<string, { score: number; focal: number; ones: number; total: number }>();
  for (let person = 0; person < scores.persons; person++) {
    const score = matching[person]!;
    const focal = isFocal[person]!;
    const key = `${score}|${focal}`;
    const cell = cells.get(key) ?? { score, focal, ones: 0, total: 0 };
    cell.total++;
    if (scores.values[person * scores.items + item] === 1) cell.ones++;
    cells.set(key, cell);
  }
  return Array.from(cells.values())
    .sort((left, right) => left.score - right.score || left.focal - right.focal)
    .map(({ score, focal, ones, total }) => ({
      predictors: [1, score - mean, focal, focal * (score - mean)],
      ones,
      total,
    }));
}

function nagelkerke(empty: number, fitted: number, persons: number): number {
  return -Math.expm1((2 * (empty - fitted)) / persons) / -Math.expm1((2 * empty) / persons);
}
