import { Kafka, logLevel } from 'kafkajs';
import { requirePart } from '../parts/required-part';
import { findKafka, type LocalKafka, localKafka } from './local-kafka';

const START_TIMEOUT_MS = 180_000;
const HARMED = { brokers: 1, proxied: true, harmed: true } as const;
const describeWithKafka = requirePart('Kafka', () => findKafka(HARMED));

describeWithKafka('a local Kafka', () => {
  let kafka: LocalKafka;

  beforeAll(async () => {
    kafka = await localKafka(HARMED);
  }, START_TIMEOUT_MS);

  afterAll(() => kafka.stop(), START_TIMEOUT_MS);

  test(
    'keeps its topics when the broker is killed and restarted',
    async () => {
      const admin = client().admin();
      await admin.connect();
      await admin.createTopics({ topics: [{ topic: 'kept', numPartitions: 2, replicationFactor: 1 }] });
      await admin.disconnect();
      await kafka.kill(1);
      await kafka.restart(1);
      const again = client().admin();
      await again.connect();
      expect(await again.listTopics()).toContain('kept');
      await again.disconnect();
    },
    START_TIMEOUT_MS,
  );

  test('tells clients the address of the proxy, so that faults reach them', async () => {
    const admin = client().admin();
    await admin.connect();
    const { brokers } = await admin.describeCluster();
    expect(brokers.map((broker) => broker.port)).toEqual([kafka.proxies[0]!.port]);
    await admin.disconnect();
  });

  function client(): Kafka {
    return new Kafka({ clientId: 'test', brokers: kafka.brokers, logLevel: logLevel.NOTHING });
  }
});
