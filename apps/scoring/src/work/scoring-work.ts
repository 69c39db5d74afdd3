import { Injectable } from '@nestjs/common';
import { PublicationSteps } from '../publication/publication.steps';
import { RescoringSteps } from '../rescoring/rescoring.steps';
import { BackgroundWorker } from './background-worker';

/** What the service does beside requests and batches, besides the closings that wait for a package. */
@Injectable()
export class ScoringWork {
  constructor(
    private readonly worker: BackgroundWorker,
    publication: PublicationSteps,
    rescoring: RescoringSteps,
  ) {
    worker.add(() => publication.sweep());
    worker.add(() => publication.release());
    worker.add(() => rescoring.publish());
    worker.add((signal) => rescoring.dryRun(signal));
  }

  start(): void {
    this.worker.start();
  }

  stop(): Promise<void> {
    return this.worker.stop();
  }
}
