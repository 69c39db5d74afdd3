import { DomainError } from '@app/contracts';
import { type Runtime, addToOutbox, wakeOutbox } from '@app/messaging';
import { Inject, Injectable } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';
import { ClustersRepository } from '../clusters/clusters.repository';
import { ClustersService } from '../clusters/clusters.service';
import { RUNNING_STATES } from '../clusters/domain/cluster-status';
import { GateWatch } from '../gates/gate-watch';
import { eventOfSession } from '../plan/plan-events';
import { PlanRepository, type PlannedSession } from '../plan/plan.repository';
import { SCHEDULER_DATA_SOURCE, SCHEDULER_RUNTIME } from '../scheduler.tokens';
import type { RollbackRequest } from './rollbacks.dto';
import { type BadForm, type HarmedAttempt, RollbacksRepository } from './rollbacks.repository';

export interface Rollback {
  readonly cluster: number;
  /** Null where no form was named, or none of its sessions is still ahead. */
  readonly goodVersion: number | null;
  /** Sessions that will be held with the good version. */
  readonly sessionsReplanned: readonly string[];
  /** Sessions whose results since the change are to be withheld and rescored. */
  readonly sessionsToWithhold: readonly string[];
  /** People whose delivery was harmed. */
  readonly resits: number;
}

/**
 * Takes a bad change back as far as it can be: people cannot be un-assessed. No session opens any more, those to come go
 * back to the last good form, and it says whose results to withhold and who should sit again. Scores decide neither.
 */
@Injectable()
export class RollbacksService {
  constructor(
    @Inject(SCHEDULER_DATA_SOURCE) private readonly dataSource: DataSource,
    @Inject(SCHEDULER_RUNTIME) private readonly runtime: Runtime,
    private readonly clustersService: ClustersService,
    private readonly clusters: ClustersRepository,
    private readonly sessions: PlanRepository,
    private readonly rollbacks: RollbacksRepository,
    private readonly watch: GateWatch,
  ) {}

  /** The same press again finds nothing more to do. @throws DomainError `cluster.*`, `rollback.no-good-version` */
  async rollBack(number: number, request: RollbackRequest, account: string): Promise<Rollback> {
    const { formId, badVersion: formVersion } = request;
    if ((formId === undefined) !== (formVersion === undefined)) {
      const problems = [{ at: 'badVersion', message: 'formId and badVersion go together' }];
      throw new DomainError('request.invalid', undefined, { problems });
    }
    const bad = formId === undefined || formVersion === undefined ? null : { cluster: number, formId, formVersion };
    await this.holdIfRunning(number, request, account);
    const replanned = await this.dataSource.transaction((manager) => this.replan(manager, bad, request, account));
    wakeOutbox(this.dataSource);
    this.watch.wake();
    const { manager } = this.dataSource;
    const sessionsToWithhold = await this.rollbacks.sessionsSince(manager, number, new Date(request.since));
    const resits = bad ? (await this.rollbacks.harmed(manager, bad)).length : 0;
    return { cluster: number, ...replanned, sessionsToWithhold, resits };
  }

  resits(bad: BadForm): Promise<HarmedAttempt[]> {
    return this.rollbacks.harmed(this.dataSource.manager, bad);
  }

  private async holdIfRunning(number: number, request: RollbackRequest, account: string): Promise<void> {
    const cluster = (await this.clusters.loadAll(this.dataSource.manager)).get(number);
    if (!cluster) throw new DomainError('cluster.unknown');
    if (!RUNNING_STATES.includes(cluster.status.state)) return;
    const { version, reasonCode } = request;
    await this.clustersService.command(number, { kind: 'hold', actor: account, version, reasonCode });
  }

  private async replan(
    manager: EntityManager,
    bad: BadForm | null,
    { goodVersion }: RollbackRequest,
    account: string,
  ): Promise<Pick<Rollback, 'goodVersion' | 'sessionsReplanned'>> {
    const nothing = { goodVersion: null, sessionsReplanned: [] };
    if (!bad) return nothing;
    const ahead = await this.rollbacks.sessionsAhead(manager, bad);
    if (ahead.length === 0) return nothing;
    const good = goodVersion ?? (await this.rollbacks.lastGoodVersion(manager, bad));
    if (good === null) throw new DomainError('rollback.no-good-version');
    const standing = await this.sessions.lockSessions(manager, ahead);
    const recordedAt = new Date(this.runtime.nowMs());
    const planned = [...standing.values()]
      .filter((session) => session.openedAt === null && session.formVersion === bad.formVersion)
      .map((session): PlannedSession => ({ ...session, formVersion: good, version: session.version + 1 }));
    await this.sessions.upsertSessions(manager, planned, { recordedBy: account, recordedAt });
    await addToOutbox(
      manager,
      planned.map((session) => eventOfSession(session, recordedAt)),
    );
    return { goodVersion: good, sessionsReplanned: planned.map(({ sessionId }) => sessionId).sort() };
  }
}
