import { BatchHandler, type EventBatch } from '@app/messaging';
import { Controller } from '@nestjs/common';
import { SCHEDULER_GROUP } from '../scheduler.tokens';
import { ProjectionsService } from './projections.service';

@Controller()
export class ProgressConsumer {
  constructor(private readonly projections: ProjectionsService) {}

  @BatchHandler('roster', SCHEDULER_GROUP)
  async onRoster(batch: EventBatch): Promise<void> {
    await this.projections.applyRoster(batch);
  }

  @BatchHandler('responses', SCHEDULER_GROUP)
  async onResponses(batch: EventBatch): Promise<void> {
    await this.projections.applyResponses(batch);
  }

  @BatchHandler('results', SCHEDULER_GROUP)
  async onResults(batch: EventBatch): Promise<void> {
    await this.projections.applyResults(batch);
  }

  @BatchHandler('sessions', SCHEDULER_GROUP)
  async onSessions(batch: EventBatch): Promise<void> {
    await this.projections.applySessions(batch);
  }

  @BatchHandler('figures', SCHEDULER_GROUP)
  async onFigures(batch: EventBatch): Promise<void> {
    await this.projections.applyFigures(batch);
  }
}
