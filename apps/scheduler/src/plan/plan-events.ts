import { type EventName, SEATS_PER_EVENT_MAX, buildEvent } from '@app/contracts';
import type { OutboxEvent } from '@app/messaging';
import { SCHEDULER_SOURCE } from '../scheduler.tokens';
import type { SeatedPerson } from './domain/seating';
import type { PlannedSession } from './plan.repository';

export function eventOfSession(session: PlannedSession, at: Date): OutboxEvent {
  const { sessionId, version, cluster, siteId, room, timeZone, durationSeconds, formId, formVersion } = session;
  const data = {
    sessionId,
    version,
    cluster,
    siteId,
    room,
    startsAt: session.startsAt.toISOString(),
    timeZone,
    durationSeconds,
    pinClosesAt: session.pinClosesAt.toISOString(),
    lastStartAt: session.lastStartAt.toISOString(),
    seats: session.seatCount,
    formId,
    formVersion,
  };
  return sessionEvent('sessionPlanned', sessionId, version, at, data);
}

/**
 * Seats of one session, in as many events as they need. Each event has a version of its own: consumers apply only what
 * is higher than what they have.
 *
 * @param version of the session before
 */
export function eventsOfSeats(
  sessionId: string,
  version: number,
  seats: readonly Pick<SeatedPerson, 'seat' | 'analyticsId' | 'extraSeconds'>[],
  at: Date,
): OutboxEvent[] {
  const events: OutboxEvent[] = [];
  for (let start = 0; start < seats.length; start += SEATS_PER_EVENT_MAX) {
    const chunk = seats.slice(start, start + SEATS_PER_EVENT_MAX);
    const chunkVersion = version + events.length + 1;
    const data = {
      sessionId,
      version: chunkVersion,
      seats: chunk.map(({ seat, analyticsId, extraSeconds }) => ({ seat, analyticsId, extraSeconds })),
    };
    events.push(sessionEvent('seatsAssigned', sessionId, chunkVersion, at, data));
  }
  return events;
}

/**
 * Seats of one session that people no longer have.
 *
 * @param version of the session before
 */
export function eventsOfReleases(
  sessionId: string,
  version: number,
  seats: readonly Pick<SeatedPerson, 'seat' | 'analyticsId'>[],
  reasonCode: string,
  at: Date,
): OutboxEvent[] {
  const events: OutboxEvent[] = [];
  for (let start = 0; start < seats.length; start += SEATS_PER_EVENT_MAX) {
    const chunk = seats
      .slice(start, start + SEATS_PER_EVENT_MAX)
      .map(({ seat, analyticsId }) => ({ seat, analyticsId }));
    const chunkVersion = version + events.length + 1;
    const data = { sessionId, version: chunkVersion, seats: chunk, reasonCode };
    events.push(sessionEvent('seatsReleased', sessionId, chunkVersion, at, data));
  }
  return events;
}

export function eventOfCancellation(sessionId: string, version: number, reasonCode: string, at: Date): OutboxEvent {
  return sessionEvent('sessionCancelled', sessionId, version, at, { sessionId, version, reasonCode });
}

function sessionEvent(name: EventName, sessionId: string, version: number, at: Date, data: object): OutboxEvent {
  const event = buildEvent(name, {
    id: `session/${sessionId}/v${version}`,
    source: SCHEDULER_SOURCE,
    subject: sessionId,
    time: at.toISOString(),
    data,
  });
  return { topic: 'plan', key: sessionId, event };
}
