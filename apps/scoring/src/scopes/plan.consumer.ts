import type { SessionPlanned } from '@app/contracts';
import { BatchHandler, BatchTransaction, type EventBatch } from '@app/messaging';
import { Controller } from '@nestjs/common';
import { SCORING_GROUP } from '../scoring.tokens';
import { PlannedSessionsRepository } from './planned-sessions.repository';

/** Remembers which cluster a session belongs to: results are withheld and released by cluster too. */
@Controller()
export class PlanConsumer {
  constructor(
    private readonly transaction: BatchTransaction,
    private readonly sessions: PlannedSessionsRepository,
  ) {}

  @BatchHandler('plan', SCORING_GROUP)
  async onPlan(batch: EventBatch): Promise<void> {
    await this.transaction.run(batch, async (manager, fresh) => {
      const latest = new Map<string, SessionPlanned>();
      for (const { name, event } of fresh.events) {
        const planned = event.data as SessionPlanned;
        const before = name === 'sessionPlanned' ? latest.get(planned.sessionId) : undefined;
        if (name === 'sessionPlanned' && planned.version > (before?.version ?? 0))
          latest.set(planned.sessionId, planned);
      }
      await this.sessions.upsert(manager, [...latest.values()]);
    });
  }
}
