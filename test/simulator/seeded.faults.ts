import type { DatabaseFaults, FaultPlan } from '@app/messaging';

/** Everything that can go wrong in a simulated run, by the name under which it is counted. */
export const FAULTS = [
  'refused',
  'lost-request',
  'lost-response',
  'duplicate',
  'redelivery',
  'takeover',
  'outage',
  'lost-commit',
  'sweep-refused',
  'sweep-answer-lost',
  'assessment-killed',
  'gateway-killed',
  'bad-record',
] as const;
export type FaultName = (typeof FAULTS)[number];

/** How often each fault strikes in one seed, 0 where it does not. */
export interface FaultLevels {
  readonly shares: Readonly<Record<FaultName, number>>;
  readonly appendDelayMaxMs: number;
  readonly deliveryDelayMaxMs: number;
  readonly databaseDelayMaxMs: number;
}

/** Of two seeds one meets a given fault; what never meets its neighbours shows other defects than what always does. */
const PRESENT = 0.5;
const SHARE_MAX = 0.2;
/** Longer than the accumulator waits, in one seed of some. */
const APPEND_DELAYS_MS = [5, 50, 400, 2_000, 10_000];
const DELIVERY_DELAYS_MS = [5, 50, 1_000];
const DATABASE_DELAYS_MS = [0, 10, 100];

export function levelsOf(random: () => number): FaultLevels {
  const share = () => (random() < PRESENT ? random() * SHARE_MAX : 0);
  const anyOf = (values: readonly number[]) => values[Math.floor(random() * values.length)]!;
  return {
    shares: Object.fromEntries(FAULTS.map((fault) => [fault, share()])) as Record<FaultName, number>,
    appendDelayMaxMs: anyOf(APPEND_DELAYS_MS),
    deliveryDelayMaxMs: anyOf(DELIVERY_DELAYS_MS),
    databaseDelayMaxMs: anyOf(DATABASE_DELAYS_MS),
  };
}

const NO_SHARES = Object.fromEntries(FAULTS.map((fault) => [fault, 0])) as Record<FaultName, number>;

export const HEALED: FaultLevels = {
  shares: NO_SHARES,
  appendDelayMaxMs: 5,
  deliveryDelayMaxMs: 5,
  databaseDelayMaxMs: 0,
};

/** What stays broken for good in liveness mode: the rest has to get everything done nevertheless. */
export const LASTING: FaultLevels = {
  shares: {
    ...NO_SHARES,
    refused: 0.2,
    'lost-response': 0.2,
    redelivery: 0.2,
    outage: 0.2,
    'lost-commit': 0.2,
  },
  appendDelayMaxMs: 50,
  deliveryDelayMaxMs: 50,
  databaseDelayMaxMs: 10,
};

/** Counts what has struck. */
export class FaultCounts {
  private readonly counts = new Map<FaultName, number>();

  struck(fault: FaultName): void {
    this.counts.set(fault, (this.counts.get(fault) ?? 0) + 1);
  }

  get all(): ReadonlyMap<FaultName, number> {
    return this.counts;
  }

  get total(): number {
    return [...this.counts.values()].reduce((sum, count) => sum + count, 0);
  }
}

export function logFaults(seed: number, { shares, ...delays }: FaultLevels, counts: FaultCounts): FaultPlan {
  return {
    seed,
    refused: shares.refused,
    lostRequest: shares['lost-request'],
    lostResponse: shares['lost-response'],
    duplicate: shares.duplicate,
    redelivery: shares.redelivery,
    takeover: shares.takeover,
    appendDelayMaxMs: delays.appendDelayMaxMs,
    deliveryDelayMaxMs: delays.deliveryDelayMaxMs,
    onFault: (fault) => counts.struck(fault),
  };
}

export function databaseFaults(seed: number, levels: FaultLevels, counts: FaultCounts): DatabaseFaults {
  return {
    seed,
    outage: levels.shares.outage,
    lostCommit: levels.shares['lost-commit'],
    delayMaxMs: levels.databaseDelayMaxMs,
    onFault: (fault) => counts.struck(fault),
  };
}
