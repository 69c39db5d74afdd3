import { type Histogram, build, decodeFromCompressedBase64, encodeIntoCompressedBase64 } from 'hdr-histogram-js';

/** Histograms count in tenths of a millisecond: finer than the timers that send. */
const UNITS_PER_MS = 10;
/** Longer than any request may take with all its repeats. */
const LATENCY_MAX_MS = 600_000;
/** One per cent of the value; an encoded histogram of a second then takes less than a kilobyte. */
const SIGNIFICANT_DIGITS = 2;

/** Latencies, from the intended time of sending to the reply, which many processes can add up. */
export class LatencyHistogram {
  private constructor(private readonly histogram: Histogram) {}

  static empty(): LatencyHistogram {
    return new LatencyHistogram(
      build({
        bitBucketSize: 32,
        lowestDiscernibleValue: 1,
        highestTrackableValue: LATENCY_MAX_MS * UNITS_PER_MS,
        numberOfSignificantValueDigits: SIGNIFICANT_DIGITS,
      }),
    );
  }

  static decoded(text: string): LatencyHistogram {
    return new LatencyHistogram(decodeFromCompressedBase64(text));
  }

  record(ms: number): void {
    const units = Math.round(Math.min(Math.max(ms, 0), LATENCY_MAX_MS) * UNITS_PER_MS);
    this.histogram.recordValue(units);
  }

  add(other: LatencyHistogram): void {
    this.histogram.add(other.histogram);
  }

  encoded(): string {
    return encodeIntoCompressedBase64(this.histogram);
  }

  get count(): number {
    return this.histogram.totalCount;
  }

  get maxMs(): number {
    return this.count === 0 ? 0 : this.histogram.maxValue / UNITS_PER_MS;
  }

  percentileMs(percentile: number): number {
    return this.count === 0 ? 0 : this.histogram.getValueAtPercentile(percentile) / UNITS_PER_MS;
  }
}
