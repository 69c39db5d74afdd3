import { parseCsv } from '@app/bootstrap';
import { IDENTIFIER } from '../csv-cells';
import { type PlanningProblem, compareText } from './domain/planning-problem';
import { type PlanningWindow } from './domain/planning-window';
import { type Seating, UNPLACED, emptySeating } from './domain/seat-dealing';
import { PlanningProblems } from './planning.problems';
import type { PlanningFile } from './planning.task';

/** The people of one cluster window, many times over. */
const ROWS_MAX = 100_000;

const COLUMNS = {
  personId: { ...IDENTIFIER, unique: true },
  sessionId: IDENTIFIER,
  seat: { pattern: /[1-9]\d{0,4}/, expected: 'a seat number' },
};

export interface PlanRow {
  readonly row: number;
  readonly personId: string;
  readonly sessionId: string;
  readonly seat: number;
}

/** People with a seat, by personId. Ids are letters, digits, dots, dashes and underscores: no cell needs quotes. */
export function renderPlan({ problem }: PlanningWindow, { sessionOf, seatOf }: Seating): string {
  const rows = problem.people.flatMap(({ personId }, person) => {
    const session = sessionOf[person]!;
    return session === UNPLACED
      ? []
      : [{ personId, line: `${personId},${sessionIdOf(problem, session)},${seatOf[person]!}` }];
  });
  rows.sort((a, b) => compareText(a.personId, b.personId));
  return ['personId,sessionId,seat', ...rows.map(({ line }) => line), ''].join('\n');
}

function sessionIdOf({ sessions }: PlanningProblem, session: number): string {
  return sessions[session]!.sessionId;
}

/** @throws DomainError `plan.input-invalid` */
export function readPlan(file: PlanningFile): PlanRow[] {
  const problems = new PlanningProblems();
  const rows = problems.collect(file, () => parseCsv(file.text, { columns: COLUMNS, maxRows: ROWS_MAX }));
  problems.refuseIfAny();
  return rows.map(({ row, values }) => ({ ...values, row, seat: Number(values.seat) }));
}

/** The seats of a plan, judged against what it was made from. */
export function seatingOf(file: PlanningFile, problem: PlanningProblem): Seating {
  const problems = new PlanningProblems();
  const personIndex = new Map(problem.people.map(({ personId }, index) => [personId, index]));
  const sessionIndex = new Map(problem.sessions.map(({ sessionId }, index) => [sessionId, index]));
  const seating = emptySeating(problem.people.length);
  const rowOfSeat = new Map<string, number>();
  for (const { row, personId, sessionId, seat } of readPlan(file)) {
    const person = personIndex.get(personId);
    const session = sessionIndex.get(sessionId);
    const first = rowOfSeat.get(`${sessionId} ${seat}`);
    if (person === undefined) problems.add(file, row, 'personId', 'is not in the roster of the plan');
    if (session === undefined) problems.add(file, row, 'sessionId', 'is not a session of the plan');
    else if (seat > problem.sessions[session]!.seats)
      problems.add(file, row, 'seat', 'is beyond the seats of the session');
    if (first !== undefined) problems.add(file, row, 'seat', `is taken in row ${first} already`);
    rowOfSeat.set(`${sessionId} ${seat}`, row);
    if (person === undefined || session === undefined) continue;
    seating.sessionOf[person] = session;
    seating.seatOf[person] = seat;
  }
  problems.refuseIfAny();
  return seating;
}
