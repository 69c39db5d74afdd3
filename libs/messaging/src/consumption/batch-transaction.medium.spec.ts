import { TOPICS } from '@app/contracts';
import { isTransientDatabaseError } from '@app/database';
import { PostgresQueryRunner } from 'typeorm/driver/postgres/PostgresQueryRunner';
import { systemRuntime } from '../log/runtime';
import { addToOutbox } from '../outbox/add-to-outbox';
import { onOutboxWake } from '../outbox/outbox-signals';
import { isSettled } from './batch-settlement';
import { BatchTransaction, PositionBehind, ProgressMissing } from './batch-transaction';
import type { EventBatch } from './event-batch';
import { MessagingDatabase, recordEvents } from './messaging-database.fixture';
import { batchOf, startedEvent } from './started-events.fixture';
import { PositionStore } from './position-store';

const TOPIC = TOPICS.attempts.name;

describe('BatchTransaction', () => {
  let database: MessagingDatabase;
  let transactions: BatchTransaction;
  let positions: PositionStore;
  const position = () => positions.position('tests', TOPIC, 0);

  beforeAll(async () => {
    database = await MessagingDatabase.open();
    transactions = new BatchTransaction(database.dataSource);
    positions = new PositionStore(database.dataSource, systemRuntime);
  });
  beforeEach(async () => {
    await database.clear();
    await position();
  });
  afterEach(() => database.proxy.heal());
  afterAll(() => database.close());

  test('a batch moves the position together with its effects', async () => {
    const batch = batchOf(0, 5);
    await transactions.run(batch, recordEvents);
    expect(await database.appliedOffsets()).toEqual([0, 1, 2, 3, 4]);
    expect(await position()).toBe(5);
    expect(isSettled(batch)).toBe(true);
  });

  test('work that fails leaves neither effects nor a moved position', async () => {
    const batch = batchOf(0, 5);
    const failing = transactions.run(batch, async (manager, fresh) => {
      await recordEvents(manager, fresh);
      throw new RangeError('after the effects');
    });
    await expect(failing).rejects.toThrow(RangeError);
    expect(await database.appliedOffsets()).toEqual([]);
    expect(await position()).toBe(0);
    expect(isSettled(batch)).toBe(false);
  });

  test('a batch delivered again is settled without work', async () => {
    await transactions.run(batchOf(0, 5), recordEvents);
    const work = jest.fn();
    const again = batchOf(0, 5);
    await transactions.run(again, work);
    expect(work).not.toHaveBeenCalled();
    expect(isSettled(again)).toBe(true);
  });

  test('of a batch that is applied in part the work gets the rest', async () => {
    await transactions.run(batchOf(0, 5), recordEvents);
    const given: EventBatch[] = [];
    const rejected = [2, 6].map((offset) => ({ offset, key: 'a', code: 'record.not-json' as const, detail: '' }));
    await transactions.run({ ...batchOf(3, 8), rejected }, async (manager, fresh) => {
      given.push(fresh);
      await recordEvents(manager, fresh);
    });
    expect(given[0]).toMatchObject({ firstOffset: 5, nextOffset: 8, rejected: [{ offset: 6 }] });
    expect(await database.appliedOffsets()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  test('a batch that begins behind the position is refused with the position', async () => {
    await transactions.run(batchOf(0, 5), recordEvents);
    const ahead = transactions.run(batchOf(7, 9), recordEvents);
    await expect(ahead).rejects.toEqual(expect.objectContaining({ name: PositionBehind.name, position: 5 }));
    expect(await database.appliedOffsets()).toEqual([0, 1, 2, 3, 4]);
  });

  test('without a progress row nothing is applied', async () => {
    await expect(transactions.run(batchOf(0, 1, 'another-group'), recordEvents)).rejects.toThrow(ProgressMissing);
  });

  test('two workers that both believe to own the partition apply every record once', async () => {
    const zombie = new BatchTransaction(await database.another('zombie'));
    const batches = Array.from({ length: 40 }, (_, index) => [index * 5, index * 5 + 5] as const);
    const workThrough = async (worker: BatchTransaction) => {
      for (const [first, next] of batches) await worker.run(batchOf(first, next), recordEvents);
    };
    await Promise.all([workThrough(transactions), workThrough(zombie)]);
    expect(await database.appliedOffsets()).toEqual([...Array(200).keys()]);
    expect(await position()).toBe(200);
  });

  test('a commit whose answer is lost is an outage, and the batch applied once when it comes again', async () => {
    database.proxy.onRequest = (chunk) => (chunk.includes('COMMIT') ? 'cut-after-forward' : 'forward');
    const error = await transactions.run(batchOf(0, 5), recordEvents).catch((reason: unknown) => reason);
    expect(isTransientDatabaseError(error)).toBe(true);
    database.proxy.heal();
    await transactions.run(batchOf(0, 5), recordEvents);
    expect(await database.appliedOffsets()).toEqual([0, 1, 2, 3, 4]);
    expect(await position()).toBe(5);
  });

  test('a batch wakes the relay when it adds events, and only then', async () => {
    const wake = jest.fn();
    const stopListening = onOutboxWake(database.dataSource, wake);
    await transactions.run(batchOf(0, 5), recordEvents);
    expect(wake).not.toHaveBeenCalled();
    const event = startedEvent('attempt-1');
    await transactions.run(batchOf(5, 6), (manager) =>
      addToOutbox(manager, [{ topic: 'attempts', key: 'attempt-1', event }]),
    );
    expect(wake).toHaveBeenCalledTimes(1);
    stopListening();
  });

  test('a batch costs two statements beyond its transaction and its work', async () => {
    const query = jest.spyOn(PostgresQueryRunner.prototype, 'query');
    await transactions.run(batchOf(0, 5), recordEvents);
    const verbs = query.mock.calls.map(([sql]) => sql.trim().split(' ')[0]);
    query.mockRestore();
    expect(verbs).toEqual(['START', 'SELECT', 'INSERT', 'UPDATE', 'COMMIT']);
  });
});

describe('PositionStore', () => {
  let database: MessagingDatabase;
  let positions: PositionStore;
  beforeAll(async () => {
    database = await MessagingDatabase.open();
    positions = new PositionStore(database.dataSource, systemRuntime);
  });
  beforeEach(() => database.clear());
  afterAll(() => database.close());

  test('a partition seen for the first time begins at 0, also when two processes see it at once', async () => {
    const other = new PositionStore(await database.another('other'), systemRuntime);
    const all = await Promise.all([positions.position('g', TOPIC, 3), other.position('g', TOPIC, 3)]);
    expect(all).toEqual([0, 0]);
    expect(await positions.list()).toMatchObject([{ group: 'g', topic: TOPIC, partition: 3, nextOffset: 0 }]);
  });

  test('an accepted gap moves the position and keeps who accepted it and why', async () => {
    await positions.position('g', TOPIC, 0);
    const gap = {
      group: 'g',
      topic: TOPIC,
      partition: 0,
      fromOffset: 0,
      toOffset: 70,
      actor: 'ops',
      reason: 'expired',
    };
    await positions.acceptGap(gap);
    expect(await positions.position('g', TOPIC, 0)).toBe(70);
    expect(await positions.listGaps()).toEqual([expect.objectContaining(gap)]);
  });

  test('a decision over a position that has moved since is refused and leaves no trace', async () => {
    await positions.position('g', TOPIC, 0);
    const gap = {
      group: 'g',
      topic: TOPIC,
      partition: 0,
      fromOffset: 5,
      toOffset: 70,
      actor: 'ops',
      reason: 'expired',
    };
    await expect(positions.acceptGap(gap)).rejects.toMatchObject({ code: 'position.changed' });
    expect(await positions.position('g', TOPIC, 0)).toBe(0);
    expect(await positions.listGaps()).toEqual([]);
  });
});
