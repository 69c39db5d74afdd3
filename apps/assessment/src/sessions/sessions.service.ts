import { DomainError, buildEvent, isoTime } from '@app/contracts';
import type { Runtime } from '@app/messaging';
import { encodeFields, merkleRoot } from '@app/receipts';
import type { DataSource, EntityManager } from 'typeorm';
import { ASSESSMENT_SOURCE } from '../assessment.tokens';
import type { ControlEventPublisher } from '../control-events.publisher';
import { type AttemptSummary, type SessionRow, SessionsRepository } from './sessions.repository';

const SESSION_LEAF_DOMAIN = 'petabakat.session-leaf.v1';

/** Opening and sealing: the two moments of a session that are decided here. */
export class SessionsService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly sessions: SessionsRepository,
    private readonly publisher: ControlEventPublisher,
    private readonly runtime: Runtime,
  ) {}

  /** @throws DomainError `session.unknown` */
  async get(sessionId: string, manager: EntityManager = this.dataSource.manager): Promise<SessionRow> {
    const session = await this.sessions.find(manager, sessionId);
    if (!session) throw new DomainError('session.unknown');
    return session;
  }

  attempts(sessionId: string): Promise<AttemptSummary[]> {
    return this.sessions.attemptsOf(this.dataSource.manager, sessionId);
  }

  /** Lets attempts of the session start. Opening an open session changes nothing. */
  async open(sessionId: string, actor: string): Promise<SessionRow> {
    await this.publisher.publish(async (manager) => {
      const session = await this.locked(manager, sessionId);
      if (session.openedAt) return { events: [], result: undefined };
      await this.assertMayOpen(manager, session);
      const at = isoTime(this.runtime.nowMs());
      await this.sessions.markOpened(manager, sessionId, at);
      const data = { sessionId, version: session.stateVersion + 1, actor, at };
      const event = buildEvent('sessionOpened', {
        id: `${sessionId}/opened`,
        source: ASSESSMENT_SOURCE,
        subject: sessionId,
        time: at,
        data,
      });
      return { events: [{ topic: 'sessions', key: sessionId, event }], result: undefined };
    });
    return this.get(sessionId);
  }

  /** Closes the book of a session: nobody can start any more, all attempts are closed, their roots stand under one. */
  async seal(sessionId: string, actor: string): Promise<SessionRow> {
    await this.publisher.publish(async (manager) => {
      const session = await this.locked(manager, sessionId);
      if (session.sealedAt) return { events: [], result: undefined };
      await this.assertMaySeal(manager, session);
      const at = isoTime(this.runtime.nowMs());
      const roots = await this.sessions.rootsOf(manager, sessionId);
      const root = merkleRoot(
        roots.map((one) => encodeFields(SESSION_LEAF_DOMAIN, one.attemptId, one.closing, one.root)),
      );
      await this.sessions.markSealed(manager, sessionId, at, root);
      const data = { sessionId, version: session.stateVersion + 1, actor, at, attempts: roots.length, root };
      const event = buildEvent('sessionSealed', {
        id: `${sessionId}/sealed`,
        source: ASSESSMENT_SOURCE,
        subject: sessionId,
        time: at,
        data,
      });
      return { events: [{ topic: 'sessions', key: sessionId, event }], result: undefined };
    });
    return this.get(sessionId);
  }

  private async locked(manager: EntityManager, sessionId: string): Promise<SessionRow> {
    const session = await this.sessions.find(manager, sessionId, 'for-update');
    if (!session) throw new DomainError('session.unknown');
    return session;
  }

  private async assertMayOpen(manager: EntityManager, session: SessionRow): Promise<void> {
    const nowMs = this.runtime.nowMs();
    if (session.cancelledAt) throw new DomainError('session.cancelled');
    if (session.sealedAt || nowMs > session.lastStartAt.getTime()) throw new DomainError('session.over');
    if (nowMs < session.startsAt.getTime())
      throw new DomainError('session.too-early', `It starts at ${session.startsAt.toISOString()}.`);
    if (!(await this.sessions.admits(manager, session.cluster))) throw new DomainError('session.admission-held');
  }

  /** An attempt that was never started has nothing to close; one that was must be closed and published. */
  private async assertMaySeal(manager: EntityManager, session: SessionRow): Promise<void> {
    const attempts = await this.sessions.attemptsOf(manager, session.sessionId);
    const open = attempts.filter(
      (one) => one.status === 'started' || one.status === 'paused' || (one.status === 'closed' && one.closing === 0),
    );
    const onTheirWay = await this.sessions.loginsOnTheirWay(manager, session.sessionId);
    const canStillStart =
      this.runtime.nowMs() <= session.lastStartAt.getTime() && attempts.some((one) => one.status === 'logged-in');
    if (open.length > 0 || onTheirWay > 0 || canStillStart) {
      throw new DomainError('session.attempts-open', `${open.length + onTheirWay} attempts are open or on their way.`, {
        problems: open.map((one) => ({ at: one.attemptId, message: `is ${one.status}` })),
      });
    }
  }
}
