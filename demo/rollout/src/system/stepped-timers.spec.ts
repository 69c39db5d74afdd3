import { SteppedTimers } from './stepped-timers';

describe('stepped timers', () => {
  test('whoever sleeps goes on at a step, once, and the step ends when it sleeps again', async () => {
    const timers = new SteppedTimers();
    const runtime = timers.runtime({ nowMs: 42 });
    let rounds = 0;
    const loop = async () => {
      for (;;) {
        await runtime.sleep(500);
        rounds += 1;
      }
    };
    void loop();
    await timers.step();
    expect(rounds).toBe(1);
    await timers.step();
    expect(rounds).toBe(2);
    expect(runtime.nowMs()).toBe(42);
  });

  test('a longer pause than after an evaluation that worked is an error', async () => {
    const timers = new SteppedTimers();
    const runtime = timers.runtime({ nowMs: 0 });
    void runtime.sleep(500).then(() => runtime.sleep(2_000));
    await expect(timers.step()).rejects.toThrow('could not be evaluated');
  });

  test('an aborted sleep ends without a step', async () => {
    const stop = new AbortController();
    const sleeping = new SteppedTimers().runtime({ nowMs: 0 }).sleep(500, stop.signal);
    stop.abort();
    await expect(sleeping).resolves.toBeUndefined();
  });
});
