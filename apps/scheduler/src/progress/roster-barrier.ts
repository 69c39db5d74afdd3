import { TOPICS } from '@app/contracts';
import type { EventLog, Runtime } from '@app/messaging';
import { Inject, Injectable, Logger } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { SCHEDULER_DATA_SOURCE, SCHEDULER_LOG, SCHEDULER_RUNTIME } from '../scheduler.tokens';
import { ProgressRepository } from './progress.repository';

/** Longer than a roster of tens of thousands takes to arrive, shorter than anybody's patience with an upload. */
const PATIENCE_MS = 5_000;
/** One cheap query; an import waits a second or two at most. */
const LOOK_EVERY_MS = 50;

/**
 * Waits until the roster that was in the log when somebody asked has been applied here: who imports people and then
 * their seats must not hear that they are unknown. After the wait the database decides with what it has.
 */
@Injectable()
export class RosterBarrier {
  private readonly logger = new Logger(RosterBarrier.name);

  constructor(
    @Inject(SCHEDULER_DATA_SOURCE) private readonly dataSource: DataSource,
    @Inject(SCHEDULER_LOG) private readonly log: EventLog,
    @Inject(SCHEDULER_RUNTIME) private readonly runtime: Runtime,
    private readonly progress: ProgressRepository,
  ) {}

  async wait(): Promise<void> {
    const untilMs = this.runtime.monotonicMs() + PATIENCE_MS;
    const ranges = await this.log.ranges(TOPICS.roster.name);
    const ends = new Map([...ranges].map(([partition, { endOffset }]) => [partition, endOffset]));
    while (!(await this.hasReached(ends))) {
      if (this.runtime.monotonicMs() >= untilMs) {
        this.logger.warn({ message: 'the roster is still being applied; seats are judged without the rest of it' });
        return;
      }
      await this.runtime.sleep(LOOK_EVERY_MS);
    }
  }

  private async hasReached(ends: ReadonlyMap<number, number>): Promise<boolean> {
    const positions = await this.progress.positions(this.dataSource.manager, TOPICS.roster.name);
    return [...ends].every(([partition, end]) => end === 0 || (positions.get(partition) ?? 0) >= end);
  }
}
