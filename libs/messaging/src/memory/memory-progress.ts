import { withoutApplied } from '../consumption/applied-part';
import { markSettled } from '../consumption/batch-settlement';
import { PositionBehind } from '../consumption/batch-transaction';
import type { EventBatch } from '../consumption/event-batch';
import type { Positions } from '../consumption/position-store';
import type { Runtime } from '../log/runtime';
import { TransientFailure } from '../nest/handler-failure';
import { seededRandom } from './seeded-random';

/** What goes wrong in a simulated database, as shares in [0, 1] drawn from one seed. */
export interface DatabaseFaults {
  readonly seed: number;
  /** A transaction fails and leaves nothing. */
  readonly outage?: number;
  /** A transaction commits, and its client hears of a broken connection. */
  readonly lostCommit?: number;
  /** Longest time that a transaction waits for its connection, and that it takes. */
  readonly delayMaxMs?: number;
  /** Hears of every fault when it strikes. */
  readonly onFault?: (fault: 'outage' | 'lost-commit') => void;
}

/** Effects of a batch, made all at once when its transaction commits. */
export type Effects = () => void;

/**
 * Progress table and batch transaction of a simulated database: the twin of `PositionStore` and `BatchTransaction`,
 * with the same fence.
 */
export class MemoryProgress implements Positions {
  private readonly positions = new Map<string, number>();
  private readonly rowLocks = new Map<string, Promise<void>>();
  private readonly random: () => number;

  constructor(
    private readonly runtime: Runtime,
    private faults: DatabaseFaults = { seed: 0 },
  ) {
    this.random = seededRandom(faults.seed);
  }

  /** From now on without faults. */
  heal(): void {
    this.setFaults({ seed: this.faults.seed });
  }

  /** From now on with other faults; what is drawn goes on in the same sequence. */
  setFaults(faults: DatabaseFaults): void {
    this.faults = faults;
  }

  async position(group: string, topic: string, partition: number): Promise<number> {
    return this.positions.get(rowOf({ group, topic, partition })) ?? 0;
  }

  /** @throws PositionBehind, TransientFailure, or what the work throws */
  async run(batch: EventBatch, work: (fresh: EventBatch) => Promise<Effects>): Promise<void> {
    const row = rowOf(batch);
    // Who wants the row first need not get it first.
    await this.delay();
    const before = this.rowLocks.get(row) ?? Promise.resolve();
    const transaction = before.then(() => this.transact(row, batch, work));
    this.rowLocks.set(
      row,
      transaction.catch(() => undefined),
    );
    await transaction;
    markSettled(batch);
  }

  private async transact(row: string, batch: EventBatch, work: (fresh: EventBatch) => Promise<Effects>): Promise<void> {
    const { outage = 0, lostCommit = 0 } = this.faults;
    const fate = this.random();
    await this.delay();
    if (fate < outage) this.fail('outage', 'the database is away');
    const position = this.positions.get(row) ?? 0;
    if (position >= batch.nextOffset) return;
    if (position < batch.firstOffset) throw new PositionBehind(position);
    const effects = await work(withoutApplied(batch, position));
    effects();
    this.positions.set(row, batch.nextOffset);
    if (fate < outage + lostCommit) this.fail('lost-commit', 'the answer to the commit was lost');
  }

  private fail(fault: 'outage' | 'lost-commit', what: string): never {
    this.faults.onFault?.(fault);
    throw new TransientFailure(`simulated: ${what}`);
  }

  private async delay(): Promise<void> {
    const { delayMaxMs = 0 } = this.faults;
    if (delayMaxMs > 0) await this.runtime.sleep(Math.floor(this.random() * (delayMaxMs + 1)));
  }
}

function rowOf({ group, topic, partition }: Pick<EventBatch, 'group' | 'topic' | 'partition'>): string {
  return `${group}/${topic}/${partition}`;
}
