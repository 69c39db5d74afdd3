import type { Kafka } from 'kafkajs';
import type { Subscription } from '../log/event-log';
import { VirtualRuntime } from '../memory/virtual-runtime';
import { GroupSubscription } from './group.subscription';
import { silentSink } from './kafka.client';

type Listener = (event: { payload: unknown }) => void;

/** A kafkajs whose consumers join and crash when the test says so. */
function fakeKafka() {
  const consumers: { crash(): void; join(assignment: Record<string, number[]>): void; disconnects: number }[] = [];
  const kafka = {
    consumer: () => {
      const listeners = new Map<string, Listener>();
      const state = {
        disconnects: 0,
        crash: () => listeners.get('crash')!({ payload: { error: new Error('crashed') } }),
        join: (memberAssignment: Record<string, number[]>) => listeners.get('join')!({ payload: { memberAssignment } }),
      };
      consumers.push(state);
      return {
        events: { GROUP_JOIN: 'join', CRASH: 'crash' },
        on: (name: string, listener: Listener) => listeners.set(name, listener),
        connect: () => Promise.resolve(),
        subscribe: () => Promise.resolve(),
        run: () => Promise.resolve(),
        pause: () => undefined,
        resume: () => undefined,
        seek: () => undefined,
        commitOffsets: () => Promise.resolve(),
        disconnect: () => {
          state.disconnects += 1;
          return Promise.resolve();
        },
      };
    },
  } as unknown as Kafka;
  return { kafka, consumers };
}

async function setUp() {
  const runtime = new VirtualRuntime();
  const { kafka, consumers } = fakeKafka();
  const fatal: Error[] = [];
  const subscription: Subscription = {
    group: 'group',
    topics: ['topic'],
    position: () => Promise.resolve(0),
    onBatch: (batch) => Promise.resolve({ nextOffset: batch.records.at(-1)!.offset + 1 }),
    onGap: () => Promise.resolve(null),
    onFatal: (error) => fatal.push(error),
  };
  const ranges = () => Promise.resolve(new Map([[0, { startOffset: 0, endOffset: 0 }]]));
  const running = await GroupSubscription.start({ kafka, subscription, ranges, runtime, logger: silentSink });
  return { running, runtime, consumers, fatal };
}

describe('GroupSubscription', () => {
  test('progress names the partitions that are assigned, and only those', async () => {
    const { running, runtime, consumers } = await setUp();
    consumers[0]!.join({ topic: [0, 1] });
    await runtime.settle();
    expect(running.progress().map(({ partition }) => partition)).toEqual([0, 1]);
    consumers[0]!.join({ topic: [1] });
    expect(running.progress().map(({ partition }) => partition)).toEqual([1]);
    await running.stop();
    expect(running.progress()).toEqual([]);
  });

  test('a crashed consumer is replaced by a new one, and works on nothing meanwhile', async () => {
    const { running, runtime, consumers, fatal } = await setUp();
    consumers[0]!.join({ topic: [0] });
    consumers[0]!.crash();
    expect(running.progress()).toEqual([]);
    await runtime.advance(1_000);
    expect(consumers).toHaveLength(2);
    consumers[1]!.join({ topic: [0] });
    expect(running.progress()).toHaveLength(1);
    expect(fatal).toEqual([]);
    await running.stop();
  });

  test('crashes in a row end the subscription for good', async () => {
    const { running, runtime, consumers, fatal } = await setUp();
    for (let nth = 0; nth < 9; nth++) {
      consumers.at(-1)!.crash();
      await runtime.advance(10_000);
    }
    expect(consumers).toHaveLength(9);
    expect(fatal.map(({ message }) => message)).toEqual(['the consumer of group crashed 8 times in a row']);
    await running.stop();
  });

  test('crashes far apart do not', async () => {
    const { running, runtime, consumers, fatal } = await setUp();
    for (let nth = 0; nth < 20; nth++) {
      consumers.at(-1)!.crash();
      await runtime.advance(130_000);
    }
    expect(consumers).toHaveLength(21);
    expect(fatal).toEqual([]);
    await running.stop();
  });

  test('stopping twice disconnects once, and no new consumer comes after it', async () => {
    const { running, runtime, consumers } = await setUp();
    await Promise.all([running.stop(), running.stop()]);
    consumers[0]!.crash();
    await runtime.advance(60_000);
    expect(consumers).toHaveLength(1);
    expect(consumers[0]!.disconnects).toBe(1);
  });
});
