import type { ClusterScenario, Scenario } from './scenario';

const DAY_MS = 86_400_000;

/** Sessions for those who did not come. */
export const MAKE_UP = 'make-up';
/** A day kept free for whoever still has not sat; cancelled once the cluster is closed. */
export const RESERVE = 'reserve';

/** Calendar dates as `YYYY-MM-DD`. */
export function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

export function weekdayOf(date: string): number {
  return new Date(`${date}T00:00:00Z`).getUTCDay();
}

/** Every date from the first to the last. */
export function datesBetween(first: string, last: string): string[] {
  const dates: string[] = [];
  for (let date = first; date <= last; date = addDays(date, 1)) dates.push(date);
  return dates;
}

/** Session days of one stage of a cluster. */
export interface StageWindow {
  /** As the scheduler names stages. */
  readonly stage: string;
  /** Share of the cluster's people who are new in this stage; for the make-up those who did not come. */
  readonly newShare: number;
  readonly dates: readonly string[];
}

/** Where a cluster's stages lie in the calendar. */
export function windowsOf(cluster: ClusterScenario, scenario: Scenario): StageWindow[] {
  const { canaryPercent, days } = cluster;
  const waves = [25, 50, 100];
  const stages = [
    { stage: 'canary', count: days.canary, newShare: canaryPercent / 100 },
    ...waves.map((share, at) => ({
      stage: `wave-${share}`,
      count: days.waves[at]!,
      newShare: (share - (waves[at - 1] ?? canaryPercent)) / 100,
    })),
    { stage: MAKE_UP, count: days.makeUp, newShare: 0 },
    { stage: RESERVE, count: 1, newShare: 0 },
  ];
  const dates = sessionDates(cluster.preparedOn, scenario);
  return stages.map(({ stage, count, newShare }) => ({ stage, newShare, dates: take(dates, count) }));
}

/** Days with sessions after a date, without end. */
function* sessionDates(after: string, { weekdays, skippedWeeks }: Scenario): Generator<string> {
  for (let date = addDays(after, 1); ; date = addDays(date, 1)) {
    const monday = addDays(date, -((weekdayOf(date) + 6) % 7));
    if (weekdays.includes(weekdayOf(date)) && !skippedWeeks.includes(monday)) yield date;
  }
}

function take(dates: Generator<string>, count: number): string[] {
  return Array.from({ length: count }, () => dates.next().value as string);
}

/** The first run of session days within one week, from the third day of the stage on: nobody can repair it over a weekend. */
export function incidentDates(windows: readonly StageWindow[], { incident }: Scenario): string[] {
  const dates = windows.find(({ stage }) => stage === incident.stage)?.dates ?? [];
  for (let at = 2; at + incident.sessionDays <= dates.length; at += 1) {
    const run = dates.slice(at, at + incident.sessionDays);
    if (Date.parse(run.at(-1)!) - Date.parse(run[0]!) === (incident.sessionDays - 1) * DAY_MS) return run;
  }
  return [];
}
