import type { ExactDecimal } from './exact-decimal';

/** Needs that a site must suit; `none` is met everywhere. */
export const ACCESS_KINDS = ['none', 'wheelchair', 'screen-reader'] as const;
export type AccessKind = (typeof ACCESS_KINDS)[number];

/** A session of another kind that is longer than these is for people with extra time alone. */
export const STANDARD_KIND = 'standard';

export interface PlannedPerson {
  readonly personId: string;
  readonly agency: string;
  readonly zone: string;
  readonly access: AccessKind;
  readonly extraMinutes: number;
}

export interface PlannedSite {
  readonly siteId: string;
  readonly suits: readonly AccessKind[];
}

export interface PlannedSitting {
  readonly sessionId: string;
  readonly siteId: string;
  readonly date: string;
  /** Local time of the site, in minutes since 1970-01-01T00:00 of its own clock. */
  readonly startsAtMinute: number;
  readonly minutes: number;
  readonly seats: number;
  readonly kind: string;
}

export interface Distance {
  readonly zone: string;
  readonly siteId: string;
  /** In units of one `unitsPerKm`-th of a kilometre, whole. */
  readonly units: number;
}

/** One cluster window: who is to be seated, and where seats are. */
export interface PlanningProblem {
  readonly people: readonly PlannedPerson[];
  readonly sites: readonly PlannedSite[];
  readonly sessions: readonly PlannedSitting[];
  readonly distances: readonly Distance[];
  readonly unitsPerKm: number;
}

export interface PlanningRules {
  /** At most ⌈cap × its people⌉ of an agency are away on a date. */
  readonly agencyDayCap: ExactDecimal;
  /** ⌊reserve × seats⌋ of each session stay free. */
  readonly reserve: ExactDecimal;
  readonly accessFirst: boolean;
}

/** Where chance decides: two numbers of a person, drawn from the committed seed. */
export interface Draw {
  /** Order in which people of a group are dealt to days and sites. */
  readonly place: number;
  /** Order in which people at a site are dealt to sessions and seats. */
  readonly seat: number;
}

export type DrawOf = (personId: string) => Draw;

/** Plain order of characters: the same on every machine. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
