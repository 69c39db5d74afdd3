import { VirtualRuntime } from './virtual-runtime';

describe('VirtualRuntime', () => {
  test('time stands still until it is advanced', async () => {
    const runtime = new VirtualRuntime();
    const before = runtime.nowMs();
    let isDone = false;
    void runtime.sleep(1).then(() => (isDone = true));
    await runtime.settle();
    expect(isDone).toBe(false);
    expect(runtime.nowMs()).toBe(before);
    await runtime.advance(1);
    expect(isDone).toBe(true);
    expect(runtime.nowMs()).toBe(before + 1);
  });

  test('timers run in the order of their moments, each at its moment, those set on the way included', async () => {
    const runtime = new VirtualRuntime();
    const seen: [string, number][] = [];
    const note = (name: string) => seen.push([name, runtime.monotonicMs()]);
    runtime.after(30, () => note('late'));
    runtime.after(10, () => {
      note('early');
      runtime.after(5, () => note('set on the way'));
    });
    await runtime.advance(100);
    expect(seen).toEqual([
      ['early', 10],
      ['set on the way', 15],
      ['late', 30],
    ]);
  });

  test('a cancelled timer does not run, and an aborted sleep ends at once', async () => {
    const runtime = new VirtualRuntime();
    let ran = false;
    runtime.after(10, () => (ran = true))();
    const abort = new AbortController();
    const sleeping = runtime.sleep(10_000, abort.signal);
    abort.abort();
    await sleeping;
    await runtime.advance(20);
    expect(ran).toBe(false);
    expect(runtime.monotonicMs()).toBe(20);
  });

  test('the wall clock can jump without moving the monotonic one', () => {
    const runtime = new VirtualRuntime();
    const before = runtime.nowMs();
    runtime.shiftClock(-5_000);
    expect(runtime.nowMs()).toBe(before - 5_000);
    expect(runtime.monotonicMs()).toBe(0);
  });

  test('one seed gives one sequence, another seed another', () => {
    const draw = (seed: number) => {
      const runtime = new VirtualRuntime(seed);
      return [runtime.random(), runtime.random(), runtime.random()];
    };
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
    expect(draw(7).every((value) => value >= 0 && value < 1)).toBe(true);
  });

  test('waiting for a condition that never holds fails instead of hanging', async () => {
    const runtime = new VirtualRuntime();
    await expect(runtime.until(() => false, 1_000)).rejects.toThrow('1000 ms');
  });
});
