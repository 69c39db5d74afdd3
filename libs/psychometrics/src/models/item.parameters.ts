/** One-parameter logistic item; `a`, when given, must be 1. Score categories 0 and 1. */
export interface OneParameterItem {
  readonly itemId: string;
  readonly model: '1PL';
  readonly a?: number;
  readonly b: number;
}

/** Two-parameter logistic item (Birnbaum 1968): slope `a` > 0, difficulty `b` in theta units. */
export interface TwoParameterItem {
  readonly itemId: string;
  readonly model: '2PL';
  readonly a: number;
  readonly b: number;
}

/** Three-parameter logistic item: lower asymptote 0 <= `c` < 1. */
export interface ThreeParameterItem {
  readonly itemId: string;
  readonly model: '3PL';
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

/** Four-parameter logistic item (Barton & Lord 1981): upper asymptote `c` < `d` <= 1. */
export interface FourParameterItem {
  readonly itemId: string;
  readonly model: '4PL';
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
}

/** Partial credit item (Masters 1982): `b` holds the m step difficulties of the categories 0..m; `a`, when given, is 1. */
export interface PartialCreditItem {
  readonly itemId: string;
  readonly model: 'PCM';
  readonly a?: number;
  readonly b: readonly number[];
}

/** Generalised partial credit item (Muraki 1992): slope `a` > 0 and m step difficulties, in any order. */
export interface GeneralizedPartialCreditItem {
  readonly itemId: string;
  readonly model: 'GPCM';
  readonly a: number;
  readonly b: readonly number[];
}

/** Graded item (Samejima 1969): slope `a` > 0 and m strictly increasing boundaries; P(X >= k) = sigmoid(Da(theta - b_k)). */
export interface GradedItem {
  readonly itemId: string;
  readonly model: 'GRM';
  readonly a: number;
  readonly b: readonly number[];
}

/**
 * Nominal item (Bock 1972): one slope and one intercept per category, category 0 first; P_k is proportional to
 * exp(D slope_k theta + intercept_k).
 */
export interface NominalItem {
  readonly itemId: string;
  readonly model: 'NRM';
  readonly slopes: readonly number[];
  readonly intercepts: readonly number[];
}

export type ItemParameters =
  | OneParameterItem
  | TwoParameterItem
  | ThreeParameterItem
  | FourParameterItem
  | PartialCreditItem
  | GeneralizedPartialCreditItem
  | GradedItem
  | NominalItem;

export type ModelName = ItemParameters['model'];

/** Items on one scale together with the constant of their metric. */
export interface ParameterSet {
  /** Scaling constant: 1 (logistic metric), 1.7 or 1.702 (normal metric). Never implied: slopes mean nothing without it. */
  readonly D: number;
  readonly items: readonly ItemParameters[];
}
