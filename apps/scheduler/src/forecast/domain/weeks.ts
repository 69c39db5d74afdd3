import type { ObservedWeek, PlannedWeek } from './forecast';

const DAY_MS = 86_400_000;
const DAYS_PER_WEEK = 7;
/** 1970-01-01 was a Thursday. */
const MONDAY_OFFSET = 3;

/** Seats that a plan offers on a day. */
export interface OfferedSeats {
  readonly day: string;
  readonly seats: number;
  /** The cluster was held when the sessions should have begun. */
  readonly wasHeld: boolean;
}

/** Monday of the week that a day is in. */
export function mondayOf(day: string): string {
  const number = Date.parse(day) / DAY_MS;
  return dayOf(number - ((number + MONDAY_OFFSET) % DAYS_PER_WEEK));
}

/**
 * Weeks that are over, from the first with seats on. A week in which most of the seats stood in held clusters, or in which
 * nobody submitted although there were seats, is a stop.
 */
export function observedWeeks(
  offered: readonly OfferedSeats[],
  submitted: readonly { readonly day: string; readonly people: number }[],
  today: string,
): ObservedWeek[] {
  const seats = sumByWeek(offered, (one) => one.seats);
  const heldSeats = sumByWeek(offered, (one) => (one.wasHeld ? one.seats : 0));
  const people = sumByWeek(submitted, (one) => one.people);
  const first = [...seats.keys()].sort()[0];
  if (first === undefined) return [];
  const weeks: ObservedWeek[] = [];
  for (let monday = first; monday < mondayOf(today); monday = plusDays(monday, DAYS_PER_WEEK)) {
    const planned = seats.get(monday) ?? 0;
    const done = people.get(monday) ?? 0;
    const stopped = planned > 0 && (done === 0 || (heldSeats.get(monday) ?? 0) * 2 > planned);
    weeks.push({ seats: planned, submitted: done, stopped });
  }
  return weeks;
}

/** Weeks to come with their seats; what is left of the present one begins today. */
export function plannedWeeks(offered: readonly OfferedSeats[], today: string, from: string): PlannedWeek[] {
  const first = from > today ? from : today;
  const seats = sumByWeek(
    offered.filter(({ day }) => day >= first),
    (one) => one.seats,
  );
  return [...seats]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([monday, count]) => ({ startsOn: monday < first ? first : monday, seats: count }));
}

function sumByWeek<One extends { readonly day: string }>(
  rows: readonly One[],
  valueOf: (row: One) => number,
): Map<string, number> {
  const sums = new Map<string, number>();
  for (const row of rows) sums.set(mondayOf(row.day), (sums.get(mondayOf(row.day)) ?? 0) + valueOf(row));
  return sums;
}

function plusDays(day: string, days: number): string {
  return dayOf(Date.parse(day) / DAY_MS + days);
}

function dayOf(number: number): string {
  return new Date(number * DAY_MS).toISOString().slice(0, 10);
}
