import type { AttemptClosed } from '@app/contracts';
import { creditOf } from '../scoring/domain/score';
import { keyText, type ScoringPackage } from '../scoring/domain/scoring-package';

/** Finds the items that earn a person another credit under one package than under another. */
export class CreditComparison {
  /** Items whose key differs; under the same key everybody earns the same. */
  private readonly suspects: readonly string[];

  constructor(
    private readonly earlier: ScoringPackage,
    private readonly later: ScoringPackage,
  ) {
    const before = keysOf(earlier);
    const after = keysOf(later);
    const itemIds = [...new Set([...before.keys(), ...after.keys()])];
    this.suspects = itemIds.filter((itemId) => before.get(itemId) !== after.get(itemId));
  }

  itemsOf(closed: AttemptClosed): string[] {
    return this.suspects.filter(
      (itemId) => creditOf(closed, this.earlier, itemId) !== creditOf(closed, this.later, itemId),
    );
  }
}

function keysOf({ items }: ScoringPackage): Map<string, string> {
  return new Map(items.flatMap((item) => (item.withdrawn === true ? [] : [[item.itemId, keyText(item)]])));
}
