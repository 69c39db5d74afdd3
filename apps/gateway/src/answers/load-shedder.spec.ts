import { performance } from 'node:perf_hooks';
import { VirtualRuntime, systemRuntime } from '@app/messaging';
import { EventLoopDelay, LoadShedder } from './load-shedder';

const limits = { queuedRecordsMax: 10, eventLoopDelayMaxMs: 200 };

function shedderUnder(queuedRecords: number, eventLoopDelayMs: number): LoadShedder {
  const load = { queuedRecords: () => queuedRecords, eventLoopDelayMs: () => eventLoopDelayMs };
  return new LoadShedder(load, limits, new VirtualRuntime());
}

describe('shedding load', () => {
  test('a gateway that keeps up admits', () => {
    expect(() => shedderUnder(9, 200).admit()).not.toThrow();
  });

  test.each([
    ['its queue is long', 10, 0],
    ['its event loop is late', 0, 201],
  ])('a gateway refuses while %s', (_what, queued, delayMs) => {
    expect(() => shedderUnder(queued, delayMs).admit()).toThrow(expect.objectContaining({ code: 'answer.overloaded' }));
  });

  test('those refused together are not sent back together', () => {
    const shedder = shedderUnder(10, 0);
    const waits = new Set(Array.from({ length: 100 }, () => shedder.retryAfterSeconds()));
    expect(waits).toEqual(new Set([1, 2, 3, 4]));
  });

  test('an event loop that was blocked shows as late, and as on time once it has recovered', async () => {
    const delay = new EventLoopDelay({ ...systemRuntime, monotonicMs: nextWindow() });
    delay.currentMs();
    for (let block = 0; block < 3; block++) {
      const untilMs = performance.now() + 150;
      while (performance.now() < untilMs);
      await timerTurn();
    }
    expect(delay.currentMs()).toBeGreaterThan(50);
    while (delay.currentMs() > 50) for (let turn = 0; turn < 5; turn++) await timerTurn();
    delay.stop();
  });
});

/** A clock by which each look at the delay falls into a new window. */
function nextWindow(): () => number {
  let nowMs = 0;
  return () => (nowMs += 1_000);
}

/** One turn of the loop that gets as far as its timers. */
function timerTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 15));
}
