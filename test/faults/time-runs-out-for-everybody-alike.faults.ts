import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultRow, RowOutcome } from './harness/fault.row';
import { faultSuite } from './harness/fault.suite';

const FROZEN_MS = 30_000;
const FROZEN = 'gateway-2';
/** In the middle of the frost: what waits in the frozen gateway was sent in time and comes to the log too late. */
const SESSION_UNDER_FROST_SECONDS = 24;

const gatewayFrozen: FaultRow = {
  name: 'gateway-frozen-over-the-deadline',
  logs: ['postgres', 'one-broker'],
  cutsReplies: ['postgres', 'one-broker'],
  load: { minutes: 0.7, sessionSeconds: SESSION_UNDER_FROST_SECONDS },
  async harm(scene) {
    await scene.underLoad();
    scene.inject();
    scene.signal(FROZEN, 'SIGSTOP');
    await sleep(FROZEN_MS);
    scene.signal(FROZEN, 'SIGCONT');
    scene.heal();
  },
  problems: (outcome) => deadlinesWithin(outcome),
};

const SWEEPER_DOWN_MS = 60_000;
/** While the sweeper is down, and long enough before it comes back that its marker is a late one. */
const SESSION_WITHOUT_SWEEPER_SECONDS = 30;

const sweeperDown: FaultRow = {
  name: 'sweeper-down-for-a-minute',
  logs: ['postgres', 'one-broker'],
  cutsReplies: [],
  load: { minutes: 0.6, sessionSeconds: SESSION_WITHOUT_SWEEPER_SECONDS },
  async harm(scene) {
    await scene.underLoad();
    scene.inject();
    await scene.kill('assessment');
    await sleep(SWEEPER_DOWN_MS);
    await scene.platform.processes.start('assessment');
    scene.heal();
  },
  problems: (outcome) => deadlinesWithin(outcome),
};

/** The fault has to lie over the moment at which most attempts ran out of time. */
function deadlinesWithin({ history, tables }: RowOutcome): string[] {
  const marks = (wanted: 'heal' | 'inject') => history.faults.filter(({ step }) => step === wanted);
  const [fromMs, untilMs] = [marks('inject')[0]!.atMs, marks('heal').at(-1)!.atMs];
  const deadlines = tables.attempts.flatMap(({ deadlineAt }) => (deadlineAt === null ? [] : [Date.parse(deadlineAt)]));
  const within = deadlines.filter((atMs) => atMs > fromMs && atMs < untilMs).length;
  return within > deadlines.length / 2
    ? []
    : [`shows nothing: ${within} of ${deadlines.length} deadlines fell into the fault`];
}

faultSuite('time runs out for everybody alike', [gatewayFrozen, sweeperDown]);
