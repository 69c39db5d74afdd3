import { NOT_REACHED, type ResponseMatrix } from '../estimation/response.codes';
import { PsychometricsError } from '../psychometrics.error';

/** Distinct answer patterns with how often each occurs; -1 marks an item that takes no part. */
export interface ResponsePatterns {
  readonly items: number;
  readonly patterns: number;
  /** `scores[pattern * items + item]`. */
  readonly scores: Int8Array;
  readonly frequencies: Float64Array;
  /** Sum of the frequencies. */
  readonly persons: number;
}

/** Scores per call of `String.fromCharCode`: arguments of one call live on the stack. */
const KEY_CHUNK = 4096;
/** Moves the scores -1..100 to character codes. */
const KEY_OFFSET = 2;

/**
 * Folds people with the same answers into one pattern, in order of first appearance. Omitted scores 0; not reached and not
 * administered take no part; people without any answer are dropped.
 *
 * @param weights how many people each row stands for; 1 each when left out
 */
export function foldPatterns(matrix: ResponseMatrix, weights?: ArrayLike<number>): ResponsePatterns {
  requireWeights(matrix, weights);
  const { items } = matrix;
  const positions = new Map<string, number>();
  const rows: Int8Array[] = [];
  const frequencies: number[] = [];
  for (let person = 0; person < matrix.persons; person++) {
    const weight = weights?.[person] ?? 1;
    const row = matrix.scores.slice(person * items, (person + 1) * items).map(calibrationScore);
    if (weight === 0 || row.every((score) => score < 0)) continue;
    const key = patternKey(row);
    const position = positions.get(key);
    if (position === undefined) {
      positions.set(key, rows.length);
      rows.push(row);
      frequencies.push(weight);
    } else frequencies[position]! += weight;
  }
  const scores = new Int8Array(rows.length * items);
  rows.forEach((row, pattern) => scores.set(row, pattern * items));
  const persons = frequencies.reduce((sum, frequency) => sum + frequency, 0);
  return { items, patterns: rows.length, scores, frequencies: Float64Array.from(frequencies), persons };
}

function calibrationScore(score: number): number {
  if (score >= 0) return score;
  return score <= NOT_REACHED ? -1 : 0;
}

function patternKey(row: Int8Array): string {
  let key = '';
  for (let start = 0; start < row.length; start += KEY_CHUNK) {
    const codes = Array.from(row.subarray(start, start + KEY_CHUNK), (score) => score + KEY_OFFSET);
    key += String.fromCharCode(...codes);
  }
  return key;
}

function requireWeights(matrix: ResponseMatrix, weights: ArrayLike<number> | undefined): void {
  if (matrix.scores.length !== matrix.persons * matrix.items) {
    throw new PsychometricsError(
      'responses.shape',
      `the responses must hold ${matrix.persons} × ${matrix.items} scores`,
    );
  }
  if (weights === undefined) return;
  if (weights.length !== matrix.persons) {
    throw new PsychometricsError('responses.shape', 'there must be one weight per person');
  }
  for (let person = 0; person < matrix.persons; person++) {
    if (!(Number.isFinite(weights[person]) && weights[person]! >= 0)) {
      throw new PsychometricsError('options.invalid', 'a weight must be a finite number of at least 0', {
        personIndex: person,
      });
    }
  }
}
