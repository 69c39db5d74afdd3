import { randomUUID } from 'node:crypto';
import type { TcpProxy } from '@app/testing';
import { Client } from 'pg';
import { nowMs, rounded } from '../load/driver/clock';
import { until } from '../load/platform/staff.client';
import type { FaultRow } from './harness/fault.row';
import type { FaultScene } from './harness/fault.scene';
import { faultSuite } from './harness/fault.suite';
import { answerTries } from './harness/history.questions';
import { marksPublished } from './harness/wire';

const STRIKE_TIMEOUT_MS = 15_000;

/** The relay dies with its events in the log and not marked: it will publish them again. */
const relayKilled: FaultRow = {
  name: 'relay-killed-before-mark',
  logs: ['postgres', 'one-broker'],
  cutsReplies: [],
  load: { incidentShare: 0.6, minutes: 0.7 },
  async arrange(scene) {
    proxy = await scene.putPostgresBehindProxy('assessment');
  },
  async harm(scene) {
    await scene.underLoad();
    scene.inject();
    await killBeforeMark(scene);
    await scene.platform.processes.start('assessment');
    scene.heal();
  },
};
let proxy: TcpProxy;

async function killBeforeMark(scene: FaultScene): Promise<void> {
  let struck = false;
  proxy.onRequest = (chunk) => {
    if (!marksPublished(chunk)) return 'forward';
    if (!struck) scene.hit('mark of published events cut off before it reached PostgreSQL');
    struck = true;
    return 'cut-before-forward';
  };
  await until('the relay marks', STRIKE_TIMEOUT_MS, async () => struck);
  await scene.kill('assessment');
  proxy.heal();
}

const FINISHED_ATTEMPTS = 10;
const REASON_CODE = 'fault-test';

const finishedTwiceAtOnce: FaultRow = {
  name: 'finished-twice-at-once',
  logs: ['postgres', 'one-broker'],
  cutsReplies: [],
  load: { incidentShare: 0 },
  async harm(scene) {
    await scene.underLoad();
    scene.inject();
    const attempts = await runningAttempts(scene.platform.postgres.url);
    scene.hit(`${attempts.length} attempts finished by two people at once`);
    await Promise.all(attempts.map((attempt) => finishTwice(scene, attempt)));
    scene.heal();
  },
  problems({ history, tables }) {
    const twice = new Map<string, number>();
    for (const { kind, outcome, tries } of history.operations) {
      const attemptId = tries[0]?.intent.attemptId;
      if (kind === 'finish' && outcome === 'ok' && attemptId) twice.set(attemptId, (twice.get(attemptId) ?? 0) + 1);
    }
    const finished = [...twice.keys()];
    if (finished.length < FINISHED_ATTEMPTS) return [`shows nothing: only ${finished.length} attempts were finished`];
    return finished
      .filter((attemptId) => tables.closings.filter((closing) => closing.attemptId === attemptId).length !== 1)
      .map((attemptId) => `attempt ${attemptId} was finished by two people and has not exactly one closing`);
  },
};

interface RunningAttempt {
  readonly attemptId: string;
  readonly sessionId: string;
}

async function runningAttempts(url: string): Promise<RunningAttempt[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<RunningAttempt>(
      `SELECT attempt_id AS "attemptId", session_id AS "sessionId" FROM assessment.attempts
       WHERE status = 'started' ORDER BY attempt_id LIMIT $1`,
      [FINISHED_ATTEMPTS],
    );
    return rows;
  } finally {
    await client.end();
  }
}

/** A supervisor on one gateway and operations on the other. */
async function finishTwice(scene: FaultScene, { attemptId, sessionId }: RunningAttempt): Promise<void> {
  const { gatewayUrls, staff } = scene.platform;
  const people = [staff.supervisor, staff.operations];
  await Promise.all(
    people.map(async (token, nth) => {
      const gateway = gatewayUrls[nth % gatewayUrls.length]!;
      const intent = { op: randomUUID(), kind: 'finish', try: 1 } as const;
      const { history } = scene.parts;
      const intendedMs = rounded(nowMs());
      const asked = { attemptId, sessionId, reasonCode: REASON_CODE };
      history.add({ ...intent, phase: 'intent', atMs: intendedMs, intendedMs, gateway, ...asked });
      await history.written();
      const response = await fetch(`${gateway}/v1/sessions/${sessionId}/attempts/${attemptId}/finish`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ reasonCode: REASON_CODE }),
      });
      const reply = (await response.json()) as { code?: string };
      const outcome = response.ok ? 'ok' : response.status < 500 ? 'fail' : 'unknown';
      const code = response.ok ? String(response.status) : (reply.code ?? String(response.status));
      history.add({
        ...intent,
        phase: 'outcome',
        atMs: rounded(nowMs()),
        outcome,
        code,
        ...(response.ok ? { reply } : {}),
      });
    }),
  );
}

const MOVES_MIN = 10;

/** The old seat goes on sending until the new one has logged in, and drains its queue after that. */
const movedWhileSending: FaultRow = {
  name: 'moved-while-the-old-seat-sends',
  logs: ['postgres', 'one-broker'],
  cutsReplies: [],
  load: { incidentShare: 0.9, readShare: 0.05 },
  async harm(scene) {
    await scene.underLoad();
    scene.inject();
    scene.hit('nine of ten candidates meet a supervisor, two of five are moved');
    await scene.underLoad();
    scene.heal();
  },
  problems({ history }) {
    const moves = history.operations.filter(({ kind, outcome }) => kind === 'move' && outcome === 'ok');
    const tries = answerTries(history);
    const whileSending = moves.filter(({ tries: [first] }) => {
      const { attemptId, atMs } = first!.intent;
      return tries.some(
        ({ intent, outcome }) =>
          intent.attemptId === attemptId && intent.epoch === 1 && (outcome?.atMs ?? Infinity) > atMs,
      );
    });
    return whileSending.length >= MOVES_MIN
      ? []
      : [`shows nothing: only ${whileSending.length} of ${moves.length} moves met answers of the old seat`];
  },
};

faultSuite('every command acts once, whoever gives it and whatever dies', [
  relayKilled,
  finishedTwiceAtOnce,
  movedWhileSending,
]);
