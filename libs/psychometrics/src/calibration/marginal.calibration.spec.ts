import { NOT_ADMINISTERED, NOT_REACHED, OMITTED, type ResponseMatrix } from '../estimation/response.codes';
import type { ItemParameters, ParameterSet } from '../models/item.parameters';
import { responseFunctions } from '../models/response.functions';
import { createRandomStream, type RandomStream } from '../numeric/random';
import type { PsychometricsErrorCode } from '../psychometrics.error';
import type { CalibrationModelName } from './calibration.result';
import { GradedCurve } from './graded.curve';
import { GuessingCurve } from './guessing.curve';
import type { ItemCurve } from './item.curve';
import { calibrateMarginal } from './marginal.calibration';
import { PartialCreditCurve } from './partial-credit.curve';
import { evaluatePrior, type PriorDensity } from './prior.density';

function normal(stream: RandomStream): number {
  return Math.sqrt(-2 * Math.log(1 - stream.next())) * Math.cos(2 * Math.PI * stream.next());
}

function simulate(set: ParameterSet, persons: number, seed: number, mean = 0, sd = 1): ResponseMatrix {
  const stream = createRandomStream(seed);
  const rows = Array.from({ length: persons }, () => {
    const theta = mean + sd * normal(stream);
    return set.items.map((item) => {
      let rest = stream.next();
      return responseFunctions(item, set.D, theta).probabilities.findIndex(
        (probability, k, all) => (rest -= probability) < 0 || k === all.length - 1,
      );
    });
  });
  return { persons, items: set.items.length, scores: Int8Array.from(rows.flat()) };
}

const idsOf = (set: ParameterSet): string[] => set.items.map((item) => item.itemId);

const CURVES: [string, () => ItemCurve][] = [
  ['2PL', () => withParameters(new PartialCreditCurve(2, true, [0]), [1.3, -0.4])],
  ['Rasch', () => withParameters(new PartialCreditCurve(2, false, [0]), [0.7])],
  ['GPCM', () => withParameters(new PartialCreditCurve(4, true, [0, 0, 0]), [0.8, 1.2, 0.9, -0.7])],
  ['3PL', () => withParameters(new GuessingCurve(0, 0.2), [1.6, -0.5, -1.2])],
  ['GRM', () => withParameters(new GradedCurve([1, 0, -1]), [1.4, 1.7, 0.2, -1.5])],
];

function withParameters<Curve extends ItemCurve>(curve: Curve, values: number[]): Curve {
  curve.parameters.set(values);
  return curve;
}

describe.each(CURVES)('the %s curve', (_, create) => {
  test('has gradients and Hessians that agree with central differences', () => {
    const step = 1e-5;
    for (const theta of [-2.5, -0.3, 0.8, 3]) {
      const curve = create();
      const { size, categories } = curve;
      const gradients = new Float64Array(categories * size);
      const hessians = new Float64Array(categories * size * size);
      curve.derivatives(theta, gradients, hessians);
      for (let j = 0; j < size; j++) {
        const sides = [-step, step].map((move) => {
          const moved = create();
          moved.parameters[j]! += move;
          const values = new Float64Array(categories);
          const slopes = new Float64Array(categories * size);
          moved.logProbabilities(theta, values);
          moved.derivatives(theta, slopes, new Float64Array(categories * size * size));
          return { values, slopes };
        });
        for (let k = 0; k < categories; k++) {
          const first = (sides[1]!.values[k]! - sides[0]!.values[k]!) / (2 * step);
          expect(Math.abs(gradients[k * size + j]! - first)).toBeLessThan(1e-8);
          for (let l = 0; l < size; l++) {
            const second = (sides[1]!.slopes[k * size + l]! - sides[0]!.slopes[k * size + l]!) / (2 * step);
            expect(Math.abs(hessians[(k * size + j) * size + l]! - second)).toBeLessThan(1e-7);
          }
        }
      }
    }
  });

  test('has a Jacobian of the natural parameters that agrees with central differences', () => {
    const step = 1e-6;
    const flat = (curve: ItemCurve): number[] => {
      const { a, b, c, slopeIsFree } = curve.natural();
      return [...(slopeIsFree ? [a] : []), ...b, ...(c === null ? [] : [c])];
    };
    const { size } = create();
    const { jacobian } = create().natural();
    for (let j = 0; j < size; j++) {
      const [left, right] = [-step, step].map((move) => {
        const moved = create();
        moved.parameters[j]! += move;
        return flat(moved);
      });
      right!.forEach((value, row) =>
        expect(Math.abs(jacobian[row * size + j]! - (value - left![row]!) / (2 * step))).toBeLessThan(1e-7),
      );
    }
  });
});

describe.each<[string, PriorDensity, number]>([
  ['normal', { kind: 'normal', mean: 0.3, sd: 1.2 }, 0.9],
  ['lognormal', { kind: 'lognormal', mean: 0.1, sd: 0.5 }, 1.4],
  ['beta', { kind: 'beta', alpha: 5, beta: 16, lower: 0, upper: 1 }, 0.3],
  ['stretched beta', { kind: 'beta', alpha: 1.75, beta: 3, lower: -1, upper: 3 }, 0.8],
])('the %s prior', (_, prior, x) => {
  test('has derivatives that agree with central differences and integrates to 1', () => {
    const step = 1e-5;
    const [left, at, right] = [x - step, x, x + step].map((value) => evaluatePrior(prior, value));
    expect(at!.first).toBeCloseTo((right!.logDensity - left!.logDensity) / (2 * step), 6);
    expect(at!.second).toBeCloseTo((right!.first - left!.first) / (2 * step), 6);
    let mass = 0;
    for (let point = -12; point < 30; point += 1e-3)
      mass += 1e-3 * Math.exp(evaluatePrior(prior, point + 5e-4).logDensity);
    expect(mass).toBeCloseTo(1, 4);
  });
});

describe('calibration recovers the parameters of simulated data', () => {
  const RECOVERABLE: [CalibrationModelName, ItemParameters[]][] = [
    ['gpcm', [0.8, 1.2, 1, 1.5].map((a, i) => ({ itemId: `q${i}`, model: 'GPCM', a, b: [-1 + i / 4, 0.3, 1] }))],
    ['pcm', [0, 1, 2, 3].map((i) => ({ itemId: `q${i}`, model: 'PCM', b: [-1 + i / 4, 0.5] }))],
    ['grm', [0.9, 1.4, 2, 1.1].map((a, i) => ({ itemId: `q${i}`, model: 'GRM', a, b: [-1.2, i / 5, 1.3] }))],
    ['2pl', [0.7, 1, 1.4, 2, 1.2].map((a, i) => ({ itemId: `q${i}`, model: '2PL', a, b: i / 2 - 1 }))],
  ];

  test.each(RECOVERABLE)('%s, within four standard errors', (model, items) => {
    const set = { D: 1, items };
    const result = calibrateMarginal({ model, itemIds: idsOf(set), responses: simulate(set, 3000, 42) });
    expect(result.converged).toBe(true);
    result.items.forEach(({ parameters, standardErrors }, index) => {
      const truth = items[index] as { a?: number; b: number | number[] };
      const found = parameters as { a?: number; b: number | number[] };
      const values = [found.b].flat();
      const errors = [standardErrors.b].flat() as number[];
      [truth.b].flat().forEach((b, step) => expect(Math.abs(values[step]! - b)).toBeLessThan(4 * errors[step]!));
      if (standardErrors.a !== null) expect(Math.abs(found.a! - truth.a!)).toBeLessThan(4 * standardErrors.a);
      else expect(found.a).toBe(1);
    });
  });

  test('3pl keeps its priors in the result', () => {
    const items: ItemParameters[] = [0.9, 1.2, 1.5, 1.8, 1.1].map((a, i) => ({
      itemId: `q${i}`,
      model: '3PL',
      a,
      b: i / 2 - 1,
      c: 0.2,
    }));
    const set = { D: 1, items };
    const result = calibrateMarginal({ model: '3pl', itemIds: idsOf(set), responses: simulate(set, 2000, 7) });
    expect(result.converged).toBe(true);
    expect(result.priors).toMatchObject({
      a: { kind: 'lognormal', mean: 0, sd: 0.5 },
      c: { kind: 'beta', alpha: 5, beta: 16 },
    });
    result.items.forEach(({ parameters }) => {
      expect((parameters as { c: number }).c).toBeGreaterThan(0.05);
      expect((parameters as { c: number }).c).toBeLessThan(0.45);
    });
  });
});

describe('fixed-parameter calibration', () => {
  const items: ItemParameters[] = [0.8, 1.1, 1.4, 1.7, 1, 1.3].map((a, i) => ({
    itemId: `q${i}`,
    model: '2PL',
    a,
    b: i / 2 - 1.2,
  }));
  const set = { D: 1, items };
  const responses = simulate(set, 4000, 3, 0.8, 1.4);
  const anchors = { D: 1, items: items.slice(0, 4) };
  const result = calibrateMarginal({ model: '2pl', itemIds: idsOf(set), responses, anchors });

  test('keeps the anchors and finds mean and SD of another population', () => {
    expect(result.items.slice(0, 4).map(({ parameters }) => parameters)).toEqual(items.slice(0, 4));
    expect(result.items.map(({ anchored }) => anchored)).toEqual([true, true, true, true, false, false]);
    expect(Math.abs(result.latentMean - 0.8)).toBeLessThan(4 * result.latentStandardErrors.mean!);
    expect(Math.abs(result.latentSd - 1.4)).toBeLessThan(4 * result.latentStandardErrors.sd!);
  });

  test('puts new items on the scale of the anchors', () => {
    for (const index of [4, 5]) {
      const found = result.items[index]!.parameters as { a: number; b: number };
      const truth = items[index] as { a: number; b: number };
      expect(Math.abs(found.b - truth.b)).toBeLessThan(4 * (result.items[index]!.standardErrors.b as number));
      expect(Math.abs(found.a - truth.a)).toBeLessThan(4 * result.items[index]!.standardErrors.a!);
    }
  });

  test('takes anchors of another metric to its own', () => {
    const normalMetric = {
      D: 1.7,
      items: anchors.items.map((item) => ({ ...item, a: (item as { a: number }).a / 1.7 }) as ItemParameters),
    };
    const same = calibrateMarginal({ model: '2pl', itemIds: idsOf(set), responses, anchors: normalMetric });
    expect(same.logLik).toBeCloseTo(result.logLik, 8);
    expect((same.items[0]!.parameters as { a: number }).a).toBeCloseTo(0.8, 12);
  });
});

describe('missing answers', () => {
  const set: ParameterSet = { D: 1, items: [-1, 0, 0.5, 1].map((b, i) => ({ itemId: `q${i}`, model: '1PL', b })) };
  const complete = simulate(set, 500, 9);
  const replaced = (code: number): ResponseMatrix => ({
    ...complete,
    scores: complete.scores.map((score, i) => (i % 7 === 0 ? code : score)),
  });
  const logLik = (responses: ResponseMatrix): number =>
    calibrateMarginal({ model: 'rasch', itemIds: idsOf(set), responses }).logLik;

  test('omitted counts as 0; not reached counts as not administered', () => {
    expect(logLik(replaced(OMITTED))).toBe(logLik(replaced(0)));
    expect(logLik(replaced(NOT_REACHED))).toBe(logLik(replaced(NOT_ADMINISTERED)));
    expect(logLik(replaced(NOT_REACHED))).not.toBeCloseTo(logLik(replaced(0)), 3);
  });
});

describe('a calibration is refused', () => {
  const matrix = (rows: number[][]): ResponseMatrix => ({
    persons: rows.length,
    items: rows[0]?.length ?? 0,
    scores: Int8Array.from(rows.flat()),
  });
  const REFUSED: [string, PsychometricsErrorCode, CalibrationModelName, number[][]][] = [
    [
      'a constant item',
      'calibration.constant-item',
      '2pl',
      [
        [1, 0, 1],
        [1, 1, 0],
        [1, 0, 0],
      ],
    ],
    [
      'an unused category',
      'calibration.unused-category',
      'grm',
      [
        [0, 0, 1],
        [2, 1, 0],
        [2, 0, 0],
      ],
    ],
    [
      'scores above 1 for a 2PL',
      'calibration.not-dichotomous',
      '2pl',
      [
        [0, 0, 1],
        [2, 1, 0],
        [1, 0, 0],
      ],
    ],
    ['one person', 'calibration.too-few-persons', 'rasch', [[0, 1, 1]]],
    [
      'two items',
      'calibration.too-few-items',
      'rasch',
      [
        [0, 1],
        [1, 0],
      ],
    ],
  ];

  test.each(REFUSED)('for %s: %s', (_, code, model, rows) => {
    const itemIds = rows[0]!.map((__, index) => `q${index}`);
    expect(() => calibrateMarginal({ model, itemIds, responses: matrix(rows) })).toThrow(
      expect.objectContaining({ code }),
    );
  });
});
