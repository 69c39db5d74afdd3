import type { Place, PlanDifference } from '../../../scheduler/src/planning/plan-difference';
import type { PlanReport } from '../../../scheduler/src/planning/planning.task';
import type { Console } from '../console/console';
import { renderFields, renderTable } from '../console/table';

export function warnOfUnplaced(console: Console, { unplaced }: PlanReport): void {
  if (unplaced.length === 0) return;
  console.note(`warning: ${unplaced.length} people have no seat`);
}

export function renderReport({ unplaced, ...report }: PlanReport): string {
  const fields = renderFields({ ...report, unplaced: unplaced.length });
  if (unplaced.length === 0) return fields;
  const reasons = new Map<string, number>();
  for (const { reason } of unplaced) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  return `${fields}\n\n${renderTable(
    ['people without a seat', 'reason'],
    [...reasons].map(([reason, people]) => [people, reason]),
  )}`;
}

export function renderDifference({ moved, added, removed, unchanged, moves }: PlanDifference): string {
  const counts = `${moved} moved, ${added} added, ${removed} removed, ${unchanged} unchanged`;
  if (moves.length === 0) return counts;
  const rows = moves.map(({ personId, from, to }) => [personId, placeName(from), placeName(to)]);
  return `${counts}\n\n${renderTable(['person', 'from', 'to'], rows)}`;
}

function placeName(place: Place | null): string | null {
  return place && `${place.sessionId} seat ${place.seat}`;
}
