import type { Draw } from './planning-problem';
import type { PlanningWindow, SeatTable } from './planning-window';
import { splitProportionally } from './proportional-split';
import { type TravelPlan, planTravel } from './travel-flow';
import type { FlowSolver } from './flow-network';

/** What stands in the place of a session where a person has no seat. */
export const UNPLACED = -1;

/** Who sits where, by index of the person. */
export interface Seating {
  /** Index of the session, or UNPLACED. */
  readonly sessionOf: Int32Array;
  /** Seats count from 1; 0 where there is none. */
  readonly seatOf: Int32Array;
}

export function emptySeating(people: number): Seating {
  return { sessionOf: new Int32Array(people).fill(UNPLACED), seatOf: new Int32Array(people) };
}

/** The seats in use of each session. */
export function seatsTaken(window: PlanningWindow, seating: Seating): Set<number>[] {
  const taken = window.problem.sessions.map(() => new Set<number>());
  seating.sessionOf.forEach((session, person) => {
    if (session !== UNPLACED) taken[session]!.add(seating.seatOf[person]!);
  });
  return taken;
}

/** Sessions and seats for people whose lane is decided: sessions fill evenly, people go in by their draw. */
export function dealSeats(
  window: PlanningWindow,
  seating: Seating,
  taken: readonly Set<number>[],
  people: readonly number[],
  sessions: readonly number[],
  draws: readonly Draw[],
): void {
  const free = sessions.map((session) => window.usableSeats[session]! - taken[session]!.size);
  const counts = splitProportionally(people.length, free);
  const inOrder = byDraw(people, draws, 'seat', window);
  let next = 0;
  for (const [index, session] of sessions.entries()) {
    let seat = 1;
    for (const person of inOrder.slice(next, next + counts[index]!)) {
      while (taken[session]!.has(seat)) seat += 1;
      taken[session]!.add(seat);
      seating.sessionOf[person] = session;
      seating.seatOf[person] = seat;
    }
    next += counts[index]!;
  }
}

/** People in the order that the seed drew; equal numbers, however unlikely, go by id. */
export function byDraw(
  people: readonly number[],
  draws: readonly Draw[],
  order: keyof Draw,
  window: PlanningWindow,
): number[] {
  const idOf = (person: number): string => window.problem.people[person]!.personId;
  return [...people].sort((a, b) => draws[a]![order] - draws[b]![order] || (idOf(a) < idOf(b) ? -1 : 1));
}

/** Deals people of each profile to the lanes of a travel plan. @returns people by lane */
export function dealLanes(
  window: PlanningWindow,
  peopleOf: readonly (readonly number[])[],
  plan: TravelPlan,
  draws: readonly Draw[],
): number[][] {
  const byLane = window.lanes.map((): number[] => []);
  for (const [profile, people] of peopleOf.entries()) {
    if (people.length === 0) continue;
    const inOrder = byDraw(people, draws, 'place', window);
    let next = 0;
    for (const [lane, count] of plan[profile]!.entries()) {
      byLane[lane]!.push(...inOrder.slice(next, next + count));
      next += count;
    }
  }
  return byLane;
}

/**
 * Seats the people who have a date, at the least distance on each: one flow per date.
 *
 * @param peopleOn people by date
 * @param seats free by lane and date
 */
export function seatByDate(
  window: PlanningWindow,
  seating: Seating,
  peopleOn: readonly (readonly number[])[],
  seats: SeatTable,
  isOpen: (session: number) => boolean,
  draws: readonly Draw[],
  solve: FlowSolver,
): void {
  const taken = seatsTaken(window, seating);
  for (const [date, people] of peopleOn.entries()) {
    if (people.length === 0) continue;
    const peopleOf = byProfile(window, people);
    const demand = {
      profiles: window.profiles,
      people: peopleOf.map(({ length }) => length),
      seats: seats.map((days) => days[date]!),
      accessFirst: false,
    };
    const byLane = dealLanes(window, peopleOf, planTravel(demand, solve), draws);
    for (const [lane, travellers] of byLane.entries()) {
      const sessions = window.sessionsAt[lane]![date]!.filter(isOpen);
      dealSeats(window, seating, taken, travellers, sessions, draws);
    }
  }
}

export function byProfile(window: PlanningWindow, people: readonly number[]): number[][] {
  const lists = window.profiles.map((): number[] => []);
  for (const person of people) lists[window.profileOf[person]!]!.push(person);
  return lists;
}
