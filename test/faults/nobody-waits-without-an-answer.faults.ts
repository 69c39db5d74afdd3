import { setTimeout as sleep } from 'node:timers/promises';
import type { TcpProxy } from '@app/testing';
import { Client } from 'pg';
import { nowMs } from '../load/driver/clock';
import type { FaultRow, LogKind } from './harness/fault.row';
import { faultSuite } from './harness/fault.suite';
import { acknowledgedDuring, answerTries, faultWindow, refusalsDuring } from './harness/history.questions';

/** Longer than the 8 s in which the gateway appends or gives up. */
const OUT_OF_REACH_MS = 10_000;
/** Those 8 s, and 2 s on busy cores. */
const ANSWERED_WITHIN_MS = 10_000;

/** The way between the gateways and their log loses bytes, both ways or only those that come back. */
function logOutOfReach(name: string, logs: readonly LogKind[], lose: (proxy: TcpProxy) => void): FaultRow {
  let proxies: readonly TcpProxy[] = [];
  return {
    name,
    logs,
    cutsReplies: logs,
    load: { minutes: 0.6 },
    async arrange(scene) {
      proxies = scene.platform.kafka
        ? await scene.putBrokersBehindProxies('gateway')
        : [await scene.putPostgresBehindProxy('gateway')];
    },
    async harm(scene) {
      await scene.underLoad();
      scene.inject();
      scene.hit(`${proxies.reduce((sum, { connectionCount }) => sum + connectionCount, 0)} connections lose bytes`);
      for (const proxy of proxies) lose(proxy);
      await sleep(OUT_OF_REACH_MS);
      for (const proxy of proxies) proxy.heal();
      scene.heal();
    },
    problems: ({ history }) =>
      answerTries(history)
        .filter(({ intent, outcome }) => (outcome?.atMs ?? Infinity) - intent.atMs > ANSWERED_WITHIN_MS)
        .map(
          ({ operation, outcome }) => `answer ${operation.op} waited longer than 10 s (${outcome?.code ?? 'silence'})`,
        ),
  };
}

const LOCKED_MS = 8_000;

/** The consumer cannot write; whoever answers must not notice. */
const tablesLocked: FaultRow = {
  name: 'tables-locked',
  logs: ['postgres', 'one-broker'],
  cutsReplies: [],
  async harm(scene) {
    const client = new Client({ connectionString: scene.platform.postgres.url });
    await client.connect();
    await scene.underLoad();
    scene.inject();
    await client.query('BEGIN');
    await client.query('LOCK TABLE assessment.answer_events IN ACCESS EXCLUSIVE MODE');
    scene.hit('LOCK TABLE assessment.answer_events granted');
    await sleep(LOCKED_MS);
    await client.query('ROLLBACK');
    await client.end();
    scene.heal();
  },
  problems: ({ history }) => [
    ...(acknowledgedDuring(history) === 0 ? ['nothing was acknowledged while the tables were locked'] : []),
    ...refusalsDuring(history),
  ],
};

const OVERLOAD = 3;
const MEASURED_MS = 4_000;
const OVERLOADED_MS = 20_000;
/** Until queues are full and those who wait have been told so. */
const FILLING_MS = 5_000;
const GOODPUT_SHARE_MIN = 0.8;
let capacityPerSecond = 0;

/** The line to the log carries a third of what is offered: what it can carry is acknowledged, the rest is refused. */
const threeTimesTheCapacity: FaultRow = {
  name: 'three-times-the-capacity',
  logs: ['postgres', 'one-broker'],
  cutsReplies: [],
  load: { minutes: 1, intervalSeconds: 0.5 },
  async arrange(scene) {
    narrow = scene.platform.kafka
      ? await scene.putBrokersBehindProxies('gateway')
      : [await scene.putPostgresBehindProxy('gateway')];
  },
  async harm(scene) {
    await scene.underLoad();
    const bytes = () => narrow.reduce((sum, { forwardedBytes }) => sum + forwardedBytes, 0);
    const [bytesBefore, answersBefore, fromMs] = [bytes(), scene.acknowledged, nowMs()];
    await sleep(MEASURED_MS);
    const answers = scene.acknowledged - answersBefore;
    capacityPerSecond = (answers * 1_000) / (nowMs() - fromMs) / OVERLOAD;
    const bytesPerAnswer = (bytes() - bytesBefore) / answers;
    scene.inject();
    for (const proxy of narrow) proxy.throttle((capacityPerSecond * bytesPerAnswer) / narrow.length);
    scene.hit(`the line to the log carries ${capacityPerSecond.toFixed(0)} answers a second`);
    await sleep(OVERLOADED_MS);
    for (const proxy of narrow) proxy.heal();
    scene.heal();
  },
  problems({ history }) {
    const { fromMs, untilMs } = faultWindow(history);
    const tries = answerTries(history).filter(
      ({ outcome }) => outcome !== null && outcome.atMs > fromMs + FILLING_MS && outcome.atMs < untilMs,
    );
    const good = new Set(tries.filter(({ outcome }) => outcome!.outcome === 'ok').map(({ operation }) => operation.op));
    const goodput = (good.size * 1_000) / (untilMs - fromMs - FILLING_MS);
    const refused = tries.filter(({ outcome }) => outcome!.outcome === 'fail').length;
    return [
      ...(goodput >= GOODPUT_SHARE_MIN * capacityPerSecond
        ? []
        : [`${goodput.toFixed(0)} of ${capacityPerSecond.toFixed(0)} possible answers a second were acknowledged`]),
      ...(refused > 0 ? [] : ['shows nothing: nothing was refused']),
    ];
  },
};
let narrow: readonly TcpProxy[] = [];

faultSuite('nobody waits without an answer', [
  logOutOfReach('log-out-of-reach', ['postgres', 'one-broker'], (proxy) => proxy.blackHole()),
  logOutOfReach('log-silent', ['postgres', 'one-broker'], (proxy) => proxy.swallowResponses()),
  tablesLocked,
  threeTimesTheCapacity,
]);
