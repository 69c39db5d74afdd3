import type { AdmissionChanged, SeatsAssigned, SeatsReleased, SessionCancelled, SessionPlanned } from '@app/contracts';
import { BatchHandler, BatchTransaction, type EventBatch, type EventRecord } from '@app/messaging';
import { Controller } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { ASSESSMENT_GROUP } from '../assessment.tokens';
import { SessionsRepository } from './sessions.repository';

/** What the scheduler plans, the assessment service runs. */
@Controller()
export class PlanConsumer {
  constructor(
    private readonly transaction: BatchTransaction,
    private readonly sessions: SessionsRepository,
  ) {}

  @BatchHandler('plan', ASSESSMENT_GROUP)
  async onPlan(batch: EventBatch): Promise<void> {
    await this.transaction.run(batch, async (manager, fresh) => {
      for (const record of fresh.events) await this.apply(manager, record);
    });
  }

  private async apply(manager: EntityManager, { name, event }: EventRecord): Promise<void> {
    if (name === 'sessionPlanned') await this.sessions.planned(manager, event.data as SessionPlanned);
    if (name === 'seatsAssigned') await this.sessions.seated(manager, event.data as SeatsAssigned);
    if (name === 'seatsReleased') await this.sessions.released(manager, event.data as SeatsReleased);
    if (name === 'admissionChanged') await this.sessions.admission(manager, event.data as AdmissionChanged);
    if (name === 'sessionCancelled') {
      const { sessionId, version } = event.data as SessionCancelled;
      await this.sessions.cancelled(manager, sessionId, version, event.time);
    }
  }
}
