import type { TopicSpec } from '@app/contracts';
import type { AppendOutcome, RecordBatch, Subscription } from '../log/event-log';
import { partitionOf } from '../log/partitioner';
import type { FaultPlan } from './fault-plan';
import { MemoryEventLog } from './memory-event-log';
import { VirtualRuntime } from './virtual-runtime';

const TOPIC: TopicSpec = { name: 'petabakat.tests.v1', partitions: 3, retentionMs: -1, key: 'any' };
const KEYS = ['a', 'b', 'c', 'd', 'e', 'f'];

async function openLog(runtime: VirtualRuntime, faults?: FaultPlan): Promise<MemoryEventLog> {
  const log = new MemoryEventLog({ runtime, ...(faults ? { faults } : {}) });
  await log.createTopics([TOPIC]);
  return log;
}

async function everythingIn(log: MemoryEventLog): Promise<string[]> {
  const ranges = await log.ranges(TOPIC.name);
  const records = await Promise.all([...ranges.keys()].map((partition) => log.read(TOPIC.name, partition, 0, 10_000)));
  return records.flat().map(({ value }) => value);
}

/** Keeps positions as a database would, and what it was given. */
class Recorder implements Subscription {
  readonly topics = [TOPIC.name];
  readonly seen: string[] = [];
  readonly batches: RecordBatch[] = [];
  hold: Promise<void> = Promise.resolve();

  constructor(
    readonly group: string,
    private readonly positions: Map<string, number>,
  ) {}

  async position(topic: string, partition: number): Promise<number> {
    return this.positions.get(`${topic}/${partition}`) ?? 0;
  }

  async onBatch(batch: RecordBatch) {
    this.batches.push(batch);
    await this.hold;
    const name = `${batch.topic}/${batch.partition}`;
    const position = this.positions.get(name) ?? 0;
    const fresh = batch.records.filter(({ offset }) => offset >= position);
    this.seen.push(...fresh.map(({ value }) => value));
    const nextOffset = batch.records.at(-1)!.offset + 1;
    this.positions.set(name, Math.max(position, nextOffset));
    return { nextOffset };
  }

  async onGap() {
    return null;
  }

  onFatal(error: Error): void {
    throw error;
  }
}

const records = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ key: KEYS[index % KEYS.length]!, value: `${index}` }));

const statusesOf = (outcomes: readonly AppendOutcome[]) => new Set(outcomes.map(({ status }) => status));

describe('MemoryEventLog without faults', () => {
  test('a member that leaves hands its partitions to the others, who go on from the stored position', async () => {
    const runtime = new VirtualRuntime();
    const log = await openLog(runtime);
    const positions = new Map<string, number>();
    const first = new Recorder('group', positions);
    const second = new Recorder('group', positions);
    const running = await log.subscribe(first);
    const other = await log.subscribe(second);
    expect(running.progress().length + other.progress().length).toBe(TOPIC.partitions);
    await log.append(TOPIC.name, records(30));
    await runtime.until(() => first.seen.length + second.seen.length === 30);
    await running.stop();
    expect(other.progress()).toHaveLength(TOPIC.partitions);
    await log.append(TOPIC.name, records(30));
    await runtime.until(() => first.seen.length + second.seen.length === 60);
    expect(running.progress()).toEqual([]);
  });

  test('a crashed member loses its partitions at once; what it has in work is no longer current', async () => {
    const runtime = new VirtualRuntime();
    const log = await openLog(runtime);
    const positions = new Map<string, number>();
    const crashing = new Recorder('group', positions);
    let letGo: () => void = () => undefined;
    crashing.hold = new Promise((resolve) => (letGo = resolve));
    const running = await log.subscribe(crashing);
    await log.append(TOPIC.name, [{ key: 'a', value: 'one' }]);
    await runtime.until(() => crashing.batches.length === 1);
    await running.crash();
    expect(crashing.batches[0]!.isCurrent()).toBe(false);
    const heir = new Recorder('group', positions);
    await log.subscribe(heir);
    await runtime.until(() => heir.seen.length === 1);
    letGo();
    await runtime.settle();
    expect(heir.seen).toEqual(['one']);
  });

  test('two groups each get every record', async () => {
    const runtime = new VirtualRuntime();
    const log = await openLog(runtime);
    const one = new Recorder('one', new Map());
    const two = new Recorder('two', new Map());
    await log.subscribe(one);
    await log.subscribe(two);
    await log.append(TOPIC.name, records(12));
    await runtime.until(() => one.seen.length === 12 && two.seen.length === 12);
    expect([...one.seen].sort()).toEqual([...two.seen].sort());
  });
});

describe('MemoryEventLog with faults', () => {
  test('a lost response leaves the record in the log and its outcome unknown', async () => {
    const log = await openLog(new VirtualRuntime(), { seed: 1, lostResponse: 1 });
    const outcomes = await log.append(TOPIC.name, [{ key: 'a', value: 'one' }]);
    expect(statusesOf(outcomes)).toEqual(new Set(['unknown']));
    expect(await everythingIn(log)).toEqual(['one']);
  });

  test('a lost request leaves nothing in the log and its outcome unknown', async () => {
    const log = await openLog(new VirtualRuntime(), { seed: 1, lostRequest: 1 });
    const outcomes = await log.append(TOPIC.name, [{ key: 'a', value: 'one' }]);
    expect(statusesOf(outcomes)).toEqual(new Set(['unknown']));
    expect(await everythingIn(log)).toEqual([]);
  });

  test('a batch fails in part by partitions, so a key is never appended with a hole', async () => {
    const log = await openLog(new VirtualRuntime(), { seed: 3, refused: 0.5 });
    let mixedBatches = 0;
    for (let round = 0; round < 50; round++) {
      const batch = records(12);
      const outcomes = await log.append(TOPIC.name, batch);
      const byPartition = new Map<number, Set<string>>();
      batch.forEach(({ key }, index) => {
        const partition = partitionOf(key, TOPIC.partitions);
        const statuses = byPartition.get(partition) ?? new Set();
        byPartition.set(partition, statuses.add(outcomes[index]!.status));
      });
      expect([...byPartition.values()].every((statuses) => statuses.size === 1)).toBe(true);
      if (statusesOf(outcomes).size === 2) mixedBatches++;
    }
    expect(mixedBatches).toBeGreaterThan(0);
  });

  test('a duplicate stands twice and is acknowledged at its first place', async () => {
    const log = await openLog(new VirtualRuntime(), { seed: 1, duplicate: 1 });
    const [outcome] = await log.append(TOPIC.name, [{ key: 'a', value: 'one' }]);
    expect(outcome).toMatchObject({ status: 'appended', offset: 0 });
    expect(await everythingIn(log)).toEqual(['one', 'one']);
  });

  test('healed, the log is without faults again', async () => {
    const log = await openLog(new VirtualRuntime(), { seed: 1, refused: 1 });
    expect(statusesOf(await log.append(TOPIC.name, records(3)))).toEqual(new Set(['refused']));
    log.setFaults(null);
    expect(statusesOf(await log.append(TOPIC.name, records(3)))).toEqual(new Set(['appended']));
  });

  test('over 200 seeds of redelivery, takeover and delay a fenced consumer applies every record once', async () => {
    for (let seed = 1; seed <= 200; seed++) {
      const runtime = new VirtualRuntime(seed);
      const log = await openLog(runtime, {
        seed,
        redelivery: 0.3,
        takeover: 0.3,
        duplicate: 0.1,
        appendDelayMaxMs: 20,
        deliveryDelayMaxMs: 20,
      });
      const positions = new Map<string, number>();
      const recorders = [new Recorder('group', positions), new Recorder('group', positions)];
      for (const recorder of recorders) await log.subscribe(recorder);
      const appends = records(30).map((record) => log.append(TOPIC.name, [record]));
      await runtime.advance(100);
      await Promise.all(appends);
      const expected = (await everythingIn(log)).sort();
      const seen = () => recorders.flatMap((recorder) => recorder.seen);
      await runtime.until(() => seen().length >= expected.length);
      await runtime.advance(1_000);
      expect({ seed, seen: seen().sort() }).toEqual({ seed, seen: expected });
      await log.close();
    }
  });

  test('one seed gives one run', async () => {
    const run = async () => {
      const log = await openLog(new VirtualRuntime(), { seed: 42, refused: 0.3, lostResponse: 0.3 });
      const outcomes = [];
      for (let round = 0; round < 20; round++) outcomes.push(...(await log.append(TOPIC.name, records(6))));
      return outcomes.map(({ status }) => status);
    };
    expect(await run()).toEqual(await run());
  });
});
