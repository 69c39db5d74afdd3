import { type Runtime, systemRuntime } from '@app/messaging';
import { Logger } from '@nestjs/common';
import { type Gateway, answerOf, post, recorded, startTestGateway } from './gateway.harness';

const HOUR_MS = 3_600_000;
const [first, second] = [answerOf(1), answerOf(2)] as const;

/** A process whose wall clock can be set, in front of a database whose clock is right. */
let aheadMs = 0;
const runtime: Runtime = { ...systemRuntime, nowMs: () => systemRuntime.nowMs() + aheadMs };

describe('a gateway whose clock jumps', () => {
  let gateway: Gateway;

  beforeEach(async () => {
    for (const level of ['error', 'warn'] as const) jest.spyOn(Logger.prototype, level).mockImplementation();
    aheadMs = 0;
    gateway = await startTestGateway({ runtime, readDatabaseClock: async () => Date.now() });
  });

  afterEach(async () => {
    await gateway.stop();
    jest.restoreAllMocks();
  });

  test.each([HOUR_MS, -HOUR_MS, 24 * HOUR_MS, 1_500])(
    'by %d ms acknowledges nothing from then on, says that nothing was appended, and goes on once it is right again',
    async (jumpMs) => {
      expect((await post(gateway, [first])).status).toBe(200);
      aheadMs = jumpMs;
      const { status, headers, body } = await post(gateway, [second]);
      expect(status).toBe(503);
      // By the clock that is wrong, the token would have expired a day ahead.
      expect(body).toMatchObject({ code: 'answer.not-appended', detail: expect.stringContaining('clock') });
      expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
      expect((await fetch(`${gateway.url}/health/ready`)).status).toBe(503);
      expect((await recorded(gateway.log)).map(({ data }) => data.seq)).toEqual([first.seq]);
      aheadMs = 0;
      expect((await post(gateway, [second])).status).toBe(200);
      expect(await recorded(gateway.log)).toHaveLength(2);
    },
  );

  test('between token and append names the answers that were not appended', async () => {
    const get = gateway.views.get.bind(gateway.views);
    jest.spyOn(gateway.views, 'get').mockImplementation((attemptId) => {
      aheadMs = HOUR_MS;
      return get(attemptId);
    });
    const { status, body } = await post(gateway, [first, second]);
    expect(status).toBe(503);
    expect(body).toMatchObject({
      code: 'answer.not-appended',
      receipts: [],
      notAppended: [first.seq, second.seq],
      unknown: [],
    });
    expect(await recorded(gateway.log)).toEqual([]);
  });

  test('after the append tells the time on from the stamp', async () => {
    const append = gateway.log.append.bind(gateway.log);
    jest.spyOn(gateway.log, 'append').mockImplementation((...given) => {
      aheadMs = HOUR_MS;
      return append(...given);
    });
    const { status, body } = await post(gateway, [first]);
    expect(status).toBe(200);
    expect(Math.abs(Date.parse(body.serverTime as string) - Date.now())).toBeLessThan(10_000);
  });
});
