import { Logger } from '@nestjs/common';
import type { TopicSpec } from '@app/contracts';
import type { FaultPlan } from '../memory/fault-plan';
import { MemoryEventLog } from '../memory/memory-event-log';
import { VirtualRuntime } from '../memory/virtual-runtime';
import { MemoryOutbox, MemoryOutboxStore } from './memory-outbox-store';
import { OutboxRelay, RELAY_LIMITS } from './outbox-relay';

const ONE: TopicSpec = { name: 'petabakat.one.v1', partitions: 3, retentionMs: -1, key: 'any' };
const TWO: TopicSpec = { name: 'petabakat.two.v1', partitions: 2, retentionMs: -1, key: 'any' };

async function scene(faults?: FaultPlan, seed = 1) {
  const runtime = new VirtualRuntime(seed);
  const log = new MemoryEventLog({ runtime, ...(faults ? { faults } : {}) });
  await log.createTopics([ONE, TWO]);
  const outbox = new MemoryOutbox();
  const newRelay = () => new OutboxRelay({ log, runtime, store: new MemoryOutboxStore(outbox, runtime) });
  return { runtime, log, outbox, newRelay };
}

async function valuesOf(log: MemoryEventLog, { name, partitions }: TopicSpec): Promise<Map<string, string[]>> {
  const byKey = new Map<string, string[]>();
  for (let partition = 0; partition < partitions; partition++) {
    for (const { key, value } of await log.read(name, partition, 0, 100_000)) {
      byKey.set(key, [...(byKey.get(key) ?? []), value]);
    }
  }
  return byKey;
}

/** The values in the order of their last copies. */
function lastCopies(values: readonly string[]): string[] {
  return values.filter((value, index) => values.lastIndexOf(value) === index);
}

// The warnings are what these tests provoke.
beforeAll(() => Logger.overrideLogger(false));

describe('OutboxRelay', () => {
  test('rows are published in order and marked with their place', async () => {
    const { runtime, log, outbox, newRelay } = await scene();
    for (let row = 0; row < 1_200; row++) outbox.add(row % 2 ? ONE.name : TWO.name, `key-${row % 5}`, `${row}`);
    const relay = newRelay();
    relay.start();
    await runtime.until(() => outbox.waiting.length === 0);
    for (const topic of [ONE, TWO]) {
      for (const values of (await valuesOf(log, topic)).values()) {
        expect(values.map(Number)).toEqual(values.map(Number).sort((a, b) => a - b));
      }
    }
    for (const { topic, value, place } of outbox.rows) {
      const [record] = await log.read(topic, place!.partition, place!.offset, 1);
      expect(record!.value).toBe(value);
    }
    expect(relay.figures).toMatchObject({ published: 1_200, repeated: 0, leading: true });
    await relay.stop();
    expect(relay.figures.leading).toBe(false);
  });

  test('an unknown append is never marked; it is repeated until the log acknowledges it', async () => {
    const { runtime, log, outbox, newRelay } = await scene({ seed: 1, lostResponse: 1 });
    outbox.add(ONE.name, 'a', 'only');
    const relay = newRelay();
    relay.start();
    await runtime.advance(2_000);
    expect(outbox.waiting).toHaveLength(1);
    log.setFaults(null);
    await runtime.until(() => outbox.waiting.length === 0);
    const copies = (await valuesOf(log, ONE)).get('a')!;
    expect(copies.length).toBeGreaterThan(1);
    expect(new Set(copies)).toEqual(new Set(['only']));
    await relay.stop();
  });

  test('a row behind a failed row of its key waits, even where the log took it; other keys do not', async () => {
    const { runtime, log, outbox, newRelay } = await scene();
    const append = log.append.bind(log);
    const unruly = jest.spyOn(log, 'append').mockImplementationOnce(async (topic, records) => {
      const outcomes = await append(topic, records.slice(1));
      return [{ status: 'refused', error: new Error('the first one fails') }, ...outcomes];
    });
    const [first, second, other] = [
      outbox.add(ONE.name, 'a', 'first'),
      outbox.add(ONE.name, 'a', 'second'),
      outbox.add(ONE.name, 'b', 'other'),
    ];
    const relay = newRelay();
    relay.start();
    await runtime.settle();
    expect(outbox.waiting.map(({ id }) => id)).toEqual([first, second]);
    expect(outbox.rows.find(({ id }) => id === other)!.place).not.toBeNull();
    await runtime.until(() => outbox.waiting.length === 0);
    expect(lastCopies((await valuesOf(log, ONE)).get('a')!)).toEqual(['first', 'second']);
    expect(unruly).toHaveBeenCalledTimes(2);
    await relay.stop();
  });

  test('a wake ends the pause of an empty outbox at once', async () => {
    const { runtime, outbox, newRelay } = await scene();
    const relay = newRelay();
    relay.start();
    await runtime.advance(10_000);
    outbox.add(ONE.name, 'a', 'new');
    const before = runtime.monotonicMs();
    relay.wake();
    await runtime.settle();
    expect(outbox.waiting).toEqual([]);
    expect(runtime.monotonicMs()).toBe(before);
    await relay.stop();
  });

  test('without a wake a new row is found within the longest pause', async () => {
    const { runtime, outbox, newRelay } = await scene();
    const relay = newRelay();
    relay.start();
    await runtime.advance(60_000);
    outbox.add(ONE.name, 'a', 'new');
    await runtime.advance(RELAY_LIMITS.idleLongestMs);
    expect(outbox.waiting).toEqual([]);
    await relay.stop();
  });

  test('a wake does not shorten the pause after a failure', async () => {
    const { runtime, log, outbox, newRelay } = await scene({ seed: 1, refused: 1 });
    outbox.add(ONE.name, 'a', 'one');
    const append = jest.spyOn(log, 'append');
    const relay = newRelay();
    relay.start();
    await runtime.advance(60_000);
    append.mockClear();
    for (let round = 0; round < 100; round++) {
      relay.wake();
      await runtime.settle();
    }
    expect(append).not.toHaveBeenCalled();
    await relay.stop();
  });

  test('of two relays one publishes; when it stops, the other does', async () => {
    const { runtime, outbox, newRelay } = await scene();
    const [first, second] = [newRelay(), newRelay()];
    first.start();
    await runtime.settle();
    second.start();
    outbox.add(ONE.name, 'a', 'one');
    await runtime.advance(5_000);
    expect([first.figures.published, second.figures.published]).toEqual([1, 0]);
    await first.stop();
    outbox.add(ONE.name, 'a', 'two');
    await runtime.advance(5_000);
    expect([first.figures.published, second.figures.published]).toEqual([1, 1]);
    await second.stop();
  });

  test('rows go once they were published an hour ago, in steps', async () => {
    const { runtime, outbox, newRelay } = await scene();
    const relay = newRelay();
    relay.start();
    const rows = 2 * RELAY_LIMITS.sweepRowsMax + 1;
    for (let row = 0; row < rows; row++) outbox.add(ONE.name, 'a', `${row}`);
    await runtime.advance(RELAY_LIMITS.keepPublishedMs - 1_000);
    expect(outbox.rows).toHaveLength(rows);
    await runtime.advance(2 * RELAY_LIMITS.sweepEveryMs);
    expect(outbox.rows).toHaveLength(0);
    await relay.stop();
  });

  test('one round takes no more bytes than a broker takes, and at least one row', async () => {
    const { runtime, log, outbox, newRelay } = await scene();
    const append = jest.spyOn(log, 'append');
    const half = 'x'.repeat(RELAY_LIMITS.bytesMax / 2);
    const tooBig = 'x'.repeat(RELAY_LIMITS.bytesMax + 1);
    for (const value of [tooBig, half, half, 'small']) outbox.add(ONE.name, 'a', value);
    const relay = newRelay();
    relay.start();
    await runtime.until(() => outbox.waiting.length === 0);
    expect(append.mock.calls.map(([, records]) => records.length)).toEqual([1, 2, 1]);
    await relay.stop();
  });

  test('over 300 seeds of faults and lost leaders nothing is lost and each key keeps its order', async () => {
    for (let seed = 1; seed <= 300; seed++) {
      const faults = {
        seed,
        refused: 0.15,
        lostRequest: 0.1,
        lostResponse: 0.15,
        duplicate: 0.1,
        appendDelayMaxMs: 30,
      };
      const { runtime, log, outbox, newRelay } = await scene(faults, seed);
      const relays = [newRelay(), newRelay()];
      for (const relay of relays) relay.start();
      for (let row = 0; row < 40; row++) {
        outbox.add(row % 3 ? ONE.name : TWO.name, `key-${row % 4}`, `${row}`);
        await runtime.advance(Math.floor(runtime.random() * 20));
        // The lock's connection breaks, in the middle of whatever the leader does.
        if (runtime.random() < 0.1) outbox.leader = null;
      }
      await runtime.until(() => outbox.waiting.length === 0);
      for (const topic of [ONE, TWO]) {
        const expected = new Map<string, string[]>();
        for (const row of outbox.rows.filter((row) => row.topic === topic.name)) {
          expected.set(row.key, [...(expected.get(row.key) ?? []), row.value]);
        }
        const published = await valuesOf(log, topic);
        for (const [key, values] of expected) {
          const firstCopies = [...new Set(published.get(key))];
          expect({ seed, key, values: firstCopies }).toEqual({ seed, key, values });
        }
      }
      for (const relay of relays) await relay.stop();
    }
  });
});
