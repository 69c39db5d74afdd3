import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Measurement } from './cost.points';

/** The essentials of all runs, from which the model is fitted. */
const MEASUREMENTS_FILE = join(__dirname, 'measurements.json');
const BYTES_FILE = join(__dirname, 'answer-bytes.json');

/** Of one answer. */
export interface AnswerBytes {
  /** On PostgreSQL's disk: the log where it stands there, the tables, and what is written ahead of both. */
  readonly log: number;
  readonly tables: number;
  readonly writtenAhead: number;
  /** Of the record itself, its key included. */
  readonly record: number;
  /** Request and reply over the wire, without what TCP adds. */
  readonly exchange: number;
  /** CPU of the consumer alone, without what it does while nothing comes: decoding, fold and its side of the SQL. */
  readonly consumerMicroseconds: number;
}

export function readMeasurements(): Measurement[] {
  return JSON.parse(readFileSync(MEASUREMENTS_FILE, 'utf8')) as Measurement[];
}

/** Replaces an earlier measurement of the same name. */
export function keepMeasurement(measurement: Measurement): void {
  const others = readMeasurements().filter(({ name }) => name !== measurement.name);
  const all = [...others, measurement].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  writeFileSync(MEASUREMENTS_FILE, `${JSON.stringify(all, null, 2)}\n`);
}

export function readBytes(): AnswerBytes {
  return JSON.parse(readFileSync(BYTES_FILE, 'utf8')) as AnswerBytes;
}

export function keepBytes(bytes: AnswerBytes): void {
  writeFileSync(BYTES_FILE, `${JSON.stringify(bytes, null, 2)}\n`);
}
