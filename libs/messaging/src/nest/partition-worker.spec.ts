import { Logger } from '@nestjs/common';
import { ALL_TOPICS, deadLetterTopicOf, type CloudEvent, type RecordDeadLettered, TOPICS } from '@app/contracts';
import { markSettled } from '../consumption/batch-settlement';
import { PositionBehind } from '../consumption/batch-transaction';
import type { EventBatch } from '../consumption/event-batch';
import { startedRecord } from '../consumption/started-events.fixture';
import { DeadLetterWriter } from '../dead-letters/dead-letter-writer';
import type { LogRecord, RecordBatch } from '../log/event-log';
import { MemoryEventLog } from '../memory/memory-event-log';
import { VirtualRuntime } from '../memory/virtual-runtime';
import { TransientFailure } from './handler-failure';
import { CONSUMER_LIMITS, PartitionWorker } from './partition-worker';

const TOPIC = TOPICS.attempts.name;

function goodRecords(count: number, from = 0): LogRecord[] {
  return Array.from({ length: count }, (_, index) => startedRecord(from + index));
}

function batchOf(records: readonly LogRecord[], isCurrent = () => true): RecordBatch {
  return { topic: TOPIC, partition: 0, records, endOffset: records.at(-1)!.offset + 1, isCurrent };
}

interface Scene {
  readonly worker: PartitionWorker;
  readonly log: MemoryEventLog;
  readonly slices: EventBatch[];
  readonly applied: number[];
  readonly letters: () => Promise<RecordDeadLettered[]>;
}

/** A worker whose handler applies events unless `judge` throws for the slice. */
async function scene(
  judge: (slice: EventBatch, call: number) => void | Promise<void> = () => undefined,
): Promise<Scene> {
  const runtime = new VirtualRuntime();
  const log = new MemoryEventLog({ runtime });
  await log.createTopics(ALL_TOPICS);
  const slices: EventBatch[] = [];
  const applied: number[] = [];
  const handle = async (slice: EventBatch) => {
    slices.push(slice);
    await judge(slice, slices.length);
    applied.push(...slice.events.map(({ offset }) => offset));
    markSettled(slice);
  };
  const deadLetters = new DeadLetterWriter(log, runtime, 'tests');
  const worker = new PartitionWorker({ group: 'tests', topic: TOPIC, partition: 0, handle, deadLetters, runtime });
  const letters = async () => {
    const all = await Promise.all([0, 1, 2].map((partition) => log.read(deadLetterTopicOf(TOPIC), partition, 0, 1000)));
    return all
      .flat()
      .map(({ value }) => (JSON.parse(value) as CloudEvent<RecordDeadLettered>).data)
      .sort((a, b) => a.offset - b.offset);
  };
  return { worker, log, slices, applied, letters };
}

const failOn = (...poison: number[]) => {
  return (slice: EventBatch) => {
    if (slice.events.some(({ offset }) => poison.includes(offset))) throw new RangeError('cannot apply this');
  };
};

// The warnings are what these tests provoke.
beforeAll(() => Logger.overrideLogger(false));

describe('PartitionWorker', () => {
  test('a long batch reaches the handler in slices of 500, without holes', async () => {
    const { worker, slices } = await scene();
    const outcome = await worker.onBatch(batchOf(goodRecords(1_201, 40)));
    expect(slices.map(({ firstOffset, nextOffset }) => [firstOffset, nextOffset])).toEqual([
      [40, 540],
      [540, 1040],
      [1040, 1241],
    ]);
    expect(outcome).toEqual({ nextOffset: 1241 });
  });

  test('a batch that is no longer current is left between two slices', async () => {
    let looks = 0;
    const { worker, slices } = await scene();
    const outcome = await worker.onBatch(batchOf(goodRecords(1_000), () => ++looks === 1));
    expect(slices).toHaveLength(1);
    expect(outcome).toEqual({ nextOffset: 500 });
  });

  test('bad records are dead letters before the handler sees their rejection', async () => {
    let lettersAtCall: RecordDeadLettered[] = [];
    const { worker, slices, letters } = await scene(async () => {
      lettersAtCall = await letters();
    });
    const bad: LogRecord = { offset: 1, key: 'attempt-1', value: '{ nonsense', appendedAtMs: 0 };
    const foreign: LogRecord = { ...startedRecord(2), key: 'somebody-else' };
    await worker.onBatch(batchOf([startedRecord(0), bad, foreign, startedRecord(3)]));
    expect(slices[0]!.events.map(({ offset }) => offset)).toEqual([0, 3]);
    expect(slices[0]!.rejected.map(({ offset, code }) => [offset, code])).toEqual([
      [1, 'record.not-json'],
      [2, 'record.key-mismatch'],
    ]);
    expect(lettersAtCall).toMatchObject([
      { topic: TOPIC, partition: 0, offset: 1, group: 'tests', key: 'attempt-1', value: '{ nonsense' },
      { offset: 2, key: 'somebody-else', reason: 'record.key-mismatch' },
    ]);
  });

  test('without an acknowledged dead letter the handler is not called and the position stays', async () => {
    const { worker, log, slices } = await scene();
    log.setFaults({ seed: 1, lostResponse: 1 });
    const records = [{ ...startedRecord(0), value: 'nonsense' }, startedRecord(1)];
    const outcome = await worker.onBatch(batchOf(records));
    expect(outcome.nextOffset).toBe(0);
    expect(outcome.retryAfterMs).toBeGreaterThan(0);
    expect(slices).toEqual([]);
    log.setFaults(null);
    expect(await worker.onBatch(batchOf(records))).toEqual({ nextOffset: 2 });
  });

  test('one poisonous record of 500 is found, set aside and reported; every other is applied once, in order', async () => {
    const { worker, slices, applied, letters } = await scene(failOn(317));
    expect(await worker.onBatch(batchOf(goodRecords(500)))).toEqual({ nextOffset: 500 });
    expect(applied).toEqual([...Array(500).keys()].filter((offset) => offset !== 317));
    expect(await letters()).toMatchObject([
      {
        offset: 317,
        reason: 'record.not-applicable',
        detail: expect.stringContaining('RangeError: cannot apply this'),
      },
    ]);
    const reported = slices.filter(({ rejected }) => rejected.length > 0);
    expect(reported.map(({ rejected }) => rejected[0]!.offset)).toEqual([317]);
    // log2(500) < 9: each level fails once and applies its other half once, and the poison is handed over once more.
    expect(slices.length).toBeLessThanOrEqual(2 * 9 + 2);
  });

  test('poison beside poison is found too', async () => {
    const { worker, applied, letters } = await scene(failOn(0, 6, 7));
    await worker.onBatch(batchOf(goodRecords(8)));
    expect(applied).toEqual([1, 2, 3, 4, 5]);
    expect((await letters()).map(({ offset }) => offset)).toEqual([0, 6, 7]);
  });

  test('an outage sets nothing aside: the batch waits longer each time, then is applied', async () => {
    const { worker, applied, letters } = await scene((_, call) => {
      if (call <= 8) throw new TransientFailure('no database');
    });
    const pauses: number[] = [];
    for (let round = 0; round < 8; round++) {
      const outcome = await worker.onBatch(batchOf(goodRecords(3)));
      expect(outcome.nextOffset).toBe(0);
      pauses.push(outcome.retryAfterMs!);
    }
    pauses.forEach((pause, round) => {
      const full = Math.min(CONSUMER_LIMITS.retryFirstMs * 2 ** round, CONSUMER_LIMITS.retryLongestMs);
      expect(pause).toBeGreaterThanOrEqual(full / 2);
      expect(pause).toBeLessThanOrEqual(full);
    });
    expect(await worker.onBatch(batchOf(goodRecords(3)))).toEqual({ nextOffset: 3 });
    expect(applied).toEqual([0, 1, 2]);
    expect(await letters()).toEqual([]);
  });

  test('an outage in the middle of a search keeps what is done: no second letter, no second application', async () => {
    let isDown = true;
    const { worker, applied, letters } = await scene((slice) => {
      failOn(2)(slice);
      if (isDown && slice.rejected.length > 0) throw new TransientFailure('no database');
    });
    const outcome = await worker.onBatch(batchOf(goodRecords(4)));
    expect(outcome.nextOffset).toBe(2);
    isDown = false;
    expect(await worker.onBatch(batchOf(goodRecords(2, 2)))).toEqual({ nextOffset: 4 });
    expect(applied).toEqual([0, 1, 3]);
    expect(await letters()).toHaveLength(1);
  });

  test('after 20 dead letters in a row the partition stands still, and goes on once the handler works', async () => {
    let isBroken = true;
    const { worker, applied, letters } = await scene((slice) => {
      if (isBroken && slice.events.length > 0) throw new TypeError('x is not a function');
    });
    const records = goodRecords(100);
    const outcome = await worker.onBatch(batchOf(records));
    expect(outcome).toEqual({
      nextOffset: CONSUMER_LIMITS.handlerDeadLettersInRowMax,
      retryAfterMs: CONSUMER_LIMITS.standStillMs,
    });
    expect(worker.standsStillBecause).toContain('20 records in a row');
    await worker.onBatch(batchOf(records.slice(20)));
    expect(await letters()).toHaveLength(20);
    isBroken = false;
    expect(await worker.onBatch(batchOf(records.slice(20)))).toEqual({ nextOffset: 100 });
    expect(worker.standsStillBecause).toBeNull();
    expect(applied).toEqual(records.slice(20).map(({ offset }) => offset));
  });

  test('poison that is not in a row may be more than 20', async () => {
    const poison = Array.from({ length: 30 }, (_, index) => index * 10);
    const { worker, letters } = await scene(failOn(...poison));
    expect(await worker.onBatch(batchOf(goodRecords(300)))).toEqual({ nextOffset: 300 });
    expect(await letters()).toHaveLength(30);
  });

  test('a handler that fails over a batch without events makes the partition stand still', async () => {
    const { worker } = await scene(() => {
      throw new RangeError('cannot even record rejections');
    });
    const outcome = await worker.onBatch(batchOf([{ ...startedRecord(0), value: 'nonsense' }]));
    expect(outcome).toEqual({ nextOffset: 0, retryAfterMs: CONSUMER_LIMITS.standStillMs });
  });

  test('a position behind the batch takes reading back to it', async () => {
    const { worker } = await scene(() => {
      throw new PositionBehind(4);
    });
    expect(await worker.onBatch(batchOf(goodRecords(3, 10)))).toMatchObject({ nextOffset: 4 });
  });

  test('an error after the commit changes nothing: no repeat, no dead letter', async () => {
    const { worker, slices, letters } = await scene((slice) => {
      markSettled(slice);
      throw new RangeError('after the commit');
    });
    expect(await worker.onBatch(batchOf(goodRecords(2)))).toEqual({ nextOffset: 2 });
    expect(slices).toHaveLength(1);
    expect(await letters()).toEqual([]);
  });
});
