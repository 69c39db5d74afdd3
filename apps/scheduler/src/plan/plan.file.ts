import { type CsvColumn, parseCsv } from '@app/bootstrap';
import { CLUSTER, DATE, IDENTIFIER, VERSION, optional } from '../csv-cells';
import { FileProblems } from '../file-problems';
import { type LocalTimeProblem, momentOf } from './domain/local-time';
import type { SeatRequest } from './domain/seating';

/** Some 500 sites with a few sessions a day for a few weeks. */
const SESSIONS_MAX = 20_000;
/** All people of one cluster's window at once. */
export const SEATS_MAX = 100_000;

/** PINs close this long before the start, so that a room is seated when its time begins. */
const PIN_CLOSES_MINUTES_DEFAULT = 5;
const DAY_MINUTES = 1440;
/** The longest session that the contracts allow: a week. */
const DURATION_SECONDS_MAX = 604_800;
/** The largest hall, many times over; the contracts allow no more. */
const SEATS_PER_SESSION_MAX = 10_000;
/** Twice the time of the longest assessment known, four hours and more, still fits. */
const EXTRA_MINUTES_MAX = 600;

const MINUTES: CsvColumn = { pattern: /\d{1,4}/, expected: 'a number of minutes' };
const SECONDS: CsvColumn = { pattern: /\d{1,6}/, expected: 'a number of seconds' };
const TIME: CsvColumn = {
  pattern: /([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?/,
  expected: 'a local time such as 08:00 or 08:00:30',
};
const TIME_ZONE: CsvColumn = {
  pattern: /[A-Za-z_]+(\/[A-Za-z0-9_+-]+)*/,
  expected: 'an IANA time zone such as Asia/Jakarta, Asia/Makassar or Asia/Jayapura',
};
const SEATS: CsvColumn = { pattern: /[1-9]\d{0,4}/, expected: `a number from 1 to ${SEATS_PER_SESSION_MAX}` };

export interface SessionRow {
  readonly row: number;
  readonly sessionId: string;
  readonly cluster: number;
  readonly siteId: string;
  readonly room: string;
  readonly startsAtMs: number;
  readonly timeZone: string;
  readonly durationSeconds: number;
  readonly pinClosesAtMs: number;
  readonly lastStartAtMs: number;
  readonly seatCount: number;
  readonly formId: string;
  readonly formVersion: number;
}

const SESSION_COLUMNS = {
  sessionId: { ...IDENTIFIER, unique: true },
  cluster: CLUSTER,
  siteId: IDENTIFIER,
  room: IDENTIFIER,
  date: DATE,
  startsAt: TIME,
  timeZone: TIME_ZONE,
  minutes: optional(MINUTES),
  durationSeconds: optional(SECONDS),
  seats: SEATS,
  formId: IDENTIFIER,
  formVersion: VERSION,
  pinClosesMinutesBefore: optional(MINUTES),
  lastStartMinutesAfter: optional(MINUTES),
};
type SessionCells = Readonly<Record<keyof typeof SESSION_COLUMNS, string>>;

/** Reads sessions: local times of the site, moments in UTC. */
export function readSessions(text: string): SessionRow[] {
  const rows = parseCsv(text, { columns: SESSION_COLUMNS, maxRows: SESSIONS_MAX });
  const problems = new FileProblems();
  const sessions = rows.map(({ row, values }) => sessionOf(row, values, problems));
  problems.refuseIfAny();
  return sessions;
}

function sessionOf(row: number, cells: SessionCells, problems: FileProblems): SessionRow {
  const { sessionId, siteId, room, timeZone, formId } = cells;
  const durationSeconds = durationOf(row, cells, problems);
  const startsAtMs = startOf(row, cells, problems);
  const seatCount = Number(cells.seats);
  if (seatCount > SEATS_PER_SESSION_MAX) problems.add(row, 'seats', `must be at most ${SEATS_PER_SESSION_MAX}`);
  const pinMinutes = Number(cells.pinClosesMinutesBefore || PIN_CLOSES_MINUTES_DEFAULT);
  if (pinMinutes > DAY_MINUTES) problems.add(row, 'pinClosesMinutesBefore', 'must be at most a day');
  // Who is let in late has the whole time, so without another rule the last start is the session's planned end.
  const lastStartMs = cells.lastStartMinutesAfter
    ? Number(cells.lastStartMinutesAfter) * 60_000
    : durationSeconds * 1000;
  return {
    row,
    sessionId,
    cluster: Number(cells.cluster),
    siteId,
    room,
    startsAtMs,
    timeZone,
    durationSeconds,
    pinClosesAtMs: startsAtMs - pinMinutes * 60_000,
    lastStartAtMs: startsAtMs + lastStartMs,
    seatCount,
    formId,
    formVersion: Number(cells.formVersion),
  };
}

function durationOf(row: number, { minutes, durationSeconds }: SessionCells, problems: FileProblems): number {
  if ((minutes === '') === (durationSeconds === '')) {
    problems.add(row, 'minutes', 'exactly one of minutes and durationSeconds must be given');
    return 0;
  }
  const seconds = minutes === '' ? Number(durationSeconds) : Number(minutes) * 60;
  const column = minutes === '' ? 'durationSeconds' : 'minutes';
  if (seconds === 0) problems.add(row, column, 'must be above zero');
  if (seconds > DURATION_SECONDS_MAX) problems.add(row, column, 'must be at most a week');
  return seconds;
}

const LOCAL_TIME_PROBLEMS: Readonly<Record<LocalTimeProblem, readonly [column: string, message: string]>> = {
  'unknown-zone': ['timeZone', 'is not a known time zone'],
  'does-not-exist': ['startsAt', 'does not exist on this date in this time zone'],
  'occurs-twice': ['startsAt', 'occurs twice on this date in this time zone'],
};

function startOf(row: number, { date, startsAt, timeZone }: SessionCells, problems: FileProblems): number {
  const moment = momentOf(date, startsAt, timeZone);
  if (moment.ok) return moment.epochMs;
  const [column, message] = LOCAL_TIME_PROBLEMS[moment.problem];
  problems.add(row, column, message);
  return 0;
}

export function readSeats(text: string): SeatRequest[] {
  const columns = {
    sessionId: IDENTIFIER,
    seat: IDENTIFIER,
    analyticsId: IDENTIFIER,
    extraMinutes: optional({ pattern: /\d{1,3}/, expected: 'a number of minutes' }),
  };
  const rows = parseCsv(text, { columns, maxRows: SEATS_MAX });
  const problems = new FileProblems();
  const requests = rows.map(({ row, values }) => {
    const { extraMinutes, ...others } = values;
    if (Number(extraMinutes) > EXTRA_MINUTES_MAX)
      problems.add(row, 'extraMinutes', `must be at most ${EXTRA_MINUTES_MAX}`);
    return { ...others, row, extraSeconds: Number(extraMinutes) * 60 };
  });
  problems.addRepeats(requests, 'seat', ({ sessionId, seat }) => `${sessionId} ${seat}`);
  problems.addRepeats(requests, 'analyticsId', ({ sessionId, analyticsId }) => `${sessionId} ${analyticsId}`);
  problems.refuseIfAny();
  return requests;
}
