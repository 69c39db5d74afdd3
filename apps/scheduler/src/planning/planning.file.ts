import { type CsvColumn, parseCsv } from '@app/bootstrap';
import { DATE, IDENTIFIER, TEXT, isCalendarDate, optional } from '../csv-cells';
import { FRACTION_DIGITS_MAX, type ExactDecimal, parseDecimal } from './domain/exact-decimal';
import {
  ACCESS_KINDS,
  type AccessKind,
  type Distance,
  type PlannedPerson,
  type PlannedSite,
  type PlanningProblem,
} from './domain/planning-problem';
import { PlanningProblems } from './planning.problems';
import type { PlanningFile, PlanningFiles } from './planning.task';
import { type SessionRow, refuseOverlaps } from './session-overlaps';

/** The people of one cluster window, many times over. */
const PEOPLE_MAX = 100_000;
/** Every town of the country could have a few sites. */
const SITES_MAX = 2_000;
/** Some 500 sites with a few sessions a day for a few weeks. */
const SESSIONS_MAX = 20_000;
/** Every zone with every site, for 100 zones and 2,000 sites. */
const DISTANCES_MAX = 200_000;
/** Sums of distances up to here are whole numbers that also print as they are. */
const UNITS_IN_ALL_MAX = 1e15;
/** The largest hall, many times over. */
const SEATS_PER_SESSION_MAX = 10_000;

const ACCESS: CsvColumn = {
  pattern: new RegExp(ACCESS_KINDS.join('|')),
  expected: `one of ${ACCESS_KINDS.join(', ')}`,
};
const SUITS: CsvColumn = {
  pattern: new RegExp(`(${ACCESS_KINDS.join('|')})( +(${ACCESS_KINDS.join('|')}))*`),
  expected: `of ${ACCESS_KINDS.join(', ')}, separated by spaces`,
};
/** Ten hours: more than any sitting is long. */
const EXTRA_MINUTES: CsvColumn = { pattern: /\d{1,3}/, expected: 'a number of minutes' };
const MINUTES: CsvColumn = { pattern: /[1-9]\d{0,3}/, expected: 'a number of minutes from 1 on' };
const TIME: CsvColumn = { pattern: /([01]\d|2[0-3]):[0-5]\d/, expected: 'a local time such as 08:00' };
const SEATS: CsvColumn = { pattern: /[1-9]\d{0,4}/, expected: 'a number of seats from 1 on' };
const KM: CsvColumn = {
  pattern: new RegExp(`\\d{1,5}(\\.\\d{1,${FRACTION_DIGITS_MAX}})?`),
  expected: `a distance such as 12.5, with at most ${FRACTION_DIGITS_MAX} decimals`,
};

/** Reads the four files of a window and refuses, all at once, whatever cannot be planned. */
export function readPlanningFiles(files: PlanningFiles): PlanningProblem {
  const problems = new PlanningProblems();
  const people = problems.collect(files.roster, () => readRoster(files.roster.text));
  const sites = problems.collect(files.sites, () => readSites(files.sites.text));
  const sessions = problems.collect(files.sessions, () => readSessions(files.sessions.text));
  const distances = problems.collect(files.distances, () => readDistances(files.distances.text));
  problems.refuseIfAny();
  const known = new Set(sites.map(({ siteId }) => siteId));
  refuseDangling(files.sessions, sessions, known, problems);
  refuseDangling(files.distances, distances, known, problems);
  refuseBadSessions(files.sessions, sessions, problems);
  refuseRepeatedWays(files.distances, distances, problems);
  refuseOverlaps(files.sessions, sessions, new Map(sites.map((site) => [site.siteId, site.capacity])), problems);
  const scaled = scaleDistances(files.distances, distances, people.length, problems);
  problems.refuseIfAny();
  return { people, sites, sessions, ...scaled };
}

export interface RosterRow extends PlannedPerson {
  readonly row: number;
}

/** @throws DomainError `plan.input-invalid` */
export function readRosterFile(file: PlanningFile): readonly RosterRow[] {
  const problems = new PlanningProblems();
  const rows = problems.collect(file, () => readRoster(file.text));
  problems.refuseIfAny();
  return rows;
}

function readRoster(text: string): RosterRow[] {
  const columns = {
    personId: { ...IDENTIFIER, unique: true },
    agency: TEXT,
    zone: TEXT,
    access: ACCESS,
    extraMinutes: optional(EXTRA_MINUTES),
  };
  return parseCsv(text, { columns, maxRows: PEOPLE_MAX }).map(({ row, values }) => ({
    ...values,
    row,
    access: values.access as AccessKind,
    extraMinutes: Number(values.extraMinutes),
  }));
}

interface SiteRow extends PlannedSite {
  /** Seats that people can sit in at the same time; null where nobody said. */
  readonly capacity: number | null;
}

function readSites(text: string): SiteRow[] {
  const columns = {
    siteId: { ...IDENTIFIER, unique: true },
    zone: TEXT,
    suits: optional(SUITS),
    capacity: optional(SEATS),
  };
  return parseCsv(text, { columns, maxRows: SITES_MAX }).map(({ values: { siteId, suits, capacity } }) => ({
    siteId,
    suits: ACCESS_KINDS.filter((kind) => suits.split(/ +/).includes(kind)),
    capacity: capacity === '' ? null : Number(capacity),
  }));
}

function readSessions(text: string): SessionRow[] {
  const columns = {
    sessionId: { ...IDENTIFIER, unique: true },
    siteId: IDENTIFIER,
    date: DATE,
    startsAt: TIME,
    minutes: MINUTES,
    seats: SEATS,
    kind: optional(TEXT),
  };
  return parseCsv(text, { columns, maxRows: SESSIONS_MAX }).map(({ row, values }) => ({
    row,
    sessionId: values.sessionId,
    siteId: values.siteId,
    date: values.date,
    startsAtMinute: Date.parse(`${values.date}T${values.startsAt}:00Z`) / 60_000,
    minutes: Number(values.minutes),
    seats: Number(values.seats),
    kind: values.kind,
  }));
}

interface DistanceRow {
  readonly row: number;
  readonly zone: string;
  readonly siteId: string;
  readonly km: ExactDecimal;
}

function readDistances(text: string): DistanceRow[] {
  const columns = { zone: TEXT, siteId: IDENTIFIER, km: KM };
  return parseCsv(text, { columns, maxRows: DISTANCES_MAX }).map(({ row, values: { zone, siteId, km } }) => ({
    row,
    zone,
    siteId,
    km: parseDecimal(km)!,
  }));
}

function refuseDangling(
  file: PlanningFile,
  rows: readonly { readonly row: number; readonly siteId: string }[],
  known: ReadonlySet<string>,
  problems: PlanningProblems,
): void {
  for (const { row, siteId } of rows) if (!known.has(siteId)) problems.add(file, row, 'siteId', 'is not a site');
}

function refuseBadSessions(file: PlanningFile, rows: readonly SessionRow[], problems: PlanningProblems): void {
  for (const { row, date, seats } of rows) {
    if (!isCalendarDate(date)) problems.add(file, row, 'date', 'is not in the calendar');
    if (seats > SEATS_PER_SESSION_MAX) problems.add(file, row, 'seats', `must be at most ${SEATS_PER_SESSION_MAX}`);
  }
}

function refuseRepeatedWays(file: PlanningFile, rows: readonly DistanceRow[], problems: PlanningProblems): void {
  const firstRows = new Map<string, number>();
  for (const { row, zone, siteId } of rows) {
    const way = `${zone}\n${siteId}`;
    const first = firstRows.get(way);
    if (first === undefined) firstRows.set(way, row);
    else problems.add(file, row, 'siteId', `has a distance from this zone in row ${first} already`);
  }
}

/** Distances as whole multiples of the smallest unit that any of them needs. */
function scaleDistances(
  file: PlanningFile,
  rows: readonly DistanceRow[],
  people: number,
  problems: PlanningProblems,
): { readonly distances: Distance[]; readonly unitsPerKm: number } {
  const unitsPerKm = rows.reduce((most, { km }) => Math.max(most, km.denominator), 1);
  const distances = rows.map(({ row, zone, siteId, km }) => {
    const units = km.numerator * (unitsPerKm / km.denominator);
    if (units * Math.max(1, people) > UNITS_IN_ALL_MAX) {
      problems.add(file, row, 'km', 'cannot be added up exactly: give the distances with fewer decimals');
    }
    return { zone, siteId, units };
  });
  return { distances, unitsPerKm };
}
