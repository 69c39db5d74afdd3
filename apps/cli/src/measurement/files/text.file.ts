import { readFileSync, writeFileSync } from 'node:fs';
import { placeOf, refusal } from '../measurement.refusal';

/** @throws DomainError `file.unreadable` */
export function readTextFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw refusal('file.unreadable', placeOf(path), (error as NodeJS.ErrnoException).message);
  }
}

/** @throws DomainError `file.unreadable` with line and column of a syntax error */
export function readJsonFile(path: string): unknown {
  const text = readTextFile(path);
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw refusal('file.unreadable', placeOf(path, ...syntaxPlace(text, error)), (error as Error).message);
  }
}

/** V8 names the character; an editor wants line and column. */
function syntaxPlace(text: string, error: unknown): [row?: number, column?: string] {
  const position = /position (\d+)/.exec((error as Error).message)?.[1];
  if (position === undefined) return [];
  const before = text.slice(0, Number(position)).split('\n');
  return [before.length, String(before.at(-1)!.length + 1)];
}

/** Writes a result to a file, or to standard output, where nothing else ever goes. */
export function writeResult(text: string, out: string | undefined): void {
  if (out === undefined) {
    process.stdout.write(text);
    return;
  }
  try {
    writeFileSync(out, text);
  } catch (error) {
    throw refusal('file.unwritable', placeOf(out), (error as NodeJS.ErrnoException).message);
  }
}

/** Messages and progress; never mixed into a result. */
export function tell(message: string): void {
  process.stderr.write(`${message}\n`);
}

export function toJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** A cell of a result: empty for null, quoted where the text needs it. */
export function toCell(value: string | number | boolean | null): string {
  if (value === null) return '';
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export function toCsv(
  header: readonly string[],
  rows: readonly (readonly (string | number | boolean | null)[])[],
): string {
  return `${[header, ...rows].map((row) => row.map(toCell).join(',')).join('\n')}\n`;
}
