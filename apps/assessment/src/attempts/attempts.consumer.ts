import { BatchHandler, type EventBatch } from '@app/messaging';
import { Controller } from '@nestjs/common';
import { ASSESSMENT_GROUP } from '../assessment.tokens';
import { AttemptBatchService } from './attempt-batch.service';

@Controller()
export class AttemptsConsumer {
  constructor(private readonly batches: AttemptBatchService) {}

  @BatchHandler('attempts', ASSESSMENT_GROUP)
  async onAttempts(batch: EventBatch): Promise<void> {
    await this.batches.apply(batch);
  }
}
