import type { BatchOutcome, LogGap, LogRecord, PartitionRange, RecordBatch, Subscription } from '../log/event-log';
import { VirtualRuntime } from '../memory/virtual-runtime';
import { silentSink } from './kafka.client';
import { PartitionConsumer, type PartitionControls } from './partition.consumer';

const TOPIC = 'topic';

/** A broker's partition and a subscription, both under the test's control. */
class Fixture {
  readonly runtime = new VirtualRuntime();
  readonly batches: RecordBatch[] = [];
  readonly gaps: LogGap[] = [];
  /** What the partition did to its consumer, in order. */
  readonly actions: string[] = [];
  range: PartitionRange = { startOffset: 0, endOffset: 100 };
  position: () => Promise<number> = () => Promise.resolve(0);
  accepted: number | null = null;
  onBatch: (batch: RecordBatch) => Promise<BatchOutcome> = (batch) =>
    Promise.resolve({ nextOffset: batch.records.at(-1)!.offset + 1 });
  readonly consumer: PartitionConsumer;

  constructor() {
    const subscription: Subscription = {
      group: 'group',
      topics: [TOPIC],
      position: () => this.position(),
      onBatch: (batch) => {
        this.batches.push(batch);
        return this.onBatch(batch);
      },
      onGap: (gap) => {
        this.gaps.push(gap);
        return Promise.resolve(this.accepted);
      },
      onFatal: (error) => {
        throw error;
      },
    };
    this.consumer = new PartitionConsumer(TOPIC, 3, subscription, this.controls, this.runtime, silentSink);
  }

  private get controls(): PartitionControls {
    return {
      pause: () => this.actions.push('pause'),
      resumeAt: (offset) => this.actions.push(`resume at ${offset}`),
      range: () => Promise.resolve(this.range),
    };
  }

  async assign(): Promise<void> {
    this.consumer.assign(this.controls);
    await this.runtime.settle();
  }

  /** Gives records as a fetch would, and lets a slow handler go on beside. */
  async fetch(...offsets: number[]): Promise<void> {
    const taken = this.consumer.take(offsets.map(recordAt), this.range.endOffset, (offset) =>
      this.actions.push(`resolve ${offset}`),
    );
    await this.runtime.settle();
    await this.runtime.advance(50);
    await taken;
  }
}

function recordAt(offset: number): LogRecord {
  return { offset, key: 'key', value: `${offset}`, appendedAtMs: 0 };
}

function offsetsOf({ records }: RecordBatch): number[] {
  return records.map(({ offset }) => offset);
}

describe('PartitionConsumer', () => {
  let fixture: Fixture;

  beforeEach(() => {
    fixture = new Fixture();
  });

  test('fetching begins at the position that the subscription knows', async () => {
    fixture.position = () => Promise.resolve(42);
    await fixture.assign();
    expect(fixture.actions).toEqual(['resume at 42']);
  });

  test('a batch that was applied as a whole lets the next fetch follow without a pause', async () => {
    await fixture.assign();
    await fixture.fetch(0, 1, 2);
    expect(fixture.actions).toEqual(['resume at 0', 'resolve 2']);
    expect(fixture.consumer.progress).toMatchObject({ nextOffset: 3, endOffset: 100, state: 'running' });
  });

  test('records before the position are left out, also when kafkajs gives them', async () => {
    fixture.position = () => Promise.resolve(2);
    await fixture.assign();
    await fixture.fetch(0, 1, 2, 3);
    expect(fixture.batches.map(offsetsOf)).toEqual([[2, 3]]);
  });

  test('a batch ends before a hole', async () => {
    await fixture.assign();
    await fixture.fetch(0, 1, 5, 6);
    expect(fixture.batches.map(offsetsOf)).toEqual([[0, 1]]);
    expect(fixture.consumer.progress.nextOffset).toBe(2);
  });

  test('a hole at the position is an alarm, not something to skip', async () => {
    await fixture.assign();
    await fixture.fetch(5, 6);
    expect(fixture.batches).toEqual([]);
    expect(fixture.gaps[0]).toEqual({
      topic: TOPIC,
      partition: 3,
      kind: 'begins-after-position',
      position: 0,
      logStartOffset: 5,
      logEndOffset: 100,
    });
    expect(fixture.consumer.progress.state).toBe('gap');
    fixture.accepted = 5;
    await fixture.runtime.advance(2_000);
    expect(fixture.actions.at(-1)).toBe('resume at 5');
    expect(fixture.consumer.progress.state).toBe('running');
  });

  test('a slow handler is left to itself: fetching goes on for the others, paused here', async () => {
    let finish: (outcome: BatchOutcome) => void = () => undefined;
    fixture.onBatch = () => new Promise((resolve) => (finish = resolve));
    await fixture.assign();
    await fixture.fetch(0, 1);
    expect(fixture.actions).toEqual(['resume at 0', 'pause']);
    await fixture.fetch(0, 1);
    expect(fixture.batches).toHaveLength(1);
    finish({ nextOffset: 2 });
    await fixture.runtime.settle();
    expect(fixture.actions).toEqual(['resume at 0', 'pause', 'resume at 2']);
  });

  test('a handler that asks for a pause gets it, and its records again', async () => {
    fixture.onBatch = () => Promise.resolve({ nextOffset: 1, retryAfterMs: 5_000 });
    await fixture.assign();
    await fixture.fetch(0, 1);
    expect(fixture.consumer.progress).toMatchObject({ state: 'retrying', nextOffset: 1 });
    await fixture.runtime.advance(4_900);
    expect(fixture.actions).toEqual(['resume at 0', 'pause']);
    await fixture.runtime.advance(100);
    expect(fixture.actions.at(-1)).toBe('resume at 1');
  });

  test('a handler that throws is given the batch again, at growing intervals', async () => {
    fixture.onBatch = () => Promise.reject(new Error('the database is away'));
    await fixture.assign();
    const pausesMs: number[] = [];
    for (let nth = 0; nth < 6; nth++) {
      await fixture.fetch(0);
      const stoppedAtMs = fixture.runtime.monotonicMs() - 50;
      const resumes = fixture.actions.filter((action) => action === 'resume at 0').length;
      await fixture.runtime.until(
        () => fixture.actions.filter((action) => action === 'resume at 0').length > resumes,
        60_000,
      );
      pausesMs.push(fixture.runtime.monotonicMs() - stoppedAtMs);
    }
    expect(fixture.batches.map(offsetsOf)).toEqual(Array.from({ length: 6 }, () => [0]));
    expect(pausesMs.at(-1)!).toBeGreaterThan(pausesMs[0]! * 8);
    expect(Math.max(...pausesMs)).toBeLessThanOrEqual(10_000);
  });

  test('a log that has become shorter than the position is an alarm, after a second look', async () => {
    fixture.position = () => Promise.resolve(50);
    await fixture.assign();
    fixture.range = { startOffset: 0, endOffset: 7 };
    await fixture.consumer.checkRange();
    expect(fixture.actions.at(-1)).toBe('pause');
    expect(fixture.gaps).toEqual([]);
    await fixture.runtime.advance(500);
    expect(fixture.gaps[0]).toMatchObject({ kind: 'ends-before-position', position: 50, logEndOffset: 7 });
  });

  test('a log that was shorter and has grown beyond the position holds other records: a person decides', async () => {
    fixture.position = () => Promise.resolve(50);
    await fixture.assign();
    fixture.range = { startOffset: 0, endOffset: 7 };
    await fixture.consumer.checkRange();
    await fixture.runtime.advance(500);
    fixture.range = { startOffset: 0, endOffset: 60 };
    await fixture.runtime.advance(10_000);
    expect(fixture.consumer.progress.state).toBe('gap');
    expect(fixture.gaps.length).toBeGreaterThan(2);
    fixture.accepted = 0;
    await fixture.runtime.advance(2_000);
    expect(fixture.actions.at(-1)).toBe('resume at 0');
  });

  test('a new leader that does not know the end yet is no alarm', async () => {
    fixture.position = () => Promise.resolve(50);
    await fixture.assign();
    fixture.range = { startOffset: 0, endOffset: 49 };
    await fixture.consumer.checkRange();
    fixture.range = { startOffset: 0, endOffset: 60 };
    await fixture.runtime.advance(500);
    expect(fixture.gaps).toEqual([]);
    expect(fixture.actions.at(-1)).toBe('resume at 50');
  });

  test('a partition that was given back takes nothing more, and its batch is no longer current', async () => {
    let finish: (outcome: BatchOutcome) => void = () => undefined;
    fixture.onBatch = () => new Promise((resolve) => (finish = resolve));
    await fixture.assign();
    await fixture.fetch(0);
    const retired = fixture.consumer.retire();
    expect(fixture.batches[0]!.isCurrent()).toBe(false);
    finish({ nextOffset: 1 });
    await retired;
    await fixture.fetch(1);
    expect(fixture.batches).toHaveLength(1);
    expect(fixture.actions).toEqual(['resume at 0', 'pause']);
  });

  test('a partition that comes back waits for its batch in work before it asks for the position', async () => {
    let stored = 0;
    let finish: () => void = () => undefined;
    fixture.position = () => Promise.resolve(stored);
    fixture.onBatch = () =>
      new Promise((resolve) => {
        finish = () => {
          stored = 2;
          resolve({ nextOffset: 2 });
        };
      });
    await fixture.assign();
    await fixture.fetch(0, 1);
    await fixture.assign();
    expect(fixture.actions).toEqual(['resume at 0', 'pause']);
    finish();
    await fixture.runtime.settle();
    expect(fixture.actions.at(-1)).toBe('resume at 2');
  });
});
