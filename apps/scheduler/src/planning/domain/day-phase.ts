import { FlowNetwork, type FlowSolver, type FlowTask } from './flow-network';
import type { PlanningWindow, SeatTable } from './planning-window';
import { roomFor } from './seat-room';

/** People of one agency and profile who need a date. */
export interface DayGroup {
  readonly agency: number;
  readonly profile: number;
  readonly people: number;
  /** How many may have each date at no cost. */
  readonly preferred: Int32Array | null;
  /** Cost of each further person on a date. */
  readonly costOf: (date: number) => number;
}

export interface DayDemand {
  readonly groups: readonly DayGroup[];
  readonly seats: SeatTable;
  /** How many more of an agency may be away, by agency and date. */
  readonly awayLeft: readonly Int32Array[];
}

/** People by group and date. */
export type DayPlan = readonly Int32Array[];

/**
 * Gives people dates: access needs first, against the seats that suit them, then everybody else; within each round the
 * most people, those with a preferred date before others, then the least cost. Because a group belongs to one agency, a
 * round is a network (group → agency on a date → date), so the cap keeps it whole. Whoever gets a date fits in on it.
 */
export function planDays(window: PlanningWindow, demand: DayDemand, solve: FlowSolver): DayPlan {
  const plan = demand.groups.map(() => new Int32Array(window.dates.length));
  const awayLeft = demand.awayLeft.map((days) => days.slice());
  const rounds = roundsOf(window, demand);
  const given = peopleTable(window);
  for (const [turn, { reachId, hasNeed, members }] of rounds.entries()) {
    // Seats that others would best have are left to them, except that a need goes before everybody without one.
    const later = rounds.slice(turn + 1).filter((round) => round.hasNeed === hasNeed);
    const promised = promises(window, demand.groups, later);
    const room = window.dates.map((_, date) => {
      const free = demand.seats.map((days) => days[date]!);
      return roomFor(reachId, window.reaches, free, [given[date]!, promised[date]!], solve);
    });
    const { task, arcs } = dayTask(demand.groups, members, awayLeft, room);
    const { flows } = solve(task);
    for (const { arc, group, date } of arcs) {
      const count = flows[arc]!;
      plan[group]![date]! += count;
      awayLeft[demand.groups[group]!.agency]![date]! -= count;
      given[date]![reachId]! += count;
    }
  }
  return plan;
}

/** People by date and reach; nobody yet. */
function peopleTable(window: PlanningWindow): Int32Array[] {
  return window.dates.map(() => new Int32Array(window.reaches.length));
}

/** Whom the preferred dates of rounds that are still to come would put where. */
function promises(window: PlanningWindow, groups: readonly DayGroup[], rounds: readonly Round[]): Int32Array[] {
  const table = peopleTable(window);
  for (const { reachId, members } of rounds) {
    for (const group of members) {
      groups[group]!.preferred?.forEach((people, date) => (table[date]![reachId]! += people));
    }
  }
  return table;
}

interface Round {
  readonly reachId: number;
  readonly hasNeed: boolean;
  /** Indices of groups. */
  readonly members: number[];
  /** How many seats there are to choose from. */
  readonly choice: number;
}

/** One round for each set of seats: access needs before others, and whoever has fewer seats to choose from first. */
function roundsOf(window: PlanningWindow, { groups, seats }: DayDemand): Round[] {
  const rounds = new Map<string, Round>();
  for (const [index, { profile }] of groups.entries()) {
    const { access, reachId } = window.profiles[profile]!;
    const hasNeed = access !== 'none';
    const key = `${hasNeed} ${reachId}`;
    const choice = window.reaches[reachId]!.reduce((sum, lane) => sum + sumOf(seats[lane]!), 0);
    const round = rounds.get(key) ?? { reachId, hasNeed, members: [], choice };
    round.members.push(index);
    rounds.set(key, round);
  }
  return [...rounds.values()].sort(
    (a, b) => Number(b.hasNeed) - Number(a.hasNeed) || a.choice - b.choice || a.members[0]! - b.members[0]!,
  );
}

interface DayArc {
  readonly arc: number;
  readonly group: number;
  readonly date: number;
}

function dayTask(
  groups: readonly DayGroup[],
  members: readonly number[],
  awayLeft: readonly Int32Array[],
  room: readonly number[],
): { readonly task: FlowTask; readonly arcs: readonly DayArc[] } {
  const network = new FlowNetwork();
  const sink = network.addNode();
  const preferring = network.addNode();
  const others = network.addNode();
  const dateNodes = room.map((seats) => {
    const node = network.addNode();
    network.addArc(node, sink, seats);
    return node;
  });
  const agencyDays = new Map<number, readonly (number | null)[]>();
  const daysOf = (agency: number): readonly (number | null)[] => {
    const known = agencyDays.get(agency);
    if (known) return known;
    const nodes = dateNodes.map((dateNode, date) => {
      const left = awayLeft[agency]![date]!;
      if (left === 0 || room[date] === 0) return null;
      const node = network.addNode();
      network.addArc(node, dateNode, left);
      return node;
    });
    agencyDays.set(agency, nodes);
    return nodes;
  };
  const arcs: DayArc[] = [];
  for (const group of members) {
    const { agency, people, preferred, costOf } = groups[group]!;
    const node = network.addNode();
    const preferences = preferred ? sumOf(preferred) : 0;
    network.addArc(preferring, node, preferences);
    network.addArc(others, node, people - preferences);
    for (const [date, day] of daysOf(agency).entries()) {
      if (day === null) continue;
      const free = preferred?.[date] ?? 0;
      if (free > 0) arcs.push({ arc: network.addArc(node, day, free), group, date });
      if (people > free) arcs.push({ arc: network.addArc(node, day, people - free, costOf(date)), group, date });
    }
  }
  return { task: { network, sources: [preferring, others], sink }, arcs };
}

export function sumOf(counts: Int32Array): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
