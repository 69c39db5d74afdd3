import { cpus, release, totalmem } from 'node:os';
import { LAG_LIMIT_MS, type Counts } from '../driver/driver.figures';
import type { LatencyHistogram } from '../driver/latency.histogram';
import type { FaultLine, OperationKind } from '../history/history.format';
import type { ProcessFigures } from '../kernel/process-figures';
import type { LoadOptions } from '../load.options';
import type { LogCensus } from '../platform/log.census';
import type { StoredBytes } from '../platform/stored-bytes';
import type { TimelineSecond } from './timeline';

/** A run with more sends than this that lagged says how busy the driver was, and nothing about the platform. */
export const LAGGED_SHARE_MAX = 0.001;
/** Back to normal: for so long at so much of the offered rate, with so little lag. */
const RECOVERED_SECONDS = 5;
const RECOVERED_SHARE = 0.95;
const RECOVERED_LAG_SECONDS = 1;

export interface Percentiles {
  readonly count: number;
  readonly p50Ms: number;
  readonly p90Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  readonly maxMs: number;
}

export interface ProcessCost {
  readonly name: string;
  readonly cpuSeconds: number;
  readonly microsecondsPerAnswer: number;
  readonly residentMb: number;
}

export interface ProcessSample {
  readonly second: number;
  /** Since the machine started: what has passed the loopback, and the CPU time of the whole machine. */
  readonly loopbackBytes: number;
  readonly machineMs: number;
  readonly processes: readonly ProcessFigures[];
}

export interface FaultReport {
  readonly name: string;
  readonly injectedMs: number;
  readonly healedMs: number | null;
  /** From healing until the run was back to normal; null if it never was. */
  readonly secondsToRecover: number | null;
}

export interface LoadReport {
  readonly commit: string;
  readonly startedAt: string;
  readonly machine: {
    readonly cores: number;
    readonly memoryGb: number;
    readonly node: string;
    readonly kernel: string;
  };
  readonly options: LoadOptions;
  readonly driver: {
    readonly processes: number;
    readonly sends: number;
    readonly lagged: number;
    readonly laggedShare: number;
    readonly lagP99Ms: number;
    readonly lagMaxMs: number;
  };
  /** As the kernel shows them while candidates answer. */
  readonly connections: {
    readonly most: number;
    readonly atEnd: number;
    readonly byAddress: Readonly<Record<string, number>>;
  };
  readonly log: LogCensus;
  readonly answers: Counts & { readonly perSecond: number; readonly latency: Percentiles };
  readonly operations: Readonly<Partial<Record<OperationKind, Percentiles>>>;
  readonly lag: {
    readonly mostRecords: number;
    readonly mostSeconds: number;
    /** From the last offered answer until nothing waited. */
    readonly secondsToZero: number | null;
  };
  readonly cpu: {
    readonly processes: readonly ProcessCost[];
    readonly sumSeconds: number;
    /** Of the whole machine, whoever for. */
    readonly machineSeconds: number;
    readonly elapsedSeconds: number;
  };
  /** On PostgreSQL's disk before the first and after the last answer; null where it did not answer. */
  readonly stored: { readonly before: StoredBytes | null; readonly after: StoredBytes | null };
  readonly faults: readonly FaultReport[];
  readonly timeline: readonly TimelineSecond[];
  readonly processSamples: readonly ProcessSample[];
}

export function machineOf(): LoadReport['machine'] {
  const memoryGb = Math.round(totalmem() / 1e9);
  return { cores: cpus().length, memoryGb, node: process.version, kernel: release() };
}

export function percentilesOf(histogram: LatencyHistogram): Percentiles {
  return {
    count: histogram.count,
    p50Ms: histogram.percentileMs(50),
    p90Ms: histogram.percentileMs(90),
    p99Ms: histogram.percentileMs(99),
    p999Ms: histogram.percentileMs(99.9),
    maxMs: histogram.maxMs,
  };
}

/** Why this run must not be reported; null where nothing speaks against it. */
export function refusalOf({ sends, lagged }: Pick<Counts, 'lagged' | 'sends'>): string | null {
  if (sends === 0) return 'nothing was sent';
  if (lagged / sends <= LAGGED_SHARE_MAX) return null;
  const share = ((lagged / sends) * 100).toFixed(2);
  return `${lagged} of ${sends} sends (${share} %) left more than ${LAG_LIMIT_MS} ms late: the driver was too busy`;
}

/** What each process has used between two looks. A process that was started in between has used all it has. */
export function costsOf(
  before: readonly ProcessFigures[],
  after: readonly ProcessFigures[],
  answers: number,
): ProcessCost[] {
  const earlier = new Map(before.map(({ name, cpuMs }) => [name, cpuMs]));
  const costs = after.map(({ name, cpuMs, residentMb }) => {
    const known = earlier.get(name) ?? 0;
    // A restarted process counts from zero again.
    const usedMs = cpuMs >= known ? cpuMs - known : cpuMs;
    const microsecondsPerAnswer = answers === 0 ? 0 : (usedMs * 1_000) / answers;
    return { name, cpuSeconds: usedMs / 1_000, microsecondsPerAnswer, residentMb };
  });
  return costs.toSorted((a, b) => b.cpuSeconds - a.cpuSeconds);
}

/** Pairs the marks of the history. */
export function faultsOf(marks: readonly FaultLine[], timeline: readonly TimelineSecond[]): FaultReport[] {
  const healings = marks.filter(({ step }) => step === 'heal');
  return marks
    .filter(({ step }) => step === 'inject')
    .map(({ name, atMs }) => {
      const at = healings.findIndex((one) => one.name === name && one.atMs >= atMs);
      const healedMs = at < 0 ? null : healings.splice(at, 1)[0]!.atMs;
      const secondsToRecover = healedMs === null ? null : recoveryOf(timeline, healedMs);
      return { name, injectedMs: atMs, healedMs, secondsToRecover };
    });
}

/** Seconds from a moment until the first of several normal seconds in a row. */
export function recoveryOf(timeline: readonly TimelineSecond[], fromMs: number): number | null {
  const after = timeline.filter(({ second }) => second >= Math.floor(fromMs / 1_000));
  for (let at = 0; at + RECOVERED_SECONDS <= after.length; at++) {
    const window = after.slice(at, at + RECOVERED_SECONDS);
    const offered = window.reduce((sum, one) => sum + one.offered, 0);
    const acknowledged = window.reduce((sum, one) => sum + one.acknowledged, 0);
    const isCurrent = window.every(({ lag }) => lag !== null && lag.seconds < RECOVERED_LAG_SECONDS);
    if (isCurrent && offered > 0 && acknowledged >= offered * RECOVERED_SHARE) {
      return Math.max(0, window[0]!.second - fromMs / 1_000);
    }
  }
  return null;
}
