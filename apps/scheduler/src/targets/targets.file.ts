import { parseCsv } from '@app/bootstrap';
import { AUTHOR, DATE, IDENTIFIER, PEOPLE, TEXT, VERSION, isCalendarDate, optional } from '../csv-cells';
import { FileProblems } from '../file-problems';

/** A handful of years with a handful of revisions each. */
const ROWS_MAX = 1_000;

export interface TargetRow {
  readonly row: number;
  readonly targetId: string;
  readonly version: number;
  readonly fromDate: string;
  readonly toDate: string;
  readonly people: number;
  readonly author: string;
  readonly source: string;
  readonly note: string;
}

export interface TotalRow {
  readonly totalId: string;
  readonly fromDate: string;
  readonly toDate: string;
  readonly people: number;
  readonly source: string;
  readonly note: string;
}

/** `targetId,version,from,to,people,author,source[,note]` */
export function readTargets(text: string): TargetRow[] {
  const columns = {
    targetId: IDENTIFIER,
    version: VERSION,
    from: DATE,
    to: DATE,
    people: PEOPLE,
    author: AUTHOR,
    source: TEXT,
    note: optional(TEXT),
  };
  const problems = new FileProblems();
  const rows = parseCsv(text, { columns, maxRows: ROWS_MAX }).map(({ row, values }) => {
    const { from, to, people, version, ...others } = values;
    refuseImpossiblePeriod(row, from, to, problems);
    return { ...others, row, version: Number(version), fromDate: from, toDate: to, people: Number(people) };
  });
  problems.addRepeats(rows, 'version', ({ targetId, version }) => `${targetId} ${version}`);
  problems.refuseIfAny();
  return rows;
}

/** `totalId,from,to,people,source[,note]` */
export function readTotals(text: string): TotalRow[] {
  const columns = {
    totalId: { ...IDENTIFIER, unique: true },
    from: DATE,
    to: DATE,
    people: PEOPLE,
    source: TEXT,
    note: optional(TEXT),
  };
  const problems = new FileProblems();
  const rows = parseCsv(text, { columns, maxRows: ROWS_MAX }).map(({ row, values }) => {
    const { from, to, people, ...others } = values;
    refuseImpossiblePeriod(row, from, to, problems);
    return { ...others, fromDate: from, toDate: to, people: Number(people) };
  });
  problems.refuseIfAny();
  return rows;
}

function refuseImpossiblePeriod(row: number, from: string, to: string, problems: FileProblems): void {
  if (!isCalendarDate(from)) problems.add(row, 'from', 'is not in the calendar');
  if (!isCalendarDate(to)) problems.add(row, 'to', 'is not in the calendar');
  if (from > to) problems.add(row, 'to', 'is before the first day');
}
