import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultRow } from './harness/fault.row';
import { faultSuite } from './harness/fault.suite';
import { acknowledgedDuring, refusalsDuring } from './harness/history.questions';

const GONE_MS = 6_000;

const redisGone: FaultRow = {
  name: 'redis-gone-and-empty',
  logs: ['postgres', 'one-broker'],
  cutsReplies: [],
  async harm(scene) {
    await scene.underLoad();
    scene.inject();
    scene.hit('SIGKILL redis');
    await scene.platform.redis.kill();
    await sleep(GONE_MS);
    // It keeps nothing on disk, so what comes back is as empty as one that was flushed.
    await scene.platform.redis.restart();
    scene.heal();
  },
  problems: ({ history }) => [
    ...(acknowledgedDuring(history) === 0 ? ['nothing was acknowledged without Redis'] : []),
    ...refusalsDuring(history),
  ],
};

faultSuite('answers go on without Redis', [redisGone]);
