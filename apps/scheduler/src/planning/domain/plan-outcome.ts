import type { FlowSolver } from './flow-network';
import { solveMinCostFlow } from './min-cost-flow';
import { type PlanningWindow, type Profile, seatTable } from './planning-window';
import { type Seating, UNPLACED, seatsTaken } from './seat-dealing';
import { roomFor } from './seat-room';

/** Why a person has no seat. */
export interface UnplacedPerson {
  readonly person: number;
  readonly reason: string;
}

export interface PlanOutcome {
  readonly placed: number;
  readonly unplaced: readonly UnplacedPerson[];
  readonly totalUnits: number;
  /** The largest part of one agency that is away on one date. */
  readonly worstAgencyDayShare: number;
}

/**
 * What came of a plan.
 *
 * @param isOpen of a plan for a loss: sessions that people could be seated in, while everybody else keeps the seat; null
 *   for a new plan
 */
export function outcomeOf(
  window: PlanningWindow,
  seating: Seating,
  isOpen: ((session: number) => boolean) | null = null,
  solve: FlowSolver = solveMinCostFlow,
): PlanOutcome {
  const unplaced: UnplacedPerson[] = [];
  const reasonOf = reasonFinder({ window, seating, isOpen, solve });
  let totalUnits = 0;
  seating.sessionOf.forEach((session, person) => {
    if (session === UNPLACED) unplaced.push({ person, reason: reasonOf(window.profileOf[person]!) });
    else totalUnits += unitsTo(window, window.profileOf[person]!, window.laneOf[session]!);
  });
  const placed = seating.sessionOf.length - unplaced.length;
  return { placed, unplaced, totalUnits, worstAgencyDayShare: worstShare(window, seating) };
}

/** Distance of a profile to a lane that it can sit in. */
export function unitsTo(window: PlanningWindow, profile: number, lane: number): number {
  return window.profiles[profile]!.reach.find((way) => way.lane === lane)!.units;
}

/** How many of each agency are away, by agency and date. */
export function awayCounts(window: PlanningWindow, seating: Seating): Int32Array[] {
  const away = window.agencies.map(() => new Int32Array(window.dates.length));
  seating.sessionOf.forEach((session, person) => {
    if (session !== UNPLACED) away[window.agencyOf[person]!]![window.dateOf[session]!]! += 1;
  });
  return away;
}

function worstShare(window: PlanningWindow, seating: Seating): number {
  return awayCounts(window, seating).reduce(
    (worst, days, agency) =>
      days.reduce((share, count) => Math.max(share, count / window.agencies[agency]!.people), worst),
    0,
  );
}

interface Search {
  readonly window: PlanningWindow;
  readonly seating: Seating;
  readonly isOpen: ((session: number) => boolean) | null;
  readonly solve: FlowSolver;
}

/** Names what binds, the same for everybody of a profile. */
function reasonFinder(search: Search): (profile: number) => string {
  const reasons = new Map<number, string>();
  return (profile) => {
    const known = reasons.get(profile);
    if (known !== undefined) return known;
    const reason = reasonFor(search, search.window.profiles[profile]!);
    reasons.set(profile, reason);
    return reason;
  };
}

function reasonFor(search: Search, profile: Profile): string {
  if (profile.reach.length === 0) return reasonWithoutReach(search.window, profile);
  const hasRoom = search.isOpen === null ? hasRoomOnSomeDate(search, profile.reachId) : hasFreeSeat(search, profile);
  if (hasRoom) return 'agency day cap reached on every date with a seat';
  return `${reasonWithoutSeat(search, profile)}${isReserveKept(search.window, profile) ? ' beside the reserve' : ''}`;
}

function reasonWithoutReach({ problem, lanes }: PlanningWindow, { zone, access, extraMinutes }: Profile): string {
  const near = new Set(problem.distances.filter((distance) => distance.zone === zone).map(({ siteId }) => siteId));
  const lanesNear = lanes.filter(({ siteId }) => near.has(siteId));
  if (lanesNear.length === 0) return 'no distance row from the zone to a site with sessions';
  const suited = problem.sites.filter(({ suits }) => access === 'none' || suits.includes(access));
  const isSuited = new Set(suited.map(({ siteId }) => siteId));
  if (!lanesNear.some(({ siteId }) => isSuited.has(siteId))) return 'no accessible seat in the window';
  return extraMinutes > 0 ? 'no session long enough for the extra time' : 'no session without extra time in the window';
}

function reasonWithoutSeat(search: Search, { access, extraMinutes, reach }: Profile): string {
  if (access !== 'none') return 'no accessible seat in the window';
  const isExtended = reach.every(({ lane }) => search.window.lanes[lane]!.extendedMinutes !== null);
  if (extraMinutes > 0 && isExtended) return 'no seat left in a session long enough for the extra time';
  const isFull = freeSeats(search).every((days) => days.every((seats) => seats === 0));
  return isFull ? 'no seat left in the window' : 'no seat left within reach of the zone';
}

function isReserveKept({ problem, usableSeats, laneOf }: PlanningWindow, { reach }: Profile): boolean {
  const lanes = new Set(reach.map(({ lane }) => lane));
  return problem.sessions.some(({ seats }, session) => lanes.has(laneOf[session]!) && usableSeats[session]! < seats);
}

function freeSeats({ window, seating, isOpen }: Search): Int32Array[] {
  const taken = seatsTaken(window, seating).map(({ size }) => size);
  return seatTable(window, taken, isOpen ?? undefined);
}

function hasFreeSeat(search: Search, { reach }: Profile): boolean {
  const free = freeSeats(search);
  return reach.some(({ lane }) => free[lane]!.some((seats) => seats > 0));
}

/** Whether one more could sit on some date, if others on it changed sites. */
function hasRoomOnSomeDate({ window, seating, solve }: Search, reachId: number): boolean {
  const seated = window.dates.map(() => new Int32Array(window.reaches.length));
  seating.sessionOf.forEach((session, person) => {
    if (session === UNPLACED) return;
    seated[window.dateOf[session]!]![window.profiles[window.profileOf[person]!]!.reachId]! += 1;
  });
  const seats = seatTable(window);
  return window.dates.some((_, date) => {
    const free = seats.map((days) => days[date]!);
    return roomFor(reachId, window.reaches, free, [seated[date]!], solve) > 0;
  });
}
