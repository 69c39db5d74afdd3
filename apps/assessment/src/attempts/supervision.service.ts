import { DomainError, type EventName, isoTime } from '@app/contracts';
import type { OutboxEvent, Runtime } from '@app/messaging';
import type { EntityManager } from 'typeorm';
import type { ControlEventPublisher } from '../control-events.publisher';
import type { LoginsRepository } from '../logins/logins.repository';
import type { SessionsRepository } from '../sessions/sessions.repository';
import { controlEvent } from './attempt-commands.service';
import type { AttemptReader, AttemptReading } from './attempt-reader.service';
import { MARKER_DELAY_MS } from './deadline-sweeper';
import { type AttemptHeader, type AttemptStatus, epochOf, statusOf } from './domain/attempt-state';
import { epochOfSeq, standingOf } from './domain/judgement';

/** Who does it and why: the code goes into the event, the note stays in this service. */
export interface Grounds {
  readonly actor: string;
  readonly reasonCode: string;
  readonly note?: string;
}

export interface SupervisionDependencies {
  readonly publisher: ControlEventPublisher;
  readonly reader: AttemptReader;
  readonly logins: LoginsRepository;
  readonly sessions: SessionsRepository;
  readonly runtime: Runtime;
}

/**
 * What a supervisor does with an attempt. Each command looks at the attempt as of now and names the version that it
 * saw in the id of its event: two supervisors who press at once act once.
 */
export class SupervisionService {
  constructor(private readonly parts: SupervisionDependencies) {}

  /** @throws DomainError `attempt.unknown`, `access.foreign-session` where it belongs to another session */
  async assertOfSession(attemptId: string, sessionId: string): Promise<void> {
    const header = await this.parts.reader.header(attemptId);
    if (header.sessionId !== sessionId) throw new DomainError('access.foreign-session');
  }

  pause(attemptId: string, grounds: Grounds): Promise<AttemptReading> {
    return this.command(attemptId, ['started'], 'attemptPaused', 'paused', grounds);
  }

  resume(attemptId: string, grounds: Grounds): Promise<AttemptReading> {
    return this.command(attemptId, ['paused'], 'attemptResumed', 'resumed', grounds);
  }

  credit(attemptId: string, seconds: number, grounds: Grounds): Promise<AttemptReading> {
    return this.command(attemptId, ['started', 'paused'], 'attemptTimeCredited', 'credited', grounds, { seconds });
  }

  /** Lifts the close marker. A sealed session stays as it was sealed. */
  async reopen(attemptId: string, seconds: number, grounds: Grounds): Promise<AttemptReading> {
    const { sessionId } = await this.parts.reader.header(attemptId);
    return this.command(attemptId, ['closed'], 'attemptReopened', 'reopened', grounds, { seconds }, async (manager) => {
      const session = await this.parts.sessions.find(manager, sessionId, 'for-update');
      if (session?.sealedAt) throw new DomainError('session.over', 'The session is sealed.');
    });
  }

  /** Gives the participant another seat; the old seat's answers no longer count. Going on takes a new PIN. */
  async move(attemptId: string, seat: string, grounds: Grounds): Promise<AttemptReading> {
    const header = await this.parts.reader.header(attemptId);
    if (header.seat === seat) return this.parts.reader.read(attemptId);
    assertStatus(header, ['logged-in', 'started', 'paused']);
    await this.parts.publisher.publish(async (manager) => {
      if (await this.parts.logins.isSeatTaken(manager, header.sessionId, seat, attemptId)) {
        throw new DomainError('attempt.not-open', 'Somebody else has this seat.');
      }
      const epoch = await this.parts.logins.moveSeat(manager, attemptId, seat);
      const event = this.event('attemptMoved', `moved/${epoch}`, attemptId, grounds, { epoch, seat });
      await keepNote(manager, event, grounds);
      return { events: [event], result: undefined };
    });
    return this.parts.reader.read(attemptId);
  }

  /**
   * Ends the attempt now. Its marker is appended when every answer sent before now must have arrived.
   * @returns when it ended and when the marker is due
   */
  async finish(attemptId: string, grounds: Grounds): Promise<{ attemptId: string; at: string; closesAt: string }> {
    const header = await this.parts.reader.header(attemptId);
    assertStatus(header, ['started', 'paused']);
    const nowMs = this.parts.runtime.nowMs();
    const [at, dueAt] = [isoTime(nowMs), isoTime(nowMs + MARKER_DELAY_MS)];
    return this.parts.publisher.publish(async (manager) => {
      const pending = await this.keepPending(
        manager,
        `${attemptId}/close/forced/${header.version}`,
        attemptId,
        at,
        dueAt,
        grounds,
      );
      return {
        events: [],
        result: { attemptId, at: pending.at.toISOString(), closesAt: pending.due_at.toISOString() },
      };
    });
  }

  /** @throws DomainError `attempt.nothing-to-accept` where no recorded answer of that epoch waits for it */
  async acceptOlderEpoch(attemptId: string, epoch: number, grounds: Grounds): Promise<AttemptReading> {
    const state = await this.parts.reader.state(attemptId);
    const waits = [...state.answers.values()].some(
      (answer) => epochOfSeq(answer.seq) === epoch && standingOf(answer, state.header) === 'older-epoch',
    );
    if (!waits || !state.header || epoch >= epochOf(state.header)) throw new DomainError('attempt.nothing-to-accept');
    return this.command(
      attemptId,
      ['logged-in', 'started', 'paused', 'closed'],
      'olderEpochAccepted',
      `accepted/${epoch}`,
      grounds,
      { epoch },
    );
  }

  private async command(
    attemptId: string,
    allowed: readonly AttemptStatus[],
    name: EventName,
    verb: string,
    grounds: Grounds,
    data: object = {},
    check: (manager: EntityManager) => Promise<void> = async () => undefined,
  ): Promise<AttemptReading> {
    const header = await this.parts.reader.header(attemptId);
    assertStatus(header, allowed);
    await this.parts.publisher.publish(async (manager) => {
      await check(manager);
      const event = this.event(name, `${verb}/${header.version}`, attemptId, grounds, data);
      await keepNote(manager, event, grounds);
      return { events: [event], result: undefined };
    });
    return this.parts.reader.read(attemptId);
  }

  private event(name: EventName, verb: string, attemptId: string, grounds: Grounds, data: object): OutboxEvent {
    const at = isoTime(this.parts.runtime.nowMs());
    return controlEvent(name, `${attemptId}/${verb}`, attemptId, at, {
      reasonCode: grounds.reasonCode,
      actor: grounds.actor,
      ...data,
    });
  }

  /** The first press wins; a second one is told of the first. */
  private async keepPending(
    manager: EntityManager,
    eventId: string,
    attemptId: string,
    at: string,
    dueAt: string,
    grounds: Grounds,
  ): Promise<{ at: Date; due_at: Date }> {
    const [row] = await manager.query<[{ at: Date; due_at: Date }]>(
      `INSERT INTO pending_closures AS p (event_id, attempt_id, at, due_at, actor, reason_code) VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT (event_id) DO UPDATE SET event_id = p.event_id RETURNING at, due_at`,
      [eventId, attemptId, at, dueAt, grounds.actor, grounds.reasonCode],
    );
    await keepNoteOf(manager, eventId, grounds);
    return row;
  }
}

function assertStatus(header: AttemptHeader, allowed: readonly AttemptStatus[]): void {
  const status = statusOf(header);
  if (!allowed.includes(status)) throw new DomainError('attempt.not-open', `The attempt is ${status}.`);
}

function keepNote(manager: EntityManager, { event }: OutboxEvent, grounds: Grounds): Promise<void> {
  return keepNoteOf(manager, event.id, grounds);
}

async function keepNoteOf(manager: EntityManager, eventId: string, grounds: Grounds): Promise<void> {
  if (!grounds.note) return;
  await manager.query(
    'INSERT INTO command_reasons (event_id, actor, note) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
    [eventId, grounds.actor, grounds.note],
  );
}
