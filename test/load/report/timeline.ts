import { type Counts, type FiguresReport, addCounts, noCounts } from '../driver/driver.figures';
import { LatencyHistogram } from '../driver/latency.histogram';
import type { Lag } from '../platform/consumer-lag';

/** One second of a run. Null is what could not be looked at. */
export interface TimelineSecond extends Counts {
  /** Since 1970. */
  readonly second: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  readonly lag: Lag | null;
}

/** Puts together, second by second, what the driver processes and the looks at the platform report. */
export class Timeline {
  readonly total = noCounts();
  readonly latency = LatencyHistogram.empty();
  readonly sendLag = LatencyHistogram.empty();
  private readonly seconds = new Map<number, { counts: Counts; latency: LatencyHistogram }>();
  private readonly lags = new Map<number, Lag>();

  /** A report belongs to the second in which most of it happened. */
  addFigures({ untilMs, counts, latency, lag }: FiguresReport): void {
    const decoded = LatencyHistogram.decoded(latency);
    const second = this.secondAt(untilMs - 500);
    addCounts(second.counts, counts);
    second.latency.add(decoded);
    addCounts(this.total, counts);
    this.latency.add(decoded);
    this.sendLag.add(LatencyHistogram.decoded(lag));
  }

  addLag(atMs: number, lag: Lag): void {
    this.lags.set(Math.floor(atMs / 1_000), lag);
  }

  between(fromMs: number, untilMs: number): TimelineSecond[] {
    const [first, last] = [Math.floor(fromMs / 1_000), Math.floor(untilMs / 1_000)];
    return Array.from({ length: last - first + 1 }, (_, index) => this.at(first + index));
  }

  /** Of the answers that were acknowledged within a time. */
  latencyBetween(fromMs: number, untilMs: number): LatencyHistogram {
    const sum = LatencyHistogram.empty();
    for (const [second, { latency }] of this.seconds) {
      if (second * 1_000 >= fromMs && second * 1_000 < untilMs) sum.add(latency);
    }
    return sum;
  }

  private at(second: number): TimelineSecond {
    const found = this.seconds.get(second);
    const latency = found?.latency ?? LatencyHistogram.empty();
    return {
      second,
      ...(found?.counts ?? noCounts()),
      p50Ms: latency.percentileMs(50),
      p99Ms: latency.percentileMs(99),
      maxMs: latency.maxMs,
      lag: this.lags.get(second) ?? null,
    };
  }

  private secondAt(atMs: number) {
    const second = Math.floor(atMs / 1_000);
    let found = this.seconds.get(second);
    if (!found) this.seconds.set(second, (found = { counts: noCounts(), latency: LatencyHistogram.empty() }));
    return found;
  }
}
