import { setTimeout as sleep } from 'node:timers/promises';
import { type Admin, Kafka, logLevel } from 'kafkajs';
import { Client } from 'pg';
import type { LoadPlatform } from '../../load/platform/load.platform';

export type HarmName = 'none' | 'assessment-killed' | 'log-connections-cut' | 'postgres-killed' | 'leaders-moved';

/** What is done to the platform while candidates answer. Each resolves when it is healed. */
export type Harm = (platform: LoadPlatform) => Promise<void>;

const TOPIC = 'petabakat.attempts.v1';
const LEADER_MOVES = 12;
const MOVE_EVERY_MS = 1_000;
const LOG_CUTS = 12;
const CUT_EVERY_MS = 250;
/** Long enough under load that something is always on its way. */
const UNDER_LOAD_MS = 2_000;

export const HARMS: Readonly<Record<HarmName, Harm>> = {
  none: async () => undefined,
  'assessment-killed': async ({ processes }) => {
    await sleep(UNDER_LOAD_MS);
    await processes.kill('assessment');
    await processes.start('assessment');
  },
  /** The connections over which the log is written end in the middle of whatever they do. */
  'log-connections-cut': async ({ postgres }) => {
    await sleep(UNDER_LOAD_MS);
    const client = new Client({ connectionString: postgres.url });
    await client.connect();
    for (let cut = 0; cut < LOG_CUTS; cut++) {
      await client.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'petabakat log'",
      );
      await sleep(CUT_EVERY_MS);
    }
    await client.end();
  },
  'postgres-killed': async (platform) => {
    await sleep(UNDER_LOAD_MS);
    await platform.killPostgres();
    await platform.startPostgres();
  },
  /** Leaders move between brokers that all go on: what a producer knew of them is wrong from one moment to the next. */
  'leaders-moved': async ({ kafka }) => {
    if (!kafka) throw new Error('leaders move between brokers only');
    const admin = new Kafka({ clientId: 'harm', brokers: [...kafka.brokers], logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    try {
      for (let move = 0; move < LEADER_MOVES; move++) {
        await sleep(MOVE_EVERY_MS);
        await moveLeaders(admin, move % 2);
      }
    } finally {
      await admin.disconnect();
    }
  },
};

/** Every second partition goes to the two brokers that do not lead it; the others stay, so that requests are mixed. */
async function moveLeaders(admin: Admin, parity: number): Promise<void> {
  const { brokers } = await admin.describeCluster();
  const { topics } = await admin.fetchTopicMetadata({ topics: [TOPIC] });
  const partitionAssignment = topics[0]!.partitions
    .filter(({ partitionId }) => partitionId % 2 === parity)
    .map(({ partitionId, leader }) => ({
      partition: partitionId,
      replicas: brokers.map(({ nodeId }) => nodeId).filter((nodeId) => nodeId !== leader),
    }));
  await admin.alterPartitionReassignments({ topics: [{ topic: TOPIC, partitionAssignment }] });
}
