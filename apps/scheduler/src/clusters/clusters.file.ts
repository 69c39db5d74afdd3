import { parseCsv } from '@app/bootstrap';
import { AUTHOR, CLUSTER, DATE, TEXT, isCalendarDate } from '../csv-cells';
import { FileProblems } from '../file-problems';

/** Five are planned; the bound keeps a wrong file from becoming clusters. */
const ROWS_MAX = 99;

export interface ClusterContent {
  readonly number: number;
  readonly name: string;
  readonly criteria: string;
  readonly effectiveFrom: string;
  readonly author: string;
  readonly source: string;
}

export function readClusters(text: string): ClusterContent[] {
  const columns = {
    number: { ...CLUSTER, unique: true },
    name: TEXT,
    criteria: TEXT,
    effectiveFrom: DATE,
    author: AUTHOR,
    source: TEXT,
  };
  const rows = parseCsv(text, { columns, maxRows: ROWS_MAX });
  const problems = new FileProblems();
  for (const { row, values } of rows) {
    if (!isCalendarDate(values.effectiveFrom)) problems.add(row, 'effectiveFrom', 'is not in the calendar');
  }
  problems.refuseIfAny();
  return rows.map(({ values }) => ({ ...values, number: Number(values.number) }));
}
