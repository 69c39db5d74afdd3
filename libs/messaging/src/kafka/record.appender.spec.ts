import type { Message, PartitionMetadata, Producer, RecordMetadata } from 'kafkajs';
import { partitionOf } from '../log/partitioner';
import { VirtualRuntime } from '../memory/virtual-runtime';
import type { ProduceWitness } from './produce.witness';
import { RecordAppender, watchingPartitioner } from './record.appender';
import type { TopicDirectory } from './topic.directory';

const TOPIC = 'topic';
const PARTITIONS = 4;

type Send = (messages: readonly Message[], nth: number) => Promise<RecordMetadata[]>;

/** Partitions 0 and 1 are led by broker 1, the others by broker 2. */
const METADATA = Array.from({ length: PARTITIONS }, (_, partitionId) => ({
  partitionId,
  leader: partitionId < 2 ? 1 : 2,
})) as unknown as PartitionMetadata[];

function setUp(send: Send, { written = true } = {}) {
  const runtime = new VirtualRuntime();
  const sends: (readonly Message[])[] = [];
  const witness = { requestsWritten: 0 };
  const directory = {
    partitionCount: () => Promise.resolve(PARTITIONS),
    knownPartitionCount: () => PARTITIONS,
    leaderOf: (_topic: string, partition: number) => METADATA[partition]!.leader,
    note: () => undefined,
  } as unknown as TopicDirectory;
  const place = watchingPartitioner(directory)();
  const producer = {
    send: ({ messages }: { messages: Message[] }) => {
      for (const message of messages) place({ topic: TOPIC, message, partitionMetadata: METADATA });
      if (written) witness.requestsWritten += 1;
      sends.push(messages);
      return send(messages, sends.length - 1);
    },
  } as unknown as Producer;
  const appender = new RecordAppender(producer, directory, witness as unknown as ProduceWitness, runtime);
  return { appender, runtime, sends };
}

/** Lets time run until the append is done. */
async function run<T>(runtime: VirtualRuntime, promise: Promise<T>): Promise<T> {
  let isDone = false;
  void promise.then(() => (isDone = true));
  await runtime.until(() => isDone);
  return promise;
}

function keyOf(partition: number): string {
  for (let nth = 0; ; nth++) if (partitionOf(`key-${nth}`, PARTITIONS) === partition) return `key-${nth}`;
}

function recordOf(partition: number, value = 'value') {
  return { key: keyOf(partition), value };
}

function named(...partitions: number[]): RecordMetadata[] {
  return partitions.map((partition) => ({ topicName: TOPIC, partition, errorCode: 0, baseOffset: '10' }));
}

function failure(type?: string, retriable = true): Error {
  return Object.assign(new Error(type ?? 'failed'), { type, retriable });
}

describe('RecordAppender', () => {
  test('an offset is the base offset of its partition plus the place among its records', async () => {
    const { appender, runtime } = setUp(() => Promise.resolve(named(0, 1)));
    const records = [recordOf(0, 'a'), recordOf(1, 'b'), recordOf(0, 'c')];
    expect(await run(runtime, appender.append(TOPIC, records))).toEqual([
      { status: 'appended', partition: 0, offset: 10 },
      { status: 'appended', partition: 1, offset: 10 },
      { status: 'appended', partition: 0, offset: 11 },
    ]);
  });

  test('what the answer does not name is unknown, although the send has resolved', async () => {
    const { appender, runtime } = setUp(() => Promise.resolve(named(0)));
    const outcomes = await run(runtime, appender.append(TOPIC, [recordOf(0), recordOf(1)]));
    expect(outcomes.map(({ status }) => status)).toEqual(['appended', 'unknown']);
  });

  test.each([
    ['an error code', { topicName: TOPIC, partition: 0, errorCode: 7, baseOffset: '10' }],
    ['no base offset', { topicName: TOPIC, partition: 0, errorCode: 0 }],
    ['a base offset of -1', { topicName: TOPIC, partition: 0, errorCode: 0, baseOffset: '-1' }],
    ['another topic', { topicName: 'other', partition: 0, errorCode: 0, baseOffset: '10' }],
  ])('an answer with %s acknowledges nothing', async (_, answer) => {
    const { appender, runtime } = setUp(() => Promise.resolve([answer]));
    const [outcome] = await run(runtime, appender.append(TOPIC, [recordOf(0)]));
    expect(outcome!.status).toBe('unknown');
  });

  test('each leader gets its own send, so that one cannot be skipped for another', async () => {
    const { appender, runtime, sends } = setUp((messages) =>
      Promise.resolve(named(...messages.map(({ partition }) => partition!))),
    );
    await run(runtime, appender.append(TOPIC, [recordOf(0), recordOf(1), recordOf(2), recordOf(3)]));
    expect(sends.map((messages) => messages.map(({ partition }) => partition))).toEqual([
      [0, 1],
      [2, 3],
    ]);
  });

  test('after a failure each partition goes alone, and one that fails for good leaves the others appended', async () => {
    const { appender, runtime } = setUp((messages, nth) => {
      if (nth === 0 || messages[0]!.partition === 1) return Promise.reject(failure('NOT_LEADER_FOR_PARTITION'));
      return Promise.resolve(named(0));
    });
    const outcomes = await run(runtime, appender.append(TOPIC, [recordOf(0), recordOf(1)]));
    expect(outcomes.map(({ status }) => status)).toEqual(['appended', 'unknown']);
  });

  test('one attempt without an answer makes the outcome unknown, whatever the later ones say', async () => {
    const { appender, runtime } = setUp((_, nth) =>
      Promise.reject(nth === 0 ? failure() : failure('NOT_ENOUGH_REPLICAS')),
    );
    const [outcome] = await run(runtime, appender.append(TOPIC, [recordOf(0)]));
    expect(outcome!.status).toBe('unknown');
  });

  test('a refusal before the append, in every attempt, is certain', async () => {
    const { appender, runtime } = setUp(() => Promise.reject(failure('NOT_ENOUGH_REPLICAS')));
    const [outcome] = await run(runtime, appender.append(TOPIC, [recordOf(0)]));
    expect(outcome!.status).toBe('refused');
  });

  test('the same refusal of a request with several partitions is not: it hides what became of the others', async () => {
    const { appender, runtime } = setUp(() => Promise.reject(failure('NOT_ENOUGH_REPLICAS')));
    const outcomes = await run(runtime, appender.append(TOPIC, [recordOf(0), recordOf(1)]));
    expect(outcomes.map(({ status }) => status)).toEqual(['unknown', 'unknown']);
  });

  test('where no request was written, nothing was appended', async () => {
    const { appender, runtime } = setUp(() => Promise.reject(failure()), { written: false });
    const outcomes = await run(runtime, appender.append(TOPIC, [recordOf(0), recordOf(1)]));
    expect(outcomes.map(({ status }) => status)).toEqual(['refused', 'refused']);
  });

  test('no attempt begins after the time given', async () => {
    const { appender, runtime, sends } = setUp(() => Promise.reject(failure()));
    const startedAtMs = runtime.monotonicMs();
    await run(runtime, appender.append(TOPIC, [recordOf(0)], { timeoutMs: 1_000 }));
    expect(sends.length).toBeGreaterThan(2);
    expect(runtime.monotonicMs() - startedAtMs).toBeLessThan(1_000);
  });

  test('an error that a repeat cannot mend is not repeated', async () => {
    const { appender, runtime, sends } = setUp(() => Promise.reject(failure('MESSAGE_TOO_LARGE', false)));
    const [outcome] = await run(runtime, appender.append(TOPIC, [recordOf(0)]));
    expect(outcome!.status).toBe('refused');
    expect(sends).toHaveLength(1);
  });

  test('what does not fit into one batch goes in several, one after the other', async () => {
    const { appender, runtime, sends } = setUp(() => Promise.resolve(named(0)));
    const records = ['a', 'b', 'c'].map((letter) => recordOf(0, letter.repeat(600_000)));
    await run(runtime, appender.append(TOPIC, records));
    expect(sends.map((messages) => (messages[0]!.value as string)[0])).toEqual(['a', 'b', 'c']);
  });

  test('behind a part that failed, the same partition is not sent: it would overtake', async () => {
    const { appender, runtime, sends } = setUp(() => Promise.reject(failure(undefined, false)));
    const records = ['a', 'b'].map((letter) => recordOf(0, letter.repeat(600_000)));
    const outcomes = await run(runtime, appender.append(TOPIC, records));
    expect(outcomes.map(({ status }) => status)).toEqual(['unknown', 'refused']);
    expect(sends).toHaveLength(1);
  });
});
