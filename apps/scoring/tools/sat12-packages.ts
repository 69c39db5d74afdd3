import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { calibrateMarginal, OMITTED, type ResponseMatrix } from '@app/psychometrics';
import { keyHashOf } from '../src/packages/package-file';
import { rounded } from '../src/scoring/domain/rounding';
import type { CalibratedItem, PackageContent, ScoredItem } from '../src/scoring/domain/scoring-package';

const DATA_FOLDER = join(__dirname, '..', '..', '..', 'demo', 'data');
/** How the data set writes a missing answer. */
const MISSING = '8';
const FORM = { formId: 'sat12', version: 1 };
/** The item whose printed key is wrong, and the option that the answers speak for. */
export const MISKEYED = { itemId: 'i32', printed: '5', mended: '3' } as const;

export interface Sat12 {
  readonly itemIds: readonly string[];
  readonly key: readonly string[];
  /** Options chosen, in rows of the file; null where the answer is missing. */
  readonly answers: readonly (readonly (string | null)[])[];
  /** SHA-256 of the file, hexadecimal. */
  readonly hash: string;
}

export function readSat12(): Sat12 {
  const text = readFileSync(join(DATA_FOLDER, 'sat12-raw.csv'));
  const { key } = JSON.parse(readFileSync(join(DATA_FOLDER, 'sat12-key.json'), 'utf8')) as { key: number[] };
  const [header, ...rows] = text.toString('utf8').trim().split('\n');
  return {
    itemIds: header!.trim().split(','),
    key: key.map(String),
    answers: rows.map((row) =>
      row
        .trim()
        .split(',')
        .map((cell) => (cell === MISSING ? null : cell)),
    ),
    hash: createHash('sha256').update(text).digest('hex'),
  };
}

/** The key with the item mended that the printed one gets wrong. */
export function mendedKey({ itemIds, key }: Sat12): string[] {
  return key.map((option, index) => (itemIds[index] === MISKEYED.itemId ? MISKEYED.mended : option));
}

export function sumPackage(sat12: Sat12, key: readonly string[], version: number): PackageContent {
  return {
    packageId: 'sat12-sum',
    version,
    form: FORM,
    estimator: 'sum',
    items: keyedItems(sat12, key),
    scales: [{ scaleId: 'science', itemIds: sat12.itemIds }],
  };
}

/** Two-parameter logistic items, calibrated on the very answers that the demonstration replays. */
export function calibratedPackage(sat12: Sat12, key: readonly string[], version: number): PackageContent {
  const items = keyedItems(sat12, key);
  return {
    packageId: 'sat12-2pl',
    version,
    form: FORM,
    estimator: 'eap',
    prior: { mean: 0, sd: 1 },
    notReached: 'wrong',
    items,
    scales: [{ scaleId: 'science', itemIds: sat12.itemIds }],
    calibration: {
      D: 1,
      statement:
        'Two-parameter logistic model, marginal maximum likelihood (EM and Newton, 121 nodes on ±6, latent N(0, 1)), ' +
        `on the answers of ${sat12.answers.length} respondents to SAT12; a missing answer counts as wrong. In-sample: ` +
        'the people scored are those whom the parameters were estimated from. Standard errors of theta leave out the ' +
        'error of the parameters.',
      persons: sat12.answers.length,
      dataHash: sat12.hash,
      inSample: true,
      items: calibrate(sat12, items),
    },
  };
}

function keyedItems({ itemIds }: Sat12, key: readonly string[]): ScoredItem[] {
  return itemIds.map((itemId, index) => ({ itemId, key: key[index]! }));
}

function calibrate(sat12: Sat12, items: readonly ScoredItem[]): CalibratedItem[] {
  const { items: calibrated, converged } = calibrateMarginal({
    model: '2pl',
    itemIds: sat12.itemIds,
    responses: responsesOf(sat12, items),
  });
  if (!converged) throw new Error('the calibration of SAT12 did not converge');
  return calibrated.map(({ parameters }, index) => {
    if (parameters.model !== '2PL') throw new Error(`${parameters.itemId} came back as ${parameters.model}`);
    const { itemId, model, a, b } = parameters;
    return { itemId, model, a: rounded(a), b: rounded(b), keyHash: keyHashOf(items[index]!) };
  });
}

function responsesOf({ answers }: Sat12, items: readonly ScoredItem[]): ResponseMatrix {
  const scores = answers.flatMap((row) =>
    row.map((option, index) => (option === null ? OMITTED : Number(option === items[index]!.key))),
  );
  return { persons: answers.length, items: items.length, scores: Int8Array.from(scores) };
}
