import { NOT_ADMINISTERED, NOT_REACHED, OMITTED, type ResponseMatrix } from '@app/psychometrics';
import { CsvError, parse } from 'csv-parse/sync';
import { placeOf, refusal } from '../measurement.refusal';
import { readTextFile } from './text.file';

const PERSON_COLUMN = 'personId';
/** Scores are categories of the models, of which there are at most 100. */
const SCORE = /^\d{1,2}$/;
/** A file row counts from 1 and the first is the header. */
const FIRST_PERSON_ROW = 2;

export interface ResponseFile {
  readonly path: string;
  readonly personIds: readonly string[];
  /** Item columns in the order of the file. */
  readonly itemIds: readonly string[];
  /** `cells[person][item]`, trimmed. */
  readonly cells: readonly (readonly string[])[];
  /** Columns that an option named, by name: one value per person. */
  readonly named: ReadonlyMap<string, readonly string[]>;
  /** File row of every person. */
  readonly rows: readonly number[];
}

/**
 * Reads a responses CSV: personId, items, and the columns that options name.
 *
 * @param named columns that are no items
 * @throws DomainError `file.unreadable`, `responses.*`, with row and column
 */
export function readResponseFile(path: string, named: readonly string[] = []): ResponseFile {
  const [header, ...records] = parseCsv(path);
  requireHeader(path, header, named);
  const columns = header.map((name, index) => ({ name, index }));
  const items = columns.filter(({ name }) => name !== PERSON_COLUMN && !named.includes(name));
  const people = records
    .map((record, index) => ({ record, row: index + FIRST_PERSON_ROW }))
    .filter(({ record }) => record.length > 1 || record[0] !== '');
  for (const { record, row } of people) requireWidth(path, record, row, header);
  if (people.length === 0) throw refusal('responses.invalid', placeOf(path), 'there is nobody in the file');
  const personIds = readPersonIds(path, people, header.indexOf(PERSON_COLUMN));
  return {
    path,
    personIds,
    itemIds: items.map(({ name }) => name),
    cells: people.map(({ record }) => items.map(({ index }) => record[index]!)),
    named: new Map(named.map((name) => [name, people.map(({ record }) => record[header.indexOf(name)]!)])),
    rows: people.map(({ row }) => row),
  };
}

function parseCsv(path: string): string[][] {
  try {
    return parse(readTextFile(path), { bom: true, trim: true, relax_column_count: true, skip_empty_lines: false });
  } catch (error) {
    if (error instanceof CsvError) {
      throw refusal('file.unreadable', placeOf(path, Number(error.lines) || undefined), error.message);
    }
    throw error;
  }
}

function requireHeader(
  path: string,
  header: string[] | undefined,
  named: readonly string[],
): asserts header is string[] {
  if (header === undefined) throw refusal('responses.invalid', placeOf(path), 'the file is empty');
  for (const name of [PERSON_COLUMN, ...named]) {
    if (!header.includes(name)) throw refusal('responses.invalid', placeOf(path, 1, name), 'there is no such column');
  }
  header.forEach((name, index) => {
    if (name === '') throw refusal('responses.invalid', placeOf(path, 1, String(index + 1)), 'the column has no name');
    if (header.indexOf(name) !== index)
      throw refusal('responses.invalid', placeOf(path, 1, name), 'the column stands twice');
  });
  if (header.length === 1 + named.length)
    throw refusal('responses.invalid', placeOf(path, 1), 'there is no item column');
}

function requireWidth(path: string, record: readonly string[], row: number, header: readonly string[]): void {
  if (record.length === header.length) return;
  const column = header[Math.min(record.length, header.length - 1)];
  throw refusal(
    'responses.invalid',
    placeOf(path, row, column),
    `there are ${record.length} cells for ${header.length} columns`,
  );
}

function readPersonIds(
  path: string,
  people: readonly { record: readonly string[]; row: number }[],
  column: number,
): string[] {
  const firstRows = new Map<string, number>();
  return people.map(({ record, row }) => {
    const personId = record[column]!;
    if (personId === '') throw refusal('responses.invalid', placeOf(path, row, PERSON_COLUMN), 'the person has no id');
    const first = firstRows.get(personId);
    if (first !== undefined) {
      throw refusal(
        'responses.duplicate-person',
        placeOf(path, row, PERSON_COLUMN),
        `the person stands in row ${first} too`,
      );
    }
    firstRows.set(personId, row);
    return personId;
  });
}

/** The missing code of a cell, or null when it holds an answer. */
export function missingCode(cell: string): number | null {
  if (cell === '') return NOT_ADMINISTERED;
  if (cell === 'OM') return OMITTED;
  return cell === 'NR' ? NOT_REACHED : null;
}

/**
 * The scores of some items, in the order asked for; an item without a column is not administered to anybody.
 *
 * @throws DomainError `responses.invalid` for a cell that is neither a score nor a missing code
 */
export function scoresOf(file: ResponseFile, itemIds: readonly string[] = file.itemIds): ResponseMatrix {
  const columns = itemIds.map((itemId) => file.itemIds.indexOf(itemId));
  const scores = new Int8Array(file.personIds.length * itemIds.length);
  file.cells.forEach((cells, person) => {
    columns.forEach((column, item) => {
      scores[person * itemIds.length + item] =
        column < 0 ? NOT_ADMINISTERED : scoreOf(file, person, column, cells[column]!);
    });
  });
  return { persons: file.personIds.length, items: itemIds.length, scores };
}

function scoreOf(file: ResponseFile, person: number, column: number, cell: string): number {
  const missing = missingCode(cell);
  if (missing !== null) return missing;
  if (SCORE.test(cell)) return Number(cell);
  throw refusal(
    'responses.invalid',
    placeOf(file.path, file.rows[person], file.itemIds[column]),
    'a cell holds a whole score from 0, OM, NR or nothing',
  );
}

/** Place of a person's answer to an item, for refusals of the library. */
export function responsePlace(file: ResponseFile, itemId: string | undefined, personIndex: number | undefined): string {
  return placeOf(file.path, personIndex === undefined ? undefined : file.rows[personIndex], itemId);
}

/** Columns named by an option that takes a list: "a,b". */
export function parseColumns(list: string | undefined): string[] {
  return (list ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}
