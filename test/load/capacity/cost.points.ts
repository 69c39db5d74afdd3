import type { LogSetup } from '../../../apps/cli/src/capacity/capacity.coefficients';
import type { LoadReport, ProcessSample } from '../report/load.report';

/** What a steady part of a run cost: the processes between two looks at the kernel, with one rate throughout. */
export interface CostPoint {
  readonly setup: LogSetup;
  readonly candidates: number;
  readonly gateways: number;
  readonly assessments: number;
  readonly seconds: number;
  readonly offeredPerSecond: number;
  readonly acknowledgedPerSecond: number;
  /**
   * Tries that were no success, per acknowledged answer: where there are many, the costs are not those of answers. Null
   * where they were not told apart from answers that were never sent, because their connection was still busy.
   */
  readonly failedTriesPerAnswer: number | null;
  /** Records that waited at the end of the part, per acknowledged answer. */
  readonly lagPerAnswer: number;
  /** CPU of all processes of a kind, in microseconds per acknowledged answer. */
  readonly cpuMicroseconds: Readonly<Record<string, number>>;
  readonly residentMegabytes: Readonly<Record<string, number>>;
  readonly loopbackBytesPerAnswer: number;
  /** Share of the machine's CPU that processes of this run used, of all that was used. */
  readonly shareOfMachine: number;
  readonly coresUsed: number;
  /** Null where only costs were measured. */
  readonly latencyP50Ms: number | null;
  readonly latencyP99Ms: number | null;
}

/** Of a whole run. */
export interface Measurement {
  readonly name: string;
  readonly commit: string;
  readonly measuredAt: string;
  readonly machine: LoadReport['machine'];
  /** Of the driver's sends that left over 50 ms late: with more than 0.001 its latencies say nothing, its costs still do; null without a driver. */
  readonly laggedShare: number | null;
  readonly connections: number;
  readonly points: readonly CostPoint[];
}

/** Processes settle into a new rate: batches grow, lanes fill. */
const SETTLING_SECONDS = 2;
/** Shorter parts say little: the kernel counts CPU in hundredths, consumers gather for a quarter of a second. */
const PART_SECONDS_MIN = 8;

/** Parts of the run with one rate each, as far as two looks at the processes fit in. */
export function pointsOf(report: LoadReport, steps: readonly { durationMs: number; perSecond: number }[]): CostPoint[] {
  const [first] = report.processSamples;
  let fromSecond = first!.second;
  return steps.flatMap(({ durationMs, perSecond }) => {
    const untilSecond = fromSecond + durationMs / 1_000;
    const inside = report.processSamples.filter(
      ({ second }) => second >= fromSecond + SETTLING_SECONDS && second <= untilSecond,
    );
    fromSecond = untilSecond;
    const [before, after] = [inside[0], inside.at(-1)];
    if (!before || !after || after.second - before.second < PART_SECONDS_MIN) return [];
    return [pointBetween(report, before, after, perSecond)];
  });
}

function pointBetween(
  report: LoadReport,
  before: ProcessSample,
  after: ProcessSample,
  offeredPerSecond: number,
): CostPoint {
  const { options } = report;
  const timeline = report.timeline.filter(({ second }) => second >= before.second && second < after.second);
  const sum = (of: (second: LoadReport['timeline'][number]) => number) =>
    timeline.reduce((total, second) => total + of(second), 0);
  const acknowledged = Math.max(
    1,
    sum((second) => second.acknowledged),
  );
  const latencies = timeline.filter((second) => second.acknowledged > 0);
  return {
    setup: options.log === 'postgres' ? 'postgres' : `kafka-${options.brokers}`,
    candidates: options.candidates,
    gateways: options.gateways,
    assessments: options.assessments,
    offeredPerSecond,
    failedTriesPerAnswer:
      sum(({ unknown, overloaded, notAppended }) => unknown + overloaded + notAppended) / acknowledged,
    lagPerAnswer: (timeline.at(-1)?.lag?.records ?? 0) / acknowledged,
    latencyP50Ms: medianOf(latencies.map(({ p50Ms }) => p50Ms)),
    latencyP99Ms: medianOf(latencies.map(({ p99Ms }) => p99Ms)),
    ...costsBetween(lookOf(before), lookOf(after), acknowledged),
  };
}

/** The kernel's figures at one moment. */
export interface ProcessLook extends Pick<ProcessSample, 'loopbackBytes' | 'machineMs' | 'processes'> {
  readonly atMs: number;
}

function lookOf(sample: ProcessSample): ProcessLook {
  return { ...sample, atMs: sample.second * 1_000 };
}

/** What was used between two looks, per answer that was acknowledged between them. */
export function costsBetween(
  before: ProcessLook,
  after: ProcessLook,
  answers: number,
): Pick<
  CostPoint,
  | 'acknowledgedPerSecond'
  | 'coresUsed'
  | 'cpuMicroseconds'
  | 'loopbackBytesPerAnswer'
  | 'residentMegabytes'
  | 'seconds'
  | 'shareOfMachine'
> {
  const acknowledged = Math.max(1, answers);
  const seconds = (after.atMs - before.atMs) / 1_000;
  const used = kindsOf(after, ({ cpuMs }) => cpuMs);
  for (const [kind, cpuMs] of kindsOf(before, ({ cpuMs }) => cpuMs)) used.set(kind, (used.get(kind) ?? 0) - cpuMs);
  const cpuMs = [...used.values()].reduce((total, one) => total + one, 0);
  return {
    seconds,
    acknowledgedPerSecond: acknowledged / seconds,
    cpuMicroseconds: Object.fromEntries([...used].map(([kind, ms]) => [kind, (ms * 1_000) / acknowledged])),
    residentMegabytes: Object.fromEntries(kindsOf(after, ({ residentMb }) => residentMb)),
    loopbackBytesPerAnswer: (after.loopbackBytes - before.loopbackBytes) / acknowledged,
    shareOfMachine: cpuMs / (after.machineMs - before.machineMs),
    coresUsed: cpuMs / 1_000 / seconds,
  };
}

/** `gateway 4711` and `gateway 4712` are both gateways. */
function kindsOf(
  { processes }: Pick<ProcessSample, 'processes'>,
  figure: (process: ProcessSample['processes'][number]) => number,
): Map<string, number> {
  const sums = new Map<string, number>();
  for (const one of processes) {
    const kind = one.name.split(' ')[0]!;
    sums.set(kind, (sums.get(kind) ?? 0) + figure(one));
  }
  return sums;
}

function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
