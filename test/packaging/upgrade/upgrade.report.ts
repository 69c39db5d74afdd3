import type { HistoryEvidence, Operation, Try } from '../../faults/checker/evidence';
import type { Standstill } from './standing.watch';

/** A request that was sent so long before has certainly arrived. */
export const ARRIVED_MS = 100;
/** Longer, and people see their attempts too late. */
export const STANDSTILL_MAX_SECONDS = 15;

/** What changes nothing has no outcome that could be unknown. */
const READINGS: ReadonlySet<string> = new Set(['form', 'read']);
/** The platform's own word that a command stands in the log, and that the tables have not reached it within 5 s. */
const NOT_READ_YET = 'attempt.catching-up';

/** Of attempts that a supervisor has moved or ended meanwhile. */
const REFUSALS_FOR_GOOD: ReadonlySet<string> = new Set(['attempt.closed', 'attempt.superseded']);

export interface UpgradeSpan {
  readonly fromMs: number;
  readonly untilMs: number;
  /** When each old container was asked to stop. */
  readonly stopsMs: readonly number[];
}

export interface UpgradeReport {
  readonly upgradeSeconds: number;
  readonly replaced: number;
  /** Requests of every kind that were under way at some moment of the upgrade. */
  readonly requests: number;
  readonly requestsPerSecond: number;
  readonly acknowledgedAnswers: number;
  /** Tries by outcome and code, those that went well left out. */
  readonly notWell: Readonly<Record<string, number>>;
  /** Answers, commands, logins and submissions of which nobody was told what became of them. */
  readonly unknown: number;
  /** Of those, sent at least 100 ms before a stop that they met: must be none. */
  readonly unknownAtStop: number;
  /** Answers that no repeat has brought into the log, but for those of attempts that were over. */
  readonly answersLeftUnacknowledged: number;
  readonly longestStandstill: Standstill | null;
}

interface NamedTry extends Try {
  readonly operation: Operation;
}

/** What the candidates' history says of an upgrade. */
export function upgradeReportOf(
  { operations }: HistoryEvidence,
  span: UpgradeSpan,
  longestStandstill: Standstill | null,
): UpgradeReport {
  const tries = operations
    .flatMap((operation) => operation.tries.map((one): NamedTry => ({ ...one, operation })))
    .filter(({ intent, outcome }) => intent.atMs < span.untilMs && (outcome?.atMs ?? Infinity) > span.fromMs);
  const unknown = tries.filter(isUnknown);
  const notWell: Record<string, number> = {};
  for (const { intent, outcome } of tries) {
    if (outcome?.outcome === 'ok') continue;
    const what = `${intent.kind} ${outcome?.outcome ?? 'unknown'} ${outcome?.code ?? 'no outcome'}`;
    notWell[what] = (notWell[what] ?? 0) + 1;
  }
  const seconds = (span.untilMs - span.fromMs) / 1_000;
  return {
    upgradeSeconds: Math.round(seconds),
    replaced: span.stopsMs.length,
    requests: tries.length,
    requestsPerSecond: Math.round(tries.length / seconds),
    acknowledgedAnswers: tries.filter(({ intent, outcome }) => intent.kind === 'answer' && outcome?.outcome === 'ok')
      .length,
    notWell,
    unknown: unknown.length,
    unknownAtStop: unknown.filter((one) => metAStop(one, span.stopsMs)).length,
    answersLeftUnacknowledged: operations.filter(isLeftUnacknowledged).length,
    longestStandstill,
  };
}

function isLeftUnacknowledged({ kind, outcome, tries }: Operation): boolean {
  return kind === 'answer' && outcome !== 'ok' && !REFUSALS_FOR_GOOD.has(tries.at(-1)?.outcome?.code ?? '');
}

function isUnknown({ outcome, operation }: NamedTry): boolean {
  if (READINGS.has(operation.kind) || outcome?.code === NOT_READ_YET) return false;
  return (outcome?.outcome ?? 'unknown') === 'unknown';
}

/** Under way, and certainly arrived, when something was asked to stop. */
function metAStop({ intent, outcome }: NamedTry, stopsMs: readonly number[]): boolean {
  return stopsMs.some((stopMs) => intent.atMs <= stopMs - ARRIVED_MS && (outcome?.atMs ?? Infinity) >= stopMs);
}

/** What an upgrade under load must not show. */
export function problemsOf(report: UpgradeReport): string[] {
  const { longestStandstill: standstill } = report;
  const problems: string[] = [];
  if (report.replaced === 0) problems.push('shows nothing: no container was replaced');
  if (report.unknownAtStop > 0) problems.push(`${report.unknownAtStop} requests that had arrived are unknown`);
  if (report.answersLeftUnacknowledged > 0)
    problems.push(`${report.answersLeftUnacknowledged} answers were never acknowledged`);
  if (standstill && standstill.seconds > STANDSTILL_MAX_SECONDS)
    problems.push(`${standstill.partition} stood still for ${standstill.seconds.toFixed(1)} s`);
  return problems;
}
