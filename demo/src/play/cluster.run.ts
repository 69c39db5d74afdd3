import { setTimeout as sleep } from 'node:timers/promises';
import type { Attendee, ClusterCast } from '../cast/cast';
import type { Person } from '../cast/person';
import { Refused } from '../client/http.client';
import type { IssuedPin, Login, PlatformClient } from '../client/platform.client';
import { inParallel, until } from '../client/waiting';
import { AttemptPlayer } from './attempt.player';
import { type Caller, persist } from './persistent-request';
import type { PlayObserver } from './play-observer';
import { type PlannedSeat, type PlannedSession, planSessions, seatsCsv, sessionsCsv } from './session-plan';

/** Sessions start this long after they are planned: time for PINs and logins. */
const LEAD_MS = 3_000;
/** Participants who log in at the same moment. */
const LOGINS_AT_ONCE = 32;
/** A plan reaches the assessment service within a second; a restart may lie between. */
const PLAN_TIMEOUT_MS = 60_000;
const OPEN_TIMEOUT_MS = 90_000;
/** The close marker of a deadline stands 11 s behind it, and the short session has to end first. */
const SEAL_TIMEOUT_MS = 90_000;

export interface RunContext {
  readonly platform: PlatformClient;
  readonly observer: PlayObserver;
  readonly itemIds: readonly string[];
  readonly pseudonymOf: (person: Person) => string;
}

/** One cluster's day: plan, PINs, logins, open, answer, seal. */
export class ClusterRun {
  players: readonly AttemptPlayer[] = [];
  private readonly sessions: readonly PlannedSession[];
  private startsAt = new Date();

  constructor(
    readonly cast: ClusterCast,
    private readonly context: RunContext,
    shortSeconds: number,
  ) {
    this.sessions = planSessions(cast, shortSeconds);
  }

  get cluster(): number {
    return this.cast.cluster;
  }

  get sessionIds(): readonly string[] {
    return this.sessions.map(({ sessionId }) => sessionId);
  }

  /** Plans the sessions some seconds ahead and lets everybody who comes take a seat. */
  async seat(): Promise<void> {
    const { platform, pseudonymOf } = this.context;
    this.startsAt = nextWholeSecond(Date.now() + LEAD_MS);
    const plan = sessionsCsv(this.sessions, this.cluster, this.startsAt);
    await persist('plan', this.staff, () => platform.importCsv('/v1/plan/sessions', plan));
    const seats = seatsCsv(this.sessions, pseudonymOf);
    await persist('seats', this.staff, () => platform.importCsv('/v1/plan/seats', seats));
    const pins = new Map((await Promise.all(this.sessions.map((session) => this.pinsOf(session)))).flat());
    const { itemIds } = this.context;
    this.players = await inParallel(this.cast.attendees, LOGINS_AT_ONCE, async (attendee) => {
      const caller = this.callerOf(attendee);
      const login = await this.logIn(caller, pins.get(attendee.person.participantNumber)!);
      return new AttemptPlayer(attendee, login, platform, caller, itemIds);
    });
  }

  /** Opens the rooms as soon as it is time and the cluster admits sessions. */
  async open(): Promise<void> {
    await sleep(Math.max(0, this.startsAt.getTime() - Date.now()));
    await Promise.all(
      this.sessionIds.map((sessionId) =>
        until(`${sessionId} opens`, OPEN_TIMEOUT_MS, async () => {
          await this.context.platform.openSession(sessionId);
          return true;
        }),
      ),
    );
  }

  async play(): Promise<void> {
    // Who will run out of time sits down first: the clock of the whole cluster waits for them.
    const inOrder = this.players.toSorted(
      (a, b) => Number(b.attendee.runsOutOfTime) - Number(a.attendee.runsOutOfTime),
    );
    await Promise.all(inOrder.map((player) => player.play()));
  }

  /** Closes the book of every room once all its attempts are closed. */
  async seal(): Promise<void> {
    await Promise.all(
      this.sessionIds.map((sessionId) =>
        until(`${sessionId} is sealed`, SEAL_TIMEOUT_MS, async () => {
          await this.context.platform.sealSession(sessionId);
          return true;
        }),
      ),
    );
  }

  private async pinsOf({ sessionId, seats }: PlannedSession): Promise<[string, IssuedPin & { sessionId: string }][]> {
    const pins = await until(`PINs of ${sessionId}`, PLAN_TIMEOUT_MS, async () => {
      const issued = await this.issuePins(sessionId, seats);
      return issued.length === seats.length ? issued : null;
    });
    return pins.map((pin) => [pin.participantNumber, { ...pin, sessionId }]);
  }

  /** On a slow machine registration may be over by now; then the supervisor issues PINs seat by seat. */
  private async issuePins(sessionId: string, seats: readonly PlannedSeat[]): Promise<IssuedPin[]> {
    const { platform } = this.context;
    try {
      return await platform.pins(sessionId);
    } catch (error) {
      if (!(error instanceof Refused) || error.code !== 'pin.expired') throw error;
      return inParallel(seats, LOGINS_AT_ONCE, ({ seat }) => platform.reissuePin(sessionId, seat));
    }
  }

  /** A PIN that was used by a login whose reply got lost, or that has closed, is issued anew by the supervisor. */
  private async logIn(caller: Caller, issued: IssuedPin & { sessionId: string }): Promise<Login> {
    const { platform } = this.context;
    let pin = issued;
    return persist('login', caller, async () => {
      try {
        return await platform.logIn(pin.participantNumber, pin.pin);
      } catch (error) {
        if (!(error instanceof Refused) || !['pin.used', 'pin.expired'].includes(error.code)) throw error;
        pin = { ...(await platform.reissuePin(issued.sessionId, issued.seat)), sessionId: issued.sessionId };
        return platform.logIn(pin.participantNumber, pin.pin);
      }
    });
  }

  private get staff(): Caller {
    return { cluster: this.cluster, who: 'operations', observer: this.context.observer };
  }

  private callerOf({ person }: Attendee): Caller {
    return { cluster: this.cluster, who: person.participantNumber, observer: this.context.observer };
  }
}

function nextWholeSecond(timeMs: number): Date {
  return new Date(Math.ceil(timeMs / 1_000) * 1_000);
}
