import { createHash } from 'node:crypto';
import { DomainError } from '@app/contracts';
import { wallClockAt } from '../plan/domain/local-time';
import type { SessionStanding } from '../plan/plan.repository';
import type { RosterRow } from '../planning/planning.file';
import { PlanningProblems } from '../planning/planning.problems';
import type { PlanningFile } from '../planning/planning.task';
import type { GivenSeat } from './domain/seat-changes';
import type { PlanCandidate } from './seat-plans.repository';

/** Which of a cluster's sessions a plan is for. */
export interface PlanWindow {
  /** First and last date, as the clocks at the site show it; null: no bound. */
  readonly from: string | null;
  readonly until: string | null;
  /** The form; null where the window has only one. */
  readonly formId: string | null;
}

/**
 * Sessions of the window that have yet to begin, in the order of their ids.
 *
 * @throws DomainError `plan.nothing-to-plan` where there is none, or where they are over several forms
 */
export function sessionsIn(
  sessions: readonly SessionStanding[],
  { from, until, formId }: PlanWindow,
  nowMs: number,
): SessionStanding[] {
  const found = sessions.filter((session) => {
    if (session.cancelledAt || session.openedAt || session.startsAt.getTime() <= nowMs) return false;
    const { date } = wallClockAt(session.startsAt.getTime(), session.timeZone);
    const isInside = (from === null || date >= from) && (until === null || date <= until);
    return isInside && (formId === null || session.formId === formId);
  });
  const forms = [...new Set(found.map((session) => session.formId))].sort();
  if (forms.length === 1) return found.sort((a, b) => (a.sessionId < b.sessionId ? -1 : 1));
  const window = `from ${from ?? 'now'} until ${until ?? 'the last session'}`;
  const message =
    forms.length === 0
      ? `no session${formId === null ? '' : ` over form ${formId}`} ${window} that has yet to begin`
      : `sessions over several forms (${forms.join(', ')}) ${window}: plan one form at a time`;
  throw new DomainError('plan.nothing-to-plan', undefined, { problems: [{ at: 'window', message }] });
}

/** The sessions as the planner reads them. */
export function sessionsFile(sessions: readonly SessionStanding[]): PlanningFile {
  const rows = sessions.map(({ sessionId, siteId, startsAt, timeZone, durationSeconds, seatCount }) => {
    const { date, time } = wallClockAt(startsAt.getTime(), timeZone);
    return [sessionId, siteId, date, time, Math.ceil(durationSeconds / 60), seatCount].join(',');
  });
  const text = `${['sessionId,siteId,date,startsAt,minutes,seats', ...rows].join('\n')}\n`;
  return { name: 'planned sessions', text };
}

/** Refuses people who cannot be seated: a plan over them would be one over nobody. */
export function refuseUnseatable(
  file: PlanningFile,
  rows: readonly RosterRow[],
  candidates: readonly PlanCandidate[],
  cluster: number,
): void {
  const problems = new PlanningProblems();
  const known = new Map(candidates.map((candidate) => [candidate.analyticsId, candidate]));
  for (const { row, personId, agency } of rows) {
    const person = known.get(personId);
    if (!person || person.withdrawn) problems.add(file, row, 'personId', 'is not a registered person');
    else if (person.agency !== agency)
      problems.add(file, row, 'agency', 'is not the agency of this person in the roster');
    else if (person.cluster !== cluster) problems.add(file, row, 'agency', `is not in cluster ${cluster} today`);
    else if (person.attended) problems.add(file, row, 'personId', 'has sat already');
    else if (person.excluded) problems.add(file, row, 'personId', 'was excluded by a recorded decision');
  }
  problems.refuseIfAny();
}

/** Seats in the window of people whom the plan does not know would be in its way. */
export function refuseStrangers(
  file: PlanningFile,
  sessions: readonly SessionStanding[],
  people: ReadonlySet<string>,
  seats: readonly GivenSeat[],
): void {
  const inWindow = new Set(sessions.map(({ sessionId }) => sessionId));
  const strangers = new Map<string, number>();
  for (const { sessionId, analyticsId } of seats) {
    if (inWindow.has(sessionId) && !people.has(analyticsId)) {
      strangers.set(sessionId, (strangers.get(sessionId) ?? 0) + 1);
    }
  }
  if (strangers.size === 0) return;
  const problems = [...strangers].map(([sessionId, count]) => ({
    at: `${file.name}, session ${sessionId}`,
    message: `has seats of ${count} people who are not in the file: take them in, or plan another window`,
  }));
  throw new DomainError('plan.input-invalid', undefined, { problems });
}

/** The same seats give the same digest, whoever reads them and when. */
export function digestOfSeats(seats: readonly GivenSeat[]): string {
  const lines = seats.map(({ sessionId, seat, analyticsId, extraSeconds }) =>
    [sessionId, seat, analyticsId, extraSeconds].join(' '),
  );
  return createHash('sha256').update(lines.sort().join('\n')).digest('hex');
}
