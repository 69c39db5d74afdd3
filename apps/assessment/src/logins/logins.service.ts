import { randomUUID } from 'node:crypto';
import type { AttemptTokens } from '@app/access';
import { type AttemptLoggedIn, DomainError, SEQ_EPOCH_FACTOR, buildEvent, isoTime } from '@app/contracts';
import type { Runtime } from '@app/messaging';
import type { EntityManager } from 'typeorm';
import { ASSESSMENT_SOURCE } from '../assessment.tokens';
import type { ControlEventPublisher } from '../control-events.publisher';
import type { FormsRepository } from '../forms/forms.repository';
import type { IdentityVault } from '../secrets/identity-vault';
import type { SessionRow, SessionsRepository } from '../sessions/sessions.repository';
import type { WrongPinLimiter } from './wrong-pin-limiter';
import type { LoginsRepository, PinRow } from './logins.repository';

/** A token outlives its session by this much, so that a queue of answers can still be sent after a bad line. */
const TOKEN_GRACE_MS = 6 * 3_600_000;

export interface Login {
  readonly attemptId: string;
  readonly token: string;
  readonly epoch: number;
  /** The first `seq` of this login; the next answer takes the next number. */
  readonly firstSeq: number;
  readonly seat: string;
  readonly sessionId: string;
  readonly startsAt: string;
  readonly durationSeconds: number;
  readonly extraSeconds: number;
  readonly form: { readonly formId: string; readonly version: number; readonly hash: string };
  readonly serverTime: string;
}

export interface LoginsDependencies {
  readonly logins: LoginsRepository;
  readonly sessions: SessionsRepository;
  readonly forms: FormsRepository;
  readonly publisher: ControlEventPublisher;
  readonly vault: IdentityVault;
  readonly tokens: AttemptTokens;
  readonly limiter: WrongPinLimiter;
  readonly runtime: Runtime;
}

/** A participant number and a one-time PIN become an attempt token. */
export class LoginsService {
  constructor(private readonly parts: LoginsDependencies) {}

  /** @throws DomainError `pin.*`, `session.cancelled`, `form.unknown` */
  async logIn(participantNumber: string, pin: string): Promise<Login> {
    const { limiter, publisher } = this.parts;
    limiter.assertMayTry(participantNumber);
    const login = await publisher.publish(async (manager) => {
      const found = await this.findPin(manager, participantNumber, pin);
      const { event, login } = await this.admit(manager, found);
      return { events: [event], result: login };
    });
    limiter.forget(participantNumber);
    return login;
  }

  private async findPin(manager: EntityManager, participantNumber: string, pin: string): Promise<PinRow> {
    const { vault, logins, limiter, runtime } = this.parts;
    const match = (await logins.pinsOf(manager, participantNumber)).find((row) =>
      vault.samePin(row.pinHash, vault.pinHash({ ...row, pin })),
    );
    if (!match) {
      limiter.wrong(participantNumber);
      throw new DomainError('pin.invalid');
    }
    if (match.usedAt) throw new DomainError('pin.used');
    if (match.revokedAt || match.closesAt.getTime() <= runtime.nowMs()) throw new DomainError('pin.expired');
    return match;
  }

  private async admit(manager: EntityManager, pin: PinRow) {
    const { logins, runtime } = this.parts;
    const at = isoTime(runtime.nowMs());
    const session = await this.runnableSession(manager, pin.sessionId);
    const form = await this.parts.forms.reference(manager, session.formId, session.formVersion);
    if (!(await logins.consume(manager, pin.pinId, at))) throw new DomainError('pin.used');
    const seated = await logins.nextEpoch(manager, pin.sessionId, pin.analyticsId, randomUUID());
    if (!seated) throw new DomainError('pin.expired', 'The seat of this PIN was given away.');
    const data: AttemptLoggedIn = {
      attemptId: seated.attemptId,
      epoch: seated.epoch,
      analyticsId: seated.analyticsId,
      sessionId: session.sessionId,
      agency: seated.agency,
      seat: pin.seat,
      form,
      durationSeconds: session.durationSeconds,
      extraSeconds: seated.extraSeconds,
      jobLevel: seated.jobLevel,
      performance: seated.performance,
      at,
    };
    const id = `${seated.attemptId}/logged-in/${seated.epoch}`;
    const event = buildEvent('attemptLoggedIn', {
      id,
      source: ASSESSMENT_SOURCE,
      subject: seated.attemptId,
      time: at,
      data,
    });
    return { event: { topic: 'attempts' as const, key: seated.attemptId, event }, login: this.loginOf(data, session) };
  }

  private async runnableSession(manager: EntityManager, sessionId: string): Promise<SessionRow> {
    const session = await this.parts.sessions.find(manager, sessionId);
    if (!session) throw new DomainError('session.unknown');
    if (session.cancelledAt) throw new DomainError('session.cancelled');
    if (session.sealedAt) throw new DomainError('session.over');
    return session;
  }

  private loginOf(data: AttemptLoggedIn, session: SessionRow): Login {
    const endMs = session.lastStartAt.getTime() + (data.durationSeconds + data.extraSeconds) * 1000;
    const token = this.parts.tokens.issue({
      attemptId: data.attemptId,
      epoch: data.epoch,
      sessionId: data.sessionId,
      expiresAtMs: endMs + TOKEN_GRACE_MS,
    });
    return {
      attemptId: data.attemptId,
      token,
      epoch: data.epoch,
      firstSeq: data.epoch * SEQ_EPOCH_FACTOR + 1,
      seat: data.seat,
      sessionId: data.sessionId,
      startsAt: session.startsAt.toISOString(),
      durationSeconds: data.durationSeconds,
      extraSeconds: data.extraSeconds,
      form: { formId: data.form.formId, version: data.form.version, hash: data.form.hash },
      serverTime: data.at,
    };
  }
}
