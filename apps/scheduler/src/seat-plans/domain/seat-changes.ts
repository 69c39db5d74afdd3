/** A seat as it is given, or as a plan gives it. */
export interface GivenSeat {
  readonly sessionId: string;
  readonly seat: string;
  readonly analyticsId: string;
  readonly extraSeconds: number;
}

/** A session that seats are taken from or given in. */
export interface SessionAtHand {
  readonly sessionId: string;
  readonly seatCount: number;
  readonly startsAtMs: number;
  readonly isCancelled: boolean;
  readonly isOpened: boolean;
  /** Its site cannot be used then. */
  readonly isLost: boolean;
}

/** What putting a plan in force does to one person; null is no seat. */
export interface SeatChange {
  readonly analyticsId: string;
  readonly from: GivenSeat | null;
  readonly to: GivenSeat | null;
}

export interface ChangeProblem {
  /** Session that the problem is about. */
  readonly at: string;
  readonly message: string;
}

/** People whose session is still to be held are told this long before it, or they keep it. */
export const NOTICE_MS = 48 * 60 * 60 * 1000;

/**
 * Whose seat a plan changes.
 *
 * @param people whom the plan was made for; everybody else keeps what they have
 */
export function changesBetween(
  people: readonly string[],
  before: readonly GivenSeat[],
  after: readonly GivenSeat[],
): SeatChange[] {
  const had = new Map(before.map((seat) => [seat.analyticsId, seat]));
  const gets = new Map(after.map((seat) => [seat.analyticsId, seat]));
  return people.flatMap((analyticsId) => {
    const from = had.get(analyticsId) ?? null;
    const to = gets.get(analyticsId) ?? null;
    return isSame(from, to) ? [] : [{ analyticsId, from, to }];
  });
}

function isSame(from: GivenSeat | null, to: GivenSeat | null): boolean {
  if (!from || !to) return from === to;
  return from.sessionId === to.sessionId && from.seat === to.seat && from.extraSeconds === to.extraSeconds;
}

export interface ChangeCounts {
  readonly given: number;
  readonly moved: number;
  /** People who had a seat, at a lost site, and get none. */
  readonly released: number;
  readonly unchanged: number;
}

export function countChanges(people: number, changes: readonly SeatChange[]): ChangeCounts {
  const given = changes.filter(({ from }) => from === null).length;
  const released = changes.filter(({ to }) => to === null).length;
  return { given, moved: changes.length - given - released, released, unchanged: people - changes.length };
}

/**
 * What stands against changes at a moment: nobody leaves a session that was opened or that starts within 48 hours, and
 * nobody loses a seat without getting another, unless the session itself is lost; nobody is seated in a session that
 * takes no one any more. One problem a session and kind, with the number of people, never their names.
 */
export function problemsOf(
  changes: readonly SeatChange[],
  sessions: ReadonlyMap<string, SessionAtHand>,
  nowMs: number,
): ChangeProblem[] {
  const counts = new Map<string, ChangeProblem & { readonly people: number }>();
  const note = (at: string, message: string): void => {
    const key = `${at}\n${message}`;
    counts.set(key, { at, message, people: (counts.get(key)?.people ?? 0) + 1 });
  };
  for (const { from, to } of changes) {
    if (from && isElsewhere(from, to)) noteLeaving(sessions.get(from.sessionId), from, to, nowMs, note);
    if (to) noteArriving(sessions.get(to.sessionId), to, nowMs, note);
  }
  return [...counts.values()].map(({ at, message, people }) => ({
    at: `session ${at}`,
    message: `${people} people: ${message}`,
  }));
}

function isElsewhere(from: GivenSeat, to: GivenSeat | null): boolean {
  return to === null || from.sessionId !== to.sessionId || from.seat !== to.seat;
}

type Note = (at: string, message: string) => void;

function noteLeaving(
  session: SessionAtHand | undefined,
  { sessionId }: GivenSeat,
  to: GivenSeat | null,
  nowMs: number,
  note: Note,
): void {
  if (!session || session.isCancelled) return;
  if (session.isOpened) note(sessionId, 'they are in a session that was opened');
  else if (session.isLost) return;
  else if (to === null) note(sessionId, 'they would lose their seat without getting another');
  else if (session.startsAtMs < nowMs + NOTICE_MS) note(sessionId, 'it starts within 48 hours and is not lost');
}

function noteArriving(
  session: SessionAtHand | undefined,
  { sessionId, seat }: GivenSeat,
  nowMs: number,
  note: Note,
): void {
  if (!session) note(sessionId, 'it is not planned');
  else if (session.isCancelled) note(sessionId, 'it was cancelled');
  else if (session.isOpened || session.startsAtMs <= nowMs) note(sessionId, 'it has begun');
  else if (Number(seat) > session.seatCount) note(sessionId, `their seats are beyond its ${session.seatCount}`);
}
