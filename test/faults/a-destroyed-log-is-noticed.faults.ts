import { setTimeout as sleep } from 'node:timers/promises';
import { TOPICS } from '@app/contracts';
import { Kafka, logLevel } from 'kafkajs';
import { Client } from 'pg';
import { until } from '../load/platform/staff.client';
import type { FaultRow } from './harness/fault.row';
import type { FaultScene } from './harness/fault.scene';
import { faultSuite } from './harness/fault.suite';
import { answerTries } from './harness/history.questions';

const TOPIC = TOPICS.attempts.name;
const MADE_ANEW_TIMEOUT_MS = 30_000;
/** What the consumers had read before is applied by then. */
const APPLIED_MS = 3_000;
/** In which the new topic becomes longer than the old one was. */
const GROWING_MS = 20_000;
const READ_RECORDS_MAX = 5_000;

type Positions = ReadonlyMap<number, number>;

let positions: { readonly madeAnew: Positions; readonly atTheEnd: Positions } = {
  madeAnew: new Map(),
  atTheEnd: new Map(),
};
let partitionsInGap = 0;

/** Under load the new topic soon reaches the old positions, and going on there would leave out all that stands before. */
const topicMadeAnew: FaultRow = {
  name: 'topic-made-anew',
  logs: ['one-broker'],
  destroysLog: true,
  cutsReplies: [],
  load: { minutes: 0.8 },
  async harm(scene) {
    await scene.underLoad();
    scene.inject();
    await makeTopicAnew(scene);
    await sleep(APPLIED_MS);
    const madeAnew = await positionsOf(scene);
    await sleep(GROWING_MS);
    positions = { madeAnew, atTheEnd: await positionsOf(scene) };
    partitionsInGap = await gapsShownBy(scene);
    scene.heal();
  },
  async problems({ scene, history, check }) {
    const used = [...positions.madeAnew].filter(([, position]) => position > 0);
    const moved = used.filter(([partition, position]) => positions.atTheEnd.get(partition) !== position);
    const lost = await receiptsWithoutRecord(scene, history);
    const brokenOf = (property: string) => check.findings.find((one) => one.property === property)!.broken;
    process.stdout.write(`receipts without a record (${lost.length}):\n  ${lost.join('\n  ')}\n`);
    return [
      ...moved.map(([partition]) => `partition ${partition} went on, and nobody had accepted that`),
      ...(partitionsInGap === used.length
        ? []
        : [`${used.length} partitions lost their records, the metric shows ${partitionsInGap} in a gap`]),
      ...(lost.length > 0 ? [] : ['shows nothing: every receipt still has its record']),
      ...(brokenOf('P11') >= lost.length
        ? []
        : [`the checker misses ${lost.length} records and names ${brokenOf('P11')}`]),
      ...(brokenOf('P1') > 0 ? [] : ['the checker misses no answer']),
    ];
  },
};

async function makeTopicAnew(scene: FaultScene): Promise<void> {
  const { kafka, log } = scene.platform;
  const admin = new Kafka({ clientId: 'harm', brokers: kafka!.brokers, logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    await admin.deleteTopics({ topics: [TOPIC] });
    await until('the topic is gone', MADE_ANEW_TIMEOUT_MS, async () => !(await admin.listTopics()).includes(TOPIC));
  } finally {
    await admin.disconnect();
  }
  await until('the topic is there again', MADE_ANEW_TIMEOUT_MS, () =>
    log.createTopics([TOPICS.attempts]).then(
      () => true,
      () => false,
    ),
  );
  scene.hit('the topic of the attempts was deleted and made anew');
}

async function positionsOf(scene: FaultScene): Promise<Positions> {
  const client = new Client({ connectionString: scene.platform.postgres.url });
  await client.connect();
  try {
    const { rows } = await client.query<{ partition: number; next: string }>(
      'SELECT partition, next_offset AS next FROM assessment.consumer_progress WHERE topic = $1',
      [TOPIC],
    );
    return new Map(rows.map(({ partition, next }) => [partition, Number(next)]));
  } finally {
    await client.end();
  }
}

async function gapsShownBy(scene: FaultScene): Promise<number> {
  const response = await fetch(`${scene.platform.processes.urlOf('assessment')}/metrics`);
  const line = /^petabakat_consumer_partitions\{[^}]*group="assessment"[^}]*state="gap"[^}]*\} (\d+)$/m;
  return Number(line.exec(await response.text())?.[1] ?? 0);
}

/** Every receipt whose place in the log is empty or somebody else's. */
async function receiptsWithoutRecord(scene: FaultScene, history: Parameters<typeof answerTries>[0]): Promise<string[]> {
  const { log } = scene.platform;
  const standing = new Map<string, string>();
  for (const [partition, { startOffset }] of await log.ranges(TOPIC)) {
    for (let from = startOffset; ;) {
      const records = await log.read(TOPIC, partition, from, READ_RECORDS_MAX);
      for (const { offset, key, value } of records) standing.set(`${partition}@${offset}`, `${key} ${seqOf(value)}`);
      if (records.length === 0) break;
      from = records.at(-1)!.offset + 1;
    }
  }
  return answerTries(history).flatMap(({ outcome }) => {
    if (!outcome?.receipt) return [];
    const { attemptId, seq, partition, offset } = outcome.receipt;
    return standing.get(`${partition}@${offset}`) === `${attemptId} ${seq}` ? [] : [`${attemptId} ${seq}`];
  });
}

function seqOf(value: string): number | undefined {
  return (JSON.parse(value) as { data: { seq?: number } }).data.seq;
}

faultSuite('a log that was destroyed is noticed, and nobody goes on', [topicMadeAnew]);
