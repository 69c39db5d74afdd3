import { setTimeout as sleep } from 'node:timers/promises';
import type { TcpProxy } from '@app/testing';
import { Client } from 'pg';
import type { FaultRow, LogKind } from './harness/fault.row';
import { faultSuite } from './harness/fault.suite';
import { acknowledgedDuring, answerTries, refusalsDuring } from './harness/history.questions';

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

faultSuite('nobody waits without an answer', [
  logOutOfReach('log-out-of-reach', ['postgres', 'one-broker'], (proxy) => proxy.blackHole()),
  logOutOfReach('log-silent', ['postgres', 'one-broker'], (proxy) => proxy.swallowResponses()),
  tablesLocked,
]);
