import { Kafka, logLevel } from 'kafkajs';
import { findKafka, type LocalKafka, localKafka, requirePart } from '@app/testing';
import type { EventLog } from '../log/event-log';
import { describeEventLog } from '../log/event-log.contract';
import { KafkaEventLog } from './kafka-event-log';

/** Joining a group, a rebalance and a session timeout of a busy machine. */
const PATIENCE_MS = 40_000;
const START_TIMEOUT_MS = 180_000;
const describeWithKafka = requirePart('Kafka', () => findKafka({ brokers: 1 }));

describeWithKafka('on one broker', () => {
  let kafka: LocalKafka;

  beforeAll(async () => {
    kafka = await localKafka({ brokers: 1 });
  }, START_TIMEOUT_MS);

  afterAll(() => kafka.stop(), START_TIMEOUT_MS);

  describeEventLog('kafkajs on one broker', async () => kafkaHarness(kafka.brokers, 1), { patienceMs: PATIENCE_MS });
});

function kafkaHarness(brokers: string[], replicationFactor: 1 | 3) {
  const open: EventLog[] = [];
  return {
    async open(): Promise<EventLog> {
      const minInSyncReplicas = replicationFactor === 3 ? 2 : 1;
      const log = await KafkaEventLog.open({ brokers, clientId: 'contract', replicationFactor, minInSyncReplicas });
      open.push(log);
      return log;
    },
    async trim(topic: string, partition: number, beforeOffset: number): Promise<void> {
      const admin = new Kafka({ brokers, clientId: 'trim', logLevel: logLevel.NOTHING }).admin();
      await admin.connect();
      await admin.fetchTopicOffsets(topic);
      await admin.deleteTopicRecords({ topic, partitions: [{ partition, offset: `${beforeOffset}` }] });
      await admin.disconnect();
    },
    async stop(): Promise<void> {
      await Promise.all(open.map((log) => log.close()));
    },
  };
}
