import type { PotentialBand } from '@app/contracts';
import type { Estimator as AbilityEstimator, ItemParameters, NotReachedPolicy } from '@app/psychometrics';

/** `sum`: the credits of a scale's items, added up. The others estimate theta from the package's item parameters. */
export type Estimator = 'sum' | AbilityEstimator;

/** How one item is scored: one point for exactly this response, or the credit of the option chosen, 0 for any other. */
export interface ScoredItem {
  readonly itemId: string;
  readonly key?: string | number;
  readonly credits?: Readonly<Record<string, number>>;
  /** Was delivered and counts for nobody any more. */
  readonly withdrawn?: boolean;
  /** An answer that came faster was not read; the package's own threshold where this is absent. */
  readonly secondsMin?: number;
}

export interface Scale {
  readonly scaleId: string;
  readonly itemIds: readonly string[];
  /** Section of the form that delivers the scale; a form without it leaves the scale without a score. */
  readonly section?: string;
  /** Fewer answered items give no score. */
  readonly minimumItems?: number;
  /** Increasing, in units of theta, each closed below. */
  readonly levelCuts?: readonly number[];
}

/** Parameters of an item and the hash of the key under which they were estimated. */
export type CalibratedItem = ItemParameters & { readonly keyHash: string };

export interface Calibration {
  /** Constant of the metric of all slopes. */
  readonly D: number;
  /** How, from whom, and what follows from that; shown wherever results of the package are reported. */
  readonly statement: string;
  readonly persons?: number;
  /** SHA-256 of the responses that were calibrated, hexadecimal. */
  readonly dataHash?: string;
  /** The people scored are among those whom the parameters were estimated from. */
  readonly inSample?: boolean;
  readonly items: readonly CalibratedItem[];
}

export interface MatchCategory {
  readonly category: string;
  /** Closed below; at most two decimals. */
  readonly fromPercent: number;
}

/** 100 × sum of weight × min(achieved, cap × required) / sum of weight × required. */
export interface JobPersonMatchRule {
  readonly ruleId: string;
  readonly version: number;
  readonly competencies: readonly { readonly scaleId: string; readonly weight: number }[];
  /** How much of a required level one competency can be worth: 100 lets no surplus make up for a gap elsewhere. */
  readonly capPercent: number;
  /** Decimals shown; further ones are cut off, never rounded. */
  readonly decimals: number;
  /** From the highest to the lowest, which begins at 0. */
  readonly categories: readonly MatchCategory[];
}

/** Weighted mean of thetas, cut into low, middle and high; both edges belong to the higher band. */
export interface BandRule {
  readonly scales: readonly { readonly scaleId: string; readonly weight: number }[];
  readonly edges: readonly number[];
}

export interface NineBoxRule extends BandRule {
  /** Codes of the roster, and the row of the nine-box that each stands for. */
  readonly performance: Readonly<Record<string, 'below' | 'at' | 'above'>>;
}

export interface FlagRule {
  /** A level whose probability is below this is marked uncertain. */
  readonly levelProbabilityMin: number;
  /** lz* (lz under EAP) below this marks the answers as unusual. */
  readonly personFitMin: number;
  /** An answer in fewer seconds is rapid. */
  readonly secondsMin: number;
  /** A larger share of rapid answers marks the attempt. */
  readonly rapidShareMax: number;
}

/** Rudner's index below 0.6; the lower percent of lz*; two seconds do not suffice to read an item. */
export const STANDARD_FLAGS: FlagRule = {
  levelProbabilityMin: 0.6,
  personFitMin: -2.33,
  secondsMin: 2,
  rapidShareMax: 0.1,
};

/** Everything that turns the responses to one form into a result. Data that never change under their version. */
export interface PackageContent {
  readonly packageId: string;
  readonly version: number;
  readonly form: { readonly formId: string; readonly version: number };
  /** Made up for show: goes into force only where somebody says so, and marks every result. */
  readonly illustrative?: boolean;
  readonly estimator: Estimator;
  /** Of MAP and EAP; the standard normal where absent. */
  readonly prior?: { readonly mean: number; readonly sd: number };
  /** Grid of EAP: nodes, and half its width in standard deviations of the prior. 121 on ±6 where absent. */
  readonly grid?: { readonly nodes: number; readonly range: number };
  /** What a not-reached item counts as; wrong where absent. */
  readonly notReached?: NotReachedPolicy;
  readonly items: readonly ScoredItem[];
  readonly scales: readonly Scale[];
  readonly calibration?: Calibration;
  readonly flags?: Partial<FlagRule>;
  /** Required levels: job level → scale → level. */
  readonly standards?: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly jobPersonMatch?: JobPersonMatchRule;
  readonly potential?: BandRule;
  readonly nineBox?: NineBoxRule;
}

export interface ScoringPackage extends PackageContent {
  /** SHA-256 of `canonicalText`, hexadecimal. */
  readonly hash: string;
}

/** In the order of the two edges that divide them. */
export const BANDS: readonly PotentialBand[] = ['low', 'middle', 'high'];

/**
 * The text that a package's hash is taken of. Fields stand in the order of their names and lists in the order given, so
 * the hash does not depend on how the file was indented or its fields were ordered.
 */
export function canonicalText(content: PackageContent): string {
  return `petabakat.scoring-package.v1\n${sortedJson(content)}`;
}

/** The text whose hash binds parameters to the key that they were estimated under. */
export function keyText({ itemId, key, credits }: ScoredItem): string {
  return `petabakat.item-key.v1\n${sortedJson({ itemId, key, credits })}`;
}

/** Options of an item and what each is worth; a single right response is worth 1. */
export function highestCredit({ credits }: ScoredItem): number {
  return credits ? Math.max(...Object.values(credits)) : 1;
}

function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_, field: unknown) => {
    if (typeof field !== 'object' || field === null || Array.isArray(field)) return field;
    return Object.fromEntries(Object.entries(field).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  });
}
