import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** How the data set writes a missing answer. */
const MISSING = '8';
export const OPTIONS = ['1', '2', '3', '4', '5'] as const;

/** One real respondent: an option per item, null where the answer is missing. */
export interface Respondent {
  /** Row of the CSV file, from 1; the header is row 0. */
  readonly row: number;
  readonly answers: readonly (string | null)[];
}

export interface Sat12 {
  readonly itemIds: readonly string[];
  readonly key: readonly string[];
  readonly respondents: readonly Respondent[];
}

export function readSat12(folder: string): Sat12 {
  const [header, ...lines] = readFileSync(join(folder, 'sat12-raw.csv'), 'utf8').trim().split('\n');
  const { key } = JSON.parse(readFileSync(join(folder, 'sat12-key.json'), 'utf8')) as { key: number[] };
  const itemIds = header!.trim().split(',');
  if (key.length !== itemIds.length) throw new Error(`${itemIds.length} items, but ${key.length} keys`);
  const respondents = lines.map((line, index) => respondentOf(line, index + 1, itemIds.length));
  return { itemIds, key: key.map(String), respondents };
}

function respondentOf(line: string, row: number, items: number): Respondent {
  const cells = line.trim().split(',');
  if (cells.length !== items) throw new Error(`row ${row} has ${cells.length} cells instead of ${items}`);
  return { row, answers: cells.map((cell) => (cell === MISSING ? null : cell)) };
}
