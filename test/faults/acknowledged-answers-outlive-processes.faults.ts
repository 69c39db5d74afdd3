import { setTimeout as sleep } from 'node:timers/promises';
import type { TcpProxy } from '@app/testing';
import { until } from '../load/platform/staff.client';
import type { FaultRow } from './harness/fault.row';
import type { FaultScene } from './harness/fault.scene';
import { faultSuite } from './harness/fault.suite';
import { acknowledgedDuring } from './harness/history.questions';
import { commits, movesPosition } from './harness/wire';

const STRIKE_TIMEOUT_MS = 10_000;
/** What is on its way at one moment is little, so a gateway dies until something was. */
const GATEWAY_KILLS_MAX = 6;
/** The driver reports once a second. */
const REPORT_MS = 1_100;
const DOWN_MS = 2_000;
/** So long that what was restarted has come to rest while answers still come. */
const MINUTES_WITH_RESTART = 0.7;

type Moment = 'cut-before-forward' | 'swallow-response';

/** The consumer dies with its transaction committed and has not heard of it, or with everything done but the commit. */
function consumerKilled(name: string, moment: Moment): FaultRow {
  return {
    name,
    logs: ['postgres', 'one-broker'],
    short: moment === 'swallow-response' ? ['postgres'] : [],
    cutsReplies: [],
    load: { minutes: MINUTES_WITH_RESTART },
    async arrange(scene) {
      proxy = await scene.putPostgresBehindProxy('assessment');
    },
    async harm(scene) {
      await scene.underLoad();
      scene.inject();
      await strikeAtCommit(scene, moment);
      await scene.platform.processes.start('assessment');
      scene.heal();
    },
  };
}
let proxy: TcpProxy;

async function strikeAtCommit(scene: FaultScene, moment: Moment): Promise<void> {
  let isBatch = false;
  let struck = false;
  proxy.onRequest = (chunk) => {
    if (movesPosition(chunk)) isBatch = true;
    else if (isBatch && commits(chunk) && !struck) {
      struck = true;
      scene.hit(`COMMIT of a batch: ${moment}`);
      return moment;
    }
    return 'forward';
  };
  const before = proxy.swallowedResponses;
  await until('a batch commits', STRIKE_TIMEOUT_MS, async () => struck);
  // Only when the reply has come to the proxy is the transaction certainly committed.
  if (moment === 'swallow-response')
    await until('PostgreSQL has replied', STRIKE_TIMEOUT_MS, async () => proxy.swallowedResponses > before);
  await scene.kill('assessment');
  proxy.heal();
}

const gatewayKilled: FaultRow = {
  name: 'gateway-killed',
  logs: ['postgres', 'one-broker'],
  short: ['postgres'],
  cutsReplies: ['postgres', 'one-broker'],
  load: { minutes: MINUTES_WITH_RESTART },
  async harm(scene) {
    await scene.underLoad();
    scene.inject();
    for (let kills = 0; kills < GATEWAY_KILLS_MAX && scene.unknown === 0; kills++) {
      await scene.kill('gateway-2');
      await sleep(REPORT_MS);
      await scene.platform.processes.start('gateway-2');
      await sleep(scene.random() * REPORT_MS);
    }
    scene.heal();
  },
};

const postgresKilled: FaultRow = {
  name: 'postgres-killed',
  logs: ['postgres', 'one-broker'],
  short: ['postgres'],
  cutsReplies: [],
  async harm(scene) {
    await scene.underLoad();
    scene.inject();
    scene.hit(`SIGKILL postgres (pid ${scene.platform.postgres.pid})`);
    await scene.platform.killPostgres();
    await sleep(DOWN_MS);
    await scene.platform.startPostgres();
    scene.heal();
  },
  problems: ({ history, check, scene }) => [
    ...(check.findings.some(({ figures }) => figures['dead letter']) ? ['sound answers were set aside'] : []),
    ...(scene.platform.kafka && acknowledgedDuring(history) === 0
      ? ['with the log on a broker nothing was acknowledged while PostgreSQL was gone']
      : []),
  ],
};

const brokerKilled: FaultRow = {
  name: 'broker-killed',
  logs: ['one-broker'],
  short: ['one-broker'],
  cutsReplies: [],
  load: { minutes: MINUTES_WITH_RESTART },
  async harm(scene) {
    await scene.underLoad();
    scene.inject();
    scene.hit('SIGKILL broker 1');
    await scene.platform.kafka!.kill(1);
    await sleep(DOWN_MS);
    await scene.platform.kafka!.restart(1);
    scene.heal();
  },
};

faultSuite('acknowledged answers outlive the processes that took them', [
  consumerKilled('consumer-killed-after-commit', 'swallow-response'),
  consumerKilled('consumer-killed-before-commit', 'cut-before-forward'),
  gatewayKilled,
  postgresKilled,
  brokerKilled,
]);
