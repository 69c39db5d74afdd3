import type { GateOutcome } from '@app/contracts';
import type { GateName, GateRule } from './gate-rule';

export interface GateVerdict {
  readonly outcome: GateOutcome;
  readonly reasonCode: string;
}

export type GateFigures = Readonly<Record<string, number | null>>;

type Thresholds = GateRule['thresholds'];
type Judge = (figures: GateFigures, thresholds: Thresholds) => GateVerdict;

const passed = (reasonCode: string): GateVerdict => ({ outcome: 'passed', reasonCode });
const failed = (reasonCode: string): GateVerdict => ({ outcome: 'failed', reasonCode });
const inconclusive = (reasonCode: string): GateVerdict => ({ outcome: 'inconclusive', reasonCode });

/** Judges that hold one figure, or a few, against thresholds. Missing or old data is inconclusive: it never passes. */
export const JUDGES: Readonly<Record<Exclude<GateName, 'coverage'>, Judge>> = {
  'roster-sync': (figures, limits) => {
    const { registered, matchedPercent, newestMinutes, setAside } = figures;
    if (!registered) return inconclusive('nobody-registered');
    if (setAside !== 0) return inconclusive('records-set-aside');
    if (isOver(newestMinutes, limits.staleMinutes)) return inconclusive('source-silent');
    return atLeast(matchedPercent, limits);
  },

  rehearsal: ({ sites, sitesPassed, sitesFailed, images, oldestMinutes }, limits) => {
    if (!sites) return inconclusive('no-sites');
    if (sitesFailed !== 0) return failed('site-red');
    if (images !== null && images !== undefined && images > 1) return failed('images-differ');
    if (sitesPassed !== sites) return inconclusive('no-report');
    if (isOver(oldestMinutes, limits.staleMinutes)) return inconclusive('source-silent');
    return passed('all-sites-rehearsed');
  },

  parity: ({ processes, silent, differing }) => {
    if (!processes) return inconclusive('no-report');
    if (differing !== 0) return failed('versions-differ');
    if (silent !== 0) return inconclusive('node-silent');
    return passed('versions-equal');
  },

  seats: ({ people, seats, seatsPercent }, limits) => {
    if (people === 0) return passed('nobody-left');
    if (!seats && seats !== 0) return inconclusive('no-figure');
    return (seatsPercent ?? 0) >= limitOf(limits, 'pass') ? passed('seats-suffice') : failed('seats-short');
  },

  'canary-size': ({ people, agencies, sites }, limits) => {
    const isLarge = reaches(people, limits, 'people') && reaches(agencies, limits, 'agencies');
    return isLarge && reaches(sites, limits, 'sites') ? passed('canary-large-enough') : inconclusive('too-few');
  },

  incidents: ({ attempts, incidentPercent }, limits) =>
    reaches(attempts, limits, 'minimum') ? atMost(incidentPercent, limits) : inconclusive('too-few'),

  'save-latency': ({ reports, worstMs, bestMs }, limits) => {
    if (!reports) return inconclusive('source-silent');
    // Slow all the time fails; slow once in a while only keeps the gate from passing.
    if (bestMs !== null && bestMs !== undefined && bestMs > limitOf(limits, 'fail')) return failed('above-limit');
    if (worstMs === null || worstMs === undefined) return inconclusive('no-figure');
    return worstMs <= limitOf(limits, 'pass') ? passed('within-limit') : inconclusive('in-between');
  },

  'scoring-lag': ({ scored, waiting, lagMinutes }, limits) =>
    scored || waiting ? atMost(lagMinutes, limits) : inconclusive('no-figure'),

  integrity: ({ sealed, verified, differing }) => {
    if (differing !== 0) return failed('root-differs');
    if (!sealed) return inconclusive('nothing-sealed');
    return verified === sealed ? passed('roots-equal') : inconclusive('not-verified');
  },

  attendance: ({ chosen, seated, attendedPercent, sessions, sealedSessions }, limits) => {
    if (!chosen) return inconclusive('nobody-chosen');
    const share = attendedPercent ?? 0;
    if (share >= limitOf(limits, 'pass')) return passed('attendance-reached');
    if (!sessions) return inconclusive('no-sessions');
    // Who was never given a seat did not stay away.
    if ((seated ?? 0) < chosen) return inconclusive('not-all-seated');
    if (sealedSessions !== sessions) return inconclusive('sessions-running');
    return share < limitOf(limits, 'fail') ? failed('attendance-below') : inconclusive('in-between');
  },

  reliability: ({ reports, attempts, lowestAlpha }, limits) => {
    if (!reports || !reaches(attempts, limits, 'minimum')) return inconclusive('too-few');
    if (lowestAlpha === null || lowestAlpha === undefined) return inconclusive('no-figure');
    return lowestAlpha >= limitOf(limits, 'pass') ? passed('reliable') : failed('unreliable');
  },

  'result-quality': ({ comparisons, beyond, unclear, people }, limits) => {
    if (beyond) return failed('site-differs');
    if (!reaches(people, limits, 'minimum') || !comparisons) return inconclusive('too-few');
    return unclear === 0 ? passed('sites-alike') : inconclusive('interval-too-wide');
  },
};

function limitOf(thresholds: Thresholds, name: string): number {
  const limit = thresholds[name];
  if (limit === undefined) throw new RangeError(`the rule has no threshold ${name}`);
  return limit;
}

function reaches(figure: number | null | undefined, thresholds: Thresholds, name: string): boolean {
  return (figure ?? 0) >= limitOf(thresholds, name);
}

/** A figure that is not known is as old as can be. */
function isOver(minutes: number | null | undefined, limit: number | undefined): boolean {
  return minutes === null || minutes === undefined || limit === undefined || minutes > limit;
}

/** The more the better: below `fail` it fails, and between the two nobody can say. */
function atLeast(figure: number | null | undefined, thresholds: Thresholds): GateVerdict {
  if (figure === null || figure === undefined) return inconclusive('no-figure');
  if (figure >= limitOf(thresholds, 'pass')) return passed('within-limit');
  return figure < limitOf(thresholds, 'fail') ? failed('below-limit') : inconclusive('in-between');
}

/** The less the better. */
function atMost(figure: number | null | undefined, thresholds: Thresholds): GateVerdict {
  if (figure === null || figure === undefined) return inconclusive('no-figure');
  if (figure <= limitOf(thresholds, 'pass')) return passed('within-limit');
  return figure > limitOf(thresholds, 'fail') ? failed('above-limit') : inconclusive('in-between');
}
