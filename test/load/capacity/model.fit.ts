import {
  type Coefficients,
  type CpuCost,
  type LogSetup,
  PROCESS_KINDS,
  type ProcessKind,
  coresOf,
  workOf,
} from '../../../apps/cli/src/capacity/capacity.coefficients';
import type { CostPoint, Measurement } from './cost.points';
import { fitNonNegative } from './least.squares';
import type { AnswerBytes } from './measured.files';
import type { ScalingFigures } from './scaling.measure';

/** Points whose costs are not those of answers alone are neither fitted nor checked. */
const FAILED_TRIES_MAX = 0.02;
/** A few records wait always: consumers gather for a quarter of a second. */
const LAG_MAX = 0.1;
/** Records of Kafka stand in batches: some bytes for each, some for each batch. */
const KAFKA_RECORD_OVERHEAD_BYTES = 15;

/** Of a microsecond. */
const NOTHING_MAX = 1e-3;

/** What the cost of a kind may be made of. */
const PARTS: Readonly<Record<ProcessKind, readonly (keyof CpuCost)[]>> = {
  gateway: ['idle', 'perAnswer', 'perAppend'],
  assessment: ['idle', 'perAnswer', 'perTransaction'],
  scoring: ['idle'],
  scheduler: ['idle'],
  postgres: ['idle', 'perAnswer', 'perAppend', 'perTransaction'],
  redis: ['idle', 'perAnswer'],
  broker: ['idle', 'perAnswer', 'perAppend'],
};

export function isUsable(point: CostPoint): boolean {
  return (point.failedTriesPerAnswer ?? 0) <= FAILED_TRIES_MAX && point.lagPerAnswer <= LAG_MAX;
}

/** @param measurements those to fit; null where none of them is of this setup */
export function fitSetup(
  setup: LogSetup,
  measurements: readonly Measurement[],
  bytes: AnswerBytes,
  scaling: ScalingFigures | null,
): Coefficients | null {
  const points = measurements.flatMap((run) => run.points).filter((point) => point.setup === setup && isUsable(point));
  if (points.length === 0) return null;
  const least = (kind: ProcessKind) => (kind === 'assessment' ? bytes.consumerMicroseconds : 0);
  const cpu = Object.fromEntries(
    PROCESS_KINDS.map((kind) => [kind, fitKind(kind, points, least(kind))]),
  ) as Coefficients['cpu'];
  const rates = points.map(({ acknowledgedPerSecond }) => Math.round(acknowledgedPerSecond));
  return {
    fittedAnswersPerSecond: [Math.min(...rates), Math.max(...rates)],
    cpu,
    logBytesPerAnswer: setup === 'postgres' ? bytes.log : bytes.record + KAFKA_RECORD_OVERHEAD_BYTES,
    tableBytesPerAnswer: bytes.tables,
    writtenAheadBytesPerAnswer: bytes.writtenAhead,
    networkBytesPerAnswer: rounded(networkBytes(points)),
    candidateBytesPerAnswer: bytes.exchange,
    ...gatewayMemory(points),
    partitionAnswersPerSecond:
      scaling && rounded(Math.min(scaling.onePartition.appendsPerSecond, scaling.onePartition.appliedPerSecond)),
  };
}

export function brokersOf(setup: LogSetup): number {
  return { postgres: 0, 'kafka-1': 1, 'kafka-3': 3 }[setup];
}

/** What the coefficients say of a point that was measured. @returns microseconds per answer */
export function predictedCpu(coefficients: Coefficients, point: CostPoint, kind: ProcessKind): number {
  const load = loadOf(point);
  return (coresOf(coefficients.cpu[kind], processesOf(kind, point), load) * 1e6) / load.answersPerSecond;
}

export function measuredCpu(point: CostPoint, kind: ProcessKind): number {
  return point.cpuMicroseconds[kind] ?? 0;
}

/** @param leastPerAnswer measured by itself: few points cannot tell what an answer costs from what an idle process does */
function fitKind(kind: ProcessKind, points: readonly CostPoint[], leastPerAnswer: number): CpuCost {
  const none: CpuCost = { idle: 0, perAnswer: 0, perAppend: 0, perTransaction: 0 };
  const seen = points.filter((point) => measuredCpu(point, kind) > 0);
  if (seen.length === 0) return none;
  const rows = seen.map((point) => {
    const work = workOf(processesOf(kind, point), loadOf(point));
    return PARTS[kind].map((part) => work[part]);
  });
  const perSecond = seen.map((point) => {
    const beyond = measuredCpu(point, kind) - leastPerAnswer;
    return Math.max(NOTHING_MAX, beyond) * point.acknowledgedPerSecond;
  });
  const fitted = fitNonNegative(rows, perSecond);
  const cost = { ...none, ...Object.fromEntries(PARTS[kind].map((part, nth) => [part, rounded(fitted[nth]!)])) };
  return { ...cost, perAnswer: rounded(cost.perAnswer + leastPerAnswer) };
}

function processesOf(kind: ProcessKind, point: CostPoint): number {
  if (kind === 'gateway') return point.gateways;
  if (kind === 'assessment') return point.assessments;
  return kind === 'broker' ? Math.max(1, brokersOf(point.setup)) : 1;
}

function loadOf({ acknowledgedPerSecond: answersPerSecond, gateways, assessments }: CostPoint) {
  return { answersPerSecond, gateways, assessments };
}

/** At the highest rate: below, what processes say to each other without any answer is a larger part. */
function networkBytes(points: readonly CostPoint[]): number {
  return points.toSorted((a, b) => b.acknowledgedPerSecond - a.acknowledgedPerSecond)[0]!.loopbackBytesPerAnswer;
}

/** A line through the memory of a gateway over its connections. Where it does not rise, the points do not tell. */
function gatewayMemory(
  points: readonly CostPoint[],
): Pick<Coefficients, 'gatewayKilobytesPerConnection' | 'gatewayMegabytes'> {
  const rows = points.map(({ candidates, gateways }) => [1, candidates / gateways]);
  const values = points.map(({ residentMegabytes, gateways }) => (residentMegabytes.gateway ?? 0) / gateways);
  const [megabytes, perConnection] = fitNonNegative(rows, values);
  return {
    gatewayMegabytes: rounded(megabytes!),
    gatewayKilobytesPerConnection: rounded(perConnection! * 1_000) || null,
  };
}

/** Four digits; what the fit has left of nothing is nothing. */
function rounded(value: number): number {
  return value < NOTHING_MAX ? 0 : Number(value.toPrecision(4));
}
