import { NOT_ADMINISTERED, type ResponseMatrix } from '../estimation/response.codes';

/** Complete scores `values[person * items + item]`; any finite numbers, as credits need not be whole. */
export interface ScoreMatrix {
  readonly persons: number;
  readonly items: number;
  readonly values: Float64Array;
}

/** Complete scores together with who was left out for want of them. */
export interface CompleteScores {
  readonly scores: ScoreMatrix;
  /** Index in the source of every person kept. */
  readonly kept: readonly number[];
  /** People with at least one item not administered. */
  readonly leftOut: number;
}

/** Scores of classical statistics and DIF: omitted and not reached are 0; people with an item not administered are left out. */
export function completeScores(responses: ResponseMatrix): CompleteScores {
  const { items, scores } = responses;
  const kept: number[] = [];
  for (let person = 0; person < responses.persons; person++) {
    if (!scores.subarray(person * items, (person + 1) * items).includes(NOT_ADMINISTERED)) kept.push(person);
  }
  const values = new Float64Array(kept.length * items);
  kept.forEach((person, row) => {
    for (let item = 0; item < items; item++) values[row * items + item] = Math.max(0, scores[person * items + item]!);
  });
  return { scores: { persons: kept.length, items, values }, kept, leftOut: responses.persons - kept.length };
}
