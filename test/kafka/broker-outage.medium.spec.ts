import { randomBytes } from 'node:crypto';
import { AccumulatorFull, Accumulator, AppendRefused, KafkaEventLog, systemRuntime } from '@app/messaging';
import {
  findKafka,
  type LocalKafka,
  localKafka,
  type LocalKafkaOptions,
  requirePart,
  type TcpProxy,
} from '@app/testing';

const START_TIMEOUT_MS = 180_000;
const TEST_TIMEOUT_MS = 120_000;
const PATIENCE_MS = 60_000;
const POLL_MS = 50;
const HARMED = { brokers: 1, harmed: true } as const;

const describeWithKafka = requirePart('Kafka', () => findKafka(HARMED));

/** A broker of the suite's own, with a log on it and a topic per test. */
function withBroker(options: LocalKafkaOptions) {
  let kafka: LocalKafka;
  let log: KafkaEventLog;
  let topic: string;

  beforeAll(async () => {
    kafka = await localKafka(options);
    log = await KafkaEventLog.open({
      brokers: kafka.brokers,
      clientId: 'test',
      replicationFactor: 1,
      minInSyncReplicas: 1,
    });
  }, START_TIMEOUT_MS);

  beforeEach(async () => {
    topic = `outage.${randomBytes(6).toString('hex')}.v1`;
    await log.createTopics([{ name: topic, partitions: 2, retentionMs: -1, key: 'key' }]);
  });

  afterAll(async () => {
    await log.close();
    await kafka.stop();
  }, START_TIMEOUT_MS);

  async function valuesOnLog(): Promise<string[]> {
    const values: string[] = [];
    for (const [partition, { endOffset }] of await log.ranges(topic)) {
      values.push(...(await log.read(topic, partition, 0, endOffset)).map(({ value }) => value));
    }
    return values;
  }

  return {
    get kafka() {
      return kafka;
    },
    get proxy(): TcpProxy {
      return kafka.proxies[0]!;
    },
    get log() {
      return log;
    },
    get topic() {
      return topic;
    },
    valuesOnLog,
  };
}

describeWithKafka('a broker that is killed and comes back', () => {
  const broker = withBroker(HARMED);

  test(
    'nothing is acknowledged while it is dead, what was acknowledged is there afterwards, and consumers go on',
    async () => {
      const consumed = new Set<string>();
      const fatal: Error[] = [];
      const running = await broker.log.subscribe({
        group: `group-${broker.topic}`,
        topics: [broker.topic],
        position: () => Promise.resolve(0),
        onGap: () => Promise.resolve(null),
        onFatal: (error) => fatal.push(error),
        onBatch: (batch) => {
          for (const { value } of batch.records) consumed.add(value);
          return Promise.resolve({ nextOffset: batch.records.at(-1)!.offset + 1 });
        },
      });
      const acknowledged: string[] = [];
      const append = async (value: string) => {
        const [outcome] = await broker.log.append(broker.topic, [{ key: value, value }], { timeoutMs: 2_000 });
        if (outcome!.status === 'appended') acknowledged.push(value);
        return outcome!.status;
      };
      for (let nth = 0; nth < 20; nth++) expect(await append(`before-${nth}`)).toBe('appended');
      await broker.kafka.kill(1);
      expect(await append('first-while-dead')).not.toBe('appended');
      // Once the connection is known to be gone nothing is written any more, and the outcome is certain.
      expect(await append('second-while-dead')).toBe('refused');
      await broker.kafka.restart(1);
      await until(async () => (await append(`after-${acknowledged.length}`)) === 'appended');
      const onLog = await broker.valuesOnLog();
      expect(acknowledged.filter((value) => !onLog.includes(value))).toEqual([]);
      expect(onLog).not.toContain('second-while-dead');
      await until(() => acknowledged.every((value) => consumed.has(value)));
      expect(fatal).toEqual([]);
      await running.stop();
    },
    TEST_TIMEOUT_MS,
  );
});

describeWithKafka('a network that loses what passes through it', () => {
  const broker = withBroker({ ...HARMED, proxied: true });

  test(
    'behind a black hole waiters are answered by their deadline, and the queue does not grow beyond its bound',
    async () => {
      const deadlineMs = 2_000;
      const limits = { deadlineMs, queueRecords: 50 };
      const accumulator = new Accumulator(broker.log, broker.topic, limits, systemRuntime);
      await accumulator.append('key', 'before');
      broker.proxy.blackHole();
      const startedAtMs = performance.now();
      const errors = await Promise.all(
        Array.from({ length: 80 }, (_, nth) =>
          accumulator.append(`key-${nth}`, `lost-${nth}`).then(
            () => null,
            (error: Error) => error,
          ),
        ),
      );
      expect(performance.now() - startedAtMs).toBeLessThan(deadlineMs + 1_000);
      expect(errors.filter((error) => error === null)).toEqual([]);
      expect(errors.filter((error) => error instanceof AccumulatorFull)).toHaveLength(30);
      expect(accumulator.figures.queuedRecords).toBeLessThanOrEqual(50);
      broker.proxy.heal();
      await accumulator.close();
      // A record that was called refused is nowhere, also after the healing.
      const refused = errors.flatMap((error, nth) => (error instanceof AppendRefused ? [`lost-${nth}`] : []));
      const onLog = await broker.valuesOnLog();
      expect(refused.filter((value) => onLog.includes(value))).toEqual([]);
    },
    TEST_TIMEOUT_MS,
  );

  test(
    'a connection cut after the request was forwarded doubles the record, and the position given is a real one',
    async () => {
      let cuts = 1;
      broker.proxy.onRequest = (chunk) => {
        if (cuts === 0 || !chunk.includes('cut off')) return 'forward';
        cuts -= 1;
        return 'cut-after-forward';
      };
      const [outcome] = await broker.log.append(broker.topic, [{ key: 'key', value: 'cut off' }]);
      broker.proxy.heal();
      if (outcome!.status !== 'appended') throw outcome!.error;
      expect(await broker.log.read(broker.topic, outcome!.partition, outcome!.offset, 1)).toMatchObject([
        { value: 'cut off' },
      ]);
      expect(await broker.valuesOnLog()).toEqual(['cut off', 'cut off']);
    },
    TEST_TIMEOUT_MS,
  );

  test(
    'a frozen broker acknowledges nothing, and goes on where it stopped',
    async () => {
      expect((await broker.log.append(broker.topic, [{ key: 'key', value: 'before' }]))[0]!.status).toBe('appended');
      await broker.kafka.freeze(1);
      const [frozen] = await broker.log.append(broker.topic, [{ key: 'key', value: 'frozen' }], { timeoutMs: 100 });
      expect(frozen!.status).toBe('unknown');
      await broker.kafka.unfreeze(1);
      await until(
        async () => (await broker.log.append(broker.topic, [{ key: 'key', value: 'after' }]))[0]!.status === 'appended',
      );
      const onLog = await broker.valuesOnLog();
      expect(onLog[0]).toBe('before');
      expect(onLog.at(-1)).toBe('after');
    },
    TEST_TIMEOUT_MS,
  );
});

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadlineMs = performance.now() + PATIENCE_MS;
  while (!(await condition())) {
    if (performance.now() > deadlineMs) throw new Error(`waited ${PATIENCE_MS} ms in vain`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
