import { type BatchTransaction, type EventBatch, PositionBehind, VirtualRuntime } from '@app/messaging';
import type { EntityManager } from 'typeorm';
import type { AttemptRows } from './attempt.store';
import { JointBatches } from './joint-batches';

const NOTHING = { headers: new Map(), answers: [], conflicts: [], current: new Map(), rejudged: new Map(), closed: [] };

/** Stands for PostgreSQL: says which partitions shared a transaction, and fails where it is told to. */
class RecordedTransaction {
  readonly committed: number[][] = [];
  loads = 0;
  saves = 0;
  failTogether: Error | null = null;

  readonly rows: AttemptRows = {
    load: async () => {
      this.loads += 1;
      return new Map();
    },
    save: async () => {
      this.saves += 1;
    },
  };

  run(batch: EventBatch, work: (manager: EntityManager, fresh: EventBatch) => Promise<void>): Promise<void> {
    return this.runTogether([batch], (manager, [fresh]) => work(manager, fresh!));
  }

  async runTogether(
    batches: readonly EventBatch[],
    work: (manager: EntityManager, fresh: readonly EventBatch[]) => Promise<void>,
  ): Promise<void> {
    if (batches.length > 1 && this.failTogether) throw this.failTogether;
    await work({} as EntityManager, batches);
    this.committed.push(batches.map(({ partition }) => partition));
  }
}

function batchOf(partition: number, records = 1): EventBatch {
  const events = Array.from({ length: records }) as EventBatch['events'];
  return { group: 'g', topic: 't', partition, firstOffset: 0, nextOffset: records, events, rejected: [] };
}

describe('joint batches', () => {
  let transaction: RecordedTransaction;
  let runtime: VirtualRuntime;
  let joint: JointBatches;

  beforeEach(() => {
    transaction = new RecordedTransaction();
    runtime = new VirtualRuntime();
    joint = new JointBatches(transaction as unknown as BatchTransaction, () => transaction.rows, runtime);
  });

  const fold = async (_: EventBatch, rows: AttemptRows) => {
    await rows.load({ attemptIds: [], wholeIds: [], touched: [] });
    await rows.save(NOTHING, []);
  };

  test('what comes together is loaded, saved and committed together', async () => {
    const applied = [0, 1, 2].map((partition) => joint.apply(batchOf(partition), fold));
    await runtime.advance(10);
    await Promise.all(applied);
    expect(transaction.committed).toEqual([[0, 1, 2]]);
    expect(transaction).toMatchObject({ loads: 1, saves: 1 });
  });

  test('one that fails costs the others nothing but the company', async () => {
    const fails = async () => Promise.reject(new RangeError('a bad record'));
    const applied = [joint.apply(batchOf(0), fold), joint.apply(batchOf(1), fails), joint.apply(batchOf(2), fold)];
    const outcomes = Promise.allSettled(applied);
    await runtime.advance(10);
    expect((await outcomes).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    await expect(applied[1]).rejects.toThrow(RangeError);
    expect(transaction.committed).toEqual([[0], [2]]);
  });

  test('where the transaction of all fails each is tried alone', async () => {
    transaction.failTogether = new PositionBehind(0);
    const applied = [0, 1].map((partition) => joint.apply(batchOf(partition), fold));
    await runtime.advance(10);
    await Promise.all(applied);
    expect(transaction.committed).toEqual([[0], [1]]);
  });

  test('where the database is away none waits for it a second time', async () => {
    transaction.failTogether = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    const applied = [0, 1].map((partition) => joint.apply(batchOf(partition), fold));
    const outcomes = Promise.allSettled(applied);
    await runtime.advance(10);
    expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await expect(applied[0]).rejects.toBe(transaction.failTogether);
    expect(transaction.committed).toEqual([]);
  });

  test('a transaction takes each partition once, and no more records than its bound', async () => {
    const batches = [batchOf(0, 1_500), batchOf(0, 1), batchOf(1, 600), batchOf(2, 400)];
    const applied = batches.map((batch) => joint.apply(batch, fold));
    await runtime.advance(50);
    await Promise.all(applied);
    expect(transaction.committed).toEqual([
      [0, 2],
      [0, 1],
    ]);
  });
});
