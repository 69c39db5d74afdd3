import type { ResponseMatrix } from '../src';
import { readPublishedText } from './published.files';

export interface PatternFile {
  readonly itemIds: string[];
  readonly responses: ResponseMatrix;
  /** How often each pattern occurs. */
  readonly weights: number[];
}

/** A `pattern,count` file; the lowest category becomes 0. */
export function readPatterns(name: string): PatternFile {
  const rows = readPublishedText(name).trim().split('\n').slice(1);
  const patterns = rows.map((row) => row.split(',')[0]!);
  const items = patterns[0]!.length;
  const raw = patterns.flatMap((pattern) => Array.from(pattern, Number));
  const lowest = Math.min(...raw);
  return {
    itemIds: Array.from({ length: items }, (_, item) => `q${item + 1}`),
    responses: { persons: rows.length, items, scores: Int8Array.from(raw, (score) => score - lowest) },
    weights: rows.map((row) => Number(row.split(',')[1])),
  };
}

/** One row per person, the patterns repeated as often as they occur. */
export function expandPatterns(file: PatternFile): ResponseMatrix {
  const { items, scores } = file.responses;
  const rows = file.weights.flatMap((weight, pattern) =>
    Array.from({ length: weight }, () => Array.from(scores.subarray(pattern * items, (pattern + 1) * items))),
  );
  return { persons: rows.length, items, scores: Int8Array.from(rows.flat()) };
}

/** A file with one column per item and a header of item ids. */
export function readTable(name: string): { header: string[]; rows: string[][] } {
  const [header, ...rows] = readPublishedText(name)
    .trim()
    .split('\n')
    .map((line) => line.trim().split(','));
  return { header: header!, rows };
}

export function patternOf(digits: string, lowest = 0): number[] {
  return Array.from(digits, (digit) => Number(digit) - lowest);
}
