import { readPublished } from '../../test/published.files';
import type { ItemParameters } from './item.parameters';
import { responseFunctions } from './response.functions';

interface DichotomousPoint {
  theta: number;
  P: number[];
  dP: number[];
  d2P: number[];
  I: number[];
  J: number[];
}
interface PolytomousPoint {
  theta: number;
  P: number[][];
  dP: number[][];
  d2P: number[][];
  I: number[];
  J: number[];
}
interface ReferenceFile {
  conventions: { D: number };
  suggestedTolerance: number;
  dichotomous: { items: number[][]; grid: DichotomousPoint[] };
  GRM: { items: number[][]; grid: PolytomousPoint[] };
  GPCM: { items: number[][]; grid: PolytomousPoint[] };
  PCM: { items: number[][]; grid: PolytomousPoint[] };
  NRM: { items: number[][]; grid: PolytomousPoint[] };
}

const reference = readPublished<ReferenceFile>('response-functions-reference.json');
const D = reference.conventions.D;

const BUILDERS = {
  GRM: ([a, ...b]: number[]): ItemParameters => ({ itemId: 'q', model: 'GRM', a: a!, b }),
  GPCM: ([a, ...b]: number[]): ItemParameters => ({ itemId: 'q', model: 'GPCM', a: a!, b }),
  PCM: (b: number[]): ItemParameters => ({ itemId: 'q', model: 'PCM', b }),
  NRM: (pairs: number[]): ItemParameters => ({
    itemId: 'q',
    model: 'NRM',
    slopes: [0, ...pairs.filter((_, index) => index % 2 === 0)],
    intercepts: [0, ...pairs.filter((_, index) => index % 2 === 1)],
  }),
};

function expectClose(actual: number, expected: number): void {
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(reference.suggestedTolerance);
}

describe('response functions against the published reference', () => {
  test.each(reference.dichotomous.grid)('dichotomous items agree at theta $theta', (point) => {
    reference.dichotomous.items.forEach(([a, b, c, d], index) => {
      const item: ItemParameters = { itemId: 'q', model: '4PL', a: a!, b: b!, c: c!, d: d! };
      const actual = responseFunctions(item, D, point.theta);
      expectClose(actual.probabilities[1]!, point.P[index]!);
      expectClose(actual.firstDerivatives[1]!, point.dP[index]!);
      expectClose(actual.secondDerivatives[1]!, point.d2P[index]!);
      expectClose(actual.information, point.I[index]!);
      expectClose(actual.warmJ, point.J[index]!);
    });
  });

  for (const model of ['GRM', 'GPCM', 'PCM', 'NRM'] as const) {
    test.each(reference[model].grid)(`${model} items agree at theta $theta`, (point) => {
      reference[model].items.forEach((row, index) => {
        const actual = responseFunctions(BUILDERS[model](row), D, point.theta);
        actual.probabilities.forEach((value, category) => {
          expectClose(value, point.P[index]![category]!);
          expectClose(actual.firstDerivatives[category]!, point.dP[index]![category]!);
          expectClose(actual.secondDerivatives[category]!, point.d2P[index]![category]!);
        });
        expectClose(actual.information, point.I[index]!);
        expectClose(actual.warmJ, point.J[index]!);
      });
    });
  }
});

const ONE_OF_EACH: ItemParameters[] = [
  { itemId: '1PL', model: '1PL', b: 0.3 },
  { itemId: '2PL', model: '2PL', a: 2.4, b: -1 },
  { itemId: '3PL', model: '3PL', a: 1.7, b: 0.5, c: 0.2 },
  { itemId: '4PL', model: '4PL', a: 1.7, b: 0.5, c: 0.2, d: 0.95 },
  { itemId: 'PCM', model: 'PCM', b: [-1, 0.5, 0.2] },
  { itemId: 'GPCM', model: 'GPCM', a: 1.8, b: [1, -0.5, 0.2] },
  { itemId: 'GRM', model: 'GRM', a: 2.2, b: [-1.2, 0.1, 0.4, 2] },
  { itemId: 'NRM', model: 'NRM', slopes: [0, -0.7, 1.1], intercepts: [0, 0.4, -0.2] },
];
const THETAS = [-30, -12, -4, -0.5, 0, 0.75, 4, 12, 30];

describe.each(ONE_OF_EACH)('the $model', (item) => {
  test.each(THETAS)(
    'at theta %d has finite values, probabilities that sum to 1 and derivatives that sum to 0',
    (theta) => {
      const values = responseFunctions(item, 1.702, theta);
      const all = [...values.probabilities, ...values.logProbabilities, ...values.firstDerivatives];
      all.push(...values.secondDerivatives, values.information, values.warmJ);
      expect(all.every(Number.isFinite)).toBe(true);
      expect(values.probabilities.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 14);
      expect(values.firstDerivatives.reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 13);
      expect(values.secondDerivatives.reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 13);
      expect(values.information).toBeGreaterThan(0);
    },
  );

  test('has derivatives that agree with central differences', () => {
    const step = 1e-4;
    for (const theta of [-3, -0.4, 0, 1.3, 3]) {
      const at = responseFunctions(item, 1.7, theta);
      const left = responseFunctions(item, 1.7, theta - step);
      const right = responseFunctions(item, 1.7, theta + step);
      at.probabilities.forEach((_, category) => {
        const first = (right.probabilities[category]! - left.probabilities[category]!) / (2 * step);
        const second = (right.firstDerivatives[category]! - left.firstDerivatives[category]!) / (2 * step);
        expect(Math.abs(at.firstDerivatives[category]! - first)).toBeLessThan(1e-6);
        expect(Math.abs(at.secondDerivatives[category]! - second)).toBeLessThan(1e-6);
      });
    }
  });

  test('has log-probabilities that keep their digits where the probability underflows', () => {
    const near = responseFunctions(item, 1, 5);
    near.probabilities.forEach((value, category) => {
      expect(Math.abs(Math.log(value) - near.logProbabilities[category]!)).toBeLessThan(1e-12);
    });
    const far = responseFunctions({ itemId: 'steep', model: '2PL', a: 40, b: 0 }, 1, -30);
    expect(far.probabilities[1]).toBe(0);
    expect(far.logProbabilities[1]).toBe(-1200);
  });
});
