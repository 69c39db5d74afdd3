import { type CsvColumn, parseCsv } from '@app/bootstrap';
import { AUTHOR, IDENTIFIER, TEXT } from '../csv-cells';
import { FileProblems } from '../file-problems';

/** A handful of rules, with room for those to come. */
const RULES_MAX = 100;
/** Decisions about single people: the exceptions of the whole nation. */
const DECISIONS_MAX = 100_000;

/** Codes that a rule can read: those of the roster, and the kind of the agency. */
export const CODES = ['agencyKind', 'dutyRegion', 'education', 'jobLevel', 'performance', 'retirementYear'] as const;

const CODE: CsvColumn = { pattern: new RegExp(CODES.join('|')), expected: `one of ${CODES.join(', ')}` };
const ALLOWED: CsvColumn = {
  pattern: /[A-Za-z0-9._-]+( [A-Za-z0-9._-]+)*/,
  expected: 'codes with a blank between them',
};
const YES_OR_NO: CsvColumn = { pattern: /yes|no/, expected: 'yes or no' };
const REASON_CODE: CsvColumn = { pattern: /[a-z][a-z0-9-]{1,63}/, expected: 'a code such as seconded-abroad' };

export interface RuleRow {
  readonly row: number;
  readonly rule: string;
  readonly code: string;
  readonly allowed: string;
  readonly binding: boolean;
  readonly author: string;
  readonly source: string;
}

/** `rule,code,allowed,binding,author,source` */
export function readRules(text: string): RuleRow[] {
  const columns = {
    rule: { ...IDENTIFIER, unique: true },
    code: CODE,
    allowed: ALLOWED,
    binding: YES_OR_NO,
    author: AUTHOR,
    source: TEXT,
  };
  return parseCsv(text, { columns, maxRows: RULES_MAX }).map(({ row, values }) => ({
    ...values,
    row,
    binding: values.binding === 'yes',
  }));
}

export interface DecisionRow {
  readonly row: number;
  readonly analyticsId: string;
  readonly eligible: boolean;
  readonly reasonCode: string;
  readonly author: string;
  readonly source: string;
}

/** `analyticsId,eligible,reasonCode,author,source` */
export function readDecisions(text: string): DecisionRow[] {
  const columns = {
    analyticsId: IDENTIFIER,
    eligible: YES_OR_NO,
    reasonCode: REASON_CODE,
    author: AUTHOR,
    source: TEXT,
  };
  const rows = parseCsv(text, { columns, maxRows: DECISIONS_MAX }).map(({ row, values }) => ({
    ...values,
    row,
    eligible: values.eligible === 'yes',
  }));
  const problems = new FileProblems();
  problems.addRepeats(rows, 'analyticsId', ({ analyticsId }) => analyticsId);
  problems.refuseIfAny();
  return rows;
}
