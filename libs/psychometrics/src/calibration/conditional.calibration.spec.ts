import { createRandomStream } from '../numeric/random';
import type { PsychometricsError } from '../psychometrics.error';
import { calibrateConditional } from './conditional.calibration';
import { calibrateMarginal } from './marginal.calibration';
import { conditionalProbabilities, meanSymmetricFunctions } from './symmetric.functions';

const DIFFICULTIES = [-1.2, -0.3, 0.4, 1.1, 0.2];
const itemIds = DIFFICULTIES.map((_, item) => `q${item + 1}`);

function simulate(persons: number) {
  const stream = createRandomStream(11);
  const rows = Array.from({ length: persons }, () => {
    const theta = 3 * (stream.next() + stream.next() - 1);
    return DIFFICULTIES.map((b) => (stream.next() < 1 / (1 + Math.exp(b - theta)) ? 1 : 0));
  });
  return { persons, items: DIFFICULTIES.length, scores: Int8Array.from(rows.flat()) };
}

/** ln of the sum over all patterns with a sum score, by enumeration. */
function logSumOverPatterns(difficulties: readonly number[], score: number): number {
  let sum = 0;
  for (let code = 0; code < 2 ** difficulties.length; code++) {
    const pattern = difficulties.map((_, item) => (code >> item) & 1);
    if (pattern.reduce((total, value) => total + value, 0) !== score) continue;
    sum += Math.exp(-pattern.reduce((total, value, item) => total + value * difficulties[item]!, 0));
  }
  return Math.log(sum);
}

function enumeratedLogLikelihood(difficulties: readonly number[], rows: readonly number[][]): number {
  return rows.reduce((sum, row) => {
    const score = row.reduce((total, value) => total + value, 0);
    const exponent = row.reduce((total, value, item) => total + value * difficulties[item]!, 0);
    return sum - exponent - logSumOverPatterns(difficulties, score);
  }, 0);
}

describe('conditional calibration of the Rasch model', () => {
  const responses = simulate(400);
  const rows = Array.from({ length: 400 }, (_, person) =>
    Array.from(responses.scores.subarray(person * 5, person * 5 + 5)),
  );
  const result = calibrateConditional({ itemIds, responses });
  const estimates = result.items.map((item) => (item.parameters as { b: number }).b);

  test('has the log-likelihood that enumeration of all patterns gives', () => {
    expect(result.logLik).toBeCloseTo(enumeratedLogLikelihood(estimates, rows), 8);
    expect(result.converged).toBe(true);
  });

  test('stands at the maximum: every move along the restriction goes down', () => {
    for (let item = 1; item < 5; item++) {
      for (const step of [-1e-3, 1e-3]) {
        const moved = estimates.map((value, index) => value + (index === item ? step : 0) - (index === 0 ? step : 0));
        expect(enumeratedLogLikelihood(moved, rows)).toBeLessThan(result.logLik);
      }
    }
  });

  test('has difficulties that sum to zero and standard errors from the curvature under that restriction', () => {
    expect(estimates.reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 12);
    const step = 1e-3;
    const direction = estimates.map((_, index) => (index === 2 ? 1 : -1 / 4));
    const along = (share: number): number =>
      enumeratedLogLikelihood(
        estimates.map((value, index) => value + share * direction[index]!),
        rows,
      );
    const curvature = -(along(step) - 2 * along(0) + along(-step)) / step ** 2;
    // The error of one difficulty with the others free is at least that with the others moving rigidly.
    expect(result.items[2]!.standardErrors.b as number).toBeGreaterThanOrEqual(1 / Math.sqrt(curvature) - 1e-6);
    expect(result.items[2]!.standardErrors.b as number).toBeLessThan(1.2 / Math.sqrt(curvature));
  });

  test('agrees with the marginal difficulties up to the origin and sampling error of the latent shape', () => {
    const marginal = calibrateMarginal({ model: 'rasch', itemIds, responses });
    const difficulties = marginal.items.map((item) => (item.parameters as { b: number }).b);
    const mean = difficulties.reduce((sum, value) => sum + value, 0) / difficulties.length;
    difficulties.forEach((value, item) => expect(Math.abs(value - mean - estimates[item]!)).toBeLessThan(0.05));
  });

  test('refuses an item that everybody between the extremes has right', () => {
    const scores = Int8Array.from([1, 0, 0, 1, 1, 0, 1, 0, 1, 0, 0, 0]);
    const attempt = (): unknown =>
      calibrateConditional({ itemIds: ['a', 'b', 'c'], responses: { persons: 4, items: 3, scores } });
    expect(attempt).toThrow(
      expect.objectContaining<Partial<PsychometricsError>>({ code: 'calibration.no-conditional-maximum' }),
    );
  });
});

describe('symmetric functions', () => {
  test('over binomial coefficients agree with enumeration', () => {
    const means = meanSymmetricFunctions(Float64Array.from(DIFFICULTIES, (b) => Math.exp(-b)));
    const binomials = [1, 5, 10, 10, 5, 1];
    means.forEach((mean, score) => {
      expect(Math.log(mean * binomials[score]!)).toBeCloseTo(logSumOverPatterns(DIFFICULTIES, score), 12);
    });
  });

  test('stay finite for 200 items, and the probabilities given a score sum to it', () => {
    const easiness = Float64Array.from({ length: 40 }, (_, item) => Math.exp((item - 20) / 5));
    const { single } = conditionalProbabilities(easiness);
    for (let score = 1; score < 40; score++) {
      const sum = single.subarray(score * 40, (score + 1) * 40).reduce((total, value) => total + value, 0);
      expect(sum).toBeCloseTo(score, 10);
    }
    const long = meanSymmetricFunctions(Float64Array.from({ length: 200 }, (_, item) => Math.exp((item - 100) / 40)));
    expect(long.every(Number.isFinite)).toBe(true);
  });
});
