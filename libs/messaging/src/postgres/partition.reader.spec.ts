import type { BatchOutcome, LogGap, LogRecord, RecordBatch, Subscription } from '../log/event-log';
import { VirtualRuntime } from '../memory/virtual-runtime';
import { BATCH_RECORDS_MAX, PartitionReader } from './partition.reader';

const SPACING_MS = 100;

describe('the reader of a partition', () => {
  let runtime: VirtualRuntime;
  let caller: Caller;
  let isMember: boolean;
  let reader: PartitionReader;

  beforeEach(() => {
    runtime = new VirtualRuntime();
    caller = new Caller();
    isMember = true;
    reader = new PartitionReader({
      subscription: caller,
      topic: 'topic',
      topicId: 1,
      partition: 0,
      runtime,
      batchSpacingMs: SPACING_MS,
      isMember: () => isMember,
      onFree: () => undefined,
    });
  });

  /** One poll: shows the reader the log, and hands over what it asks for. */
  async function poll(endOffset: number, startOffset = 0, asOfMs = runtime.monotonicMs()): Promise<number> {
    reader.observe({ startOffset, endOffset }, asOfMs);
    await runtime.settle();
    const demand = reader.demand();
    if (demand > 0) reader.deliver(recordsFrom(reader.nextOffset, demand));
    await runtime.settle();
    return demand;
  }

  test('takes nothing before its position is known, then everything from there, at most one batch', async () => {
    caller.startAt = 10;
    expect(reader.demand()).toBe(0);
    expect(await poll(10 + 2 * BATCH_RECORDS_MAX)).toBe(BATCH_RECORDS_MAX);
    expect(caller.batches[0]!.records[0]!.offset).toBe(10);
  });

  test('a trickle is gathered for the length of the spacing, a full batch is not held back', async () => {
    expect(await poll(1)).toBe(1);
    expect(await poll(2)).toBe(0);
    await runtime.advance(SPACING_MS - 1);
    expect(await poll(3)).toBe(0);
    await runtime.advance(1);
    expect(await poll(4)).toBe(3);
    expect(await poll(4 + BATCH_RECORDS_MAX)).toBe(BATCH_RECORDS_MAX);
  });

  test('batches of all partitions begin on the same beat, whenever their records came', async () => {
    await runtime.advance(SPACING_MS - 10);
    expect(await poll(1)).toBe(1);
    await runtime.advance(9);
    expect(await poll(2)).toBe(0);
    await runtime.advance(1);
    expect(await poll(2)).toBe(1);
  });

  test('failures are retried after pauses that double, up to ten seconds, and one success forgets them', async () => {
    caller.answer = () => Promise.reject(new Error('the database is away'));
    const triesAtMs: number[] = [];
    for (let elapsedMs = 0; elapsedMs < 60_000; elapsedMs += 10) {
      if ((await poll(1)) > 0) triesAtMs.push(runtime.monotonicMs());
      await runtime.advance(10);
    }
    const pausesMs = triesAtMs.slice(1).map((atMs, nth) => atMs - triesAtMs[nth]!);
    expect(pausesMs[0]).toBeLessThanOrEqual(500);
    for (const pauseMs of pausesMs.slice(6)) {
      expect(pauseMs).toBeGreaterThanOrEqual(5_000);
      expect(pauseMs).toBeLessThanOrEqual(10_010);
    }
    expect(reader.progress().state).toBe('retrying');
    caller.answer = (batch) => Promise.resolve({ nextOffset: batch.records.at(-1)!.offset + 1 });
    await runtime.advance(10_000);
    await poll(1);
    expect(reader.progress()).toMatchObject({ state: 'running', nextOffset: 1 });
  });

  test('an older view of the log that ends before a newer position is no gap', async () => {
    const polledAtMs = runtime.monotonicMs();
    await runtime.advance(5);
    caller.startAt = 12;
    await poll(12);
    await poll(10, 0, polledAtMs);
    expect(caller.gaps).toEqual([]);
    await runtime.advance(5);
    await poll(10);
    expect(caller.gaps).toMatchObject([{ kind: 'ends-before-position', position: 12, logEndOffset: 10 }]);
  });

  test('a gap is reported every three seconds, and forgotten when the log holds the position again', async () => {
    caller.startAt = 5;
    for (let elapsedMs = 0; elapsedMs < 10_000; elapsedMs += 50) {
      await poll(3);
      await runtime.advance(50);
    }
    expect(caller.gaps).toHaveLength(4);
    expect(reader.progress().state).toBe('gap');
    await runtime.advance(3_000);
    await poll(5);
    expect(reader.progress().state).toBe('running');
  });

  test('records that retention removed between poll and fetch are not mistaken for the next ones', async () => {
    await poll(0);
    reader.observe({ startOffset: 0, endOffset: 5 }, runtime.monotonicMs());
    reader.deliver(recordsFrom(3, 2));
    reader.deliver([]);
    await runtime.settle();
    expect(caller.batches).toEqual([]);
  });

  test('time without anything to do does not look like a standstill', async () => {
    await poll(0);
    await runtime.advance(60_000);
    await poll(0);
    expect(reader.progress().lastAdvancedAtMs).toBe(60_000);
    caller.answer = () => Promise.reject(new Error('the database is away'));
    await poll(1);
    await runtime.advance(60_000);
    await poll(1);
    expect(reader.progress().lastAdvancedAtMs).toBe(60_000);
  });

  test('a batch knows when its lease has gone, and a closed reader takes no more', async () => {
    await poll(1);
    const [batch] = caller.batches;
    expect(batch!.isCurrent()).toBe(true);
    isMember = false;
    expect(batch!.isCurrent()).toBe(false);
    isMember = true;
    await reader.close();
    expect(batch!.isCurrent()).toBe(false);
    await runtime.advance(SPACING_MS);
    expect(await poll(2)).toBe(0);
  });
});

class Caller implements Subscription {
  readonly group = 'group';
  readonly topics = ['topic'];
  readonly batches: RecordBatch[] = [];
  readonly gaps: LogGap[] = [];
  startAt = 0;
  answer = (batch: RecordBatch): Promise<BatchOutcome> =>
    Promise.resolve({ nextOffset: batch.records.at(-1)!.offset + 1 });

  position(): Promise<number> {
    return Promise.resolve(this.startAt);
  }

  onBatch(batch: RecordBatch): Promise<BatchOutcome> {
    this.batches.push(batch);
    return this.answer(batch);
  }

  onGap(gap: LogGap): Promise<null> {
    this.gaps.push(gap);
    return Promise.resolve(null);
  }

  onFatal(): void {}
}

function recordsFrom(firstOffset: number, count: number): LogRecord[] {
  return Array.from({ length: count }, (_, nth) => ({
    offset: firstOffset + nth,
    key: 'key',
    value: '',
    appendedAtMs: 0,
  }));
}
