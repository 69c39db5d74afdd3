import { type Runtime, wakeOutbox } from '@app/messaging';
import { Inject, Injectable, Logger } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { ResultsRepository } from '../results/results.repository';
import { SCORING_DATA_SOURCE, SCORING_RUNTIME } from '../scoring.tokens';
import { ClosingsScorer } from './closings.scorer';

/** Closings of one transaction: some hundred milliseconds of work, so that a shutdown never waits long. */
const STEP_CLOSINGS_MAX = 500;
/** An import in this process wakes the scorer; this is how soon it finds what another process imported. */
const POLL_INTERVAL_MS = 5_000;

/** Scores closings that waited for their package. Any number of processes may do so at once. */
@Injectable()
export class PendingScorer {
  private readonly logger = new Logger(PendingScorer.name);
  private readonly stopping = new AbortController();
  private pause = new AbortController();
  private running: Promise<void> | null = null;

  constructor(
    @Inject(SCORING_DATA_SOURCE) private readonly dataSource: DataSource,
    private readonly results: ResultsRepository,
    private readonly scorer: ClosingsScorer,
    @Inject(SCORING_RUNTIME) private readonly runtime: Runtime,
  ) {}

  start(): void {
    this.running ??= this.run();
  }

  wake(): void {
    this.pause.abort();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    this.wake();
    await this.running;
  }

  /** @returns how many closings left the waiting room */
  async step(): Promise<number> {
    const count = await this.dataSource.transaction(async (manager) => {
      const closings = await this.results.takeScorable(manager, STEP_CLOSINGS_MAX);
      if (closings.length > 0) await this.scorer.score(manager, closings);
      return closings.length;
    });
    if (count > 0) wakeOutbox(this.dataSource);
    return count;
  }

  private async run(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      this.pause = new AbortController();
      const count = await this.stepOrWarn();
      if (count < STEP_CLOSINGS_MAX && !this.stopping.signal.aborted) {
        await this.runtime.sleep(POLL_INTERVAL_MS, this.pause.signal);
      }
    }
  }

  private async stepOrWarn(): Promise<number> {
    try {
      return await this.step();
    } catch (error) {
      this.logger.warn({ message: 'pending closings could not be scored yet', error: String(error) });
      return 0;
    }
  }
}
