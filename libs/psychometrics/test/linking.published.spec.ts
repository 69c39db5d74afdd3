import {
  type CharacteristicLinkingOptions,
  type CommonItems,
  cronbachAlpha,
  type CriterionGrid,
  equateTrueScores,
  gaussHermiteQuadrature,
  guttmanLambda2,
  haebaraLinking,
  type ItemParameters,
  meanMeanLinking,
  meanSigmaLinking,
  type ScaleTransformation,
  stockingLordLinking,
} from '../src';
import { readPublished } from './published.files';

interface PublishedItem {
  model: '3PL' | 'GPCM' | 'GRM';
  a: number;
  b?: number;
  c?: number;
  thr?: number[];
}
interface Constants {
  A: number;
  B: number;
  objective?: number;
}
interface LinkingCase {
  name: string;
  D: number;
  criterionGrid?: string;
  points?: number[];
  weightsX?: number[];
  weightsY?: number[];
  X: PublishedItem[];
  Y: PublishedItem[];
  expected: { meanMean: Constants; meanSigma: Constants; haebara: Constants; stockingLord: Constants };
  sourceTolerance: number | Record<string, number>;
}
interface EquatingFile {
  sourceTolerance: number;
  cases: {
    name: string;
    D: number;
    X: PublishedItem[];
    Y: PublishedItem[];
    rawScore: number[];
    theta: (number | null)[];
    yEquivalent: number[];
  }[];
}

function toItem(item: PublishedItem, index: number): ItemParameters {
  const itemId = `q${index + 1}`;
  return item.model === '3PL'
    ? { itemId, model: '3PL', a: item.a, b: item.b!, c: item.c! }
    : { itemId, model: item.model, a: item.a, b: item.thr! };
}

/** Reads "161 equally spaced points on [-4,4], equal weights". */
function parseGrid(text: string): CriterionGrid {
  const [count, low, high] = text.match(/-?\d+/g)!.map(Number);
  const points = Array.from({ length: count! }, (_, index) => low! + ((high! - low!) * index) / (count! - 1));
  return { points, weights: points.map(() => 1) };
}

function optionsOf(linking: LinkingCase): CharacteristicLinkingOptions {
  const unitSlope = linking.X.every((item) => item.a === 1);
  const grids = linking.criterionGrid
    ? { gridTo: parseGrid(linking.criterionGrid), gridFrom: parseGrid(linking.criterionGrid) }
    : {
        gridTo: { points: linking.points!, weights: linking.weightsY! },
        gridFrom: { points: linking.points!, weights: linking.weightsX! },
      };
  return { D: linking.D, unitSlope, ...grids };
}

function toleranceOf(linking: LinkingCase, method: string): number {
  if (typeof linking.sourceTolerance === 'number') return linking.sourceTolerance;
  return Object.entries(linking.sourceTolerance).find(([methods]) => methods.split(',').includes(method))![1];
}

describe('published-irt-linking.json', () => {
  const { cases } = readPublished<{ cases: LinkingCase[] }>('published-irt-linking.json');
  const methods = {
    meanMean: (items: CommonItems, options: CharacteristicLinkingOptions): ScaleTransformation =>
      meanMeanLinking(items, options),
    meanSigma: (items: CommonItems, options: CharacteristicLinkingOptions): ScaleTransformation =>
      meanSigmaLinking(items, options),
    haebara: haebaraLinking,
    stockingLord: stockingLordLinking,
  };
  const rows = cases.flatMap((linking) =>
    (Object.keys(methods) as (keyof typeof methods)[]).map((method) => ({ name: linking.name, linking, method })),
  );

  test.each(rows)('$name: $method', ({ linking, method }) => {
    const items = { from: linking.X.map(toItem), to: linking.Y.map(toItem) };
    const actual = methods[method](items, optionsOf(linking));
    const expected = linking.expected[method];
    const tolerance = toleranceOf(linking, method);
    expect(Math.abs(actual.slope - expected.A)).toBeLessThanOrEqual(tolerance);
    expect(Math.abs(actual.intercept - expected.B)).toBeLessThanOrEqual(tolerance);
    if (expected.objective !== undefined) {
      expect(Math.abs((actual as { objective?: number }).objective! - expected.objective)).toBeLessThanOrEqual(5e-7);
    }
  });
});

describe('published-true-score-equating.json', () => {
  const file = readPublished<EquatingFile>('published-true-score-equating.json');

  test.each(file.cases)('$name: every raw score has the published theta and equivalent', (equating) => {
    const actual = equateTrueScores(
      { D: equating.D, items: equating.X.map(toItem) },
      { D: equating.D, items: equating.Y.map(toItem) },
    );
    expect(actual.map(({ rawScore }) => rawScore)).toEqual(equating.rawScore);
    actual.forEach(({ theta, equivalent }, index) => {
      const expected = equating.theta[index]!;
      expect(theta === null).toBe(expected === null);
      if (theta !== null) expect(Math.abs(theta - expected)).toBeLessThanOrEqual(file.sourceTolerance);
      expect(Math.abs(equivalent - equating.yEquivalent[index]!)).toBeLessThanOrEqual(file.sourceTolerance);
    });
  });
});

describe('published-reliability-covariance.json', () => {
  const file = readPublished<{
    covariance: number[][];
    expected: { alpha: number; guttmanLambda2: number };
    tolerance: number;
    recheck: { alpha: number; lambda2: number };
  }>('published-reliability-covariance.json');
  const covariance = file.covariance.flat();

  test('alpha and lambda-2 agree', () => {
    expect(Math.abs(cronbachAlpha(covariance, 4)! - file.expected.alpha)).toBeLessThanOrEqual(file.tolerance);
    expect(Math.abs(guttmanLambda2(covariance, 4)! - file.expected.guttmanLambda2)).toBeLessThanOrEqual(file.tolerance);
    expect(cronbachAlpha(covariance, 4)!).toBeCloseTo(file.recheck.alpha, 12);
    expect(guttmanLambda2(covariance, 4)!).toBeCloseTo(file.recheck.lambda2, 12);
  });
});

describe('quadrature-gauss-hermite.json', () => {
  const file = readPublished<{ rules: Record<string, { nodes: number[]; weights: number[] }> }>(
    'quadrature-gauss-hermite.json',
  );

  test.each(Object.entries(file.rules))('%s nodes and weights agree to 1e-12', (count, rule) => {
    const actual = gaussHermiteQuadrature(Number(count));
    rule.nodes.forEach((node, index) => expect(Math.abs(actual.nodes[index]! - node)).toBeLessThanOrEqual(1e-12));
    rule.weights.forEach((weight, index) =>
      expect(Math.abs(actual.weights[index]! - weight)).toBeLessThanOrEqual(1e-12),
    );
  });
});
