import { setTimeout as sleep } from 'node:timers/promises';
import { TOPICS } from '@app/contracts';
import type { LocalKafka } from '@app/testing';
import { type Admin, Kafka, logLevel } from 'kafkajs';
import { nowMs } from '../load/driver/clock';
import { until } from '../load/platform/staff.client';
import type { FaultRow } from './harness/fault.row';
import { faultSuite } from './harness/fault.suite';
import { answerTries } from './harness/history.questions';

const DOWN_MS = 4_000;
/** Longer than the 9 s after which a controller gives a broker up. */
const NOTICED_MS = 14_000;
const PAUSED_MS = 45_000;
const TOPIC = TOPICS.attempts.name;
/** An append that was under way when the second broker died may still be acknowledged by the third. */
const SETTLED_MS = 1_000;

/** Every broker leads a third of the partitions, so any of them will do. */
const leaderKilled: FaultRow = {
  name: 'leader-killed',
  logs: ['three-brokers'],
  short: ['three-brokers'],
  cutsReplies: [],
  load: { minutes: 0.8 },
  async harm(scene) {
    const broker = 1 + Math.floor(scene.random() * 3);
    await scene.underLoad();
    scene.inject();
    scene.hit(`SIGKILL broker ${broker}`);
    await scene.platform.kafka!.kill(broker);
    await sleep(DOWN_MS);
    await scene.platform.kafka!.restart(broker);
    scene.heal();
  },
};

let window = { fromMs: 0, untilMs: 0 };

function twoOfThreeGone(
  name: string,
  minutes: number,
  goneMs: number,
  act: { leave(kafka: LocalKafka): Promise<void>; comeBack(kafka: LocalKafka): Promise<void>; says: string },
): FaultRow {
  return {
    name,
    logs: ['three-brokers'],
    // The third has to hear that it is alone, and nobody could tell it if the controllers were gone with the two.
    cluster: { controllerApart: true },
    cutsReplies: [],
    load: { minutes },
    async harm(scene) {
      const kafka = scene.platform.kafka!;
      await scene.underLoad();
      scene.inject();
      scene.hit(act.says);
      await act.leave(kafka);
      const fromMs = scene.ledger.all.at(-1)!.atMs + SETTLED_MS;
      await sleep(goneMs);
      window = { fromMs, untilMs: nowMs() };
      await act.comeBack(kafka);
      scene.heal();
    },
    problems({ history }) {
      const tries = answerTries(history).filter(
        ({ outcome }) => outcome !== null && outcome.atMs > window.fromMs && outcome.atMs < window.untilMs,
      );
      const acknowledged = tries.filter(({ outcome }) => outcome!.outcome === 'ok').length;
      const refused = tries.filter(({ outcome }) => outcome!.code === 'answer.not-appended').length;
      return [
        ...(acknowledged === 0 ? [] : [`${acknowledged} answers were acknowledged without two of three brokers`]),
        ...(refused > 0 ? [] : ['shows nothing: no answer was refused while two of three brokers were gone']),
      ];
    },
  };
}

const twoOfThreeDown = twoOfThreeGone('two-of-three-down', 1.1, NOTICED_MS, {
  says: 'SIGKILL brokers 1 and 2',
  leave: async (kafka) => void (await Promise.all([kafka.kill(1), kafka.kill(2)])),
  comeBack: async (kafka) => void (await Promise.all([kafka.restart(1), kafka.restart(2)])),
});

const twoOfThreePaused = twoOfThreeGone('two-of-three-paused', 1.5, PAUSED_MS, {
  says: 'SIGSTOP brokers 1 and 2',
  leave: async (kafka) => void (await Promise.all([kafka.freeze(1), kafka.freeze(2)])),
  comeBack: async (kafka) => void (await Promise.all([kafka.unfreeze(1), kafka.unfreeze(2)])),
});

const ELECTION_EVERY_SECONDS = 4;
const ELECTION_TIMEOUT_MS = 60_000;
/** What one refused append and the next look at who leads may cost, on two busy cores. */
const ELECTION_ACKNOWLEDGED_WITHIN_MS = 2_000;
const ELECTION_MS = 2_000;

let electedAtMs = 0;

/** Nobody dies: the brokers lead what the first in the list of replicas is to lead, once that list has changed. */
const leadersElected: FaultRow = {
  name: 'leaders-elected-by-preference',
  logs: ['three-brokers'],
  cluster: {
    settings: {
      'auto.leader.rebalance.enable': 'true',
      'leader.imbalance.check.interval.seconds': String(ELECTION_EVERY_SECONDS),
      'leader.imbalance.per.broker.percentage': '0',
    },
  },
  cutsReplies: [],
  load: { minutes: 0.7 },
  async harm(scene) {
    const admin = new Kafka({
      clientId: 'harm',
      brokers: scene.platform.kafka!.brokers,
      logLevel: logLevel.NOTHING,
    }).admin();
    await admin.connect();
    try {
      await scene.underLoad();
      scene.inject();
      const before = await leadersOf(admin);
      await preferTheNext(admin);
      const moved = await until('the brokers elect', ELECTION_TIMEOUT_MS, async () => {
        const now = await leadersOf(admin);
        return [...now].filter(([partition, leader]) => leader !== before.get(partition)).length;
      });
      scene.hit(`${moved} of ${before.size} partitions have another leader`);
      electedAtMs = scene.ledger.all.at(-1)!.atMs;
      await sleep(ELECTION_MS);
      scene.heal();
    } finally {
      await admin.disconnect();
    }
  },
  problems: ({ history }) =>
    answerTries(history)
      .filter(({ intent }) => Math.abs(intent.atMs - electedAtMs) < ELECTION_MS)
      .filter(({ intent, outcome }) => (outcome?.atMs ?? Infinity) - intent.atMs > ELECTION_ACKNOWLEDGED_WITHIN_MS)
      .map(({ operation }) => `answer ${operation.op} waited longer than ${ELECTION_ACKNOWLEDGED_WITHIN_MS} ms`),
};

async function leadersOf(admin: Admin): Promise<Map<number, number>> {
  const { topics } = await admin.fetchTopicMetadata({ topics: [TOPIC] });
  return new Map(topics[0]!.partitions.map(({ partitionId, leader }) => [partitionId, leader]));
}

/** The same replicas, the next one first: nothing has to be copied. */
async function preferTheNext(admin: Admin): Promise<void> {
  const { topics } = await admin.fetchTopicMetadata({ topics: [TOPIC] });
  const partitionAssignment = topics[0]!.partitions.map(({ partitionId, replicas: [first, ...others] }) => ({
    partition: partitionId,
    replicas: [...others, first!],
  }));
  await admin.alterPartitionReassignments({ topics: [{ topic: TOPIC, partitionAssignment }] });
}

faultSuite('replicas hold what was acknowledged', [leaderKilled, twoOfThreeDown, twoOfThreePaused, leadersElected]);
