import type { AttemptClosed } from '@app/contracts';
import { BatchHandler, BatchTransaction, type EventBatch } from '@app/messaging';
import { Controller } from '@nestjs/common';
import { SCORING_GROUP } from '../scoring.tokens';
import { ClosingsScorer } from './closings.scorer';

/** Every closing becomes a result, or waits for its package. */
@Controller()
export class ResponsesConsumer {
  constructor(
    private readonly transaction: BatchTransaction,
    private readonly scorer: ClosingsScorer,
  ) {}

  @BatchHandler('responses', SCORING_GROUP)
  async onResponses(batch: EventBatch): Promise<void> {
    await this.transaction.run(batch, async (manager, fresh) => {
      const closings = fresh.events.map(({ event }) => event.data as AttemptClosed);
      if (closings.length > 0) await this.scorer.score(manager, closings);
    });
  }
}
