import { choleskyFactor, choleskySolve } from '../numeric/linear-algebra';
import { logSigmoid, sigmoid } from '../numeric/logistic';

/** Newton needs six steps; under separation each gains e-fold until doubles see no gain. */
const STEPS_MAX = 100;
/** A share of a step below 1e-9 cannot change the log-likelihood in doubles. */
const HALVINGS_MAX = 30;
/** Relative gain of the log-likelihood at which Newton has converged to all its digits. */
const GAIN_TOLERANCE = 1e-14;

/** One distinct row of predictors with its numbers of ones and of all observations. */
export interface BinomialRow {
  readonly predictors: readonly number[];
  readonly ones: number;
  readonly total: number;
}

/**
 * Highest log-likelihood of a logistic regression, by Newton steps with halving. Under perfect separation it converges to
 * its limit while the coefficients run away, so it exists even where they do not.
 *
 * @returns null when a predictor says what the others say already, so that the model is not identified
 */
export function logisticLogLikelihood(rows: readonly BinomialRow[]): number | null {
  const size = rows[0]!.predictors.length;
  let coefficients = new Float64Array(size);
  // At coefficients of 0 every observation has the same weight: there the information is singular only for that reason.
  if (newtonMove(rows, coefficients) === null) return null;
  let height = logLikelihood(rows, coefficients);
  for (let step = 0; step < STEPS_MAX; step++) {
    const move = newtonMove(rows, coefficients);
    if (move === null) break;
    let next = height;
    let share = 1;
    let candidate = coefficients;
    for (let halving = 0; halving < HALVINGS_MAX; halving++, share /= 2) {
      candidate = coefficients.map((value, index) => value + share * move[index]!);
      next = logLikelihood(rows, candidate);
      if (next >= height) break;
    }
    if (!(next >= height)) break;
    const gain = next - height;
    coefficients = candidate;
    height = next;
    if (gain <= GAIN_TOLERANCE * Math.abs(height)) break;
  }
  return height;
}

function linear(predictors: readonly number[], coefficients: Float64Array): number {
  return predictors.reduce((sum, predictor, index) => sum + predictor * coefficients[index]!, 0);
}

function logLikelihood(rows: readonly BinomialRow[], coefficients: Float64Array): number {
  return rows.reduce((sum, { predictors, ones, total }) => {
    const z = linear(predictors, coefficients);
    return sum + (ones > 0 ? ones * logSigmoid(z) : 0) + (total > ones ? (total - ones) * logSigmoid(-z) : 0);
  }, 0);
}

function newtonMove(rows: readonly BinomialRow[], coefficients: Float64Array): Float64Array | null {
  const size = coefficients.length;
  const gradient = new Float64Array(size);
  const information = new Float64Array(size * size);
  for (const { predictors, ones, total } of rows) {
    const probability = sigmoid(linear(predictors, coefficients));
    const weight = total * probability * (1 - probability);
    for (let j = 0; j < size; j++) {
      gradient[j]! += predictors[j]! * (ones - total * probability);
      for (let l = 0; l < size; l++) information[j * size + l]! += weight * predictors[j]! * predictors[l]!;
    }
  }
  const factor = choleskyFactor(information, size);
  return factor === null ? null : choleskySolve(factor, size, gradient);
}
