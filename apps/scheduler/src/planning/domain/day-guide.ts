import type { PlanningWindow, SeatTable } from './planning-window';
import { splitProportionally } from './proportional-split';
import type { TravelPlan } from './travel-flow';

/**
 * The dates on which each group would best go: those on which the seats stand that the uncapped optimum gives it. A day
 * phase that can follow the guide costs no kilometre more than that optimum. Where an agency's cap leaves no room, the
 * guide gives fewer dates than there are people.
 *
 * @returns people by group and date
 */
export function guideDays(window: PlanningWindow, seats: SeatTable, optimum: TravelPlan): Int32Array[] {
  const dates = window.dates.length;
  const byProfile = window.profiles.map(() => new Int32Array(dates));
  for (const [lane, days] of seats.entries()) {
    const travellers = optimum.map((lanes) => lanes[lane]!);
    const used = splitProportionally(
      travellers.reduce((sum, count) => sum + count, 0),
      days,
    );
    for (const [profile, count] of travellers.entries()) {
      move(splitProportionally(count, used), used, byProfile[profile]!);
    }
  }
  const awayLeft = window.agencies.map(({ awayMax }) => new Int32Array(dates).fill(awayMax));
  const guide = window.groups.map(() => new Int32Array(dates));
  const largestFirst = window.groups.map((_, group) => group).sort((a, b) => sizeOf(window, b) - sizeOf(window, a));
  for (const group of largestFirst) {
    const { agency, profile, people } = window.groups[group]!;
    const left = awayLeft[agency]!;
    const open = byProfile[profile]!.map((count, date) => Math.min(count, left[date]!));
    const share = splitProportionally(people.length, open);
    move(share, byProfile[profile]!, guide[group]!);
    for (let date = 0; date < dates; date += 1) left[date]! -= share[date]!;
  }
  return guide;
}

function sizeOf(window: PlanningWindow, group: number): number {
  return window.groups[group]!.people.length;
}

function move(amounts: Int32Array, from: Int32Array, to: Int32Array): void {
  for (let date = 0; date < amounts.length; date += 1) {
    from[date]! -= amounts[date]!;
    to[date]! += amounts[date]!;
  }
}
