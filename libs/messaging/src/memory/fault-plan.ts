import { seededRandom } from './seeded-random';

/** What goes wrong in a memory log, and how often: shares in [0, 1], all drawn from one seed. */
export interface FaultPlan {
  readonly seed: number;
  /** The records of one partition are refused: a batch over several partitions fails in part. */
  readonly refused?: number;
  /** They never arrive, and nobody says so: unknown, not in the log. */
  readonly lostRequest?: number;
  /** They arrive, and the answer is lost: unknown, in the log. */
  readonly lostResponse?: number;
  /** A repeat below the port puts them into the log twice. */
  readonly duplicate?: number;
  /** Longest time that an append takes. */
  readonly appendDelayMaxMs?: number;
  /** What a consumer says after a batch is lost: it is asked for its position again. */
  readonly redelivery?: number;
  /** The partition is given away while a batch is in work; the old worker goes on and does not know. */
  readonly takeover?: number;
  /** Longest time between an append and its delivery. */
  readonly deliveryDelayMaxMs?: number;
  /** Hears of every fault when it is drawn, so that a simulation can say what it has covered. */
  readonly onFault?: (fault: Exclude<AppendFault | DeliveryFault, 'none'>) => void;
}

export type AppendFault = 'none' | 'refused' | 'lost-request' | 'lost-response' | 'duplicate';
export type DeliveryFault = 'none' | 'redelivery' | 'takeover';

/** Draws from a plan. */
export class FaultSource {
  private readonly random: () => number;

  constructor(private readonly plan: FaultPlan) {
    this.random = seededRandom(plan.seed);
  }

  appendFault(): AppendFault {
    const { refused, lostRequest, lostResponse, duplicate } = this.plan;
    return this.pick([
      ['refused', refused],
      ['lost-request', lostRequest],
      ['lost-response', lostResponse],
      ['duplicate', duplicate],
    ]);
  }

  deliveryFault(): DeliveryFault {
    const { redelivery, takeover } = this.plan;
    return this.pick([
      ['redelivery', redelivery],
      ['takeover', takeover],
    ]);
  }

  appendDelayMs(): number {
    return this.delayMs(this.plan.appendDelayMaxMs);
  }

  deliveryDelayMs(): number {
    return this.delayMs(this.plan.deliveryDelayMaxMs);
  }

  private delayMs(longestMs = 0): number {
    return longestMs === 0 ? 0 : Math.floor(this.random() * (longestMs + 1));
  }

  /** One draw decides between all faults, so their shares add up as written. */
  private pick<Fault extends Exclude<AppendFault | DeliveryFault, 'none'>>(
    shares: readonly (readonly [Fault, number | undefined])[],
  ): Fault | 'none' {
    let rest = this.random();
    for (const [fault, share = 0] of shares) {
      if (rest < share) {
        this.plan.onFault?.(fault);
        return fault;
      }
      rest -= share;
    }
    return 'none';
  }
}

/** A log without faults, in which nothing takes time. */
export const NO_FAULTS: FaultPlan = { seed: 0 };
