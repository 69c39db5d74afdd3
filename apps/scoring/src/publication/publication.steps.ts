import { addToOutbox, type Runtime, wakeOutbox } from '@app/messaging';
import { Inject, Injectable } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';
import { PlannedSessionsRepository } from '../scopes/planned-sessions.repository';
import { mayCover } from '../scopes/scope';
import { SCORING_DATA_SOURCE, SCORING_RUNTIME } from '../scoring.tokens';
import { type CurrentResult, PublicationRepository, type Withholding } from './publication.repository';
import { releasedEvent, withheldEvent } from './result-events';

/** Results of one transaction: some hundred milliseconds of work, so that scorers never wait long for a lock. */
const STEP_RESULTS_MAX = 500;

/** Tells of withheld and released results, some at a time. A step either happened or did not; repeats find nothing. */
@Injectable()
export class PublicationSteps {
  constructor(
    @Inject(SCORING_DATA_SOURCE) private readonly dataSource: DataSource,
    private readonly publication: PublicationRepository,
    private readonly sessions: PlannedSessionsRepository,
    @Inject(SCORING_RUNTIME) private readonly runtime: Runtime,
  ) {}

  /** @returns whether there was anything to do */
  async sweep(): Promise<boolean> {
    return this.step(async (manager) => {
      const withholding = await this.publication.nextUnswept(manager);
      if (!withholding) return false;
      const current = await this.publication.unwithheld(manager, withholding.scope, STEP_RESULTS_MAX);
      await this.publication.setStatus(manager, attemptsOf(current), 'withheld');
      await addToOutbox(
        manager,
        current.map(({ result, revision }) => withheldEvent(result, revision, withholding)),
      );
      if (current.length < STEP_RESULTS_MAX) {
        await this.publication.markSwept(manager, withholding.withholdingId, this.now());
      }
      return true;
    });
  }

  /** @returns whether there was anything to do */
  async release(): Promise<boolean> {
    return this.step(async (manager) => {
      await this.publication.holdStill(manager);
      const release = await this.publication.nextToPublish(manager);
      if (!release) return false;
      const { releaseId, scope, publishedTo } = release;
      const current = await this.publication.after(manager, scope, publishedTo, STEP_RESULTS_MAX);
      const due = (await this.notWithheld(manager, current)).filter(({ status }) => status !== 'released');
      await this.publication.setStatus(manager, attemptsOf(due), 'released');
      await addToOutbox(
        manager,
        due.map(({ result, revision }) => releasedEvent(result, revision, release)),
      );
      if (current.length > 0) await this.publication.advance(manager, releaseId, current.at(-1)!.attemptId, due.length);
      if (current.length < STEP_RESULTS_MAX) await this.publication.finish(manager, releaseId, this.now());
      return true;
    });
  }

  /** Results that another withholding keeps back are not released with the scope. */
  private async notWithheld(manager: EntityManager, current: readonly CurrentResult[]): Promise<CurrentResult[]> {
    const withheldBy = await withholder(
      manager,
      this.publication,
      this.sessions,
      current.map(({ result }) => result),
    );
    return current.filter(({ result }) => withheldBy(result) === null);
  }

  private async step(work: (manager: EntityManager) => Promise<boolean>): Promise<boolean> {
    const worked = await this.dataSource.transaction(work);
    if (worked) wakeOutbox(this.dataSource);
    return worked;
  }

  private now(): Date {
    return new Date(this.runtime.nowMs());
  }
}

interface Sitting {
  readonly sessionId: string;
  readonly agency: string;
}

/** Looks up once what is withheld; the function then says by which decision one result is. */
export async function withholder(
  manager: EntityManager,
  publication: PublicationRepository,
  sessions: PlannedSessionsRepository,
  results: readonly Sitting[],
): Promise<(result: Sitting) => Withholding | null> {
  const withholdings = await publication.inForce(manager);
  if (withholdings.length === 0) return () => null;
  const clusters = await sessions.clustersOf(manager, [...new Set(results.map(({ sessionId }) => sessionId))]);
  return ({ sessionId, agency }) => {
    const member = { sessionId, agency, cluster: clusters.get(sessionId) ?? null };
    return withholdings.find(({ scope }) => mayCover(scope, member)) ?? null;
  };
}

function attemptsOf(current: readonly CurrentResult[]): string[] {
  return current.map(({ attemptId }) => attemptId);
}
