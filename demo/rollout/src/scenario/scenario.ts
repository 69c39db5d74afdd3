import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';

/** How one cluster is played; percentages and days are the scenario's, the outcomes are not. */
export interface ClusterScenario {
  readonly cluster: number;
  /** The Monday on which people are registered, sites vouched for and the cluster is opened. */
  readonly preparedOn: string;
  readonly canaryPercent: number;
  /** Session days of the canary, of the waves to 25, 50 and 100 %, and for those who did not come. */
  readonly days: { readonly canary: number; readonly waves: readonly number[]; readonly makeUp: number };
}

/** Everything about the fifteen months that no source tells. */
export interface Scenario {
  readonly firstDay: string;
  readonly lastDay: string;
  readonly form: { readonly formId: string; readonly makeUpFormId: string; readonly version: number };
  readonly session: { readonly startsAt: string; readonly minutes: number; readonly timeZone: string };
  readonly seats: {
    /** Seats beyond the need of each stage, as a factor. */
    readonly spare: number;
    readonly reserve: string;
    /** Largest part of a whole agency that may be away on one day. */
    readonly agencyDayCap: number;
    /** Seats for those who did not come, as a share of the cluster. */
    readonly makeUpShare: number;
  };
  /** Days of the week with sessions, Sunday being 0. */
  readonly weekdays: readonly number[];
  /** Mondays of weeks without sessions. */
  readonly skippedWeeks: readonly string[];
  readonly people: {
    readonly turnout: number;
    readonly makeUpTurnout: number;
    readonly wheelchair: number;
    readonly screenReader: number;
    readonly screenReaderExtraMinutes: number;
    readonly omittedShare: number;
    /** One attempt in so many is resumed on another seat. */
    readonly attemptsPerResume: number;
    readonly dutyRegions: Readonly<Record<string, number>>;
  };
  readonly clusters: readonly ClusterScenario[];
  readonly incident: {
    readonly cluster: number;
    readonly stage: string;
    readonly sessionDays: number;
    readonly siteId: string;
    readonly creditedSeconds: number;
    readonly cause: string;
  };
  readonly lostSite: {
    readonly cluster: number;
    readonly stage: string;
    /** Session days of the stage that are over when the site is lost. */
    readonly afterSessionDays: number;
    readonly siteId: string;
    readonly cause: string;
  };
}

export interface AgencySize {
  readonly code: string;
  readonly people: number;
}

export interface ScenarioFiles {
  readonly scenario: Scenario;
  /** Agencies with the people of the whole population. */
  readonly sizes: readonly AgencySize[];
  readonly sites: string;
  readonly siteIds: readonly string[];
  readonly distances: string;
}

export function readScenario(folder: string): ScenarioFiles {
  const read = (name: string) => readFileSync(join(folder, name), 'utf8');
  const sites = read('sites.csv');
  const sizes = parse<{ code: string; people: string }>(read('agency-sizes.csv'), { columns: true });
  return {
    scenario: JSON.parse(read('scenario.json')) as Scenario,
    sizes: sizes.map(({ code, people }) => ({ code, people: Number(people) })),
    sites,
    siteIds: parse<{ siteId: string }>(sites, { columns: true }).map(({ siteId }) => siteId),
    distances: read('distances.csv'),
  };
}

/** The same proportions with fewer people: largest remainders, and nobody's agency disappears. */
export function scaleSizes(sizes: readonly AgencySize[], people: number): AgencySize[] {
  const whole = sizes.reduce((sum, agency) => sum + agency.people, 0);
  const shares = sizes.map(({ code, people: full }) => {
    const exact = (full * people) / whole;
    return { code, people: Math.max(1, Math.floor(exact)), rest: exact - Math.floor(exact) };
  });
  let missing = people - shares.reduce((sum, share) => sum + share.people, 0);
  for (const share of [...shares].sort((a, b) => b.rest - a.rest)) {
    if (missing <= 0) break;
    share.people += 1;
    missing -= 1;
  }
  return shares.map(({ code, people: scaled }) => ({ code, people: scaled }));
}
