import { ceilingOf, floorOf } from './exact-decimal';
import {
  type PlannedPerson,
  type PlannedSitting,
  type PlanningProblem,
  type PlanningRules,
  STANDARD_KIND,
  compareText,
} from './planning-problem';

/** Sessions of one site that the same people can sit: all standard ones, or all extended ones of one length. */
export interface Lane {
  readonly siteId: string;
  /** Length of extended sessions; null for those for everybody. */
  readonly extendedMinutes: number | null;
}

/** People for whom every seat is as far and as suitable: same zone, access need and extra time. */
export interface Profile {
  readonly zone: string;
  readonly access: PlannedPerson['access'];
  readonly extraMinutes: number;
  /** Lanes that they can sit in, with the units of distance to each. */
  readonly reach: readonly { readonly lane: number; readonly units: number }[];
  /** Index of the set of lanes, whatever the distances. */
  readonly reachId: number;
}

/** Interchangeable people: one agency, one profile. */
export interface PeopleGroup {
  readonly agency: number;
  readonly profile: number;
  readonly people: readonly number[];
}

/** A problem with numbers in the place of names, sorted so that the order of rows does not matter. */
export interface PlanningWindow {
  readonly problem: PlanningProblem;
  readonly dates: readonly string[];
  readonly lanes: readonly Lane[];
  /** Per session of the problem. */
  readonly usableSeats: readonly number[];
  readonly laneOf: readonly number[];
  readonly dateOf: readonly number[];
  /** Sessions by lane and date, earliest first. */
  readonly sessionsAt: readonly (readonly (readonly number[])[])[];
  readonly profiles: readonly Profile[];
  /** Distinct sets of lanes, by `reachId`. */
  readonly reaches: readonly (readonly number[])[];
  readonly groups: readonly PeopleGroup[];
  readonly agencies: readonly { readonly name: string; readonly people: number; readonly awayMax: number }[];
  readonly agencyOf: Int32Array;
  readonly profileOf: Int32Array;
}

export function openWindow(problem: PlanningProblem, rules: PlanningRules): PlanningWindow {
  const dates = sortedDistinct(problem.sessions.map(({ date }) => date));
  const lanes = lanesOf(problem.sessions);
  const laneIndex = new Map(lanes.map((lane, index) => [laneKey(lane), index]));
  const dateIndex = new Map(dates.map((date, index) => [date, index]));
  const standard = standardMinutes(problem.sessions);
  const laneOf = problem.sessions.map((session) => laneIndex.get(laneKey(laneOfSession(session, standard)))!);
  const dateOf = problem.sessions.map(({ date }) => dateIndex.get(date)!);
  const grouped = groupPeople(problem, lanes, standard, rules);
  return {
    problem,
    dates,
    lanes,
    usableSeats: problem.sessions.map(({ seats }) => seats - floorOf(rules.reserve, seats)),
    laneOf,
    dateOf,
    sessionsAt: sessionsByLaneAndDate(problem.sessions, laneOf, dateOf, lanes.length, dates.length),
    ...grouped,
  };
}

/** Free seats by lane and date. */
export type SeatTable = readonly Int32Array[];

/** @param taken seats in use, per session; `isOpen` leaves out sessions that nobody can be seated in */
export function seatTable(
  window: PlanningWindow,
  taken: ArrayLike<number> | null = null,
  isOpen: (session: number) => boolean = () => true,
): Int32Array[] {
  const table = window.lanes.map(() => new Int32Array(window.dates.length));
  window.usableSeats.forEach((seats, session) => {
    const free = seats - (taken?.[session] ?? 0);
    if (free > 0 && isOpen(session)) table[window.laneOf[session]!]![window.dateOf[session]!]! += free;
  });
  return table;
}

/** The longest session for everybody; 0 where all sessions are of kinds of their own. */
function standardMinutes(sessions: readonly PlannedSitting[]): number {
  return sessions.filter(isStandard).reduce((longest, { minutes }) => Math.max(longest, minutes), 0);
}

function isStandard({ kind }: PlannedSitting): boolean {
  return kind === '' || kind === STANDARD_KIND;
}

function laneOfSession(session: PlannedSitting, standard: number): Lane {
  const isExtended = !isStandard(session) && standard > 0 && session.minutes > standard;
  return { siteId: session.siteId, extendedMinutes: isExtended ? session.minutes : null };
}

function lanesOf(sessions: readonly PlannedSitting[]): Lane[] {
  const standard = standardMinutes(sessions);
  const lanes = new Map<string, Lane>();
  for (const session of sessions) {
    const lane = laneOfSession(session, standard);
    lanes.set(laneKey(lane), lane);
  }
  return [...lanes].sort(([a], [b]) => compareText(a, b)).map(([, lane]) => lane);
}

function laneKey({ siteId, extendedMinutes }: Lane): string {
  return `${siteId}\n${String(extendedMinutes ?? 0).padStart(6, '0')}`;
}

function sessionsByLaneAndDate(
  sessions: readonly PlannedSitting[],
  laneOf: readonly number[],
  dateOf: readonly number[],
  laneCount: number,
  dateCount: number,
): number[][][] {
  const table = Array.from({ length: laneCount }, () => Array.from({ length: dateCount }, (): number[] => []));
  sessions.forEach((_, session) => table[laneOf[session]!]![dateOf[session]!]!.push(session));
  const byStart = (a: number, b: number): number =>
    sessions[a]!.startsAtMinute - sessions[b]!.startsAtMinute ||
    compareText(sessions[a]!.sessionId, sessions[b]!.sessionId);
  for (const days of table) for (const day of days) day.sort(byStart);
  return table;
}

type Grouped = Pick<PlanningWindow, 'profiles' | 'reaches' | 'groups' | 'agencies' | 'agencyOf' | 'profileOf'>;

function groupPeople(
  problem: PlanningProblem,
  lanes: readonly Lane[],
  standard: number,
  rules: PlanningRules,
): Grouped {
  const { people } = problem;
  const profileKeys = indexOfSorted(people.map(profileKey));
  const agencyNames = indexOfSorted(people.map(({ agency }) => agency));
  const reachOf = reachFinder(problem, lanes, standard);
  const reachIds = new Map<string, number>();
  const reaches: number[][] = [];
  const profiles: Profile[] = [];
  const groups = new Map<number, { agency: number; profile: number; people: number[] }>();
  const agencyOf = new Int32Array(people.length);
  const profileOf = new Int32Array(people.length);
  const sizes = new Int32Array(agencyNames.size);
  people.forEach((person, index) => {
    const profile = profileKeys.get(profileKey(person))!;
    const agency = agencyNames.get(person.agency)!;
    profiles[profile] ??= profileOfPerson(person, reachOf(person), reachIds, reaches);
    agencyOf[index] = agency;
    profileOf[index] = profile;
    sizes[agency]! += 1;
    const key = agency * profileKeys.size + profile;
    const group = groups.get(key);
    if (group) group.people.push(index);
    else groups.set(key, { agency, profile, people: [index] });
  });
  const agencies = [...agencyNames.keys()].map((name, agency) => {
    const size = sizes[agency]!;
    return { name, people: size, awayMax: ceilingOf(rules.agencyDayCap, size) };
  });
  const sortedGroups = [...groups].sort(([a], [b]) => a - b).map(([, group]) => group);
  return { profiles, reaches, groups: sortedGroups, agencies, agencyOf, profileOf };
}

function profileOfPerson(
  { zone, access, extraMinutes }: PlannedPerson,
  reach: Profile['reach'],
  reachIds: Map<string, number>,
  reaches: number[][],
): Profile {
  const lanes = reach.map(({ lane }) => lane);
  const key = lanes.join(' ');
  let reachId = reachIds.get(key);
  if (reachId === undefined) {
    reachId = reaches.push(lanes) - 1;
    reachIds.set(key, reachId);
  }
  return { zone, access, extraMinutes, reach, reachId };
}

function profileKey({ zone, access, extraMinutes }: PlannedPerson): string {
  return `${zone}\n${access}\n${extraMinutes}`;
}

/** Which lanes a person can sit in. No distance row, no way there. */
function reachFinder(
  problem: PlanningProblem,
  lanes: readonly Lane[],
  standard: number,
): (person: PlannedPerson) => Profile['reach'] {
  const suits = new Map(problem.sites.map((site) => [site.siteId, site.suits]));
  const units = new Map(problem.distances.map((distance) => [`${distance.zone}\n${distance.siteId}`, distance.units]));
  const hasExtended = lanes.some(({ extendedMinutes }) => extendedMinutes !== null);
  return ({ zone, access, extraMinutes }) =>
    lanes.flatMap(({ siteId, extendedMinutes }, lane) => {
      const distance = units.get(`${zone}\n${siteId}`);
      const isSuited = access === 'none' || suits.get(siteId)!.includes(access);
      const fits = fitsLength(extraMinutes, extendedMinutes, hasExtended, standard);
      return distance === undefined || !isSuited || !fits ? [] : [{ lane, units: distance }];
    });
}

/** Where no session of the window is extended, extra time is given at the seat, in whatever session. */
function fitsLength(
  extraMinutes: number,
  extendedMinutes: number | null,
  hasExtended: boolean,
  standard: number,
): boolean {
  if (extraMinutes === 0 || !hasExtended) return extendedMinutes === null;
  return extendedMinutes !== null && extendedMinutes >= standard + extraMinutes;
}

function sortedDistinct(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort(compareText);
}

function indexOfSorted(texts: readonly string[]): Map<string, number> {
  return new Map(sortedDistinct(texts).map((text, index) => [text, index]));
}
