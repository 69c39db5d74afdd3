import type { AttemptClosed, ResultScored } from '@app/contracts';
import { BatchHandler, BatchTransaction, type EventBatch } from '@app/messaging';
import { Controller, Logger } from '@nestjs/common';
import { SCORING_GROUP } from '../scoring.tokens';
import { ClosingsScorer, closingName } from './closings.scorer';

/** Every closing becomes a result, or waits for its package. */
@Controller()
export class ResponsesConsumer {
  private readonly logger = new Logger(ResponsesConsumer.name);

  constructor(
    private readonly transaction: BatchTransaction,
    private readonly scorer: ClosingsScorer,
  ) {}

  @BatchHandler('responses', SCORING_GROUP)
  async onResponses(batch: EventBatch): Promise<void> {
    let scored: readonly ResultScored[] = [];
    const correlations = new Map<string, string>();
    await this.transaction.run(batch, async (manager, fresh) => {
      const closings = fresh.events.map(({ event }) => {
        const closed = event.data as AttemptClosed;
        if (event.correlationid) correlations.set(closingName(closed), event.correlationid);
        return closed;
      });
      if (closings.length > 0) scored = await this.scorer.score(manager, closings, correlations);
    });
    for (const result of scored) {
      const { attemptId, closing } = result;
      const correlationId = correlations.get(closingName(result));
      this.logger.log({ message: 'a closing was scored', attemptId, closing, correlationId });
    }
  }
}
