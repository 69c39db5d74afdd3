import { VirtualRuntime } from '@app/messaging';
import { Logger } from '@nestjs/common';
import type { ClockSource } from './clock-source';
import { DatabaseClock } from './database-clock';

const HOUR_MS = 3_600_000;

class ScriptedSource implements ClockSource {
  isAway = false;
  readings = 0;
  /** Of the database's clock against ours before any jump. */
  offMs = 0;
  delayMs = 0;

  constructor(private readonly runtime: VirtualRuntime) {}

  async read(): Promise<number> {
    this.readings += 1;
    if (this.isAway) throw new Error('away');
    const readMs = ORIGIN_MS + this.runtime.monotonicMs() + this.offMs;
    if (this.delayMs > 0) await this.runtime.sleep(this.delayMs);
    return readMs;
  }

  close = () => Promise.resolve();
}

/** What the wall clock of a virtual runtime shows at its beginning. */
const ORIGIN_MS = new VirtualRuntime().nowMs();

function setUp() {
  const runtime = new VirtualRuntime();
  const source = new ScriptedSource(runtime);
  return { runtime, source, clock: new DatabaseClock(source, runtime) };
}

const REFUSED = expect.objectContaining({ code: 'service.clock-wrong' });

describe("a clock that is compared with the database's", () => {
  beforeEach(() => {
    for (const level of ['error', 'warn'] as const) jest.spyOn(Logger.prototype, level).mockImplementation();
  });
  afterEach(() => jest.restoreAllMocks());

  test.each([0, 400, -400])('that is off by %d ms is good', async (offMs) => {
    const { clock, source, runtime } = setUp();
    source.offMs = offMs;
    await clock.start();
    expect(() => clock.assertClose()).not.toThrow();
    expect(clock.nowMs()).toBe(runtime.nowMs());
  });

  test.each([600, -600])('that is off by %d ms should get no requests, and answers those that come', async (offMs) => {
    const { clock, source, runtime } = setUp();
    source.offMs = offMs;
    await clock.start();
    expect(() => clock.assertClose()).toThrow('600 ms');
    expect(clock.nowMs()).toBe(runtime.nowMs());
  });

  test.each([1_100, -1_100])('that is off by %d ms stamps nothing', async (offMs) => {
    const { clock, source } = setUp();
    source.offMs = offMs;
    await clock.start();
    expect(() => clock.nowMs()).toThrow(REFUSED);
  });

  test('stamps nothing before it was compared', async () => {
    const { clock, source } = setUp();
    source.isAway = true;
    await clock.start();
    expect(() => clock.assertClose()).toThrow('could not be read');
    expect(() => clock.nowMs()).toThrow(REFUSED);
  });

  test.each([HOUR_MS, -HOUR_MS, 1_200, -1_200])(
    'a jump of %d ms is met by the very next stamp, without a reading',
    async (jumpMs) => {
      const { clock, source, runtime } = setUp();
      await clock.start();
      expect(clock.nowMs()).toBe(runtime.nowMs());
      const readings = source.readings;
      runtime.shiftClock(jumpMs);
      expect(() => clock.nowMs()).toThrow(REFUSED);
      expect(source.readings).toBeLessThanOrEqual(readings + 1);
      expect(clock.differenceSeconds()).toBe(jumpMs / 1_000);
    },
  );

  test('a jump is met while the database is away, and one back ends the refusals', async () => {
    const { clock, source, runtime } = setUp();
    await clock.start();
    source.isAway = true;
    await runtime.advance(HOUR_MS);
    expect(clock.nowMs()).toBe(runtime.nowMs());
    runtime.shiftClock(HOUR_MS);
    expect(() => clock.nowMs()).toThrow(REFUSED);
    runtime.shiftClock(-HOUR_MS);
    expect(clock.nowMs()).toBe(runtime.nowMs());
  });

  test('where the database has jumped as well, one new comparison ends the refusals', async () => {
    const { clock, source, runtime } = setUp();
    await clock.start();
    await runtime.advance(1_000);
    runtime.shiftClock(HOUR_MS);
    source.offMs = HOUR_MS;
    expect(() => clock.nowMs()).toThrow(REFUSED);
    await runtime.settle();
    expect(clock.nowMs()).toBe(runtime.nowMs());
  });

  test('a suspended machine, whose monotonic clock stood still, is taken for a jump', async () => {
    const { clock, source, runtime } = setUp();
    await clock.start();
    await runtime.advance(1_000);
    runtime.shiftClock(30_000);
    expect(() => clock.nowMs()).toThrow(REFUSED);
    source.offMs = 30_000;
    await runtime.advance(5_000);
    expect(clock.nowMs()).toBe(runtime.nowMs());
  });

  test('thousands of refusals cost the database four readings a second', async () => {
    const { clock, source, runtime } = setUp();
    await clock.start();
    runtime.shiftClock(HOUR_MS);
    const before = source.readings;
    for (let nth = 0; nth < 1_000; nth++) {
      expect(() => clock.nowMs()).toThrow(REFUSED);
      await runtime.advance(1);
    }
    expect(source.readings - before).toBeLessThanOrEqual(5);
  });

  test('a slow answer makes neither a good clock bad nor a certain one uncertain', async () => {
    const { clock, source, runtime } = setUp();
    source.delayMs = 1_800;
    const started = clock.start();
    await runtime.advance(1_800);
    await started;
    expect(() => clock.assertClose()).not.toThrow();
    source.delayMs = 0;
    await runtime.advance(5_000);
    source.delayMs = 1_800;
    await runtime.advance(60_000);
    runtime.shiftClock(1_200);
    expect(() => clock.nowMs()).toThrow(REFUSED);
  });

  test('is compared every five seconds until it is stopped', async () => {
    const { clock, source, runtime } = setUp();
    await Promise.all([clock.start(), clock.start()]);
    await runtime.advance(20_000);
    expect(source.readings).toBe(5);
    await clock.stop();
    await clock.stop();
    await runtime.advance(20_000);
    expect(source.readings).toBe(5);
  });
});
