import { randomUUID } from 'node:crypto';
import { DomainError, isoTime } from '@app/contracts';
import type { Runtime } from '@app/messaging';
import type { DataSource } from 'typeorm';
import type { IdentityVault } from '../secrets/identity-vault';
import type { SeatedPerson, SessionRow, SessionsRepository } from '../sessions/sessions.repository';
import type { LoginsRepository, NewPin } from './logins.repository';

export interface IssuedPin {
  readonly participantNumber: string;
  readonly seat: string;
  /** Shown once: only its keyed hash is kept. */
  readonly pin: string;
}

/** Hands out registration PINs before a session, and single ones while it runs. */
export class PinsService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly logins: LoginsRepository,
    private readonly sessions: SessionsRepository,
    private readonly vault: IdentityVault,
    private readonly runtime: Runtime,
  ) {}

  /**
   * A new PIN for everybody with a seat; PINs issued before and not used are void.
   * @throws DomainError `session.unknown`, `session.cancelled`, `pin.expired` once registration is over
   */
  issueForSession(sessionId: string, actor: string): Promise<IssuedPin[]> {
    return this.issue(
      sessionId,
      actor,
      (people) => people,
      (session) => session.pinClosesAt,
    );
  }

  /**
   * A new PIN for one seat, also while the session runs: for a late or moved participant.
   * @throws DomainError `session.unknown`, `session.cancelled`, `pin.expired` once nobody may start any more
   */
  async reissue(sessionId: string, seat: string, actor: string): Promise<IssuedPin> {
    const issued = await this.issue(
      sessionId,
      actor,
      (people) => people.filter((person) => person.seat === seat),
      (session) => new Date(session.lastStartAt.getTime() + session.durationSeconds * 1000),
    );
    const [pin] = issued;
    if (!pin) throw new DomainError('session.unknown', 'Nobody has this seat.');
    return pin;
  }

  private issue(
    sessionId: string,
    actor: string,
    choose: (people: SeatedPerson[]) => SeatedPerson[],
    closing: (session: SessionRow) => Date,
  ): Promise<IssuedPin[]> {
    return this.dataSource.transaction(async (manager) => {
      const session = await this.sessions.find(manager, sessionId, 'for-update');
      if (!session) throw new DomainError('session.unknown');
      if (session.cancelledAt) throw new DomainError('session.cancelled');
      const closesAt = closing(session);
      if (closesAt.getTime() <= this.runtime.nowMs())
        throw new DomainError('pin.expired', 'PINs of this session can no longer be used.');
      const people = choose(await this.sessions.seatedPeople(manager, sessionId));
      const pins = people.map((person) => ({ person, pin: this.vault.newPin() }));
      await this.logins.issue(
        manager,
        pins.map((one) => this.rowOf(sessionId, one, closesAt)),
        actor,
        isoTime(this.runtime.nowMs()),
      );
      return pins.map(({ person, pin }) => ({ participantNumber: person.participantNumber, seat: person.seat, pin }));
    });
  }

  private rowOf(sessionId: string, { person, pin }: { person: SeatedPerson; pin: string }, closesAt: Date): NewPin {
    const { analyticsId, seat } = person;
    const pinHash = this.vault.pinHash({ analyticsId, sessionId, seat, pin });
    return { pinId: randomUUID(), sessionId, analyticsId, seat, pinHash, closesAt: closesAt.toISOString() };
  }
}
