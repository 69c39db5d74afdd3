import { setTimeout as sleep } from 'node:timers/promises';
import type { TcpProxy } from '@app/testing';
import type { FaultRow } from './harness/fault.row';
import { faultSuite } from './harness/fault.suite';
import { answerTries } from './harness/history.questions';

/** So slow a log that many requests wait for it when the signal comes. */
const LOG_LATENCY_MS = 200;
/** A request that was sent so long before has certainly arrived. */
const ARRIVED_MS = 100;
const STOPPED = 'gateway-2';

let stoppedAtMs = 0;
let proxy: TcpProxy;

const gatewayTerminated: FaultRow = {
  name: 'gateway-terminated',
  logs: ['postgres'],
  short: ['postgres'],
  cutsReplies: [],
  load: { minutes: 0.7 },
  async arrange(scene) {
    proxy = await scene.putPostgresBehindProxy('gateway');
  },
  async harm(scene) {
    await scene.underLoad();
    scene.inject();
    proxy.latency(LOG_LATENCY_MS);
    // Requests that were sent before the latency must not be all that waits.
    await sleep(2 * LOG_LATENCY_MS);
    const stopped = scene.terminate(STOPPED);
    stoppedAtMs = scene.ledger.all.at(-1)!.atMs;
    await stopped;
    proxy.heal();
    await scene.platform.processes.start(STOPPED);
    scene.heal();
  },
  problems({ history, scene }) {
    const url = scene.platform.processes.urlOf(STOPPED);
    const waiting = answerTries(history).filter(
      ({ intent, outcome }) =>
        intent.gateway === url &&
        intent.atMs <= stoppedAtMs - ARRIVED_MS &&
        (outcome === null || outcome.atMs > stoppedAtMs),
    );
    if (waiting.length === 0) return ['shows nothing: no request waited when the signal came'];
    return waiting
      .filter(({ outcome }) => outcome?.outcome !== 'ok' && outcome?.outcome !== 'fail')
      .map(
        ({ operation, intent, outcome }) =>
          `answer ${operation.op} was sent ${Math.round(stoppedAtMs - intent.atMs)} ms before SIGTERM ` +
          `and is unknown (${outcome?.code ?? 'no outcome'})`,
      );
  },
};

faultSuite('a gateway that is asked to stop leaves nothing unknown', [gatewayTerminated]);
