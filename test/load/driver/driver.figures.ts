import type { OperationKind, Outcome } from '../history/history.format';
import { LatencyHistogram } from './latency.histogram';

/** A send that leaves this much later than intended counts as lagging: by the driver's fault, not the server's. */
export const LAG_LIMIT_MS = 50;

/** What happened to answers (and, where it says so, to everything) within a time. */
export interface Counts {
  /** Answers whose time had come. */
  offered: number;
  /** Sends that had a time of their own, answers or not; repeats have none. */
  sends: number;
  lagged: number;
  /** Answers that are acknowledged now and were not before. */
  acknowledged: number;
  /** Further tries of anything. */
  repeats: number;
  /** Tries by their outcome. */
  notAppended: number;
  overloaded: number;
  unknown: number;
  refused: number;
  notSent: number;
  /** Tries of other operations whose outcome is unknown. */
  unknownOthers: number;
}

export function noCounts(): Counts {
  return {
    offered: 0,
    sends: 0,
    lagged: 0,
    acknowledged: 0,
    repeats: 0,
    notAppended: 0,
    overloaded: 0,
    unknown: 0,
    refused: 0,
    notSent: 0,
    unknownOthers: 0,
  };
}

export function addCounts(sum: Counts, part: Counts): void {
  for (const name of Object.keys(sum) as (keyof Counts)[]) sum[name] += part[name];
}

/** Since the report before. */
export interface FiguresReport {
  readonly untilMs: number;
  readonly counts: Counts;
  /** Of acknowledged answers, encoded. */
  readonly latency: string;
  /** Of all sends that had a time of their own, encoded. */
  readonly lag: string;
}

/** Histograms of the whole run, encoded. */
export interface FiguresTotal {
  readonly latencies: Readonly<Partial<Record<OperationKind, string>>>;
}

/** What one driver process counts. The history has it all; this is what can be shown while the run goes on. */
export class DriverFigures {
  private counts = noCounts();
  private latency = LatencyHistogram.empty();
  private lag = LatencyHistogram.empty();
  private readonly latencies = new Map<OperationKind, LatencyHistogram>();

  offered(): void {
    this.counts.offered += 1;
  }

  /** @param lagMs between the intended time and the first byte */
  sent(lagMs: number): void {
    this.counts.sends += 1;
    if (lagMs > LAG_LIMIT_MS) this.counts.lagged += 1;
    this.lag.record(lagMs);
  }

  repeated(): void {
    this.counts.repeats += 1;
  }

  done(kind: OperationKind, latencyMs: number): void {
    let histogram = this.latencies.get(kind);
    if (!histogram) this.latencies.set(kind, (histogram = LatencyHistogram.empty()));
    histogram.record(latencyMs);
    if (kind !== 'answer') return;
    this.latency.record(latencyMs);
    this.counts.acknowledged += 1;
  }

  notDone(kind: OperationKind, outcome: Exclude<Outcome, 'ok'>, code: string, wasSent: boolean): void {
    if (kind === 'answer') this.counts[countOf(outcome, code, wasSent)] += 1;
    else if (outcome === 'unknown') this.counts.unknownOthers += 1;
  }

  /** Begins the next report. */
  report(untilMs: number): FiguresReport {
    const report = { untilMs, counts: this.counts, latency: this.latency.encoded(), lag: this.lag.encoded() };
    this.counts = noCounts();
    this.latency = LatencyHistogram.empty();
    this.lag = LatencyHistogram.empty();
    return report;
  }

  total(): FiguresTotal {
    return { latencies: Object.fromEntries([...this.latencies].map(([kind, one]) => [kind, one.encoded()])) };
  }
}

function countOf(outcome: Exclude<Outcome, 'ok'>, code: string, wasSent: boolean): keyof Counts {
  if (outcome === 'unknown') return 'unknown';
  if (!wasSent) return 'notSent';
  if (code === 'answer.not-appended') return 'notAppended';
  return code === 'answer.overloaded' ? 'overloaded' : 'refused';
}

/** Of several processes together, by operation. */
export function latenciesOf(totals: readonly FiguresTotal[]): Map<OperationKind, LatencyHistogram> {
  const sums = new Map<OperationKind, LatencyHistogram>();
  for (const { latencies } of totals) {
    for (const [kind, encoded] of Object.entries(latencies) as [OperationKind, string][]) {
      const sum = sums.get(kind) ?? LatencyHistogram.empty();
      sum.add(LatencyHistogram.decoded(encoded));
      sums.set(kind, sum);
    }
  }
  return sums;
}
