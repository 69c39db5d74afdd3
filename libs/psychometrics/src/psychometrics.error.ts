/**
 * What the library refuses. A code never changes its meaning; callers translate it into their own wording and add the
 * file, row and column that only they know.
 */
export type PsychometricsErrorCode =
  | 'parameters.empty'
  | 'parameters.duplicate-item'
  | 'parameters.unknown-model'
  | 'parameters.scaling-constant'
  | 'parameters.not-finite'
  | 'parameters.slope-not-positive'
  | 'parameters.slope-not-one'
  | 'parameters.asymptotes'
  | 'parameters.no-steps'
  | 'parameters.too-many-categories'
  | 'parameters.boundaries-unordered'
  | 'parameters.slopes-without-spread'
  | 'parameters.lengths-differ'
  | 'responses.shape'
  | 'responses.category-out-of-range'
  | 'responses.empty'
  | 'options.invalid'
  | 'calibration.too-few-items'
  | 'calibration.too-few-persons'
  | 'calibration.constant-item'
  | 'calibration.unused-category'
  | 'calibration.not-dichotomous'
  | 'calibration.no-conditional-maximum'
  | 'dif.one-group'
  | 'equating.forms-differ'
  | 'selection.nothing-eligible';

/** Where in the input the refusal stands; every index counts from 0. */
export interface InputPosition {
  readonly itemId?: string;
  readonly itemIndex?: number;
  readonly personIndex?: number;
  readonly field?: string;
}

/** A refusal of an input, never a defect: the message says what is wrong and `position` where. */
export class PsychometricsError extends Error {
  constructor(
    readonly code: PsychometricsErrorCode,
    message: string,
    readonly position: InputPosition = {},
  ) {
    super(message);
    this.name = 'PsychometricsError';
  }
}
