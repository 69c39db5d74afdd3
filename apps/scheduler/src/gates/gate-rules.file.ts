import { type CsvColumn, parseCsv } from '@app/bootstrap';
import { AUTHOR, IDENTIFIER, TEXT, optional } from '../csv-cells';
import { FileProblems } from '../file-problems';
import { isGateName, thresholdProblems, thresholdsOf } from './domain/gate-rule';
import { momentsOf } from './recorded-rule';

/** Each gate once, with room for those to come. */
const ROWS_MAX = 100;

const MOMENTS: CsvColumn = { pattern: /[a-z]+( [a-z]+)*/, expected: 'moments such as ready running' };
const THRESHOLDS: CsvColumn = {
  pattern: /[a-zA-Z]+=\d+(\.\d+)?( [a-zA-Z]+=\d+(\.\d+)?)*/,
  expected: 'thresholds such as pass=98 fail=95',
};
const DAYS: CsvColumn = { pattern: /\d{1,2}/, expected: 'a number of days' };

export interface GateRuleRow {
  readonly row: number;
  readonly gate: string;
  readonly moments: string;
  readonly thresholds: string;
  readonly failureLimit: number;
  readonly failureWindowDays: number;
  readonly inconclusiveLimitDays: number | null;
  readonly author: string;
  readonly source: string;
}

/** `gate,moments,thresholds,failureLimit,failureWindowDays,inconclusiveLimitDays,author,source` */
export function readGateRules(text: string): GateRuleRow[] {
  const columns = {
    gate: { ...IDENTIFIER, unique: true },
    moments: MOMENTS,
    thresholds: optional(THRESHOLDS),
    failureLimit: DAYS,
    failureWindowDays: DAYS,
    inconclusiveLimitDays: optional(DAYS),
    author: AUTHOR,
    source: TEXT,
  };
  const rows = parseCsv(text, { columns, maxRows: ROWS_MAX }).map(({ row, values }) => {
    const { failureLimit, failureWindowDays, inconclusiveLimitDays, ...texts } = values;
    return {
      ...texts,
      row,
      failureLimit: Number(failureLimit),
      failureWindowDays: Number(failureWindowDays),
      inconclusiveLimitDays: inconclusiveLimitDays === '' ? null : Number(inconclusiveLimitDays),
    };
  });
  const problems = new FileProblems();
  for (const rule of rows) addProblems(rule, problems);
  problems.refuseIfAny();
  return rows;
}

function addProblems({ row, gate, moments, thresholds }: GateRuleRow, problems: FileProblems): void {
  if (!isGateName(gate)) {
    problems.add(row, 'gate', 'there is no such gate');
    return;
  }
  for (const problem of thresholdProblems(gate, thresholdsOf(thresholds))) problems.add(row, 'thresholds', problem);
  if (momentsOf(moments).length !== moments.split(' ').length) {
    problems.add(row, 'moments', 'expected ready, canary, wave, running, promotion or release');
  }
}
