import { type DayGroup, planDays } from './day-phase';
import { seatByMoving } from './displacement-chains';
import type { FlowSolver } from './flow-network';
import { solveMinCostFlow } from './min-cost-flow';
import { awayCounts } from './plan-outcome';
import { dealDates, planUncapped } from './plan-seats';
import type { Draw, DrawOf, PlanningProblem, PlanningRules } from './planning-problem';
import { type PlanningWindow, type SeatTable, openWindow, seatTable } from './planning-window';
import { type Seating, UNPLACED, byDraw, seatByDate, seatsTaken } from './seat-dealing';
import type { DisplacementRoom } from './seat-places';
import { unitsOf } from './travel-flow';

/** People whose session is still to be held are told this long before it, or they keep it. */
const NOTICE_MINUTES = 48 * 60;
/** A way that is this much longer weighs as much as a date that is one day away from the old one. */
const KM_LIKE_A_DAY = 10;
const MINUTES_PER_DAY = 1440;

/** Sites that cannot be used on dates from one on. */
export interface SiteLoss {
  readonly sites: ReadonlySet<string>;
  readonly from: string;
  /** The last such date; null: to the end of the window. */
  readonly until: string | null;
}

export interface Replan {
  readonly window: PlanningWindow;
  readonly seating: Seating;
  /** People whose session is lost. */
  readonly displaced: readonly number[];
  readonly uncappedUnits: number;
  /** Whether anybody could be seated in a session. */
  readonly isOpen: (session: number) => boolean;
}

/**
 * Seats the people whose session is lost, by the rules of the plan. Everybody else keeps seat and session; only where
 * that leaves somebody without a seat, as few others as possible move, and none whose session is near.
 *
 * @param losses the one that is planned for last, after those that the plan has been made anew for before
 */
export function replanSeats(
  problem: PlanningProblem,
  rules: PlanningRules,
  drawOf: DrawOf,
  base: Seating,
  losses: readonly SiteLoss[],
  solve: FlowSolver = solveMinCostFlow,
): Replan {
  const window = openWindow(problem, rules);
  const lossMinute = minuteOf(losses.at(-1)!.from);
  const isLost = lostSessions(problem, losses);
  const isOpen = (session: number): boolean =>
    !isLost[session] && problem.sessions[session]!.startsAtMinute >= lossMinute;
  const displaced = problem.people.flatMap((_, person) => (isLost[base.sessionOf[person]!] ? [person] : []));
  const draws: Draw[] = [];
  for (const person of displaced) draws[person] = drawOf(problem.people[person]!.personId);
  const seating = { sessionOf: base.sessionOf.slice(), seatOf: base.seatOf.slice() };
  for (const person of displaced) unseat(seating, person);
  seatDisplaced({ window, seating, displaced, base, isOpen, draws, solve });

  const left = displaced.filter((person) => seating.sessionOf[person] === UNPLACED);
  const keepsUntilMinute = lossMinute + NOTICE_MINUTES;
  const room: DisplacementRoom = {
    window,
    base,
    isOpen,
    isNear: (session) => problem.sessions[session]!.startsAtMinute < keepsUntilMinute,
    isDisplaced: (person) => isLost[base.sessionOf[person]!] ?? false,
  };
  if (left.length > 0) seatByMoving(room, seating, byDraw(left, draws, 'place', window));
  const uncapped = planUncapped(window, seatTable(window), rules.accessFirst, solve);
  return { window, seating, displaced, uncappedUnits: unitsOf(window.profiles, uncapped), isOpen };
}

interface Displacement {
  readonly window: PlanningWindow;
  readonly seating: Seating;
  readonly displaced: readonly number[];
  readonly base: Seating;
  readonly isOpen: (session: number) => boolean;
  readonly draws: readonly Draw[];
  readonly solve: FlowSolver;
}

/** The two phases again, for the displaced alone, with the seats and the room under the caps that others leave. */
function seatDisplaced({ window, seating, displaced, base, isOpen, draws, solve }: Displacement): void {
  const taken = seatsTaken(window, seating).map(({ size }) => size);
  const seats = seatTable(window, taken, isOpen);
  const away = awayCounts(window, seating);
  const awayLeft = window.agencies.map(({ awayMax }, agency) =>
    away[agency]!.map((count) => Math.max(0, awayMax - count)),
  );
  const groups = groupsOf(window, displaced, base, seats);
  const days = planDays(window, { groups, seats, awayLeft }, solve);
  const peopleOn = window.dates.map((): number[] => []);
  for (const [group, { members }] of groups.entries()) {
    dealDates(byDraw(members, draws, 'place', window), days[group]!, peopleOn);
  }
  seatByDate(window, seating, peopleOn, seats, isOpen, draws, solve);
}

type DisplacedGroup = DayGroup & { readonly members: number[] };

/** People of one agency and profile who had the same date. */
function groupsOf(
  window: PlanningWindow,
  displaced: readonly number[],
  base: Seating,
  seats: SeatTable,
): DisplacedGroup[] {
  const members = new Map<string, number[]>();
  for (const person of displaced) {
    const key = [window.agencyOf[person]!, window.profileOf[person]!, window.dateOf[base.sessionOf[person]!]!].join(
      ' ',
    );
    const group = members.get(key);
    if (group) group.push(person);
    else members.set(key, [person]);
  }
  const costsOf = dateCosts(window, seats);
  const sorted = [...members].sort(([a], [b]) => (a < b ? -1 : 1));
  return sorted.map(([key, people]) => {
    const [agency, profile, date] = key.split(' ').map(Number) as [number, number, number];
    const costs = costsOf(profile, date);
    return { agency, profile, people: people.length, members: people, preferred: null, costOf: (to) => costs[to]! };
  });
}

/** Days between the old date and each other, and how much further the nearest seat of the date is, weighed as days. */
function dateCosts(window: PlanningWindow, seats: SeatTable): (profile: number, oldDate: number) => readonly number[] {
  const days = window.dates.map((date) => minuteOf(date) / MINUTES_PER_DAY);
  const further = new Map<number, readonly number[]>();
  return (profile, oldDate) => {
    const known = further.get(profile) ?? daysOfTravel(window, seats, profile);
    further.set(profile, known);
    return known.map((travel, date) => travel + Math.abs(days[date]! - days[oldDate]!));
  };
}

function daysOfTravel(window: PlanningWindow, seats: SeatTable, profile: number): number[] {
  const { reach } = window.profiles[profile]!;
  const nearest = window.dates.map((_, date) =>
    reach.reduce((least, { lane, units }) => (seats[lane]![date]! > 0 ? Math.min(least, units) : least), Infinity),
  );
  const least = Math.min(...nearest);
  const unitsLikeADay = KM_LIKE_A_DAY * window.problem.unitsPerKm;
  // Dates without a seat get no arc; their cost only has to be a number.
  return nearest.map((units) => (units === Infinity ? 0 : Math.floor((units - least) / unitsLikeADay)));
}

function lostSessions({ sessions }: PlanningProblem, losses: readonly SiteLoss[]): boolean[] {
  return sessions.map(({ siteId, date }) =>
    losses.some(({ sites, from, until }) => sites.has(siteId) && date >= from && (until === null || date <= until)),
  );
}

function unseat(seating: Seating, person: number): void {
  seating.sessionOf[person] = UNPLACED;
  seating.seatOf[person] = 0;
}

/** The first minute of a date, counted as the sessions' starts are. */
function minuteOf(date: string): number {
  return Date.parse(`${date}T00:00:00Z`) / 60_000;
}
