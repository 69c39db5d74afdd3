import type { PlannedSitting } from './domain/planning-problem';
import type { PlanningProblems } from './planning.problems';
import type { PlanningFile } from './planning.task';

export interface SessionRow extends PlannedSitting {
  readonly row: number;
}

/** Sessions at the same time may not have more seats together than their site; a site without a capacity is not judged. */
export function refuseOverlaps(
  file: PlanningFile,
  rows: readonly SessionRow[],
  capacities: ReadonlyMap<string, number | null>,
  problems: PlanningProblems,
): void {
  const bySite = new Map<string, SessionRow[]>();
  for (const row of rows) bySite.set(row.siteId, [...(bySite.get(row.siteId) ?? []), row]);
  for (const [siteId, sessions] of bySite) {
    const capacity = capacities.get(siteId) ?? null;
    if (capacity !== null) refuseBeyond(file, sessions, capacity, problems);
  }
}

function refuseBeyond(
  file: PlanningFile,
  sessions: readonly SessionRow[],
  capacity: number,
  problems: PlanningProblems,
): void {
  const byStart = sessions.toSorted((a, b) => a.startsAtMinute - b.startsAtMinute || a.row - b.row);
  let running: SessionRow[] = [];
  for (const session of byStart) {
    running = running.filter(({ startsAtMinute, minutes }) => startsAtMinute + minutes > session.startsAtMinute);
    const seats = running.reduce((sum, other) => sum + other.seats, session.seats);
    if (seats > capacity && running.length > 0) {
      const others = running.map(({ row }) => row).join(', ');
      const message = `overlaps with the session of row ${others}: ${seats} seats at a site of ${capacity}`;
      problems.add(file, session.row, 'startsAt', message);
    } else if (seats > capacity) {
      problems.add(file, session.row, 'seats', `is beyond the ${capacity} of the site`);
    }
    running.push(session);
  }
}
