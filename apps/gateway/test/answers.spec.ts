import { type Receipt, verifyReceipt } from '@app/receipts';
import type { AttemptView } from '@app/views';
import {
  type Gateway,
  answerOf,
  post,
  receiptPublicKey,
  recorded,
  startTestGateway,
  tokenOf,
  tokens,
} from './gateway.harness';

const DEADLINE_MS = Date.UTC(2026, 0, 5, 4);
const started: AttemptView = {
  attemptId: 'attempt-1',
  epoch: 1,
  status: 'started',
  deadlineMs: DEADLINE_MS,
  itemIds: ['item-1', 'item-2'],
  version: 1,
};

let gateway: Gateway;

beforeEach(async () => {
  gateway = await startTestGateway();
});

afterEach(() => gateway.stop());

describe('an answer that is taken', () => {
  test('is in the log before its receipt, which names its place and is signed', async () => {
    await gateway.views.put([started]);
    const { status, body } = await post(gateway, [answerOf(1)]);
    expect(status).toBe(200);
    const [receipt] = body.receipts as [Receipt];
    const [event] = await recorded(gateway.log);
    expect(event).toMatchObject({
      id: `attempt-1/1048577/${receipt.commitment.slice(0, 12)}`,
      source: '/petabakat/gateway',
      subject: 'attempt-1',
      time: receipt.receivedAt,
      data: { ...answerOf(1), attemptId: 'attempt-1', commitment: receipt.commitment, receivedAt: receipt.receivedAt },
    });
    const [place] = await gateway.log.read('petabakat.attempts.v1', receipt.partition, receipt.offset, 1);
    expect(JSON.parse(place!.value)).toEqual(event);
    expect(verifyReceipt(receipt, receiptPublicKey)).toBe(true);
    expect(body.deadline).toBe('2026-01-05T04:00:00.000Z');
    expect(Math.abs(Date.parse(body.serverTime as string) - Date.now())).toBeLessThan(10_000);
  });

  test('gets one receipt each when many come at once, in their order', async () => {
    const answers = [3, 1, 2].map((counter) => answerOf(counter));
    const { body } = await post(gateway, answers);
    expect((body.receipts as Receipt[]).map(({ seq }) => seq)).toEqual(answers.map(({ seq }) => seq));
    expect((await recorded(gateway.log)).map(({ data }) => data.seq)).toEqual(answers.map(({ seq }) => seq));
  });

  test('is recorded again when it is repeated, with a receipt of its own place and the same commitment', async () => {
    const first = (await post(gateway, [answerOf(1)])).body.receipts as [Receipt];
    const second = (await post(gateway, [answerOf(1)])).body.receipts as [Receipt];
    expect(second[0].commitment).toBe(first[0].commitment);
    expect(second[0].offset).toBe(first[0].offset + 1);
    expect((await recorded(gateway.log)).map(({ id }) => id)).toEqual([expect.any(String), expect.any(String)]);
  });

  test('carries the correlation id of its request', async () => {
    const correlationId = '7c9e6679-7425-40de-944b-e07fc1f90ae7';
    const { headers } = await post(gateway, [answerOf(1)], { headers: { 'x-correlation-id': correlationId } });
    expect(headers.get('x-correlation-id')).toBe(correlationId);
    expect((await recorded(gateway.log))[0]!.correlationid).toBe(correlationId);
  });

  test('leaves fields behind that nobody asked for', async () => {
    await post(gateway, [answerOf(1, { name: 'Canary Person' })]);
    expect(JSON.stringify(await recorded(gateway.log))).not.toContain('Canary');
  });

  test('needs no view of its attempt', async () => {
    const { status, body } = await post(gateway, [answerOf(1, { itemId: 'anything' })]);
    expect(status).toBe(200);
    expect(body.deadline).toBeNull();
  });

  test('may be of a newer epoch than the view that is known', async () => {
    await gateway.views.put([started]);
    const newer = answerOf(1, { seq: 2 * 2 ** 20 + 1 });
    expect((await post(gateway, [newer], { token: tokenOf('attempt-1', 2) })).status).toBe(200);
  });
});

describe('an answer that is refused', () => {
  const refusedWith = async (code: string, status: number, answers: readonly object[], change = {}) => {
    const reply = await post(gateway, answers, change);
    expect(reply.body.code).toBe(code);
    expect(reply.status).toBe(status);
    expect(reply.headers.get('content-type')).toContain('application/problem+json');
    expect(await recorded(gateway.log)).toEqual([]);
    return reply;
  };

  test('without a token', () => refusedWith('access.token-missing', 401, [answerOf(1)], { token: null }));

  test('with a token that is none', () => refusedWith('access.token-invalid', 401, [answerOf(1)], { token: 'none' }));

  test('with a token of another key', async () => {
    const [header, payload] = tokenOf('attempt-1').split('.');
    await refusedWith('access.token-invalid', 401, [answerOf(1)], { token: `${header}.${payload}.${'A'.repeat(43)}` });
  });

  test('with a token that has expired', async () => {
    const claims = { attemptId: 'attempt-1', epoch: 1, sessionId: 's-1', expiresAtMs: Date.now() - 1_000 };
    await refusedWith('access.token-expired', 401, [answerOf(1)], { token: tokens.issue(claims) });
  });

  test('with the token of another attempt', () =>
    refusedWith('access.foreign-attempt', 403, [answerOf(1)], { token: tokenOf('attempt-2') }));

  test('before its body is read, where the token is bad', () =>
    refusedWith('access.foreign-attempt', 403, [], { token: tokenOf('attempt-2'), body: '{"answers": [' }));

  test('as invalid JSON', () => refusedWith('request.invalid-json', 400, [], { body: '{"answers": [' }));

  test('as another content type', () =>
    refusedWith('request.unsupported-media-type', 415, [], { headers: { 'content-type': 'text/plain' } }));

  test('in a body that is too large', () =>
    refusedWith('request.too-large', 413, [answerOf(1, { response: 'x'.repeat(65_536) })]));

  test('with U+0000, naming the place', async () => {
    const { body } = await refusedWith('request.invalid', 400, [answerOf(1), answerOf(2, { response: 'a\u0000' })]);
    expect(body.problems).toEqual([{ at: 'answers.1.response', message: expect.any(String) }]);
  });

  test('with a seq of another epoch than the token', async () => {
    const { body } = await refusedWith('answer.epoch-mismatch', 409, [
      answerOf(1),
      answerOf(2, { seq: 2 * 2 ** 20 + 1 }),
    ]);
    expect(body.problems).toEqual([{ at: 'answers.1.seq', message: 'is not of epoch 1' }]);
  });

  test('after its attempt has closed', async () => {
    await gateway.views.put([{ ...started, status: 'closed' }]);
    await refusedWith('attempt.closed', 409, [answerOf(1)]);
  });

  test('after a newer login', async () => {
    await gateway.views.put([{ ...started, epoch: 2 }]);
    await refusedWith('attempt.superseded', 409, [answerOf(1)]);
  });

  test('to an item that its form does not have', async () => {
    await gateway.views.put([started]);
    const { body } = await refusedWith('attempt.unknown-item', 422, [answerOf(1), answerOf(2, { itemId: 'item-9' })]);
    expect(body.problems).toEqual([{ at: 'answers.1.itemId', message: expect.any(String) }]);
  });

  test('and the next good one works', async () => {
    await refusedWith('request.invalid-json', 400, [], { body: '{' });
    expect((await post(gateway, [answerOf(1)])).status).toBe(200);
  });
});

describe('a view that has changed', () => {
  test('of an attempt reopened a moment ago refuses nothing', async () => {
    await gateway.views.put([{ ...started, status: 'closed' }]);
    expect((await post(gateway, [answerOf(1)])).body.code).toBe('attempt.closed');
    await gateway.views.put([{ ...started, version: 2 }]);
    expect((await post(gateway, [answerOf(1)])).status).toBe(200);
  });
});

describe('requests of one attempt', () => {
  test('are limited, and told when to come back', async () => {
    await gateway.stop();
    gateway = await startTestGateway({ config: { answerRatePerSecond: 0.01, answerRateBurst: 2 } });
    expect((await post(gateway, [answerOf(1)])).status).toBe(200);
    expect((await post(gateway, [answerOf(2)])).status).toBe(200);
    const refused = await post(gateway, [answerOf(3)]);
    expect(refused.body.code).toBe('request.too-many');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(100);
    const other = { attemptId: 'attempt-2' };
    expect((await post(gateway, [answerOf(1)], other)).status).toBe(200);
  });
});

describe('the figures of the answer route', () => {
  test('count requests by the code they got and answers by what became of them', async () => {
    await post(gateway, [answerOf(1), answerOf(2)]);
    await post(gateway, [answerOf(1)], { token: null });
    await post(gateway, [answerOf(1)], { token: tokenOf('attempt-2') });
    await post(gateway, [], { body: '{' });
    const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
    for (const line of [
      'petabakat_answers_total{outcome="appended"} 2',
      'petabakat_answer_requests_total{code="ok"} 1',
      'petabakat_answer_requests_total{code="access.token-missing"} 1',
      'petabakat_answer_requests_total{code="access.foreign-attempt"} 1',
      'petabakat_answer_requests_total{code="request.invalid-json"} 1',
      'petabakat_answer_acknowledgement_seconds_count 1',
      'petabakat_answer_batch_records_sum 2',
      'petabakat_answer_queue_records 0',
    ]) {
      expect(metrics.split('\n')).toContain(line);
    }
  });
});
