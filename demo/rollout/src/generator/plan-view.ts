import {
  type AdmissionChanged,
  type SeatsAssigned,
  type SeatsReleased,
  type SessionCancelled,
  type SessionPlanned,
  TOPICS,
  decodeRecord,
} from '@app/contracts';
import type { LogRecord } from '@app/messaging';

export interface SeatedPerson {
  readonly analyticsId: string;
  readonly seat: string;
  readonly extraSeconds: number;
}

/** A session as the plan tells it. */
export interface PlannedSession extends Omit<SessionPlanned, 'seats'> {
  readonly cancelled: boolean;
  /** By pseudonym. */
  readonly seats: Map<string, SeatedPerson>;
}

/** What the assessment service would know from the topic `plan`: sessions, seats and whether a cluster may start any. */
export class PlanView {
  readonly sessions = new Map<string, PlannedSession>();
  private readonly admitted = new Map<number, boolean>();

  isAdmitted(cluster: number): boolean {
    return this.admitted.get(cluster) ?? false;
  }

  apply(records: readonly LogRecord[]): void {
    for (const { key, value } of records) {
      const decoded = decodeRecord(TOPICS.plan.name, key, value);
      if (!decoded.ok) throw new Error(`a record of the plan cannot be read: ${decoded.detail}`);
      const { name, event } = decoded;
      if (name === 'sessionPlanned') this.plan(event.data as SessionPlanned);
      else if (name === 'seatsAssigned') this.assign(event.data as SeatsAssigned);
      else if (name === 'seatsReleased') this.release(event.data as SeatsReleased);
      else if (name === 'sessionCancelled') this.cancel(event.data as SessionCancelled);
      else if (name === 'admissionChanged') this.admit(event.data as AdmissionChanged);
    }
  }

  /** Sessions that begin at a moment of the given range and were not cancelled, in the order of their ids. */
  startingBetween(fromMs: number, toMs: number): PlannedSession[] {
    const found = [...this.sessions.values()].filter(({ startsAt, cancelled }) => {
      const atMs = Date.parse(startsAt);
      return !cancelled && atMs >= fromMs && atMs < toMs;
    });
    return found.sort((one, other) => (one.sessionId < other.sessionId ? -1 : 1));
  }

  private plan(planned: SessionPlanned): void {
    const seats = this.sessions.get(planned.sessionId)?.seats ?? new Map<string, SeatedPerson>();
    this.sessions.set(planned.sessionId, { ...planned, cancelled: false, seats });
  }

  private assign({ sessionId, seats }: SeatsAssigned): void {
    const session = this.sessions.get(sessionId)!;
    for (const seat of seats) session.seats.set(seat.analyticsId, seat);
  }

  private release({ sessionId, seats }: SeatsReleased): void {
    const session = this.sessions.get(sessionId)!;
    for (const { analyticsId } of seats) session.seats.delete(analyticsId);
  }

  private cancel({ sessionId }: SessionCancelled): void {
    const session = this.sessions.get(sessionId)!;
    session.seats.clear();
    this.sessions.set(sessionId, { ...session, cancelled: true });
  }

  private admit({ cluster, open }: AdmissionChanged): void {
    this.admitted.set(cluster, open);
  }
}
