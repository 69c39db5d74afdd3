import { DomainError, type Problem } from '@app/contracts';
import { CsvError, parse } from 'csv-parse/sync';

/** Enough for a person to see what is wrong with a file; a file of another kind would give thousands. */
export const CSV_PROBLEMS_MAX = 100;
/** Longest cell: no name, code or number of a roster comes near, and a swallowed quote makes cells of megabytes. */
export const CSV_CELL_CHARACTERS_MAX = 4_000;

export interface CsvColumn {
  /** False: the column or its cells may be left out; they read as ''. */
  readonly required?: boolean;
  /** What a cell that is not empty must match, as a whole. */
  readonly pattern?: RegExp;
  /** Said after "must be" where a cell does not match. */
  readonly expected?: string;
  /** No two rows may have the same value. */
  readonly unique?: boolean;
}

export interface CsvOptions<Column extends string> {
  readonly columns: Readonly<Record<Column, CsvColumn>>;
  readonly maxRows: number;
}

export interface CsvRow<Column extends string> {
  /** As a spreadsheet counts: the header is row 1. */
  readonly row: number;
  readonly values: Readonly<Record<Column, string>>;
}

/** Names a cell in a problem. */
export function cellAt(row: number, column: string): string {
  return `row ${row}, column ${column}`;
}

/** The error of a file with these problems; a person gets the first hundred and the number of the others. */
export function invalidFile(problems: readonly Problem[]): DomainError {
  const shown = problems.slice(0, CSV_PROBLEMS_MAX);
  const hidden = problems.length - shown.length;
  const rest = hidden > 0 ? [{ at: 'file', message: `has ${hidden} more problems` }] : [];
  return new DomainError('file.invalid', undefined, { problems: [...shown, ...rest] });
}

/**
 * Reads a CSV file with a header row, separated by commas or semicolons. Throws `file.invalid` with every problem by row
 * and column; no problem echoes what stands in the file, for it may be personal.
 */
export function parseCsv<Column extends string>(text: string, options: CsvOptions<Column>): CsvRow<Column>[] {
  if (text.includes('\0')) throw invalidFile([{ at: 'file', message: 'contains a NUL character: is it a text file?' }]);
  const [header, ...records] = readRecords(text);
  if (!header) throw invalidFile([{ at: 'file', message: 'is empty' }]);
  const columnNames = Object.keys(options.columns) as Column[];
  const problems = headerProblems(header, options.columns);
  if (records.length > options.maxRows) {
    problems.push({ at: 'file', message: `has more than ${options.maxRows} rows` });
  }
  if (problems.length > 0) throw invalidFile(problems);

  const positions = new Map(columnNames.map((name) => [name, header.indexOf(name)]));
  const rows: CsvRow<Column>[] = [];
  for (const [index, record] of records.entries()) {
    const row = index + 2;
    if (record.every((cell) => cell === '')) continue;
    if (record.length !== header.length) {
      problems.push({ at: `row ${row}`, message: `has ${record.length} columns, the header has ${header.length}` });
      continue;
    }
    const values = Object.fromEntries(columnNames.map((name) => [name, record[positions.get(name)!] ?? '']));
    rows.push({ row, values: values as Record<Column, string> });
  }
  for (const name of columnNames) problems.push(...columnProblems(rows, name, options.columns[name]));
  if (problems.length > 0) throw invalidFile(problems);
  return rows;
}

function readRecords(text: string): string[][] {
  const headerLine = text.slice(0, Math.max(0, text.search(/[\r\n]/)) || text.length);
  // Spreadsheets with Indonesian settings write semicolons.
  const delimiter = headerLine.includes(';') && !headerLine.includes(',') ? ';' : ',';
  let complete = 0;
  try {
    return parse(text, {
      bom: true,
      delimiter,
      trim: true,
      relax_column_count: true,
      skip_empty_lines: false,
      max_record_size: CSV_CELL_CHARACTERS_MAX * 50,
      on_record: (record: string[]) => {
        complete += 1;
        return record;
      },
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    // The parser's own message quotes the file.
    const message =
      error.code === 'CSV_MAX_RECORD_SIZE' ? 'is far too long' : 'has a quotation mark that is out of place';
    throw invalidFile([{ at: `row ${complete + 1}`, message }]);
  }
}

function headerProblems(header: readonly string[], columns: Readonly<Record<string, CsvColumn>>): Problem[] {
  const known = Object.keys(columns);
  const problems: Problem[] = [];
  for (const [name, column] of Object.entries(columns)) {
    if (column.required !== false && !header.includes(name)) {
      problems.push({ at: `row 1, column ${name}`, message: 'is missing' });
    }
  }
  for (const [index, name] of header.entries()) {
    const at = `row 1, column number ${index + 1}`;
    // A file without a header has a person's data here, so even the name is not echoed.
    if (!known.includes(name)) problems.push({ at, message: `is not one of ${known.join(', ')}` });
    else if (header.indexOf(name) < index) problems.push({ at, message: `is a second column ${name}` });
  }
  return problems;
}

function columnProblems<Column extends string>(
  rows: readonly CsvRow<Column>[],
  name: Column,
  column: CsvColumn,
): Problem[] {
  const problems: Problem[] = [];
  const pattern = column.pattern && new RegExp(`^(?:${column.pattern.source})$`, column.pattern.flags);
  const rowOfValue = new Map<string, number>();
  for (const { row, values } of rows) {
    const value = values[name];
    const message = cellProblem(value, column, pattern) ?? repeatProblem(column, rowOfValue.get(value));
    if (message) problems.push({ at: cellAt(row, name), message });
    else if (value !== '') rowOfValue.set(value, row);
  }
  return problems;
}

function cellProblem(value: string, column: CsvColumn, pattern: RegExp | undefined): string | null {
  if (value === '') return column.required === false ? null : 'is empty';
  if (value.length > CSV_CELL_CHARACTERS_MAX) return `is longer than ${CSV_CELL_CHARACTERS_MAX} characters`;
  if (!pattern || pattern.test(value)) return null;
  return column.expected ? `must be ${column.expected}` : 'has a form that is not allowed';
}

function repeatProblem(column: CsvColumn, earlierRow: number | undefined): string | null {
  return column.unique && earlierRow !== undefined ? `has the same value as row ${earlierRow}` : null;
}
