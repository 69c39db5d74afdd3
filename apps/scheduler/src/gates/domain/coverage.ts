import type { GateVerdict } from './gate-judgement';

/** The gate on how much of a cluster has been assessed, scored and reconciled. */
export const COVERAGE_GATE = 'coverage';

/** One version of the gate's thresholds: data with an author and a source, never constants. */
export interface CoverageRule {
  readonly version: number;
  /** Share of the registered, in percent, from which the gate passes. */
  readonly passPercent: number;
  /** A submission without a result for longer than this is overdue. */
  readonly overdueMinutes: number;
}

/** Distinct people, sessions and records of one cluster at one position of the log. */
export interface CoverageFigures {
  readonly registered: number;
  /** Registered people with an attempt that closed, however it closed. */
  readonly attended: number;
  readonly scored: number;
  /** The result's root equals that of the latest closing. */
  readonly reconciled: number;
  /** People whose result belongs to the latest closing, but not to its root. */
  readonly differing: number;
  /** People not reconciled whose latest closing has no result yet. */
  readonly pending: number;
  /** Pending people whose submission is older than the rule allows. */
  readonly overdue: number;
  /** Sessions planned and not cancelled. */
  readonly sessions: number;
  readonly sealedSessions: number;
  /** Attempts that the seals of the sessions count. */
  readonly sealedAttempts: number;
  /** Closed attempts of the sealed sessions that have arrived. */
  readonly arrivedAttempts: number;
  /** Roster records that could not be applied and have not been mended. */
  readonly setAside: number;
}

/**
 * Judges coverage. Whatever makes the figures doubtful comes first: missing or contradicting data never pass, and never
 * fail either.
 */
export function judgeCoverage(figures: CoverageFigures, rule: CoverageRule): GateVerdict {
  const doubt = doubtAbout(figures);
  if (doubt) return inconclusive(doubt);
  if (reaches(figures.reconciled, figures, rule)) return { outcome: 'passed', reasonCode: 'coverage-reached' };
  const waiting = whatMayStillCome(figures, rule);
  if (waiting) return inconclusive(waiting);
  return { outcome: 'failed', reasonCode: 'coverage-below' };
}

function doubtAbout(figures: CoverageFigures): string | null {
  if (figures.registered === 0) return 'nobody-registered';
  if (figures.setAside > 0) return 'records-set-aside';
  if (figures.differing > 0) return 'root-differs';
  if (figures.overdue > 0) return 'result-overdue';
  return null;
}

/** The topics arrive independently: a seal may be here before the attempts it counts, and these before their results. */
function whatMayStillCome(figures: CoverageFigures, rule: CoverageRule): string | null {
  if (figures.sessions === 0) return 'no-sessions';
  if (figures.sealedSessions < figures.sessions) return 'sessions-running';
  if (figures.arrivedAttempts < figures.sealedAttempts) return 'responses-pending';
  if (reaches(figures.reconciled + figures.pending, figures, rule)) return 'results-pending';
  return null;
}

function reaches(people: number, figures: CoverageFigures, rule: CoverageRule): boolean {
  return people * 100 >= rule.passPercent * figures.registered;
}

function inconclusive(reasonCode: string): GateVerdict {
  return { outcome: 'inconclusive', reasonCode };
}

/** The figures as they are recorded and published, with the share and what it was held against. */
export function recordedFigures(
  figures: CoverageFigures,
  { passPercent }: CoverageRule,
): Record<string, number | null> {
  const reconciledPercent =
    figures.registered === 0 ? null : Math.round((figures.reconciled * 10_000) / figures.registered) / 100;
  return { ...figures, reconciledPercent, passPercent };
}
