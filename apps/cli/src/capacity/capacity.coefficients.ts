/** Where the log of answers stands, and on how many brokers. */
export type LogSetup = 'postgres' | 'kafka-1' | 'kafka-3';

/** CPU of all processes of a kind, in microseconds of CPU per second, as parts that grow with the load. */
export interface CpuCost {
  /** For each process, whether it has anything to do or not. */
  readonly idle: number;
  /** For each answer. */
  readonly perAnswer: number;
  /** For each batch that gateways append. */
  readonly perAppend: number;
  /** For each transaction of the consumers. */
  readonly perTransaction: number;
}

export const PROCESS_KINDS = ['gateway', 'assessment', 'scoring', 'scheduler', 'postgres', 'redis', 'broker'] as const;
export type ProcessKind = (typeof PROCESS_KINDS)[number];

/** All that was measured of one setup. */
export interface Coefficients {
  /** The lowest and the highest rate that the coefficients were fitted to. */
  readonly fittedAnswersPerSecond: readonly [number, number];
  readonly cpu: Readonly<Record<ProcessKind, CpuCost>>;
  /** On disk, of one copy of the log. */
  readonly logBytesPerAnswer: number;
  readonly tableBytesPerAnswer: number;
  /** What PostgreSQL writes ahead, which is freed again after each checkpoint. */
  readonly writtenAheadBytesPerAnswer: number;
  /** Between all processes of the platform and candidates, headers of TCP included. */
  readonly networkBytesPerAnswer: number;
  /** Of that, to and from the candidate. */
  readonly candidateBytesPerAnswer: number;
  readonly gatewayMegabytes: number;
  /** Null: not measured. */
  readonly gatewayKilobytesPerConnection: number | null;
  /** Answers a second that one partition takes, the smaller of what is appended and what is applied; null: not measured. */
  readonly partitionAnswersPerSecond: number | null;
}

/** A gateway lets answers gather for 5 ms and has one batch in flight, so it appends no more often than this allows. */
const APPEND_SECONDS = 0.012;
/** Consumers gather for a quarter of a second. */
const TRANSACTION_SECONDS = 0.25;

export interface Load {
  readonly answersPerSecond: number;
  readonly gateways: number;
  readonly assessments: number;
}

/** How many of each thing happen in a second; what `CpuCost` counts. */
export function workOf(processes: number, { answersPerSecond, gateways, assessments }: Load): CpuCost {
  const batches = (each: number, seconds: number) => answersPerSecond / (1 + (answersPerSecond / each) * seconds);
  return {
    idle: processes,
    perAnswer: answersPerSecond,
    perAppend: batches(gateways, APPEND_SECONDS),
    perTransaction: batches(assessments, TRANSACTION_SECONDS),
  };
}

/** @returns cores that all processes of a kind keep busy together */
export function coresOf(cost: CpuCost, processes: number, load: Load): number {
  const work = workOf(processes, load);
  const microseconds =
    cost.idle * work.idle +
    cost.perAnswer * work.perAnswer +
    cost.perAppend * work.perAppend +
    cost.perTransaction * work.perTransaction;
  return microseconds / 1e6;
}
