import { compareText } from './domain/planning-problem';
import type { PlanRow } from './plan.csv';

export interface Place {
  readonly sessionId: string;
  readonly seat: number;
}

/** A person whose place differs; null is no seat. */
export interface PlanMove {
  readonly personId: string;
  readonly from: Place | null;
  readonly to: Place | null;
}

export interface PlanDifference {
  /** People with a seat in both plans, but not the same one. */
  readonly moved: number;
  /** People with a seat in the second plan alone. */
  readonly added: number;
  /** People with a seat in the first plan alone. */
  readonly removed: number;
  readonly unchanged: number;
  readonly moves: readonly PlanMove[];
}

/** Everybody whose place differs between two plans, by personId. */
export function comparePlans(first: readonly PlanRow[], second: readonly PlanRow[]): PlanDifference {
  const before = new Map(first.map((row) => [row.personId, row]));
  const after = new Map(second.map((row) => [row.personId, row]));
  const everybody = [...new Set([...before.keys(), ...after.keys()])].sort(compareText);
  const moves = everybody
    .map((personId) => ({ personId, from: placeOf(before.get(personId)), to: placeOf(after.get(personId)) }))
    .filter(({ from, to }) => from?.sessionId !== to?.sessionId || from?.seat !== to?.seat);
  const added = moves.filter(({ from }) => from === null).length;
  const removed = moves.filter(({ to }) => to === null).length;
  return {
    moved: moves.length - added - removed,
    added,
    removed,
    unchanged: everybody.length - moves.length,
    moves,
  };
}

function placeOf(row: PlanRow | undefined): Place | null {
  return row ? { sessionId: row.sessionId, seat: row.seat } : null;
}
