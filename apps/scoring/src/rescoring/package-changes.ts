import { keyText, type ScoringPackage } from '../scoring/domain/scoring-package';
import type { ItemChange } from './domain/difference-report';

/** Items that two packages score differently: another key or credit, withdrawn or not, other parameters. */
export function changedItems(earlier: readonly ScoringPackage[], later: ScoringPackage): Map<string, ItemChange> {
  const changes = new Map<string, ItemChange>();
  const now = describe(later);
  for (const before of earlier.map(describe)) {
    for (const itemId of new Set([...before.keys(), ...now.keys()])) {
      const keyChanged = before.get(itemId)?.key !== now.get(itemId)?.key;
      const parametersChanged = before.get(itemId)?.parameters !== now.get(itemId)?.parameters;
      if (!keyChanged && !parametersChanged) continue;
      const known = changes.get(itemId);
      changes.set(itemId, {
        keyChanged: keyChanged || (known?.keyChanged ?? false),
        parametersChanged: parametersChanged || (known?.parametersChanged ?? false),
      });
    }
  }
  return changes;
}

function describe({ items, calibration }: ScoringPackage): Map<string, { key: string; parameters: string }> {
  const parametersOf = new Map(
    calibration?.items.map((parameters) => [parameters.itemId, JSON.stringify({ ...parameters, keyHash: undefined })]),
  );
  return new Map(
    items.map((item) => [
      item.itemId,
      {
        key: `${keyText(item)} ${item.withdrawn === true ? 'withdrawn' : 'counts'}`,
        parameters: parametersOf.get(item.itemId) ?? 'none',
      },
    ]),
  );
}
