import { setTimeout as sleep } from 'node:timers/promises';
import { processCpuMs } from '../../load/kernel/process-figures';

/** One of two programs that do the same work. */
export interface Contestant {
  readonly name: string;
  readonly pid: number;
  /** Offers work at a rate for a time; resolves with the answers that are done. */
  readonly work: (perSecond: number, seconds: number) => Promise<number>;
}

export interface RoundPlan {
  readonly rounds: number;
  readonly seconds: number;
  readonly perSecond: number;
}

/** Process CPU per answer, in microseconds. */
export interface Round {
  readonly ours: number;
  readonly bare: number;
}

export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** Compilers warm up before anything is counted; so do connections and caches. */
const WARM_UP_SECONDS = 4;
/** What a program still does after its last answer belongs to the round in which it was caused. */
const PAUSE_MS = 500;

/** Both in turn, each first in every other round, so that a busier minute of the machine meets both. */
export async function pairedRounds(
  ours: Contestant,
  bare: Contestant,
  plan: RoundPlan,
  note: (text: string) => void,
): Promise<Round[]> {
  for (const contestant of [ours, bare]) await contestant.work(plan.perSecond, WARM_UP_SECONDS);
  const rounds: Round[] = [];
  for (let nth = 0; nth < plan.rounds; nth++) {
    const order = nth % 2 === 0 ? [ours, bare] : [bare, ours];
    const costs = new Map<Contestant, number>();
    for (const contestant of order) costs.set(contestant, await costOf(contestant, plan));
    const round = { ours: costs.get(ours)!, bare: costs.get(bare)! };
    note(`round ${nth + 1}: ${ours.name} ${round.ours.toFixed(0)} µs, ${bare.name} ${round.bare.toFixed(0)} µs`);
    rounds.push(round);
  }
  return rounds;
}

async function costOf({ pid, work }: Contestant, { perSecond, seconds }: RoundPlan): Promise<number> {
  await sleep(PAUSE_MS);
  const beforeMs = processCpuMs(pid);
  const answers = await work(perSecond, seconds);
  await sleep(PAUSE_MS);
  if (answers === 0) throw new Error('a round without answers measures nothing');
  return ((processCpuMs(pid) - beforeMs) * 1_000) / answers;
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)]!;
  const median = sorted.length % 2 === 0 ? (sorted[middle - 1]! + upper) / 2 : upper;
  return { median, least: sorted[0]!, most: sorted.at(-1)! };
}

/** How much of the bare program's speed ours has, round by round. */
export function sharesOf(rounds: readonly Round[]): number[] {
  return rounds.map(({ ours, bare }) => bare / ours);
}
