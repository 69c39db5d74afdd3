import { setTimeout as delay } from 'node:timers/promises';
import { TOPICS } from '@app/contracts';
import { MemoryEventLog, type Runtime, systemRuntime } from '@app/messaging';
import { HealthRegistry } from '@app/observability';
import { type Receipt, verifyReceipt } from '@app/receipts';
import {
  type Gateway,
  type HarnessOptions,
  type Reply,
  answerOf,
  post,
  receiptPublicKey,
  recorded,
  startTestGateway,
} from './gateway.harness';
import { ScriptedEventLog } from './scripted-event-log';

const [first, second, third] = [answerOf(1), answerOf(2), answerOf(3)] as const;

let gateway: Gateway;
let log: ScriptedEventLog;

async function start(options: Omit<HarnessOptions, 'log'> = {}): Promise<void> {
  log = await ScriptedEventLog.create();
  gateway = await startTestGateway({ ...options, log });
}

afterEach(() => gateway.stop());

function seqsOf(receipts: unknown): number[] {
  return (receipts as Receipt[]).map(({ seq }) => seq);
}

describe('what the gateway says about answers that are not all in the log', () => {
  beforeEach(() => start());

  test('certainly not recorded: told so, with a time to come back', async () => {
    log.fates.set(first.seq, 'refused');
    const { status, headers, body } = await post(gateway, [first]);
    expect(status).toBe(503);
    expect(body).toMatchObject({ code: 'answer.not-appended', receipts: [], notAppended: [first.seq], unknown: [] });
    expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
  });

  test('perhaps recorded: called unknown', async () => {
    log.fates.set(first.seq, 'unknown');
    const { status, body } = await post(gateway, [first]);
    expect(status).toBe(503);
    expect(body).toMatchObject({ code: 'answer.unknown', receipts: [], notAppended: [], unknown: [first.seq] });
  });

  test('of many answers each is told apart, and those recorded have their receipts', async () => {
    log.fates.set(first.seq, 'refused');
    const { status, body } = await post(gateway, [first, second]);
    expect(status).toBe(503);
    expect(body).toMatchObject({ code: 'answer.not-appended', notAppended: [first.seq], unknown: [] });
    expect(seqsOf(body.receipts)).toEqual([second.seq]);
    expect(verifyReceipt((body.receipts as Receipt[])[0]!, receiptPublicKey)).toBe(true);
    expect((await recorded(log)).map(({ data }) => data.seq)).toEqual([second.seq]);
  });

  test('one unknown answer makes the whole reply unknown', async () => {
    log.fates.set(first.seq, 'refused').set(second.seq, 'unknown');
    const { body } = await post(gateway, [first, second, third]);
    expect(body).toMatchObject({ code: 'answer.unknown', notAppended: [first.seq], unknown: [second.seq] });
    expect(seqsOf(body.receipts)).toEqual([third.seq]);
  });
});

describe('what the gateway says while the log misbehaves', () => {
  test('never contradicts the log', async () => {
    const faulty = new MemoryEventLog();
    await faulty.createTopics([TOPICS.attempts]);
    faulty.setFaults({
      seed: 7,
      refused: 0.2,
      lostRequest: 0.1,
      lostResponse: 0.2,
      duplicate: 0.2,
      appendDelayMaxMs: 5,
    });
    gateway = await startTestGateway({ log: faulty });
    const replies = await Promise.all(
      Array.from({ length: 60 }, (_, attempt) => {
        const answers = [1, 2, 3].map((counter) => answerOf(counter));
        return post(gateway, answers, { attemptId: `attempt-${attempt}` }).then((reply) => ({ attempt, reply }));
      }),
    );
    const positions = await positionsIn(faulty);
    const seen = { recorded: 0, notAppended: 0, unknown: 0 };
    for (const { attempt, reply } of replies) {
      const claims = claimsOf(reply);
      for (const { partition, offset, commitment } of claims.receipts) {
        expect(positions.get(`${partition}/${offset}`)).toBe(commitment);
      }
      const inLog = (await recorded(faulty))
        .filter(({ subject }) => subject === `attempt-${attempt}`)
        .map(({ data }) => data.seq);
      for (const seq of claims.notAppended) expect(inLog).not.toContain(seq);
      expect(claims.receipts.length + claims.notAppended.length + claims.unknown.length).toBe(3);
      seen.recorded += claims.receipts.length;
      seen.notAppended += claims.notAppended.length;
      seen.unknown += claims.unknown.length;
    }
    expect(Math.min(seen.recorded, seen.notAppended, seen.unknown)).toBeGreaterThan(5);
  });
});

describe('a log that does not answer', () => {
  test('makes an answer unknown at the append limit of 8 s', async () => {
    const speed = 40;
    await start({ runtime: fastRuntime(speed) });
    const release = log.hold();
    const startedAtMs = performance.now();
    const { body } = await post(gateway, [first]);
    expect(body.code).toBe('answer.unknown');
    expect(performance.now() - startedAtMs).toBeGreaterThanOrEqual(8_000 / speed);
    release();
  });

  test('makes the gateway refuse early, while what was taken still waits', async () => {
    await start({ config: { answerQueueRecordsMax: 3 } });
    const release = log.hold();
    const taken = post(gateway, [first, second, third]);
    await log.arrival();
    const refused = await post(gateway, [first], { attemptId: 'attempt-2' });
    expect(refused.status).toBe(503);
    expect(refused.body.code).toBe('answer.overloaded');
    release();
    expect((await taken).status).toBe(200);
    expect((await post(gateway, [first], { attemptId: 'attempt-2' })).status).toBe(200);
  });
});

describe('a gateway that stops', () => {
  beforeEach(() => start());

  test('is not ready first, and goes on taking answers', async () => {
    gateway.app.get(HealthRegistry).stopAccepting();
    expect((await fetch(`${gateway.url}/health/ready`)).status).toBe(503);
    expect((await fetch(`${gateway.url}/health/live`)).status).toBe(200);
    expect((await post(gateway, [first])).status).toBe(200);
  });

  test('acknowledges every answer it has taken, and takes no more', async () => {
    const release = log.hold();
    const taken = [1, 2, 3].map((attempt) => post(gateway, [first], { attemptId: `attempt-${attempt}` }));
    await log.arrival();
    await untilTaken(gateway, 3);
    const stopped = gateway.stop();
    await expect(untilRefused(gateway)).resolves.toBeUndefined();
    release();
    const replies = await Promise.all(taken);
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(await recorded(log)).toHaveLength(3);
    await stopped;
  });
});

/** A runtime in which timers run out sooner than by the clock of the test. */
function fastRuntime(speed: number): Runtime {
  const [startMs, startMonotonicMs] = [systemRuntime.nowMs(), systemRuntime.monotonicMs()];
  return {
    ...systemRuntime,
    nowMs: () => startMs + (systemRuntime.monotonicMs() - startMonotonicMs) * speed,
    monotonicMs: () => systemRuntime.monotonicMs() * speed,
    after: (delayMs, run) => systemRuntime.after(delayMs / speed, run),
    sleep: (delayMs, signal) => systemRuntime.sleep(delayMs / speed, signal),
  };
}

function claimsOf({ status, body }: Reply): { receipts: Receipt[]; notAppended: number[]; unknown: number[] } {
  const receipts = body.receipts as Receipt[];
  if (status === 200) return { receipts, notAppended: [], unknown: [] };
  return { receipts, notAppended: body.notAppended as number[], unknown: body.unknown as number[] };
}

async function positionsIn(eventLog: MemoryEventLog): Promise<Map<string, string>> {
  const positions = new Map<string, string>();
  for (const [partition, { endOffset }] of await eventLog.ranges(TOPICS.attempts.name)) {
    for (const { offset, value } of await eventLog.read(TOPICS.attempts.name, partition, 0, endOffset)) {
      const { data } = JSON.parse(value) as { data: { commitment: string } };
      positions.set(`${partition}/${offset}`, data.commitment);
    }
  }
  return positions;
}

/** Requests that the server works on now. */
async function untilTaken(target: Gateway, count: number): Promise<void> {
  while ((await queuedRecords(target)) < count) await delay(1);
}

async function queuedRecords({ url }: Gateway): Promise<number> {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  return Number(/^petabakat_answer_queue_records (\d+)$/m.exec(metrics)?.[1]);
}

async function untilRefused({ url }: Gateway): Promise<void> {
  for (;;) {
    const answered = await fetch(`${url}/health/live`, { headers: { connection: 'close' } }).then(
      () => true,
      () => false,
    );
    if (!answered) return;
  }
}
