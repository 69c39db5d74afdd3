import type { CsvColumn } from '@app/bootstrap';

/** Columns that several files share. */

export const IDENTIFIER: CsvColumn = {
  pattern: /[A-Za-z0-9][A-Za-z0-9._-]{0,63}/,
  expected: 'an identifier of letters, digits, dots, dashes or underscores, at most 64',
};
export const AGENCY_CODE: CsvColumn = {
  pattern: /[a-z0-9][a-z0-9._-]{0,63}/,
  expected: 'a code of lower-case letters, digits, dots, dashes or underscores, at most 64',
};
export const CLUSTER: CsvColumn = { pattern: /[1-9]\d?/, expected: 'a number from 1 to 99' };
export const TEXT: CsvColumn = { pattern: /[^\n]{1,500}/, expected: 'a line of at most 500 characters' };
export const AUTHOR: CsvColumn = { pattern: /[^\n]{1,200}/, expected: 'a line of at most 200 characters' };
export const PEOPLE: CsvColumn = { pattern: /\d{1,8}/, expected: 'a number of people' };
export const VERSION: CsvColumn = { pattern: /[1-9]\d{0,5}/, expected: 'a number from 1 on' };
export const DATE: CsvColumn = {
  pattern: /\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])/,
  expected: 'a date such as 2022-10-05',
};

export function optional(column: CsvColumn): CsvColumn {
  return { ...column, required: false };
}

/** What a row says, without where it stood. */
export function withoutRow<Row extends { readonly row: number }>(entry: Row): Omit<Row, 'row'> {
  const { row: _, ...content } = entry;
  return content;
}

/** The pattern lets 30 February through. */
export function isCalendarDate(date: string): boolean {
  const parsed = new Date(`${date}T00:00:00.000Z`);
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(date);
}
