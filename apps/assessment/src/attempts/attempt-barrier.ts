import { DomainError, TOPICS } from '@app/contracts';
import type { EventLog, Runtime } from '@app/messaging';
import type { DataSource } from 'typeorm';
import { ASSESSMENT_GROUP } from '../assessment.tokens';

/** How long a reader waits for the fold before it is told to come back. */
export const BARRIER_TIMEOUT_MS = 5_000;
/** Between two looks at the positions; one query serves all waiting readers of the process. */
const POLL_INTERVAL_MS = 10;
/** The fold catches up within a second or is in trouble that a faster repeat would not mend. */
const RETRY_AFTER_SECONDS = 1;

/**
 * Lets a reader wait until the fold has reached the end that the log had when the reader came: nobody is shown fewer
 * answers than they hold receipts for. Look-ups are coalesced: readers that come while one runs share the next.
 */
export class AttemptBarrier {
  private readonly topic = TOPICS.attempts.name;
  private ends: Coalesced<Map<number, number>>;
  private positions: Coalesced<Map<number, number>>;

  constructor(
    private readonly dataSource: DataSource,
    private readonly log: EventLog,
    private readonly runtime: Runtime,
  ) {
    this.ends = new Coalesced(() => this.readEnds());
    this.positions = new Coalesced(() => this.readPositions());
  }

  /** @throws DomainError `attempt.catching-up` */
  async reached(partition: number): Promise<void> {
    const deadlineMs = this.runtime.monotonicMs() + BARRIER_TIMEOUT_MS;
    const end = (await this.ends.next()).get(partition) ?? 0;
    while (((await this.positions.next()).get(partition) ?? 0) < end) {
      if (this.runtime.monotonicMs() >= deadlineMs) {
        throw new DomainError('attempt.catching-up', undefined, { retryAfterSeconds: RETRY_AFTER_SECONDS });
      }
      await this.runtime.sleep(POLL_INTERVAL_MS);
    }
  }

  private async readEnds(): Promise<Map<number, number>> {
    const ranges = await this.log.ranges(this.topic);
    return new Map([...ranges].map(([partition, range]) => [partition, range.endOffset]));
  }

  private async readPositions(): Promise<Map<number, number>> {
    const rows = await this.dataSource.query<{ partition: number; next_offset: string }[]>(
      'SELECT partition, next_offset FROM consumer_progress WHERE consumer_group = $1 AND topic = $2',
      [ASSESSMENT_GROUP, this.topic],
    );
    return new Map(rows.map((row) => [row.partition, Number(row.next_offset)]));
  }
}

/** Shares one look-up between all callers that came before it began; a caller never gets one that began earlier. */
class Coalesced<T> {
  private running: Promise<T> | null = null;
  private waiting: Promise<T> | null = null;

  constructor(private readonly lookUp: () => Promise<T>) {}

  next(): Promise<T> {
    if (!this.running) return this.begin();
    const begin = () => {
      this.waiting = null;
      return this.begin();
    };
    this.waiting ??= this.running.then(begin, begin);
    return this.waiting;
  }

  private begin(): Promise<T> {
    const running = this.lookUp().finally(() => {
      if (this.running === running) this.running = null;
    });
    this.running = running;
    return running;
  }
}
