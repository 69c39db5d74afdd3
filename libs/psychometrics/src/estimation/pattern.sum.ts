import { BlockTable, type ItemTables } from './block.table';
import { NOT_ADMINISTERED, NOT_REACHED, type NotReachedPolicy, OMITTED } from './response.codes';

/** How one person's items divide; filled anew for every person to spare 60,000 allocations. */
export interface PatternCounts {
  answered: number;
  omitted: number;
  notReached: number;
  notAdministered: number;
}

export function countPattern(scores: ArrayLike<number>, offset: number, items: number, counts: PatternCounts): void {
  let omitted = 0;
  let notReached = 0;
  let notAdministered = 0;
  for (let item = 0; item < items; item++) {
    const score = scores[offset + item]!;
    if (score >= 0) continue;
    if (score === OMITTED) omitted++;
    else if (score === NOT_REACHED) notReached++;
    else notAdministered++;
  }
  counts.answered = items - omitted - notReached - notAdministered;
  counts.omitted = omitted;
  counts.notReached = notReached;
  counts.notAdministered = notAdministered;
}

/** Items of the pattern that take part in the estimate. */
export function itemsUsed(counts: PatternCounts, policy: NotReachedPolicy): number {
  return counts.answered + counts.omitted + (policy === 'wrong' ? counts.notReached : 0);
}

/** The category a score counts as, or -1 for an item that takes no part. */
export function effectiveCategory(score: number, policy: NotReachedPolicy): number {
  if (score >= 0) return score;
  if (score === NOT_ADMINISTERED || (score === NOT_REACHED && policy === 'ignore')) return -1;
  return 0;
}

/** Adds per-item tables over a pattern: fused blocks where every item takes part, item by item otherwise. */
export class PatternSum {
  private fused: BlockTable | null = null;

  constructor(
    private readonly tables: ItemTables,
    private readonly categories: readonly number[],
    private readonly nodes: number,
    private readonly policy: NotReachedPolicy,
  ) {}

  add(scores: ArrayLike<number>, offset: number, complete: boolean, into: Float64Array): void {
    if (complete) {
      this.fused ??= new BlockTable(this.tables, this.categories, this.nodes);
      this.fused.addPattern(scores, offset, into);
      return;
    }
    for (let item = 0; item < this.tables.length; item++) {
      const category = effectiveCategory(scores[offset + item]!, this.policy);
      if (category < 0) continue;
      const table = this.tables[item]!;
      const start = category * this.nodes;
      for (let node = 0; node < this.nodes; node++) into[node]! += table[start + node]!;
    }
  }
}
