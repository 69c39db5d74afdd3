import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultRow } from './harness/fault.row';
import { faultSuite } from './harness/fault.suite';
import { answerTries } from './harness/history.questions';

const DOWN_MS = 4_000;
/** An append that was under way when the second broker died may still be acknowledged by the third. */
const SETTLED_MS = 1_000;

/** Every broker leads a third of the partitions, so any of them will do. */
const leaderKilled: FaultRow = {
  name: 'leader-killed',
  logs: ['three-brokers'],
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

const twoOfThreeDown: FaultRow = {
  name: 'two-of-three-down',
  logs: ['three-brokers'],
  cutsReplies: [],
  load: { minutes: 1 },
  async harm(scene) {
    const kafka = scene.platform.kafka!;
    await scene.underLoad();
    scene.inject();
    scene.hit('SIGKILL brokers 1 and 2');
    await Promise.all([kafka.kill(1), kafka.kill(2)]);
    const fromMs = scene.ledger.all.at(-1)!.atMs + SETTLED_MS;
    await sleep(DOWN_MS);
    window = { fromMs, untilMs: fromMs - SETTLED_MS + DOWN_MS };
    await Promise.all([kafka.restart(1), kafka.restart(2)]);
    scene.heal();
  },
  problems({ history }) {
    const acknowledged = answerTries(history).filter(
      ({ outcome }) => outcome?.outcome === 'ok' && outcome.atMs > window.fromMs && outcome.atMs < window.untilMs,
    );
    return acknowledged.length === 0
      ? []
      : [`${acknowledged.length} answers were acknowledged with two of three brokers down`];
  },
};

faultSuite('replicas hold what was acknowledged', [leaderKilled, twoOfThreeDown]);
