import { randomBytes } from 'node:crypto';
import { Kafka, logLevel, Partitioners } from 'kafkajs';
import { KafkaEventLog } from '@app/messaging';
import { findKafka, type LocalKafka, localKafka, requirePart, type TcpProxy } from '@app/testing';

const START_TIMEOUT_MS = 180_000;
const TEST_TIMEOUT_MS = 60_000;
const HARMED = { brokers: 1, proxied: true, harmed: true } as const;
const MESSAGES = Array.from({ length: 15 }, (_, nth) => `m${nth}`);
/** A request begins with its length (4 bytes) and its API key (2 bytes); Produce is 0. */
const API_KEY_AT = 4;

const describeWithKafka = requirePart('Kafka', () => findKafka(HARMED));

/**
 * Why the producer is not idempotent: kafkajs 2.2.4 gives the sequence numbers of a message whose answers were lost to the
 * next message, and the broker takes that one for a repeat.
 */
describeWithKafka('a broker whose answers to one message are lost', () => {
  let kafka: LocalKafka;
  let proxy: TcpProxy;
  let log: KafkaEventLog;

  beforeAll(async () => {
    kafka = await localKafka(HARMED);
    proxy = kafka.proxies[0]!;
    log = await KafkaEventLog.open({
      brokers: kafka.brokers,
      clientId: 'test',
      replicationFactor: 1,
      minInSyncReplicas: 1,
    });
  }, START_TIMEOUT_MS);

  afterEach(() => proxy.heal());

  afterAll(async () => {
    await log.close();
    await kafka.stop();
  }, START_TIMEOUT_MS);

  test(
    "kafkajs' idempotent producer acknowledges a message that is nowhere",
    async () => {
      const { acknowledged, rejected, onLog } = await sendAll({ idempotent: true });
      expect(rejected).toEqual(['m5']);
      expect(acknowledged.filter((message) => !onLog.includes(message))).toEqual(['m6']);
    },
    TEST_TIMEOUT_MS,
  );

  test(
    'without that flag every acknowledged message stands in the log, and only the unanswered one stands there twice',
    async () => {
      const { acknowledged, rejected, onLog } = await sendAll({ idempotent: false });
      expect(rejected).toEqual(['m5']);
      expect(acknowledged.filter((message) => !onLog.includes(message))).toEqual([]);
      expect(repeated(onLog)).toEqual(['m5']);
    },
    TEST_TIMEOUT_MS,
  );

  test(
    'our append names a position only where the record really stands',
    async () => {
      const topic = await newTopic();
      loseAnswersTo('m5');
      const notAppended: [string, string][] = [];
      for (const value of MESSAGES) {
        const [outcome] = await log.append(topic, [{ key: 'key', value }]);
        if (outcome!.status === 'appended') {
          expect(await log.read(topic, 0, outcome!.offset, 1)).toMatchObject([{ value }]);
        } else {
          notAppended.push([value, outcome!.status]);
        }
      }
      // Two lost answers take longer than an append may; what became of the record, nobody has said.
      expect(notAppended).toEqual([['m5', 'unknown']]);
    },
    TEST_TIMEOUT_MS,
  );

  async function sendAll({ idempotent }: { idempotent: boolean }) {
    const topic = await newTopic();
    const client = new Kafka({
      clientId: 'defect',
      brokers: kafka.brokers,
      logLevel: logLevel.NOTHING,
      requestTimeout: 1_000,
    });
    const producer = client.producer({
      idempotent,
      createPartitioner: Partitioners.DefaultPartitioner,
      retry: { retries: 1, initialRetryTime: 100 },
    });
    await producer.connect();
    loseAnswersTo('m5');
    const acknowledged: string[] = [];
    const rejected: string[] = [];
    for (const value of MESSAGES) {
      await producer.send({ topic, acks: -1, timeout: 900, messages: [{ key: 'key', value }] }).then(
        () => acknowledged.push(value),
        () => rejected.push(value),
      );
    }
    proxy.heal();
    await producer.disconnect();
    const onLog = (await log.read(topic, 0, 0, 1_000)).map(({ value }) => value);
    return { acknowledged, rejected, onLog };
  }

  function loseAnswersTo(message: string): void {
    let losses = 2;
    proxy.onRequest = (chunk) => {
      const isProduce = chunk.length > API_KEY_AT + 1 && chunk.readInt16BE(API_KEY_AT) === 0;
      if (!isProduce || !chunk.includes(message) || losses === 0) return 'forward';
      losses -= 1;
      return 'swallow-response';
    };
  }

  async function newTopic(): Promise<string> {
    const name = `defect.${randomBytes(6).toString('hex')}.v1`;
    await log.createTopics([{ name, partitions: 1, retentionMs: -1, key: 'key' }]);
    return name;
  }
});

function repeated(values: readonly string[]): string[] {
  return [...new Set(values.filter((value, index) => values.indexOf(value) !== index))];
}
