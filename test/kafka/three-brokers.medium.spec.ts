import { randomBytes } from 'node:crypto';
import { type Admin, Kafka, logLevel, Partitioners } from 'kafkajs';
import { type BatchOutcome, type EventLog, KafkaEventLog, partitionOf, type RecordBatch } from '@app/messaging';
import { findKafka, type LocalKafka, localKafka, requirePart } from '@app/testing';
import { describeEventLog } from '../../libs/messaging/src/log/event-log.contract';

const START_TIMEOUT_MS = 240_000;
const TEST_TIMEOUT_MS = 120_000;
/** Joining a group, a rebalance and a session timeout of a busy machine. */
const PATIENCE_MS = 60_000;
const POLL_MS = 50;
const HARMED = { brokers: 3, harmed: true } as const;

const describeWithKafka = requirePart('Kafka on three brokers', () => findKafka(HARMED));

describeWithKafka('three brokers', () => {
  let kafka: LocalKafka;
  let client: Kafka;
  let admin: Admin;
  const logs: EventLog[] = [];

  beforeAll(async () => {
    kafka = await localKafka(HARMED);
    client = new Kafka({ clientId: 'test', brokers: kafka.brokers, logLevel: logLevel.NOTHING });
    admin = client.admin();
    await admin.connect();
  }, START_TIMEOUT_MS);

  afterAll(async () => {
    await Promise.all(logs.map((log) => log.close()));
    await admin.disconnect();
    await kafka.stop();
  }, START_TIMEOUT_MS);

  describeEventLog(
    'kafkajs on three brokers, each record on two of them at least',
    async () => ({
      open: () => openLog(3),
      trim: async (topic, partition, beforeOffset) => {
        await admin.fetchTopicOffsets(topic);
        await admin.deleteTopicRecords({ topic, partitions: [{ partition, offset: `${beforeOffset}` }] });
      },
      stop: async () => {
        await Promise.all(logs.splice(0).map((log) => log.close()));
      },
    }),
    { patienceMs: PATIENCE_MS },
  );

  /** Why an append believes only what the answer names, and why kafkajs does not retry for us. */
  describe('a partition that moves to a broker which has already answered', () => {
    test(
      "is dropped by kafkajs' send, which resolves all the same",
      async () => {
        const topic = await topicOnBrokers([[1], [2]]);
        const producer = client.producer({ createPartitioner: Partitioners.DefaultPartitioner });
        await producer.connect();
        const send = (value: string) =>
          producer.send({
            topic,
            acks: -1,
            messages: [0, 1].map((partition) => ({ partition, value: `${value}${partition}` })),
          });
        await send('before');
        await moveTo(topic, 1, [1]);
        const results = await send('after');
        await producer.disconnect();
        expect(results.map(({ partition }) => partition)).toEqual([0]);
        const log = await openLog(1);
        expect((await log.read(topic, 0, 0, 10)).map(({ value }) => value)).toContain('after0');
        expect((await log.read(topic, 1, 0, 10)).map(({ value }) => value)).not.toContain('after1');
      },
      TEST_TIMEOUT_MS,
    );

    test(
      'never makes our append name a position where the record does not stand',
      async () => {
        const topic = await topicOnBrokers([[1], [2]]);
        const log = await openLog(1);
        const records = [0, 1].map((partition) => ({ key: keyOf(partition, 2), value: `before${partition}` }));
        await log.append(topic, records);
        await moveTo(topic, 1, [1]);
        for (let nth = 0; nth < 5; nth++) {
          const outcomes = await log.append(
            topic,
            records.map(({ key }) => ({ key, value: `after${nth}` })),
          );
          for (const outcome of outcomes) {
            if (outcome.status !== 'appended') continue;
            const found = await log.read(topic, outcome.partition, outcome.offset, 1);
            expect(found).toMatchObject([{ value: `after${nth}` }]);
          }
          // The move costs a retry, not the append.
          expect(outcomes.map(({ status }) => status)).toEqual(['appended', 'appended']);
        }
      },
      TEST_TIMEOUT_MS,
    );
  });

  /** Why a handler's error never reaches kafkajs. */
  describe('a handler that throws once', () => {
    const PARTITIONS = [[1], [2]];

    test(
      'stalls kafkajs until the longest poll of another broker has ended',
      async () => {
        const topic = await topicOnBrokers(PARTITIONS);
        const waitMs = 5_000;
        const consumer = client.consumer({ groupId: newName('group'), maxWaitTimeInMs: waitMs });
        await consumer.connect();
        await consumer.subscribe({ topics: [topic], fromBeginning: true });
        const callsAtMs: number[] = [];
        await consumer.run({
          eachBatch: ({ batch }) => {
            if (batch.partition === 1) return Promise.resolve();
            callsAtMs.push(performance.now());
            return callsAtMs.length === 1 ? Promise.reject(new Error('thrown')) : Promise.resolve();
          },
        });
        const producer = client.producer({ createPartitioner: Partitioners.DefaultPartitioner });
        await producer.connect();
        await producer.send({ topic, acks: -1, messages: [{ partition: 0, value: 'poison' }] });
        await until(() => callsAtMs.length >= 2);
        await producer.disconnect();
        await consumer.disconnect();
        expect(callsAtMs[1]! - callsAtMs[0]!).toBeGreaterThan(waitMs * 0.6);
      },
      TEST_TIMEOUT_MS,
    );

    test(
      'costs our consumer its own back-off, and the other partitions nothing',
      async () => {
        const topic = await topicOnBrokers(PARTITIONS);
        const log = await openLog(1);
        const callsAtMs: number[] = [];
        const others: string[] = [];
        const running = await log.subscribe({
          group: newName('group'),
          topics: [topic],
          position: () => Promise.resolve(0),
          onGap: () => Promise.resolve(null),
          onFatal: (error) => {
            throw error;
          },
          onBatch: (batch: RecordBatch): Promise<BatchOutcome> => {
            const nextOffset = batch.records.at(-1)!.offset + 1;
            if (batch.partition === 1) {
              others.push(...batch.records.map(({ value }) => value));
              return Promise.resolve({ nextOffset });
            }
            callsAtMs.push(performance.now());
            return callsAtMs.length === 1 ? Promise.reject(new Error('thrown')) : Promise.resolve({ nextOffset });
          },
        });
        await log.append(topic, [{ key: keyOf(0, 2), value: 'poison' }]);
        await log.append(topic, [{ key: keyOf(1, 2), value: 'other' }]);
        await until(() => callsAtMs.length >= 2 && others.length === 1);
        await running.stop();
        expect(callsAtMs[1]! - callsAtMs[0]!).toBeLessThan(2_500);
      },
      TEST_TIMEOUT_MS,
    );
  });

  test(
    'a leader killed under load takes no acknowledged record along, and its partitions are read on',
    async () => {
      const log = await openLog(3);
      const topic = newName('kill');
      await log.createTopics([{ name: topic, partitions: 6, retentionMs: -1, key: 'key' }]);
      const values = new Set<string>();
      const running = await log.subscribe({
        group: newName('group'),
        topics: [topic],
        position: () => Promise.resolve(0),
        onGap: () => Promise.resolve(null),
        onFatal: (error) => {
          throw error;
        },
        onBatch: (batch) => {
          for (const { value } of batch.records) values.add(value);
          return Promise.resolve({ nextOffset: batch.records.at(-1)!.offset + 1 });
        },
      });
      const acknowledged: { partition: number; offset: number; value: string }[] = [];
      for (let nth = 0; nth < 60; nth++) {
        if (nth === 20) await kafka.kill(2);
        const records = [0, 1, 2, 3, 4, 5].map((part) => ({ key: keyOf(part, 6), value: `${nth}/${part}` }));
        for (const [index, outcome] of (await log.append(topic, records)).entries()) {
          if (outcome.status === 'appended') acknowledged.push({ ...outcome, value: records[index]!.value });
        }
      }
      expect(acknowledged.length).toBeGreaterThan(300);
      for (const { partition, offset, value } of acknowledged) {
        expect(await log.read(topic, partition, offset, 1)).toMatchObject([{ value }]);
      }
      await until(() => acknowledged.every(({ value }) => values.has(value)));
      await running.stop();
      await kafka.restart(2);
    },
    TEST_TIMEOUT_MS,
  );

  async function openLog(replicationFactor: 1 | 3): Promise<KafkaEventLog> {
    const log = await KafkaEventLog.open({
      brokers: kafka.brokers,
      clientId: 'test',
      replicationFactor,
      minInSyncReplicas: replicationFactor === 3 ? 2 : 1,
    });
    logs.push(log);
    return log;
  }

  /** @param replicas per partition, the broker ids */
  async function topicOnBrokers(replicas: readonly number[][]): Promise<string> {
    const topic = newName('moved');
    await admin.createTopics({
      topics: [
        {
          topic,
          replicaAssignment: replicas.map((brokers, partition) => ({ partition, replicas: brokers })),
          configEntries: [{ name: 'min.insync.replicas', value: '1' }],
        },
      ],
      waitForLeaders: true,
    });
    return topic;
  }

  async function moveTo(topic: string, partition: number, replicas: number[]): Promise<void> {
    await admin.alterPartitionReassignments({ topics: [{ topic, partitionAssignment: [{ partition, replicas }] }] });
    await until(async () => {
      const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
      const moved = topics[0]!.partitions.find(({ partitionId }) => partitionId === partition);
      return moved?.leader === replicas[0] && moved?.replicas.length === replicas.length;
    });
  }
});

function newName(what: string): string {
  return `${what}.${randomBytes(6).toString('hex')}`;
}

function keyOf(partition: number, partitions: number): string {
  for (let nth = 0; ; nth++) if (partitionOf(`key-${nth}`, partitions) === partition) return `key-${nth}`;
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadlineMs = performance.now() + PATIENCE_MS;
  while (!(await condition())) {
    if (performance.now() > deadlineMs) throw new Error(`waited ${PATIENCE_MS} ms in vain`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
