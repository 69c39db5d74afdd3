import { basename } from 'node:path';
import { DomainError, type ErrorCode } from '@app/contracts';
import { type InputPosition, PsychometricsError } from '@app/psychometrics';

/** "responses.csv, row 4, column q2": rows count from 1 with the header, as a spreadsheet shows them. */
export function placeOf(file: string, row?: number, column?: string): string {
  const parts = [basename(file)];
  if (row !== undefined) parts.push(`row ${row}`);
  if (column !== undefined) parts.push(`column ${column}`);
  return parts.join(', ');
}

/** A refusal of an input: a code, the place as far as it is known, and the reason. */
export function refusal(code: ErrorCode, place: string, reason: string): DomainError {
  return new DomainError(code, place === '' ? reason : `${place}: ${reason}`);
}

/** Runs a computation of the library; its refusals gain the place in the caller's file. */
export function locating<Result>(locate: (position: InputPosition) => string, compute: () => Result): Result {
  try {
    return compute();
  } catch (error) {
    if (!(error instanceof PsychometricsError)) throw error;
    // An impossible option stands on the command line, not in a file.
    const isOption = error.code === 'options.invalid' && error.position.itemId === undefined;
    throw refusal(error.code, isOption ? '' : locate(error.position), error.message);
  }
}
