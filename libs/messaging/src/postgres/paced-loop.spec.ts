import { VirtualRuntime } from '../memory/virtual-runtime';
import { PacedLoop } from './paced-loop';

describe('a paced loop', () => {
  let runtime: VirtualRuntime;
  let turns: number[];
  let loop: PacedLoop;

  beforeEach(() => {
    runtime = new VirtualRuntime();
    turns = [];
    loop = new PacedLoop(runtime, () => {
      turns.push(runtime.monotonicMs());
      return Promise.resolve(100);
    });
  });

  test('does nothing before the first wake-up, then keeps to the pause that each turn asks for', async () => {
    await runtime.advance(500);
    expect(turns).toEqual([]);
    loop.wake();
    await runtime.advance(350);
    expect(turns).toHaveLength(3);
  });

  test('a wake-up cuts the pause short', async () => {
    loop.wake();
    await runtime.advance(50);
    loop.wake();
    await runtime.advance(1);
    expect(turns).toEqual([0, 50]);
  });

  test('many wake-ups make few turns', async () => {
    for (let elapsedMs = 0; elapsedMs < 100; elapsedMs++) {
      loop.wake();
      await runtime.advance(1);
    }
    expect(turns).toEqual([0, 20, 40, 60, 80, 100]);
  });

  test('a wake-up during a turn is not lost', async () => {
    const during = new PacedLoop(runtime, () => {
      turns.push(runtime.monotonicMs());
      if (turns.length === 1) during.wake();
      return Promise.resolve(100);
    });
    during.wake();
    await runtime.advance(50);
    expect(turns).toEqual([0, 20]);
  });

  test('closing ends it, and a later wake-up does not begin it again', async () => {
    loop.wake();
    await runtime.advance(10);
    const closing = loop.close();
    await runtime.advance(100);
    await closing;
    loop.wake();
    await runtime.advance(500);
    expect(turns).toEqual([0]);
  });
});
