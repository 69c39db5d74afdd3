import { type FiguresReport, DriverFigures, noCounts } from '../driver/driver.figures';
import { costsOf, faultsOf, percentilesOf, recoveryOf, refusalOf } from './load.report';
import { LatencyHistogram } from '../driver/latency.histogram';
import { Timeline, type TimelineSecond } from './timeline';

const second = (at: number, change: Partial<TimelineSecond> = {}): TimelineSecond => ({
  ...noCounts(),
  second: at,
  offered: 100,
  acknowledged: 100,
  p50Ms: 1,
  p99Ms: 2,
  maxMs: 3,
  lag: { records: 0, seconds: 0 },
  ...change,
});

describe('figures of a run', () => {
  test('a run whose driver lagged with more than one send in a thousand is refused', () => {
    expect(refusalOf({ sends: 10_000, lagged: 10 })).toBeNull();
    expect(refusalOf({ sends: 10_000, lagged: 11 })).toContain('11 of 10000 sends (0.11 %)');
    expect(refusalOf({ sends: 0, lagged: 0 })).not.toBeNull();
  });

  test('a send counts as lagging from 50 ms on, by the driver that made it', () => {
    const figures = new DriverFigures();
    figures.sent(49.9);
    figures.sent(50.1);
    expect(figures.report(0).counts).toMatchObject({ sends: 2, lagged: 1 });
    expect(figures.report(0).counts).toMatchObject({ sends: 0, lagged: 0 });
  });

  test('percentiles are those of all processes together', () => {
    const timeline = new Timeline();
    for (const from of [0, 500]) {
      const figures = new DriverFigures();
      for (let ms = from + 1; ms <= from + 500; ms++) figures.done('answer', ms);
      timeline.addFigures(figures.report(10_999) as FiguresReport);
    }
    const [only] = timeline.between(10_000, 10_999);
    expect(only!.acknowledged).toBe(1_000);
    expect(Math.abs(only!.p50Ms - 500)).toBeLessThan(8);
    expect(Math.abs(percentilesOf(timeline.latency).p99Ms - 990)).toBeLessThan(12);
    expect(only!.maxMs).toBeGreaterThanOrEqual(1_000);
  });

  test('a histogram says the same after it was sent to another process', () => {
    const histogram = LatencyHistogram.empty();
    for (const ms of [0.3, 12, 250, 8_000]) histogram.record(ms);
    const copy = LatencyHistogram.decoded(histogram.encoded());
    const [{ maxMs: copiedMaxMs, ...copied }, { maxMs, ...original }] = [percentilesOf(copy), percentilesOf(histogram)];
    expect(copied).toEqual(original);
    // The greatest value travels as that of its bucket, one per cent wide.
    expect(copiedMaxMs / maxMs).toBeLessThan(1.01);
  });

  test('recovery is the first of five seconds at the offered rate without lag', () => {
    const slow = { acknowledged: 50 };
    const late = { lag: { records: 9, seconds: 2 } };
    const timeline = [second(10, slow), second(11), second(12, late), ...[13, 14, 15, 16, 17].map((at) => second(at))];
    expect(recoveryOf(timeline, 10_500)).toBe(2.5);
    expect(recoveryOf(timeline.slice(0, -1), 10_500)).toBeNull();
    expect(recoveryOf([...timeline.slice(0, 7), second(17, { lag: null })], 10_500)).toBeNull();
  });

  test('each fault is paired with its own healing', () => {
    const mark = (name: string, step: 'heal' | 'inject', atMs: number) =>
      ({ phase: 'fault', name, step, atMs }) as const;
    const marks = [mark('a', 'inject', 1), mark('b', 'inject', 2), mark('a', 'heal', 3), mark('a', 'inject', 4)];
    expect(faultsOf(marks, []).map(({ name, injectedMs, healedMs }) => [name, injectedMs, healedMs])).toEqual([
      ['a', 1, 3],
      ['b', 2, null],
      ['a', 4, null],
    ]);
  });

  test('the cost of a process is what it used between two looks, restarted ones from zero', () => {
    const before = [{ name: 'gateway', cpuMs: 1_000, residentMb: 1 }];
    const after = [
      { name: 'gateway', cpuMs: 400, residentMb: 2 },
      { name: 'driver', cpuMs: 500, residentMb: 3 },
    ];
    expect(
      costsOf(before, after, 1_000).map(({ name, microsecondsPerAnswer }) => [name, microsecondsPerAnswer]),
    ).toEqual([
      ['driver', 500],
      ['gateway', 400],
    ]);
  });
});
