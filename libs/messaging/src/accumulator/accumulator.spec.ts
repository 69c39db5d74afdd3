import type { AppendOptions, AppendOutcome, EventLog, NewRecord } from '../log/event-log';
import { type Runtime, systemRuntime } from '../log/runtime';
import { VirtualRuntime } from '../memory/virtual-runtime';
import { Accumulator, type AccumulatorLimits, type AppendedAt } from './accumulator';
import { AccumulatorFull, AppendRefused, AppendUnknown } from './append-errors';
import type { SentBatch } from './lane';

interface Call {
  readonly records: readonly NewRecord[];
  readonly timeoutMs: number;
  answer(outcomes: AppendOutcome[]): void;
  /** Everything appended from an offset on. */
  accept(firstOffset?: number): void;
  fail(error: Error): void;
}

/** A log that answers when the test says so. Keys of the form `lane:key` choose their lane. */
function fakeLog(laneOf?: EventLog['laneOf']) {
  const calls: Call[] = [];
  const log = {
    laneOf,
    append: (_topic: string, records: readonly NewRecord[], options: AppendOptions = {}) =>
      new Promise<AppendOutcome[]>((resolve, reject) => {
        calls.push({
          records,
          timeoutMs: options.timeoutMs!,
          answer: resolve,
          accept: (firstOffset = 0) =>
            resolve(records.map((_, nth) => ({ status: 'appended', partition: 0, offset: firstOffset + nth }))),
          fail: reject,
        });
      }),
  } as unknown as EventLog;
  return { log, calls };
}

/** So much more comes than can go. */
const OVERLOAD = 3;

/** A log behind a line on which each record takes its time, and each append a little more. */
function narrowLog(runtime: Runtime, perSecond: number, latencyMs: number): EventLog {
  return {
    append: async (_topic: string, records: readonly NewRecord[]): Promise<AppendOutcome[]> => {
      await runtime.sleep(latencyMs + (records.length * 1_000) / perSecond);
      return records.map((_, offset) => ({ status: 'appended', partition: 0, offset }));
    },
  } as unknown as EventLog;
}

function setUp(limits: Partial<AccumulatorLimits> = {}, laneOf?: EventLog['laneOf']) {
  const runtime = new VirtualRuntime();
  const { log, calls } = fakeLog(laneOf);
  const batches: SentBatch[] = [];
  const accumulator = new Accumulator(log, 'topic', limits, runtime, (batch) => batches.push(batch));
  return { accumulator, runtime, calls, batches };
}

type Settled = { appended: AppendedAt } | { error: Error };

/** Collects results without leaving a rejection unhandled. */
function collect(appends: readonly Promise<AppendedAt>[]): (Settled | undefined)[] {
  const results: (Settled | undefined)[] = appends.map(() => undefined);
  for (const [index, append] of appends.entries()) {
    append.then(
      (appended) => (results[index] = { appended }),
      (error: Error) => (results[index] = { error }),
    );
  }
  return results;
}

function appendMany(accumulator: Accumulator, count: number, keyOf = (nth: number) => `key-${nth}`) {
  return collect(Array.from({ length: count }, (_, nth) => accumulator.append(keyOf(nth), `${nth}`)));
}

describe('Accumulator', () => {
  test('records that come within the linger go as one append', async () => {
    const { accumulator, runtime, calls } = setUp();
    appendMany(accumulator, 2);
    await runtime.advance(4);
    appendMany(accumulator, 1);
    expect(calls).toHaveLength(0);
    await runtime.advance(1);
    expect(calls).toHaveLength(1);
    expect(calls[0]!.records.map(({ value }) => value)).toEqual(['0', '1', '0']);
  });

  test('each waiter gets the position of its own record', async () => {
    const { accumulator, runtime, calls } = setUp();
    const results = appendMany(accumulator, 3);
    await runtime.advance(5);
    calls[0]!.answer([
      { status: 'appended', partition: 4, offset: 70 },
      { status: 'appended', partition: 1, offset: 9 },
      { status: 'appended', partition: 4, offset: 71 },
    ]);
    await runtime.settle();
    expect(results).toEqual([
      { appended: { partition: 4, offset: 70 } },
      { appended: { partition: 1, offset: 9 } },
      { appended: { partition: 4, offset: 71 } },
    ]);
  });

  test('refused and unknown are kept apart, record by record', async () => {
    const { accumulator, runtime, calls } = setUp();
    const results = appendMany(accumulator, 4);
    await runtime.advance(5);
    calls[0]!.answer([
      { status: 'refused', error: new Error('no replicas') },
      { status: 'appended', partition: 0, offset: 0 },
      { status: 'unknown', error: new Error('no answer') },
    ]);
    await runtime.settle();
    expect(results[0]).toMatchObject({ error: expect.any(AppendRefused) as Error });
    expect(results[1]).toEqual({ appended: { partition: 0, offset: 0 } });
    expect(results[2]).toMatchObject({ error: expect.any(AppendUnknown) as Error });
    // A record without an outcome of its own is never called appended.
    expect(results[3]).toMatchObject({ error: expect.any(AppendUnknown) as Error });
    expect(accumulator.figures).toMatchObject({ recordsAppended: 1, recordsRefused: 1, recordsUnknown: 2 });
  });

  test('a log that throws leaves every record of the batch unknown, and the next batch goes', async () => {
    const { accumulator, runtime, calls } = setUp();
    const results = appendMany(accumulator, 2);
    await runtime.advance(5);
    calls[0]!.fail(new Error('defect'));
    await runtime.settle();
    expect(results).toMatchObject([
      { error: expect.any(AppendUnknown) as Error },
      { error: expect.any(AppendUnknown) as Error },
    ]);
    appendMany(accumulator, 1);
    await runtime.advance(5);
    expect(calls).toHaveLength(2);
  });

  test('a full batch does not linger', async () => {
    const { accumulator, calls } = setUp({ batchRecords: 3 });
    appendMany(accumulator, 3);
    expect(calls[0]!.records).toHaveLength(3);
  });

  test('a batch is bounded by bytes, and a record above the bound goes alone', async () => {
    const { accumulator, runtime, calls } = setUp({ batchBytes: 100 });
    collect([
      accumulator.append('a', 'x'.repeat(60)),
      accumulator.append('b', 'x'.repeat(60)),
      accumulator.append('c', 'x'.repeat(500)),
      accumulator.append('d', 'x'),
    ]);
    for (let nth = 0; nth < 4; nth++) {
      await runtime.advance(5);
      calls[nth]?.accept();
    }
    await runtime.settle();
    expect(calls.map(({ records }) => records.map(({ key }) => key))).toEqual([['a'], ['b'], ['c'], ['d']]);
  });

  test('one batch is in flight; what comes meanwhile goes together as soon as it is answered', async () => {
    const { accumulator, runtime, calls, batches } = setUp();
    appendMany(accumulator, 1);
    await runtime.advance(5);
    for (let nth = 0; nth < 4; nth++) {
      appendMany(accumulator, 10);
      await runtime.advance(10);
    }
    expect(calls).toHaveLength(1);
    expect(accumulator.figures).toMatchObject({ queuedRecords: 41, batchesInFlight: 1 });
    calls[0]!.accept();
    await runtime.settle();
    expect(calls).toHaveLength(2);
    expect(calls[1]!.records).toHaveLength(40);
    expect(batches).toEqual([{ records: 1, bytes: 6, appended: 1, waitedMs: 5, answeredAfterMs: 40 }]);
  });

  test('lanes do not wait for each other, and keep the order of their records', async () => {
    const { accumulator, runtime, calls } = setUp({}, (_topic, key) => key.split(':')[0]!);
    appendMany(accumulator, 2, (nth) => `one:${nth}`);
    await runtime.advance(5);
    appendMany(accumulator, 2, (nth) => `two:${nth}`);
    await runtime.advance(5);
    expect(calls.map(({ records }) => records.map(({ key }) => key))).toEqual([
      ['one:0', 'one:1'],
      ['two:0', 'two:1'],
    ]);
    expect(accumulator.figures.batchesInFlight).toBe(2);
  });

  test('above its bound it turns records away at once, and takes them again once there is room', async () => {
    const { accumulator, runtime, calls } = setUp({ queueRecords: 3 });
    const results = appendMany(accumulator, 4);
    await runtime.settle();
    expect(results[3]).toMatchObject({ error: expect.any(AccumulatorFull) as Error });
    await runtime.advance(5);
    // Handed over is still held: the log may keep it in memory.
    expect(appendMany(accumulator, 1)).toHaveLength(1);
    expect(accumulator.figures).toMatchObject({ recordsTurnedAway: 2, queuedRecords: 3 });
    calls[0]!.accept();
    await runtime.settle();
    expect(accumulator.figures).toMatchObject({ queuedRecords: 0, queuedBytes: 0 });
    appendMany(accumulator, 1);
    expect(accumulator.figures.queuedRecords).toBe(1);
  });

  test('the bound counts bytes too', async () => {
    const { accumulator, runtime } = setUp({ queueBytes: 100 });
    const results = collect([
      accumulator.append('a', 'x'.repeat(80)),
      accumulator.append('b', 'x'.repeat(80)),
      accumulator.append('c', 'x'),
    ]);
    await runtime.settle();
    expect(results[1]).toMatchObject({ error: expect.any(AccumulatorFull) as Error });
    expect(results[2]).toBeUndefined();
  });

  test('a waiter whose batch is in flight at its deadline is told unknown, also when the answer comes later', async () => {
    const { accumulator, runtime, calls } = setUp({ deadlineMs: 8_000 });
    const results = appendMany(accumulator, 1);
    await runtime.advance(7_990);
    expect(results[0]).toBeUndefined();
    await runtime.advance(10);
    expect(results[0]).toMatchObject({ error: expect.any(AppendUnknown) as Error });
    calls[0]!.accept();
    await runtime.settle();
    expect(results[0]).toMatchObject({ error: expect.any(AppendUnknown) as Error });
    expect(accumulator.figures).toMatchObject({ recordsUnknown: 1, recordsAppended: 0, queuedRecords: 0 });
  });

  test('a waiter that still queues at its deadline is told refused, and its record is never handed over', async () => {
    const { accumulator, runtime, calls } = setUp({ deadlineMs: 1_000 });
    appendMany(accumulator, 1);
    await runtime.advance(100);
    const late = appendMany(accumulator, 2, (nth) => `late-${nth}`);
    await runtime.advance(500);
    const later = appendMany(accumulator, 1, () => 'later');
    await runtime.advance(500);
    expect(late).toMatchObject([
      { error: expect.any(AppendRefused) as Error },
      { error: expect.any(AppendRefused) as Error },
    ]);
    expect(later[0]).toBeUndefined();
    calls[0]!.accept();
    await runtime.settle();
    expect(calls[1]!.records.map(({ key }) => key)).toEqual(['later']);
  });

  test('the log is told how long the oldest record of a batch may still wait', async () => {
    const { accumulator, runtime, calls } = setUp({ deadlineMs: 8_000 });
    appendMany(accumulator, 1);
    await runtime.advance(5);
    appendMany(accumulator, 1);
    await runtime.advance(3_000);
    calls[0]!.accept();
    await runtime.settle();
    expect(calls[0]!.timeoutMs).toBe(7_995);
    expect(calls[1]!.timeoutMs).toBe(5_000);
  });

  test('before a slow log no more waits than it will take in two seconds, and no batch takes it longer', async () => {
    const { accumulator, runtime, calls } = setUp();
    appendMany(accumulator, 100);
    await runtime.advance(1_005);
    expect(calls[0]!.records).toHaveLength(100);
    calls[0]!.accept();
    await runtime.settle();
    const later = appendMany(accumulator, 700);
    await runtime.advance(5);
    expect(calls[1]!.records).toHaveLength(200);
    const turnedAway = later.filter((one) => one && 'error' in one && one.error instanceof AccumulatorFull);
    expect(turnedAway).toHaveLength(500);
    expect(accumulator.figures.recordsTurnedAway).toBe(500);
  });

  test.each([
    [20, 0],
    [100, 100],
    [500, 20],
  ])(
    'three times of what a log of %d records a second and %d ms takes does not make it take less',
    async (perSecond, latencyMs) => {
      const runtime = new VirtualRuntime();
      const log = narrowLog(runtime, perSecond, latencyMs);
      const accumulator = new Accumulator(log, 'topic', {}, runtime);
      const seconds = 30;
      const offers = seconds * perSecond * OVERLOAD;
      for (let nth = 0; nth < offers; nth++) {
        accumulator.append('key', `${nth}`).catch(() => undefined);
        await runtime.advance(1_000 / (perSecond * OVERLOAD));
      }
      const { recordsAppended, recordsUnknown } = accumulator.figures;
      expect(recordsAppended).toBeGreaterThan(0.8 * perSecond * seconds);
      expect(recordsUnknown).toBeLessThan(0.05 * recordsAppended);
    },
  );

  test('one slow answer does not slow down what follows', async () => {
    const { accumulator, runtime, calls } = setUp();
    appendMany(accumulator, 1);
    await runtime.advance(4_000);
    calls[0]!.accept();
    await runtime.settle();
    expect(appendMany(accumulator, 100).filter(Boolean)).toEqual([]);
    await runtime.advance(5);
    expect(calls[1]!.records).toHaveLength(25);
    await runtime.advance(10);
    calls[1]!.accept();
    await runtime.settle();
    appendMany(accumulator, 700);
    expect(calls[2]!.records).toHaveLength(75);
    calls[2]!.accept();
    await runtime.settle();
    expect(calls[3]!.records).toHaveLength(500);
  });

  test('flush sends at once and resolves with the answers, not waiting for what came after it', async () => {
    const { accumulator, runtime, calls } = setUp();
    appendMany(accumulator, 1);
    let flushed = false;
    const flush = accumulator.flush().then(() => (flushed = true));
    expect(calls).toHaveLength(1);
    appendMany(accumulator, 1);
    await runtime.settle();
    expect(flushed).toBe(false);
    calls[0]!.accept();
    await flush;
    expect(calls).toHaveLength(1);
  });

  test('closing waits for the answers to what was taken and refuses the rest', async () => {
    const { accumulator, runtime, calls } = setUp();
    const taken = appendMany(accumulator, 2);
    let closed = false;
    const closing = accumulator.close().then(() => (closed = true));
    const late = appendMany(accumulator, 1);
    await runtime.settle();
    expect(late[0]).toMatchObject({ error: expect.any(AppendRefused) as Error });
    expect(closed).toBe(false);
    calls[0]!.accept();
    await closing;
    expect(taken).toMatchObject([{ appended: { offset: 0 } }, { appended: { offset: 1 } }]);
  });

  test('closing an idle accumulator ends at once and leaves no timer', async () => {
    const { accumulator, runtime, calls } = setUp();
    await accumulator.close();
    await runtime.advance(60_000);
    expect(calls).toHaveLength(0);
  });

  test('every record of a long, faulty run has exactly one outcome', async () => {
    const { accumulator, runtime, calls } = setUp({ queueRecords: 200, deadlineMs: 500 });
    const results: (Settled | undefined)[][] = [];
    let answered = 0;
    for (let step = 0; step < 2_000; step++) {
      results.push(appendMany(accumulator, Math.floor(runtime.random() * 8)));
      await runtime.advance(Math.floor(runtime.random() * 4));
      if (answered < calls.length && runtime.random() < 0.05) answerAtRandom(calls[answered++]!, runtime);
    }
    while (accumulator.figures.queuedRecords > 0) {
      await runtime.advance(5);
      while (answered < calls.length) calls[answered++]!.accept();
      await runtime.settle();
    }
    const { recordsAppended, recordsRefused, recordsUnknown, recordsTurnedAway } = accumulator.figures;
    const outcomes = results.flat();
    expect(outcomes.every((outcome) => outcome !== undefined)).toBe(true);
    expect(recordsAppended + recordsRefused + recordsUnknown + recordsTurnedAway).toBe(outcomes.length);
    // The run was hard enough to have met every way out.
    expect(Math.min(recordsAppended, recordsRefused, recordsUnknown, recordsTurnedAway)).toBeGreaterThan(0);
  });

  test('a process that was stopped for longer than the append limit appends nothing of before', async () => {
    const { log, calls } = fakeLog();
    // All timers are due when the process goes on, the linger first.
    let nowMs = 0;
    const timers: { dueMs: number; run: () => void }[] = [];
    const runtime: Runtime = {
      ...systemRuntime,
      monotonicMs: () => nowMs,
      after(delayMs, run) {
        const timer = { dueMs: nowMs + delayMs, run };
        timers.push(timer);
        return () => void timers.splice(timers.indexOf(timer), 1);
      },
    };
    const accumulator = new Accumulator(log, 'topic', {}, runtime);
    const results = appendMany(accumulator, 2);
    nowMs = 30_000;
    for (const { run } of timers.toSorted((one, other) => one.dueMs - other.dueMs)) run();
    await new Promise((resolve) => setImmediate(resolve));
    expect(calls).toHaveLength(0);
    expect(results.map((result) => (result as { error: Error }).error)).toEqual([
      expect.any(AppendRefused),
      expect.any(AppendRefused),
    ]);
    expect(accumulator.figures.queuedRecords).toBe(0);
  });
});

function answerAtRandom(call: Call, runtime: VirtualRuntime): void {
  const error = new Error('fault');
  if (runtime.random() < 0.1) return call.fail(error);
  call.answer(
    call.records.map((_, offset) => {
      const chance = runtime.random();
      if (chance < 0.1) return { status: 'refused', error };
      if (chance < 0.2) return { status: 'unknown', error };
      return { status: 'appended', partition: 0, offset };
    }),
  );
}
