import { DomainError, PROCESSES_MAX, RESERVED_CONNECTIONS_MIN, TOPICS, connectionsOf } from '@app/contracts';
import {
  type Coefficients,
  type Load,
  type LogSetup,
  PROCESS_KINDS,
  type ProcessKind,
  coresOf,
} from './capacity.coefficients';
import { MEASURED } from './capacity.measured';

/** A process may have 20,000 files open, and needs some of them for other things. */
export const GATEWAY_CONNECTIONS_MAX = 15_000;
/** The peak minute that the platform was measured with, over its mean: 2,900 answers a second over 1,000. */
export const PEAK_FACTOR = 2.9;
/** Of a core, for a process that has one: what is left keeps waiting times short. Gateways must bear the peak so. */
export const CORE_SHARE_MAX = 0.8;
/** Of the ceiling of a partition: keys do not spread evenly over partitions. */
const PARTITION_SHARE_MAX = 0.5;
/** Of the topic of answers. It cannot be changed while attempts are in it. */
export const PARTITIONS = TOPICS.attempts.partitions;
/** A consumer without a partition has nothing to do. */
const ASSESSMENTS_MAX = PARTITIONS;
/** Cores of the largest single server that is asked of anybody here. PostgreSQL and each broker stand on one. */
export const SERVER_CORES_MAX = 32;
/** What the packaged PostgreSQL is set to allow, less what is kept for its superusers, migrations and operators. */
export const DATABASE_CONNECTIONS_MAX = 200 - RESERVED_CONNECTIONS_MIN;
/** Of a server's network card of 10 Gbit/s, half. */
export const NETWORK_BYTES_PER_SECOND_MAX = 625_000_000;

export interface CapacityQuestion {
  /** People who sit at the same time. */
  readonly candidates: number;
  /** Between two answers of one of them. */
  readonly intervalSeconds: number;
  readonly log: LogSetup;
}

/** Something of which there is only so much. */
export interface CapacityLimit {
  readonly what: string;
  readonly needed: number;
  readonly available: number;
  readonly unit: string;
  /** What to do about it. */
  readonly remedy: string;
}

export interface CapacityPlan extends CapacityQuestion {
  readonly answersPerSecond: number;
  readonly peakAnswersPerSecond: number;
  readonly fittedAnswersPerSecond: Coefficients['fittedAnswersPerSecond'];
  /** Whether the coefficients are used outside of where they were measured. */
  readonly isExtrapolated: boolean;
  readonly gateways: number;
  readonly assessments: number;
  /** Null where the ceiling of a partition was not measured. */
  readonly partitionsNeeded: number | null;
  readonly brokers: number;
  readonly candidateConnections: number;
  readonly databaseConnections: number;
  /** Cores that are busy at the mean rate, by kind of process. */
  readonly cores: Readonly<Record<ProcessKind, number>>;
  readonly coresTogether: number;
  readonly coresTogetherAtPeak: number;
  readonly gatewayMegabytes: number;
  /** Whether the connections are in that; what they take may not have been measured. */
  readonly gatewayMegabytesHoldConnections: boolean;
  readonly logGigabytesPerHour: number;
  readonly tableGigabytesPerHour: number;
  readonly writtenAheadMegabytesPerSecond: number;
  readonly networkMegabytesPerSecond: number;
  readonly candidateMegabytesPerSecond: number;
  /** In the order in which they break as candidates are added. */
  readonly limits: readonly CapacityLimit[];
  /** The first of them, and with how many candidates at this interval. */
  readonly breaksFirst: { readonly what: string; readonly atCandidates: number };
}

/** What so many candidates need, from the measured costs. */
export function planCapacity(question: CapacityQuestion): CapacityPlan {
  const plan = sized(question);
  const limits = limitsOf(plan).toSorted((one, other) => usedShare(other) - usedShare(one));
  return { ...plan, limits, breaksFirst: firstBreak(question) };
}

type Sized = Omit<CapacityPlan, 'breaksFirst' | 'limits'>;

function sized(question: CapacityQuestion): Sized {
  const { candidates, intervalSeconds, log } = question;
  const measured = coefficientsOf(log);
  const answersPerSecond = candidates / intervalSeconds;
  const peakAnswersPerSecond = answersPerSecond * PEAK_FACTOR;
  const gateways = Math.max(
    Math.ceil(candidates / GATEWAY_CONNECTIONS_MAX),
    processesFor('gateway', measured, peakAnswersPerSecond, Number.MAX_SAFE_INTEGER),
  );
  // The peak may wait in the log, so consumers are counted for the mean.
  const assessments = processesFor('assessment', measured, answersPerSecond, ASSESSMENTS_MAX);
  const brokers = { postgres: 0, 'kafka-1': 1, 'kafka-3': 3 }[log];
  const load: Load = { answersPerSecond, gateways, assessments };
  const cores = coresByKind(measured, load, brokers);
  const atPeak = coresByKind(measured, { ...load, answersPerSecond: peakAnswersPerSecond }, brokers);
  const [lowest, highest] = measured.fittedAnswersPerSecond;
  return {
    ...question,
    answersPerSecond,
    peakAnswersPerSecond,
    fittedAnswersPerSecond: measured.fittedAnswersPerSecond,
    isExtrapolated: answersPerSecond < lowest || answersPerSecond > highest,
    gateways,
    assessments,
    partitionsNeeded: partitionsFor(peakAnswersPerSecond, measured),
    brokers,
    candidateConnections: candidates,
    databaseConnections: databaseConnectionsOf(gateways, assessments, log),
    cores,
    coresTogether: sumOf(cores),
    coresTogetherAtPeak: sumOf(atPeak),
    gatewayMegabytes:
      measured.gatewayMegabytes + ((candidates / gateways) * (measured.gatewayKilobytesPerConnection ?? 0)) / 1_000,
    gatewayMegabytesHoldConnections: measured.gatewayKilobytesPerConnection !== null,
    logGigabytesPerHour: (answersPerSecond * 3_600 * measured.logBytesPerAnswer * Math.max(1, brokers)) / 1e9,
    tableGigabytesPerHour: (answersPerSecond * 3_600 * measured.tableBytesPerAnswer) / 1e9,
    writtenAheadMegabytesPerSecond: (answersPerSecond * measured.writtenAheadBytesPerAnswer) / 1e6,
    networkMegabytesPerSecond: (answersPerSecond * measured.networkBytesPerAnswer) / 1e6,
    candidateMegabytesPerSecond: (answersPerSecond * measured.candidateBytesPerAnswer) / 1e6,
  };
}

/** Refuses `capacity.not-measured`. */
function coefficientsOf(log: LogSetup): Coefficients {
  const measured = MEASURED[log];
  if (measured) return measured;
  const known = Object.keys(MEASURED).join(', ');
  throw new DomainError(
    'capacity.not-measured',
    `Nobody has measured what an answer costs with ${log}, but: ${known}.`,
  );
}

function partitionsFor(answersPerSecond: number, { partitionAnswersPerSecond }: Coefficients): number | null {
  if (partitionAnswersPerSecond === null) return null;
  return Math.ceil(answersPerSecond / (partitionAnswersPerSecond * PARTITION_SHARE_MAX));
}

/** The fewest processes of which none takes more than its share of a core. */
function processesFor(
  kind: 'assessment' | 'gateway',
  measured: Coefficients,
  answersPerSecond: number,
  most: number,
): number {
  const isEnough = (processes: number) => {
    const load: Load = { answersPerSecond, gateways: processes, assessments: processes };
    return coresOf(measured.cpu[kind], processes, load) <= processes * CORE_SHARE_MAX;
  };
  let enough = 1;
  while (enough < most && !isEnough(enough)) enough *= 2;
  let tooFew = Math.floor(enough / 2);
  while (enough - tooFew > 1) {
    const middle = Math.floor((enough + tooFew) / 2);
    if (isEnough(middle)) enough = middle;
    else tooFew = middle;
  }
  return Math.min(enough, most);
}

function coresByKind(measured: Coefficients, load: Load, brokers: number): Record<ProcessKind, number> {
  const processes: Record<ProcessKind, number> = {
    gateway: load.gateways,
    assessment: load.assessments,
    scoring: 1,
    scheduler: 1,
    postgres: 1,
    redis: 1,
    broker: brokers,
  };
  const entries = PROCESS_KINDS.map((kind) => {
    const count = processes[kind];
    return [kind, count === 0 ? 0 : coresOf(measured.cpu[kind], count, load)] as const;
  });
  return Object.fromEntries(entries) as Record<ProcessKind, number>;
}

function databaseConnectionsOf(gateways: number, assessments: number, log: LogSetup): number {
  const place = log === 'postgres' ? 'postgres' : 'kafka';
  return (
    gateways * connectionsOf('gateway', place) +
    assessments * connectionsOf('assessment', place) +
    connectionsOf('scoring', place) +
    connectionsOf('scheduler', place)
  );
}

function limitsOf(plan: Sized): CapacityLimit[] {
  const { cores, answersPerSecond, log } = plan;
  const measured = coefficientsOf(log);
  const assessmentCores = cores.assessment;
  const limits: CapacityLimit[] = [
    {
      what: 'connections to PostgreSQL',
      needed: plan.databaseConnections,
      available: DATABASE_CONNECTIONS_MAX,
      unit: 'connections',
      remedy: 'raise max_connections, or put a pooler before it',
    },
    {
      what: 'gateways that the package has ports for',
      needed: plan.gateways,
      available: PROCESSES_MAX.gateway,
      unit: 'processes',
      remedy: 'more ports, and connections to PostgreSQL for them',
    },
    {
      what: 'cores of the PostgreSQL server',
      needed: cores.postgres,
      available: SERVER_CORES_MAX * CORE_SHARE_MAX,
      unit: 'cores',
      remedy:
        log === 'postgres'
          ? 'put the log on Kafka; then divide the sessions over databases'
          : 'divide the sessions over databases',
    },
    {
      what: 'assessment processes, one for each partition at most',
      needed: assessmentCores,
      available: ASSESSMENTS_MAX * CORE_SHARE_MAX,
      unit: 'cores',
      remedy: 'more partitions, in a topic made anew between two examinations',
    },
    {
      what: 'network of the PostgreSQL server',
      needed: answersPerSecond * (measured.networkBytesPerAnswer - measured.candidateBytesPerAnswer),
      available: NETWORK_BYTES_PER_SECOND_MAX,
      unit: 'bytes a second',
      remedy: 'a faster card',
    },
  ];
  if (measured.partitionAnswersPerSecond !== null) {
    limits.push({
      what: 'partitions of the answers',
      needed: plan.peakAnswersPerSecond,
      available: PARTITIONS * measured.partitionAnswersPerSecond * PARTITION_SHARE_MAX,
      unit: 'answers a second in the peak',
      remedy: 'more partitions, in a topic made anew between two examinations',
    });
  }
  if (plan.brokers === 0) return limits;
  const broker: CapacityLimit = {
    what: 'cores of a broker',
    needed: cores.broker / plan.brokers,
    available: SERVER_CORES_MAX * CORE_SHARE_MAX,
    unit: 'cores',
    remedy: 'more brokers',
  };
  return [...limits, broker];
}

function usedShare({ needed, available }: CapacityLimit): number {
  return needed / available;
}

/** Found by halving: needs grow with the candidates, though in steps. */
function firstBreak(question: CapacityQuestion): CapacityPlan['breaksFirst'] {
  const brokenAt = (candidates: number) =>
    limitsOf(sized({ ...question, candidates }))
      .filter((limit) => usedShare(limit) > 1)
      .toSorted((one, other) => usedShare(other) - usedShare(one))[0];
  let most = 1_000;
  while (!brokenAt(most)) most *= 2;
  let least = most / 2;
  while (most - least > most / 1_000) {
    const middle = Math.floor((most + least) / 2);
    if (brokenAt(middle)) most = middle;
    else least = middle;
  }
  return { what: brokenAt(most)!.what, atCandidates: Math.floor(least) };
}

function sumOf(cores: Readonly<Record<ProcessKind, number>>): number {
  return Object.values(cores).reduce((sum, one) => sum + one, 0);
}
