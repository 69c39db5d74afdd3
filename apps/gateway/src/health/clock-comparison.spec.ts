import { VirtualRuntime } from '@app/messaging';
import { ClockComparison } from './clock-comparison';

describe('the comparison with the clock of the database', () => {
  test.each([0, 400, -400])('a clock that is off by %d ms is close enough', async (offMs) => {
    const runtime = new VirtualRuntime();
    const clock = new ClockComparison(async () => runtime.nowMs() + offMs, runtime);
    await expect(clock.assertClose()).resolves.toBeUndefined();
  });

  test.each([600, -600])('a clock that is off by %d ms is not', async (offMs) => {
    const runtime = new VirtualRuntime();
    const clock = new ClockComparison(async () => runtime.nowMs() + offMs, runtime);
    await expect(clock.assertClose()).rejects.toThrow('600 ms');
  });

  test('a slow answer of the database does not make a good clock a bad one', async () => {
    const runtime = new VirtualRuntime();
    const clock = new ClockComparison(async () => {
      const readMs = runtime.nowMs();
      await runtime.sleep(1_800);
      return readMs;
    }, runtime);
    const verdict = clock.assertClose();
    await runtime.advance(1_800);
    await expect(verdict).resolves.toBeUndefined();
  });

  test('a clock that was never compared is not taken for good', async () => {
    const clock = new ClockComparison(() => Promise.reject(new Error('away')), new VirtualRuntime());
    await expect(clock.assertClose()).rejects.toThrow('could not be read');
  });

  test('a step of our clock shows even while the database is away', async () => {
    const runtime = new VirtualRuntime();
    let isAway = false;
    const clock = new ClockComparison(async () => {
      if (isAway) throw new Error('away');
      return runtime.nowMs();
    }, runtime);
    await clock.assertClose();
    isAway = true;
    await runtime.advance(60_000);
    await expect(clock.assertClose()).resolves.toBeUndefined();
    runtime.shiftClock(-700);
    await expect(clock.assertClose()).rejects.toThrow('700 ms');
  });
});
