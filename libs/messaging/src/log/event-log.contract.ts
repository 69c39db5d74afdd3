import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { TOPICS, recordBytesMaxOf } from '@app/contracts';
import type {
  AppendOutcome,
  BatchOutcome,
  EventLog,
  LogGap,
  NewRecord,
  RecordBatch,
  RunningSubscription,
  Subscription,
} from './event-log';
import { partitionOf } from './partitioner';

/** What a log under test has to offer beside the port. */
export interface EventLogHarness {
  /** The log as one more process would open it. A log that lives in one process only may return itself again. */
  open(): Promise<EventLog>;
  /** Removes the records before an offset, as retention does. */
  trim(topic: string, partition: number, beforeOffset: number): Promise<void>;
  /** Closes every log that is still open and ends what was started for it. */
  stop(): Promise<void>;
}

export interface EventLogTraits {
  /** How long one claim may take to come true; a consumer group of brokers needs seconds to settle. */
  readonly patienceMs?: number;
}

const DEFAULT_PATIENCE_MS = 15_000;
const CHECK_INTERVAL_MS = 5;
const PARTITIONS = 6;

/** What every log has to do, whatever stands behind it. */
export function describeEventLog(
  name: string,
  factory: () => Promise<EventLogHarness>,
  { patienceMs = DEFAULT_PATIENCE_MS }: EventLogTraits = {},
): void {
  describe(`event log: ${name}`, () => {
    jest.setTimeout(patienceMs * 2);

    let harness: EventLogHarness;
    let log: EventLog;
    const running: RunningSubscription[] = [];

    beforeAll(async () => {
      harness = await factory();
      log = await harness.open();
    });

    afterEach(async () => {
      await Promise.all(running.splice(0).map((subscription) => subscription.stop()));
    });

    afterAll(async () => {
      await harness.stop();
    });

    const waitFor = (what: string, condition: () => boolean) => waitUntil(what, condition, patienceMs);

    async function newTopic(partitions = PARTITIONS): Promise<string> {
      const topic = `contract.${randomBytes(6).toString('hex')}.v1`;
      await log.createTopics([{ name: topic, partitions, retentionMs: -1, key: 'anything' }]);
      return topic;
    }

    async function consume(topic: string, options: ConsumerOptions = {}): Promise<Consumer> {
      const consumer = new Consumer(topic, options);
      const subscription = await (options.log ?? log).subscribe(consumer);
      consumer.subscription = subscription;
      running.push(subscription);
      return consumer;
    }

    describe('appending', () => {
      test('a record goes to the partition of its key, and one outcome per record comes back in the order given', async () => {
        const topic = await newTopic();
        const records = numbered(40, (index) => `key-${index % 7}`);
        const positions = appendedOf(await log.append(topic, records));
        expect(positions.map(({ partition }) => partition)).toEqual(
          records.map(({ key }) => partitionOf(key, PARTITIONS)),
        );
        for (const [index, { partition, offset }] of positions.entries()) {
          expect(await log.read(topic, partition, offset, 1)).toMatchObject([records[index]!]);
        }
      });

      test('an empty append does nothing', async () => {
        expect(await log.append(await newTopic(), [])).toEqual([]);
      });

      test('records of one key keep their order, within a call and from call to call', async () => {
        const topic = await newTopic();
        for (let call = 0; call < 5; call++) {
          await log.append(
            topic,
            numbered(20, (index) => `key-${index % 3}`, call * 20),
          );
        }
        const all = await readAll(log, topic);
        for (const key of ['key-0', 'key-1', 'key-2']) {
          const values = all.filter((record) => record.key === key).map((record) => Number(record.value));
          expect(values).toEqual(values.toSorted((one, other) => one - other));
          expect(values.length).toBeGreaterThanOrEqual(30);
        }
      });

      test('offsets of concurrent writers have no gap, no repeat, and name the record that was acknowledged', async () => {
        const topic = await newTopic();
        const writers = await Promise.all([harness.open(), harness.open(), harness.open(), harness.open()]);
        const acknowledged: { partition: number; offset: number; value: string }[] = [];
        await Promise.all(
          writers.map(async (writer, nth) => {
            for (let call = 0; call < 15; call++) {
              const records = numbered(20, (index) => `key-${(index * 7 + call) % 50}`, nth * 1_000 + call * 20);
              const positions = appendedOf(await writer.append(topic, records));
              acknowledged.push(...positions.map((at, index) => ({ ...at, value: records[index]!.value })));
            }
          }),
        );
        const stored = await readAll(log, topic);
        const asText = (list: readonly { partition: number; offset: number; value: string }[]) =>
          list.map(({ partition, offset, value }) => `${partition}/${offset}=${value}`).toSorted();
        expect(asText(stored)).toEqual(asText(acknowledged));
        for (const [partition, { endOffset }] of await log.ranges(topic)) {
          expect(stored.filter((record) => record.partition === partition)).toHaveLength(endOffset);
        }
      });

      test('what is appended after an acknowledgement stands behind it, whoever appends', async () => {
        const topic = await newTopic(1);
        const writers = [log, await harness.open()];
        let last = -1;
        for (let call = 0; call < 10; call++) {
          const [position] = appendedOf(
            await writers[call % 2]!.append(
              topic,
              numbered(1, () => 'key'),
            ),
          );
          expect(position!.offset).toBeGreaterThan(last);
          last = position!.offset;
        }
      });

      test('a reader that follows concurrent writers never passes over a record', async () => {
        const topic = await newTopic(2);
        const follower = await consume(topic);
        const writers = await Promise.all([harness.open(), harness.open(), harness.open()]);
        const write = async (writer: EventLog, nth: number) => {
          for (let call = 0; call < 20; call++) {
            await writer.append(
              topic,
              numbered(5, (index) => `key-${index}`, nth * 100 + call * 5),
            );
          }
        };
        await Promise.all(writers.map(write));
        await waitFor('all records to be delivered', () => follower.values.length === 300);
        expect(follower.values.toSorted()).toEqual((await readAll(log, topic)).map(({ value }) => value).toSorted());
        expect(follower.offsetsArePerfect()).toBe(true);
      });

      test('a record that is too large is refused alone', async () => {
        const topic = await newTopic(1);
        const records = [
          { key: 'a', value: 'before' },
          { key: 'b', value: 'x'.repeat(2_000_000) },
          { key: 'c', value: 'after' },
        ];
        const outcomes = await log.append(topic, records);
        expect(outcomes.map(({ status }) => status)).toEqual(['appended', 'refused', 'appended']);
        expect((await log.read(topic, 0, 0, 10)).map(({ value }) => value)).toEqual(['before', 'after']);
      });

      test('the topic of closings takes the largest one and gives it back, and refuses one byte more', async () => {
        const { name } = TOPICS.responses;
        await log.createTopics([TOPICS.responses]);
        const key = `largest-${log.constructor.name}`;
        const value = 'x'.repeat(recordBytesMaxOf(name) - key.length);
        const outcomes = await log.append(name, [
          { key, value },
          { key, value: `${value}x` },
        ]);
        expect(outcomes.map(({ status }) => status)).toEqual(['appended', 'refused']);
        const { partition, offset } = outcomes[0] as { partition: number; offset: number };
        const [record] = await log.read(name, partition, offset, 1);
        expect(record!.value === value).toBe(true);
      });

      test('an append to a topic that does not exist is refused, record by record', async () => {
        const outcomes = await log.append(
          'contract.missing.v1',
          numbered(3, () => 'key'),
        );
        expect(outcomes.map(({ status }) => status)).toEqual(['refused', 'refused', 'refused']);
      });
    });

    describe('reading', () => {
      test('ranges see every record that was acknowledged before, in the partitions asked for', async () => {
        const topic = await newTopic();
        const other = await harness.open();
        for (let call = 1; call <= 5; call++) {
          await log.append(
            topic,
            numbered(1, () => 'key'),
          );
          const partition = partitionOf('key', PARTITIONS);
          expect(await other.ranges(topic, [partition])).toEqual(
            new Map([[partition, { startOffset: 0, endOffset: call }]]),
          );
        }
        expect(new Set((await log.ranges(topic)).keys())).toEqual(new Set([0, 1, 2, 3, 4, 5]));
      });

      test('read begins at an offset, keeps to its limit, and returns nothing at the end', async () => {
        const topic = await newTopic(1);
        await log.append(
          topic,
          numbered(10, () => 'key'),
        );
        expect((await log.read(topic, 0, 4, 3)).map(({ offset }) => offset)).toEqual([4, 5, 6]);
        expect(await log.read(topic, 0, 10, 3)).toEqual([]);
      });

      test('keys and values come back as they were, with the time of the append', async () => {
        const topic = await newTopic(1);
        const records = [
          { key: 'kunci-é-日本', value: '{"text":"\\"quoted\\", {braces}, \\\\ and 🙂"}' },
          { key: '', value: '' },
          { key: 'NULL', value: 'line\nbreak\ttab' },
        ];
        const before = Date.now();
        await log.append(topic, records);
        const found = await log.read(topic, 0, 0, 10);
        expect(found).toMatchObject(records);
        for (const { appendedAtMs } of found) {
          // The log may run on another machine's clock; a wrong unit would be off by far more.
          expect(Math.abs(appendedAtMs - before)).toBeLessThan(60_000);
        }
      });

      test('read goes on from the first record that is left where older ones were removed', async () => {
        const topic = await newTopic(1);
        await log.append(
          topic,
          numbered(10, () => 'key'),
        );
        await harness.trim(topic, 0, 6);
        expect(await log.ranges(topic)).toEqual(new Map([[0, { startOffset: 6, endOffset: 10 }]]));
        expect((await log.read(topic, 0, 0, 2)).map(({ offset }) => offset)).toEqual([6, 7]);
      });
    });

    describe('topics', () => {
      test('making topics twice changes nothing', async () => {
        const topic = await newTopic(3);
        await log.append(
          topic,
          numbered(1, () => 'key'),
        );
        await log.createTopics([{ name: topic, partitions: 3, retentionMs: -1, key: 'anything' }]);
        await log.verifyTopics([{ name: topic, partitions: 3, retentionMs: -1, key: 'anything' }]);
        expect(await readAll(log, topic)).toHaveLength(1);
      });

      test('another number of partitions is refused, by name', async () => {
        const topic = await newTopic(3);
        const spec = { name: topic, partitions: 4, retentionMs: -1, key: 'anything' };
        const refusal = { code: 'log.partition-count', message: expect.stringContaining(topic) as string };
        await expect(log.createTopics([spec])).rejects.toMatchObject(refusal);
        await expect(log.verifyTopics([spec])).rejects.toMatchObject(refusal);
      });

      test('a missing topic is refused, by name', async () => {
        const spec = { name: 'contract.missing.v1', partitions: 1, retentionMs: -1, key: 'anything' };
        await expect(log.verifyTopics([spec])).rejects.toMatchObject({
          code: 'log.topic-missing',
          message: expect.stringContaining('contract.missing.v1') as string,
        });
      });
    });

    describe('consuming', () => {
      test('every record is delivered once, in order, with the end of its partition', async () => {
        const topic = await newTopic();
        const consumer = await consume(topic);
        await log.append(
          topic,
          numbered(200, (index) => `key-${index % 20}`),
        );
        await waitFor('200 records', () => consumer.values.length === 200);
        expect(consumer.offsetsArePerfect()).toBe(true);
        for (const { endOffset, records } of consumer.batches) {
          expect(endOffset).toBeGreaterThan(records.at(-1)!.offset);
        }
        await waitFor('the progress to show the end', () => {
          const progress = consumer.subscription.progress();
          const isWhole = progress.length === PARTITIONS;
          return isWhole && progress.every(({ nextOffset, endOffset }) => nextOffset === endOffset);
        });
        expect(consumer.subscription.progress().reduce((sum, { nextOffset }) => sum + nextOffset, 0)).toBe(200);
      });

      test('the caller holds the position: delivery begins where it says, not where the group stopped', async () => {
        const topic = await newTopic(1);
        await log.append(
          topic,
          numbered(10, () => 'key'),
        );
        const first = await consume(topic, { group: 'same' });
        await waitFor('all ten', () => first.values.length === 10);
        await first.subscription.stop();
        const second = await consume(topic, { group: 'same', positions: new Map([[0, 7]]) });
        await waitFor('the last three', () => second.values.length === 3);
        expect(second.values).toEqual(['7', '8', '9']);
      });

      test('a position that cannot be had for the moment is asked for again', async () => {
        const topic = await newTopic(1);
        await log.append(
          topic,
          numbered(3, () => 'key'),
        );
        let asked = 0;
        const position = () => {
          asked += 1;
          return asked < 3 ? Promise.reject(new Error('the database is away')) : Promise.resolve(1);
        };
        const consumer = await consume(topic, { position });
        await waitFor('two records', () => consumer.values.length === 2);
        expect(asked).toBe(3);
      });

      test('each group gets everything', async () => {
        const topic = await newTopic();
        const one = await consume(topic, { group: 'one' });
        const two = await consume(topic, { group: 'two' });
        await log.append(
          topic,
          numbered(50, (index) => `key-${index}`),
        );
        await waitFor('both groups', () => one.values.length === 50 && two.values.length === 50);
      });

      test('a subscription to several topics reads them all', async () => {
        const topics = [await newTopic(2), await newTopic(3)];
        const consumer = await consume(topics[0]!, { topics });
        for (const topic of topics) {
          await log.append(
            topic,
            numbered(10, (index) => `key-${index}`),
          );
        }
        await waitFor('both topics', () => consumer.values.length === 20);
        expect(consumer.subscription.progress()).toHaveLength(5);
      });

      test('a partition runs one batch at a time, different partitions run side by side', async () => {
        const topic = await newTopic(2);
        const [left, right] = [keyOf(0, 2), keyOf(1, 2)];
        const gate = new Gate();
        const active = [0, 0];
        let most = 0;
        const consumer = await consume(topic, {
          onBatch: async (batch) => {
            active[batch.partition]! += 1;
            most = Math.max(most, ...active);
            await gate.opened;
            active[batch.partition]! -= 1;
            return { nextOffset: batch.records.at(-1)!.offset + 1 };
          },
        });
        await log.append(topic, [
          { key: left, value: '1' },
          { key: right, value: '2' },
        ]);
        await waitFor('both partitions to be at work', () => active[0] === 1 && active[1] === 1);
        await log.append(topic, [
          { key: left, value: '3' },
          { key: right, value: '4' },
        ]);
        gate.open();
        await waitFor('all four', () => consumer.values.length === 4);
        expect(most).toBe(1);
      });

      test('a slow handler is not given a whole backlog at once', async () => {
        const topic = await newTopic(1);
        const backlog = Array.from({ length: 5_000 }, () => ({ key: 'key', value: 'x'.repeat(300) }));
        for (let at = 0; at < backlog.length; at += 1_000) await log.append(topic, backlog.slice(at, at + 1_000));
        const gate = new Gate();
        const consumer = await consume(topic, {
          onBatch: async (batch) => {
            await gate.opened;
            return { nextOffset: batch.records.at(-1)!.offset + 1 };
          },
        });
        await waitFor('the first batch', () => consumer.batches.length === 1);
        await log.append(
          topic,
          numbered(1, () => 'key'),
        );
        expect(consumer.batches).toHaveLength(1);
        expect(consumer.batches[0]!.records.length).toBeLessThan(backlog.length);
        gate.open();
        await waitFor('the rest', () => consumer.values.length === 5_001);
        expect(consumer.offsetsArePerfect()).toBe(true);
      });
    });

    describe('redelivery', () => {
      test('a batch whose handler throws is delivered again from its first record', async () => {
        const topic = await newTopic(1);
        let calls = 0;
        const consumer = await consume(topic, {
          onBatch: (batch) => {
            calls += 1;
            if (calls < 3) return Promise.reject(new Error('the database is away'));
            return Promise.resolve({ nextOffset: batch.records.at(-1)!.offset + 1 });
          },
        });
        await log.append(
          topic,
          numbered(5, () => 'key'),
        );
        await waitFor('the third try', () => calls >= 3);
        await waitFor('the whole batch', () => consumer.nextOffsetOf(0) === 5);
        expect(consumer.batches.slice(0, 3).map(({ records }) => records[0]!.offset)).toEqual([0, 0, 0]);
      });

      test('a handler that asks for a pause gets the rest after it, and says so in its progress', async () => {
        const topic = await newTopic(1);
        const pauseMs = 400;
        const callsAtMs: number[] = [];
        const consumer = await consume(topic, {
          onBatch: (batch) => {
            callsAtMs.push(performance.now());
            if (callsAtMs.length > 1) return Promise.resolve({ nextOffset: batch.records.at(-1)!.offset + 1 });
            return Promise.resolve({ nextOffset: 2, retryAfterMs: pauseMs });
          },
        });
        await log.append(
          topic,
          numbered(5, () => 'key'),
        );
        await waitFor('the pause', () => consumer.subscription.progress()[0]?.state === 'retrying');
        await waitFor('the end', () => consumer.nextOffsetOf(0) === 5);
        expect(consumer.batches[1]!.records[0]!.offset).toBe(2);
        expect(callsAtMs[1]! - callsAtMs[0]!).toBeGreaterThanOrEqual(pauseMs * 0.95);
        await waitFor('the partition to run again', () => consumer.subscription.progress()[0]?.state === 'running');
      });

      test('a handler may send its partition back', async () => {
        const topic = await newTopic(1);
        let sentBack = false;
        const consumer = await consume(topic, {
          onBatch: (batch) => {
            const nextOffset = batch.records.at(-1)!.offset + 1;
            if (sentBack || nextOffset < 5) return Promise.resolve({ nextOffset });
            sentBack = true;
            return Promise.resolve({ nextOffset: 1 });
          },
        });
        await log.append(
          topic,
          numbered(5, () => 'key'),
        );
        await waitFor('the second pass', () => sentBack && consumer.nextOffsetOf(0) === 5);
        expect(consumer.values.slice(-4)).toEqual(['1', '2', '3', '4']);
      });

      test('a partition that cannot go on does not hold up another', async () => {
        const topic = await newTopic(2);
        const [stuck, free] = [keyOf(0, 2), keyOf(1, 2)];
        const applied: string[] = [];
        await consume(topic, {
          onBatch: (batch) => {
            if (batch.partition === 0) return Promise.reject(new Error('poison'));
            applied.push(...batch.records.map(({ value }) => value));
            return Promise.resolve({ nextOffset: batch.records.at(-1)!.offset + 1 });
          },
        });
        await log.append(topic, [{ key: stuck, value: 'poison' }]);
        for (let nth = 0; nth < 5; nth++) {
          await log.append(topic, [{ key: free, value: `${nth}` }]);
          await waitFor(`record ${nth} of the other partition`, () => applied.length === nth + 1);
        }
      });
    });

    describe('gaps', () => {
      test('a log that begins after the position stops its partition alone until a person accepts it', async () => {
        const topic = await newTopic(2);
        const [cut, whole] = [keyOf(0, 2), keyOf(1, 2)];
        await log.append(
          topic,
          numbered(10, () => cut),
        );
        await harness.trim(topic, 0, 4);
        let accepted: number | null = null;
        const consumer = await consume(topic, { onGap: () => Promise.resolve(accepted) });
        await waitFor('the alarm', () => consumer.gaps.length > 0);
        const gap = { topic, partition: 0, position: 0, logStartOffset: 4, logEndOffset: 10 };
        expect(consumer.gaps[0]).toEqual({ ...gap, kind: 'begins-after-position' });
        await log.append(topic, [{ key: whole, value: 'elsewhere' }]);
        await waitFor('the other partition', () => consumer.values.includes('elsewhere'));
        expect(stateOf(consumer, 0)).toBe('gap');
        await waitFor('the alarm again', () => consumer.gaps.length > 1);
        expect(consumer.nextOffsetOf(0)).toBe(0);
        accepted = 4;
        await waitFor('the rest', () => consumer.nextOffsetOf(0) === 10);
        expect(consumer.values.filter((value) => value !== 'elsewhere')).toEqual(['4', '5', '6', '7', '8', '9']);
      });

      test('a log that ends before the position stops its partition until a person accepts it', async () => {
        const topic = await newTopic(1);
        await log.append(
          topic,
          numbered(3, () => 'key'),
        );
        let accepted: number | null = null;
        const consumer = await consume(topic, {
          positions: new Map([[0, 8]]),
          onGap: () => Promise.resolve(accepted),
        });
        await waitFor('the alarm', () => consumer.gaps.length > 0);
        const gap = { topic, partition: 0, position: 8, logStartOffset: 0, logEndOffset: 3 };
        expect(consumer.gaps[0]).toEqual({ ...gap, kind: 'ends-before-position' });
        expect(stateOf(consumer, 0)).toBe('gap');
        await waitFor('the alarm again', () => consumer.gaps.length > 1);
        accepted = 1;
        await waitFor('the rest', () => consumer.nextOffsetOf(0) === 3);
        expect(consumer.values).toEqual(['1', '2']);
      });

      test('a position at the end of the log is no gap', async () => {
        const topic = await newTopic(1);
        await log.append(
          topic,
          numbered(3, () => 'key'),
        );
        const consumer = await consume(topic, { positions: new Map([[0, 3]]) });
        await waitFor('the position', () => consumer.nextOffsetOf(0) === 3);
        await log.append(topic, [{ key: 'key', value: 'new' }]);
        await waitFor('the new record', () => consumer.values.length === 1);
        expect(consumer.gaps).toEqual([]);
        expect(consumer.values).toEqual(['new']);
      });
    });

    describe('groups', () => {
      test('members share the partitions evenly, and who stops hands over without loss', async () => {
        const topic = await newTopic();
        const shared = { group: 'shared', positions: new Map<number, number>() };
        const one = await consume(topic, shared);
        await waitFor('the first member to have all', () => one.subscription.progress().length === PARTITIONS);
        const two = await consume(topic, { ...shared, log: await harness.open() });
        const half = PARTITIONS / 2;
        await waitFor('both members to have half', () =>
          [one, two].every(({ subscription }) => subscription.progress().length === half),
        );
        await log.append(
          topic,
          numbered(100, (index) => `key-${index}`),
        );
        await waitFor('all records', () => distinct(one, two) === 100);
        expect(one.partitions().filter((partition) => two.partitions().includes(partition))).toEqual([]);
        await one.subscription.stop();
        await waitFor('the second member to have all', () => two.subscription.progress().length === PARTITIONS);
        await log.append(
          topic,
          numbered(100, (index) => `key-${index}`, 100),
        );
        await waitFor('the rest', () => distinct(one, two) === 200);
        expect(one.values.length + two.values.length).toBe(200);
      });

      test('members that come and go under load lose nothing', async () => {
        const topic = await newTopic();
        const shared = { group: 'restless', positions: new Map<number, number>() };
        const members = [await consume(topic, shared)];
        for (let round = 0; round < 4; round++) {
          await log.append(
            topic,
            numbered(50, (index) => `key-${index}`, round * 50),
          );
          members.push(await consume(topic, { ...shared, log: await harness.open() }));
          await waitFor('some progress', () => distinct(...members) > round * 50);
          await members[round]!.subscription.stop();
        }
        await waitFor('all records', () => distinct(...members) === 200);
      });
    });

    describe('stopping', () => {
      test('stop waits for the batch in work, and nothing begins after it', async () => {
        const topic = await newTopic(1);
        const gate = new Gate();
        const consumer = await consume(topic, {
          onBatch: async (batch) => {
            await gate.opened;
            return { nextOffset: batch.records[0]!.offset + 1 };
          },
        });
        await log.append(
          topic,
          numbered(5, () => 'key'),
        );
        await waitFor('the first batch', () => consumer.batches.length === 1);
        let stopped = false;
        const stopping = consumer.subscription.stop().then(() => (stopped = true));
        await log.append(
          topic,
          numbered(1, () => 'key'),
        );
        expect(stopped).toBe(false);
        gate.open();
        await stopping;
        expect(consumer.nextOffsetOf(0)).toBe(1);
        expect(consumer.batches).toHaveLength(1);
        expect(consumer.batches[0]!.isCurrent()).toBe(false);
        expect(consumer.subscription.progress()).toEqual([]);
      });

      test('closing a log stops its subscriptions, and closing it again is harmless', async () => {
        const own = await factory();
        try {
          const closing = await own.open();
          const topic = `contract.${randomBytes(6).toString('hex')}.v1`;
          await closing.createTopics([{ name: topic, partitions: 1, retentionMs: -1, key: 'anything' }]);
          const consumer = new Consumer(topic, {});
          consumer.subscription = await closing.subscribe(consumer);
          await closing.append(
            topic,
            numbered(1, () => 'key'),
          );
          await waitFor('the record', () => consumer.values.length === 1);
          await closing.close();
          await closing.close();
          expect(consumer.subscription.progress()).toEqual([]);
          expect(consumer.fatal).toEqual([]);
        } finally {
          await own.stop();
        }
      });
    });
  });
}

interface ConsumerOptions {
  readonly log?: EventLog;
  readonly group?: string;
  readonly topics?: readonly string[];
  /** By partition; shared between members as a database would be. Missing means 0. */
  readonly positions?: Map<number, number>;
  readonly position?: () => Promise<number>;
  readonly onBatch?: (batch: RecordBatch) => Promise<BatchOutcome>;
  readonly onGap?: () => Promise<number | null>;
}

/** Keeps everything that it was given, and its positions as a database would. */
class Consumer implements Subscription {
  readonly group: string;
  readonly topics: readonly string[];
  readonly batches: RecordBatch[] = [];
  readonly gaps: LogGap[] = [];
  readonly fatal: Error[] = [];
  subscription: RunningSubscription;
  private readonly positions: Map<number, number>;

  constructor(
    topic: string,
    private readonly options: ConsumerOptions,
  ) {
    this.group = options.group ?? `group-${randomBytes(4).toString('hex')}`;
    this.topics = options.topics ?? [topic];
    this.positions = options.positions ?? new Map<number, number>();
  }

  /** Values of all records, in the order of delivery, repeats included. */
  get values(): string[] {
    return this.batches.flatMap(({ records }) => records.map(({ value }) => value));
  }

  position(_topic: string, partition: number): Promise<number> {
    return this.options.position?.() ?? Promise.resolve(this.positions.get(partition) ?? 0);
  }

  async onBatch(batch: RecordBatch): Promise<BatchOutcome> {
    this.batches.push(batch);
    const outcome = this.options.onBatch
      ? await this.options.onBatch(batch)
      : { nextOffset: batch.records.at(-1)!.offset + 1 };
    this.positions.set(batch.partition, outcome.nextOffset);
    return outcome;
  }

  onGap(gap: LogGap): Promise<number | null> {
    this.gaps.push(gap);
    return this.options.onGap?.() ?? Promise.resolve(null);
  }

  onFatal(error: Error): void {
    this.fatal.push(error);
  }

  /** Where the caller's own position stands: the last one that a handler returned, or the one it began with. */
  nextOffsetOf(partition: number): number {
    return this.positions.get(partition) ?? 0;
  }

  partitions(): number[] {
    return [...new Set(this.batches.map(({ partition }) => partition))];
  }

  /** Whether each partition was delivered from 0 on, without a gap and without a repeat. */
  offsetsArePerfect(): boolean {
    return this.partitions().every((partition) =>
      this.batches
        .filter((batch) => batch.partition === partition)
        .flatMap(({ records }) => records)
        .every(({ offset }, index) => offset === index),
    );
  }
}

/** Holds handlers back until it is opened. */
class Gate {
  open: () => void = () => undefined;
  readonly opened = new Promise<void>((resolve) => (this.open = resolve));
}

function numbered(count: number, keyOfIndex: (index: number) => string, from = 0): NewRecord[] {
  return Array.from({ length: count }, (_, index) => ({ key: keyOfIndex(index), value: String(from + index) }));
}

function keyOf(partition: number, partitions: number): string {
  for (let nth = 0; ; nth++) if (partitionOf(`key-${nth}`, partitions) === partition) return `key-${nth}`;
}

function appendedOf(outcomes: readonly AppendOutcome[]): { partition: number; offset: number }[] {
  return outcomes.map((outcome) => {
    if (outcome.status !== 'appended') throw outcome.error;
    return { partition: outcome.partition, offset: outcome.offset };
  });
}

function stateOf(consumer: Consumer, partition: number): string | undefined {
  return consumer.subscription.progress().find((progress) => progress.partition === partition)?.state;
}

function distinct(...consumers: readonly Consumer[]): number {
  return new Set(consumers.flatMap(({ values }) => values)).size;
}

async function readAll(
  log: EventLog,
  topic: string,
): Promise<{ partition: number; offset: number; key: string; value: string }[]> {
  const all = [];
  for (const [partition, { startOffset, endOffset }] of await log.ranges(topic)) {
    for (let at = startOffset; at < endOffset;) {
      const records = await log.read(topic, partition, at, 1_000);
      all.push(...records.map((record) => ({ partition, ...record })));
      at = records.at(-1)!.offset + 1;
    }
  }
  return all;
}

async function waitUntil(what: string, condition: () => boolean, patienceMs: number): Promise<void> {
  const giveUpAt = performance.now() + patienceMs;
  while (!condition()) {
    if (performance.now() > giveUpAt) throw new Error(`waited ${patienceMs} ms in vain for ${what}`);
    await delay(CHECK_INTERVAL_MS);
  }
}
