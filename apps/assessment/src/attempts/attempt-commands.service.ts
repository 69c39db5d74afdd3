import { type CloudEvent, DomainError, type EventName, buildEvent, isoTime } from '@app/contracts';
import type { OutboxEvent, Runtime } from '@app/messaging';
import type { DataSource, EntityManager } from 'typeorm';
import { ASSESSMENT_SOURCE } from '../assessment.tokens';
import type { ControlEventPublisher } from '../control-events.publisher';
import type { FormsRepository } from '../forms/forms.repository';
import type { IssuedAttempt, LoginsRepository } from '../logins/logins.repository';
import type { IdentityVault, SealedForm } from '../secrets/identity-vault';
import type { SessionRow, SessionsRepository } from '../sessions/sessions.repository';
import type { AttemptsRepository } from './attempts.repository';
import { deadlineOf } from './domain/attempt-state';

export interface ParticipantCommand {
  readonly attemptId: string;
  /** Of the token: a newer login leaves this one behind. */
  readonly epoch: number;
}

export interface StartedAttempt {
  readonly attemptId: string;
  readonly startedAt: string;
  readonly deadline: string | null;
  /** Opens the sealed form, base64url. */
  readonly formKey: string;
  readonly serverTime: string;
}

export interface AttemptCommandsDependencies {
  readonly publisher: ControlEventPublisher;
  readonly attempts: AttemptsRepository;
  readonly logins: LoginsRepository;
  readonly sessions: SessionsRepository;
  readonly forms: FormsRepository;
  readonly vault: IdentityVault;
  readonly runtime: Runtime;
  readonly dataSource: DataSource;
}

/** What a participant does with an attempt, answers apart: fetch the form, start, submit. */
export class AttemptCommandsService {
  constructor(private readonly parts: AttemptCommandsDependencies) {}

  /** The form, sealed: it can be fetched early by everybody, since the key comes with the start. */
  async form(
    command: ParticipantCommand,
  ): Promise<{ formId: string; version: number; hash: string; sealed: SealedForm }> {
    const { manager } = this.parts.dataSource;
    const { session } = await this.current(command, manager);
    const { content, hash } = await this.parts.forms.content(manager, session.formId, session.formVersion);
    const sealed = this.parts.vault.sealForm(this.parts.vault.formKeyOf(session.sessionId, hash), content);
    return { formId: session.formId, version: session.formVersion, hash, sealed };
  }

  /**
   * The participant's time begins. Starting a started attempt changes nothing and gives the same start. Replies once
   * the event stands in the log; it does not wait for the fold, so that thousands can start in one second.
   * @throws DomainError `session.not-open`, `session.over`, `attempt.superseded`, `attempt.closed`
   */
  async start(command: ParticipantCommand): Promise<StartedAttempt> {
    const { publisher, runtime, attempts, logins, vault } = this.parts;
    return publisher.publish(async (manager) => {
      const { issued, session } = await this.current(command, manager);
      const header = await attempts.header(manager, command.attemptId);
      if (header?.marker) throw new DomainError('attempt.closed');
      if (!issued.startedAt) this.assertMayStart(session);
      const startedAt = await logins.markStarted(manager, command.attemptId, isoTime(runtime.nowMs()));
      const { hash } = await this.parts.forms.reference(manager, session.formId, session.formVersion);
      const deadlineMs = header?.startedAtMs
        ? deadlineOf(header)
        : startedAt.getTime() + (session.durationSeconds + issued.extraSeconds) * 1000;
      return {
        events: [
          controlEvent(
            'attemptStarted',
            `${command.attemptId}/started`,
            command.attemptId,
            startedAt.toISOString(),
            {},
          ),
        ],
        result: {
          attemptId: command.attemptId,
          startedAt: startedAt.toISOString(),
          deadline: deadlineMs === null ? null : isoTime(deadlineMs),
          formKey: vault.formKeyOf(session.sessionId, hash).toString('base64url'),
          serverTime: isoTime(runtime.nowMs()),
        },
      };
    });
  }

  /**
   * Closes the attempt where this marker comes to stand. Submitting a submitted attempt changes nothing.
   * @throws DomainError `attempt.not-started`, `attempt.superseded`
   */
  async submit(command: ParticipantCommand): Promise<{ attemptId: string; submittedAt: string; serverTime: string }> {
    const { publisher, attempts, runtime } = this.parts;
    return publisher.publish(async (manager) => {
      const { issued } = await this.current(command, manager);
      if (!issued.startedAt) throw new DomainError('attempt.not-started');
      const header = await attempts.header(manager, command.attemptId);
      const at = isoTime(header?.marker?.atMs ?? runtime.nowMs());
      const id = `${command.attemptId}/close/submitted/${header?.version ?? 0}`;
      const marker = controlEvent('closeRequested', id, command.attemptId, at, {
        cause: 'submitted',
        actor: null,
        reasonCode: null,
      });
      const result = { attemptId: command.attemptId, submittedAt: at, serverTime: isoTime(runtime.nowMs()) };
      return { events: header?.marker ? [] : [marker], result };
    });
  }

  private async current(
    command: ParticipantCommand,
    manager: EntityManager,
  ): Promise<{ issued: IssuedAttempt; session: SessionRow }> {
    const issued = await this.parts.logins.issuedAttempt(manager, command.attemptId);
    if (!issued) throw new DomainError('attempt.unknown');
    if (issued.epoch !== command.epoch) throw new DomainError('attempt.superseded');
    const session = await this.parts.sessions.find(manager, issued.sessionId);
    if (!session) throw new DomainError('session.unknown');
    return { issued, session };
  }

  private assertMayStart(session: SessionRow): void {
    if (session.cancelledAt) throw new DomainError('session.cancelled');
    if (!session.openedAt) throw new DomainError('session.not-open');
    if (session.sealedAt || this.parts.runtime.nowMs() > session.lastStartAt.getTime())
      throw new DomainError('session.over');
  }
}

/** A control event of an attempt, ready for the outbox. */
export function controlEvent(name: EventName, id: string, attemptId: string, at: string, data: object): OutboxEvent {
  const event: CloudEvent = buildEvent(name, {
    id,
    source: ASSESSMENT_SOURCE,
    subject: attemptId,
    time: at,
    data: { attemptId, at, ...data },
  });
  return { topic: 'attempts', key: attemptId, event };
}
