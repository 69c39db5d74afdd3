import { guideDays } from './day-guide';
import { planDays, sumOf } from './day-phase';
import type { FlowSolver } from './flow-network';
import { solveMinCostFlow } from './min-cost-flow';
import type { Draw, DrawOf, PlanningProblem, PlanningRules } from './planning-problem';
import { type PlanningWindow, type SeatTable, openWindow, seatTable } from './planning-window';
import {
  type Seating,
  byDraw,
  byProfile,
  dealLanes,
  dealSeats,
  emptySeating,
  seatByDate,
  seatsTaken,
} from './seat-dealing';
import { type TravelPlan, planTravel, unitsOf } from './travel-flow';

export interface SeatPlan {
  readonly window: PlanningWindow;
  readonly seating: Seating;
  /** Distance of the plan that no cap restricts, by the same rules otherwise. */
  readonly uncappedUnits: number;
}

/**
 * Plans one window. Costs do not depend on the draws: they decide only who of those that are interchangeable gets which
 * seat.
 */
export function planSeats(
  problem: PlanningProblem,
  rules: PlanningRules,
  drawOf: DrawOf,
  solve: FlowSolver = solveMinCostFlow,
): SeatPlan {
  const window = openWindow(problem, rules);
  const draws = problem.people.map(({ personId }) => drawOf(personId));
  const seats = seatTable(window);
  const seating = emptySeating(problem.people.length);
  const optimum = planUncapped(window, seats, rules.accessFirst, solve);
  if (isUncapped(rules)) seatOverAllDates(window, seating, optimum, draws);
  else seatCapped(window, seating, seats, rules.accessFirst ? optimum : null, draws, solve);
  return { window, seating, uncappedUnits: unitsOf(window.profiles, optimum) };
}

export function isUncapped({ agencyDayCap }: PlanningRules): boolean {
  return agencyDayCap.numerator === agencyDayCap.denominator;
}

/** One flow over all dates. A site is as far on one date as on another, so its dates are one. */
export function planUncapped(
  window: PlanningWindow,
  seats: SeatTable,
  accessFirst: boolean,
  solve: FlowSolver,
): TravelPlan {
  const people = new Int32Array(window.profiles.length);
  for (const profile of window.profileOf) people[profile]! += 1;
  return planTravel({ profiles: window.profiles, people, seats: seats.map(sumOf), accessFirst }, solve);
}

function seatOverAllDates(window: PlanningWindow, seating: Seating, optimum: TravelPlan, draws: readonly Draw[]): void {
  const everybody = window.problem.people.map((_, person) => person);
  const taken = seatsTaken(window, seating);
  const byLane = dealLanes(window, byProfile(window, everybody), optimum, draws);
  for (const [lane, people] of byLane.entries()) {
    dealSeats(window, seating, taken, people, window.sessionsAt[lane]!.flat(), draws);
  }
}

/** Days first, then each date by itself. */
function seatCapped(
  window: PlanningWindow,
  seating: Seating,
  seats: SeatTable,
  optimum: TravelPlan | null,
  draws: readonly Draw[],
  solve: FlowSolver,
): void {
  const guide = guideDays(window, seats, optimum ?? planUncapped(window, seats, true, solve));
  const groups = window.groups.map(({ agency, profile, people }, group) => ({
    agency,
    profile,
    people: people.length,
    preferred: guide[group]!,
    costOf: () => 1,
  }));
  const awayLeft = window.agencies.map(({ awayMax }) => new Int32Array(window.dates.length).fill(awayMax));
  const days = planDays(window, { groups, seats, awayLeft }, solve);
  const peopleOn = window.dates.map((): number[] => []);
  for (const [group, { people }] of window.groups.entries()) {
    dealDates(byDraw(people, draws, 'place', window), days[group]!, peopleOn);
  }
  seatByDate(window, seating, peopleOn, seats, () => true, draws, solve);
}

/** Gives people, in their order, to the dates of their group. */
export function dealDates(people: readonly number[], counts: Int32Array, peopleOn: readonly number[][]): void {
  let next = 0;
  for (const [date, count] of counts.entries()) {
    peopleOn[date]!.push(...people.slice(next, next + count));
    next += count;
  }
}
