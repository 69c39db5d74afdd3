import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Files of the case, written and read by nothing of the product. */
export interface CaseFiles {
  readonly answers: string;
  readonly printedKey: string;
  readonly mendedKey: string;
}

const LAST_ITEM = 'i32';

/** Writes the answers as a responses file, and the two keys. */
export function writeCase(folder: string, answers: readonly (readonly (string | null)[])[], key: readonly string[]) {
  const files = {
    answers: join(folder, 'answers.csv'),
    printedKey: join(folder, 'key-printed.json'),
    mendedKey: join(folder, 'key-mended.json'),
  } satisfies CaseFiles;
  const itemIds = key.map((_, index) => `i${index + 1}`);
  const rows = answers.map((row, person) => [idOf(person), ...row.map((option) => option ?? 'OM')].join());
  writeFileSync(files.answers, `${[['personId', ...itemIds].join(), ...rows].join('\n')}\n`);
  const printed = Object.fromEntries(itemIds.map((itemId, index) => [itemId, key[index]]));
  writeFileSync(files.printedKey, JSON.stringify(printed));
  writeFileSync(files.mendedKey, JSON.stringify({ ...printed, [LAST_ITEM]: '3' }));
  return files;
}

export function idOf(person: number): string {
  return `attempt-${String(person + 1).padStart(5, '0')}`;
}

/** Who chose one of the options of the last item. */
export function whoChose(files: CaseFiles, options: readonly string[]): Set<string> {
  const [, ...rows] = readFileSync(files.answers, 'utf8').trim().split('\n');
  return new Set(
    rows.map((row) => row.split(',')).flatMap((cells) => (options.includes(cells.at(-1)!) ? [cells[0]!] : [])),
  );
}

/** Who stands in the CSV of a difference report. */
export function whoChanged(reportFolder: string): Set<string> {
  const [, ...rows] = readFileSync(join(reportFolder, 'differences.csv'), 'utf8').trim().split('\n');
  return new Set(rows.map((row) => row.split(',')[0]!));
}

/** The answers as 0/1 scores under a key, for calibration. */
export function writeScores(files: CaseFiles, keyFile: string, path: string): void {
  const key = JSON.parse(readFileSync(keyFile, 'utf8')) as Record<string, string>;
  const [header, ...rows] = readFileSync(files.answers, 'utf8').trim().split('\n');
  const itemIds = header!.split(',').slice(1);
  const scored = rows.map((row) => {
    const [personId, ...options] = row.split(',');
    return [personId, ...options.map((option, index) => (option === key[itemIds[index]!] ? 1 : 0))].join();
  });
  writeFileSync(path, `${[header, ...scored].join('\n')}\n`);
}

/** A package as a person would write it from a key and, unless it counts points, from what `calibrate` printed. */
export function writePackage(path: string, version: number, keyFile: string, calibrated?: string): void {
  const key = JSON.parse(readFileSync(keyFile, 'utf8')) as Record<string, string>;
  const items = Object.entries(key).map(([itemId, option]) => ({ itemId, key: option }));
  const content = {
    packageId: calibrated ? 'case-2pl' : 'case-sum',
    version,
    form: { formId: 'sat12', version: 1 },
    estimator: calibrated ? 'eap' : 'sum',
    items,
    scales: [{ scaleId: 'science', itemIds: Object.keys(key) }],
    ...(calibrated ? { calibration: calibrationOf(calibrated, key) } : {}),
  };
  writeFileSync(path, JSON.stringify(content));
}

function calibrationOf(path: string, key: Record<string, string>): object {
  const { D, items, persons } = JSON.parse(readFileSync(path, 'utf8')) as {
    D: number;
    persons: number;
    items: { itemId: string; model: string; a: number; b: number }[];
  };
  return {
    D,
    persons,
    inSample: true,
    statement: 'petabakat calibrate --model 2pl on the very answers that are scored; a missing answer counts as wrong',
    items: items.map(({ itemId, model, a, b }) => ({ itemId, model, a, b, keyHash: keyHashOf(itemId, key[itemId]!) })),
  };
}

/** As docs/scoring.md says it. */
function keyHashOf(itemId: string, key: string): string {
  return createHash('sha256')
    .update(`petabakat.item-key.v1\n${JSON.stringify({ itemId, key })}`)
    .digest('hex');
}
