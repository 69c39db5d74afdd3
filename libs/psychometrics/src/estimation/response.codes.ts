/** Seen and left blank: scores 0. */
export const OMITTED = -1;
/** Behind the last answer when time ran out: wrong or ignored, as the policy says. */
export const NOT_REACHED = -2;
/** Never shown, or withdrawn: always ignored. */
export const NOT_ADMINISTERED = -3;

/** Answers of many people to the same items: `scores[person * items + item]` is a category from 0 or one of the codes. */
export interface ResponseMatrix {
  readonly persons: number;
  readonly items: number;
  readonly scores: Int8Array;
}

/** What a not-reached item counts as: category 0, or nothing at all. */
export type NotReachedPolicy = 'wrong' | 'ignore';

export interface ResponseCounts {
  /** Items with an answer of their own. */
  readonly answered: number;
  readonly omitted: number;
  readonly notReached: number;
  readonly notAdministered: number;
}
