/** One row of a seats file, as far as its cells alone can be judged. */
export interface SeatRequest {
  readonly row: number;
  readonly sessionId: string;
  readonly seat: string;
  readonly analyticsId: string;
  readonly extraSeconds: number;
}

export interface SeatedPerson {
  readonly sessionId: string;
  readonly seat: string;
  readonly analyticsId: string;
  readonly sitting: string;
  readonly extraSeconds: number;
}

/** A session whose seats can be given. */
export interface SeatableSession {
  readonly sessionId: string;
  readonly seatCount: number;
  /** What its people sit: one seat per person and sitting. */
  readonly sitting: string;
  /** Why no seat can be given any more; null where seats can be given. */
  readonly closedBecause: string | null;
}

export interface SeatingPlan {
  readonly sessions: ReadonlyMap<string, SeatableSession>;
  readonly registered: ReadonlySet<string>;
  /** Seats of these sessions, and of these people anywhere. */
  readonly taken: readonly SeatedPerson[];
}

export interface SeatProblem {
  readonly row: number;
  readonly column: 'sessionId' | 'seat' | 'analyticsId';
  readonly message: string;
}

export interface Seating {
  /** Seats that are new or got another extra time, in the order of the file. */
  readonly assigned: readonly SeatedPerson[];
  readonly problems: readonly SeatProblem[];
}

/**
 * Judges a seats file against what is planned. Messages name seats and sessions, never people. A row that says what is
 * there already changes nothing.
 */
export function seatPeople(requests: readonly SeatRequest[], plan: SeatingPlan): Seating {
  const seats = new Map(plan.taken.map((taken) => [seatKey(taken), taken]));
  const sittings = new Map(plan.taken.map((taken) => [sittingKey(taken), taken]));
  const counts = seatCounts(plan.taken);
  const assigned: SeatedPerson[] = [];
  const problems: SeatProblem[] = [];
  for (const request of requests) {
    if (isAlready(request, seats.get(seatKey(request)))) continue;
    const session = plan.sessions.get(request.sessionId);
    const refused = refusalOf(request, session, plan.registered);
    if (refused || !session) {
      if (refused) problems.push(refused);
      continue;
    }
    const person = seatedAs(request, session);
    const occupant = seats.get(seatKey(person));
    const clash = clashOf(request, person, occupant, sittings.get(sittingKey(person)));
    if (clash) {
      problems.push(clash);
      continue;
    }
    if (!occupant) {
      const count = (counts.get(session.sessionId) ?? 0) + 1;
      if (count > session.seatCount) {
        problems.push(problemAt(request, 'seat', `is beyond the session's ${session.seatCount} seats`));
        continue;
      }
      counts.set(session.sessionId, count);
    }
    seats.set(seatKey(person), person);
    sittings.set(sittingKey(person), person);
    assigned.push(person);
  }
  return { assigned, problems };
}

/** A file that is imported again changes nothing, even after its sessions were opened. */
function isAlready(request: SeatRequest, occupant: SeatedPerson | undefined): boolean {
  return occupant?.analyticsId === request.analyticsId && occupant.extraSeconds === request.extraSeconds;
}

function refusalOf(
  request: SeatRequest,
  session: SeatableSession | undefined,
  registered: ReadonlySet<string>,
): SeatProblem | null {
  if (!session) return problemAt(request, 'sessionId', 'is not a planned session');
  if (session.closedBecause) return problemAt(request, 'sessionId', session.closedBecause);
  if (!registered.has(request.analyticsId)) return problemAt(request, 'analyticsId', 'is not a registered person');
  return null;
}

function clashOf(
  request: SeatRequest,
  person: SeatedPerson,
  occupant: SeatedPerson | undefined,
  elsewhere: SeatedPerson | undefined,
): SeatProblem | null {
  if (occupant && occupant.analyticsId !== person.analyticsId) {
    return problemAt(request, 'seat', 'is taken by another person');
  }
  if (elsewhere && seatKey(elsewhere) !== seatKey(person)) {
    const where = `seat ${elsewhere.seat} of session ${elsewhere.sessionId}`;
    return problemAt(request, 'analyticsId', `has ${where} for this sitting already`);
  }
  return null;
}

function seatedAs(request: SeatRequest, session: SeatableSession): SeatedPerson {
  const { sessionId, seat, analyticsId, extraSeconds } = request;
  return { sessionId, seat, analyticsId, sitting: session.sitting, extraSeconds };
}

function seatCounts(taken: readonly SeatedPerson[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { sessionId } of taken) counts.set(sessionId, (counts.get(sessionId) ?? 0) + 1);
  return counts;
}

function seatKey({ sessionId, seat }: { readonly sessionId: string; readonly seat: string }): string {
  return `${sessionId} ${seat}`;
}

function sittingKey({ analyticsId, sitting }: { readonly analyticsId: string; readonly sitting: string }): string {
  return `${analyticsId} ${sitting}`;
}

function problemAt(request: SeatRequest, column: SeatProblem['column'], message: string): SeatProblem {
  return { row: request.row, column, message };
}
