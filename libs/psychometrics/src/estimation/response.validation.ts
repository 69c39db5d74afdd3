import type { ResponseModel } from '../models/response.model';
import { PsychometricsError } from '../psychometrics.error';
import { NOT_ADMINISTERED, type ResponseMatrix } from './response.codes';

/** @throws PsychometricsError `responses.shape` when the array does not hold persons × items */
export function requireShape(matrix: ResponseMatrix, items: number): void {
  if (matrix.items !== items || matrix.scores.length !== matrix.persons * items) {
    throw new PsychometricsError(
      'responses.shape',
      `the responses must hold ${matrix.persons} × ${items} scores, one column per item of the parameters`,
    );
  }
}

/** @throws PsychometricsError `responses.shape` when one person has not one score per item */
export function requireLength(scores: ArrayLike<number>, items: number): void {
  if (scores.length === items) return;
  throw new PsychometricsError(
    'responses.shape',
    `there must be ${items} scores, one per item; there are ${scores.length}`,
  );
}

/** @throws PsychometricsError `responses.category-out-of-range` for a score that the item's model does not have */
export function requireScore(score: number, model: ResponseModel, itemIndex: number, personIndex?: number): void {
  if (Number.isInteger(score) && score >= NOT_ADMINISTERED && score < model.categories) return;
  throw new PsychometricsError(
    'responses.category-out-of-range',
    `the score ${score} is not a category of the item, which has 0 to ${model.categories - 1}`,
    personIndex === undefined ? { itemIndex } : { itemIndex, personIndex },
  );
}
