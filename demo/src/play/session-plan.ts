import type { ClusterCast } from '../cast/cast';
import type { Person } from '../cast/person';

/** Somebody's seat, by the pseudonym under which plans know people. */
export interface PlannedSeat {
  readonly seat: string;
  readonly person: Person;
}

export interface PlannedSession {
  readonly sessionId: string;
  readonly siteId: string;
  readonly timeZone: string;
  readonly durationSeconds: number;
  readonly seats: readonly PlannedSeat[];
}

/** The form and package that the demonstration imports. */
export const FORM_ID = 'sat12';
export const FORM_VERSION = 1;

/** Long enough for everybody who submits, on any machine. */
const ROOM_SECONDS = 180;
/** Nobody may come later than this, however long the cluster before takes. */
const LAST_START_MINUTES_AFTER = 15;

const SITES = [
  { siteId: 'jakarta', timeZone: 'Asia/Jakarta' },
  { siteId: 'makassar', timeZone: 'Asia/Makassar' },
] as const;
/** Where the time is so short that it runs out. */
const SHORT_SITE = { siteId: 'jayapura', timeZone: 'Asia/Jayapura' } as const;

/** The rooms of a cluster: two for those who submit, with the absentees' empty seats, and one with a short time. */
export function planSessions({ cluster, registered, attendees }: ClusterCast, shortSeconds: number): PlannedSession[] {
  const slow = new Set(attendees.filter(({ runsOutOfTime }) => runsOutOfTime).map(({ person }) => person));
  const others = registered.filter((person) => !slow.has(person));
  const rooms = SITES.map((site, room) => ({
    ...site,
    sessionId: `demo-c${cluster}-${site.siteId}`,
    durationSeconds: ROOM_SECONDS,
    seats: seated(others.filter((_, index) => index % SITES.length === room)),
  }));
  const short = {
    ...SHORT_SITE,
    sessionId: `demo-c${cluster}-${SHORT_SITE.siteId}`,
    durationSeconds: shortSeconds,
    seats: seated([...slow]),
  };
  return [...rooms, short].filter(({ seats }) => seats.length > 0);
}

/** The file that operations import: local times of each site. PINs close at the start, not five minutes before. */
export function sessionsCsv(sessions: readonly PlannedSession[], cluster: number, startsAt: Date): string {
  const rows = sessions.map(({ sessionId, siteId, timeZone, durationSeconds, seats }) => {
    const { date, time } = localTime(startsAt, timeZone);
    const room = [sessionId, cluster, siteId, 'room-1', date, time, timeZone, durationSeconds, seats.length];
    return [...room, FORM_ID, FORM_VERSION, 0, LAST_START_MINUTES_AFTER].join();
  });
  const header =
    'sessionId,cluster,siteId,room,date,startsAt,timeZone,durationSeconds,seats,formId,formVersion,' +
    'pinClosesMinutesBefore,lastStartMinutesAfter';
  return `${[header, ...rows].join('\n')}\n`;
}

export function seatsCsv(sessions: readonly PlannedSession[], pseudonymOf: (person: Person) => string): string {
  const rows = sessions.flatMap(({ sessionId, seats }) =>
    seats.map(({ seat, person }) => `${sessionId},${seat},${pseudonymOf(person)}`),
  );
  return `${['sessionId,seat,analyticsId', ...rows].join('\n')}\n`;
}

function seated(people: readonly Person[]): PlannedSeat[] {
  return people.map((person, index) => ({ person, seat: `s${String(index + 1).padStart(3, '0')}` }));
}

function localTime(moment: Date, timeZone: string): { date: string; time: string } {
  // Swedish writes dates as ISO 8601 does.
  const text = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' }).format(moment);
  const [date, time] = text.split(' ');
  return { date: date!, time: time! };
}
