import { type Runtime, systemRuntime } from '@app/messaging';
import { AssessmentHarness } from './assessment-harness';

jest.setTimeout(60_000);

const HOUR_MS = 3_600_000;
/** Longer than a sweep and the relay's round together. */
const SWEEPS_MS = 1_500;

let aheadMs = 0;
const runtime: Runtime = { ...systemRuntime, nowMs: () => systemRuntime.nowMs() + aheadMs };
let harness: AssessmentHarness;

beforeAll(async () => {
  harness = await AssessmentHarness.start(runtime, async () => systemRuntime.nowMs());
});
afterEach(() => {
  aheadMs = 0;
});
afterAll(() => harness.stop());

const markersOf = async (attemptId: string) =>
  (await harness.events('attempts')).filter(
    ({ subject, type }) => subject === attemptId && type.includes('close-requested'),
  );

describe('an assessment service whose clock jumps', () => {
  test.each([HOUR_MS, -HOUR_MS])(
    'by %d ms refuses login, start, submit and reading, changes nothing, and goes on once it is right again',
    async (jumpMs) => {
      const session = `clock-${jumpMs}`;
      await harness.planSession(session, 1);
      const [issued] = await harness.pins(session);
      aheadMs = jumpMs;
      const refused = await harness.logIn(issued!.participantNumber, issued!.pin);
      expect([refused.status, refused.body.code]).toEqual([503, 'service.clock-wrong']);
      aheadMs = 0;
      const login = (await harness.logIn(issued!.participantNumber, issued!.pin)).body;
      const { token, attemptId } = login;
      expect(login.epoch).toBe(1);
      await harness.call('POST', `/v1/sessions/${session}/open`, { role: 'supervisor' });
      for (const [method, path] of [
        ['POST', '/start'],
        ['GET', ''],
        ['POST', '/submit'],
      ] as const) {
        const url = `/v1/attempts/${attemptId}${path}`;
        aheadMs = jumpMs;
        expect((await harness.call(method, url, { token })).body.code).toBe('service.clock-wrong');
        aheadMs = 0;
        expect((await harness.call(method, url, { token })).status).toBe(200);
      }
      const started = (await harness.events('attempts')).filter(({ id }) => id === `${attemptId}/started`);
      expect(started).toHaveLength(1);
      expect(Math.abs(Date.parse(started[0]!.time) - Date.now())).toBeLessThan(30_000);
    },
  );

  test('by an hour closes nobody an hour early', async () => {
    const { attemptId, token } = await harness.sitting('clock-sweeper', { durationSeconds: 600 });
    await harness.until(
      async () => (await harness.call('GET', `/v1/attempts/${attemptId}`, { token })).body.status === 'started',
    );
    aheadMs = HOUR_MS;
    await systemRuntime.sleep(SWEEPS_MS);
    expect(await markersOf(attemptId)).toEqual([]);
  });
});
