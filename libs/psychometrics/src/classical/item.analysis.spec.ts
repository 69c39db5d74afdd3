import { readPublished } from '../../test/published.files';
import { readTable } from '../../test/response.files';
import { analyzeItems } from './item.analysis';
import { analyzeOptions } from './option.analysis';
import { factorLoadings } from './minres.factor';
import { kelleyScore, mcdonaldOmega } from './reliability';
import { completeScores } from './score.matrix';
import { NOT_ADMINISTERED, NOT_REACHED, OMITTED } from '../estimation/response.codes';

const { rows } = readTable('sat12-raw.csv');
const { key } = readPublished<{ key: number[] }>('sat12-key.json');
const scored = (keyOf: number[]): { persons: number; items: number; values: Float64Array } => ({
  persons: rows.length,
  items: 32,
  values: Float64Array.from(rows.flatMap((row) => row.map((option, item) => (Number(option) === keyOf[item] ? 1 : 0)))),
});
const ones = Array.from({ length: 32 }, () => 1);

describe('item analysis of SAT12', () => {
  const analysis = analyzeItems(scored(key), ones);

  test('item 32 under its printed key 5 is hard and says nothing; under option 3 it works', () => {
    const printed = analysis.items[31]!;
    const rekeyed = analyzeItems(scored([...key.slice(0, 31), 3]), ones).items[31]!;
    expect([printed.p.toFixed(2), printed.itemRestCorrelation!.toFixed(2)]).toEqual(['0.16', '0.04']);
    expect([rekeyed.p.toFixed(2), rekeyed.itemRestCorrelation!.toFixed(2)]).toEqual(['0.44', '0.20']);
  });

  test('options: the rest correlation of option 3 is that of the item keyed to it', () => {
    const choices = rows.map((row) => (row[31] === '8' ? null : row[31]!));
    const matrix = scored(key);
    const rest = rows.map((_, person) => {
      const row = matrix.values.subarray(person * 32, (person + 1) * 32);
      return row.reduce((sum, value) => sum + value, 0) - row[31]!;
    });
    const options = analyzeOptions(choices, rest);
    expect(options.map(({ option }) => option)).toEqual(['1', '2', '3', '4', '5']);
    expect(options.reduce((sum, { count }) => sum + count, 0)).toBe(rows.filter((row) => row[31] !== '8').length);
    const rekeyed = analyzeItems(scored([...key.slice(0, 31), 3]), ones).items[31]!;
    expect(options[2]!.restCorrelation).toBeCloseTo(rekeyed.itemRestCorrelation!, 12);
  });

  test('alpha if deleted is alpha of the other items', () => {
    const others = scored(key);
    const without = {
      persons: others.persons,
      items: 31,
      values: others.values.filter((_, index) => index % 32 !== 31),
    };
    expect(analysis.items[31]!.alphaIfDeleted).toBeCloseTo(analyzeItems(without, ones.slice(1)).test.alpha!, 12);
  });

  test('lambda-2 is at least alpha, and the error of measurement follows from alpha', () => {
    const { alpha, lambda2, sd, standardErrorOfMeasurement } = analysis.test;
    expect(lambda2!).toBeGreaterThanOrEqual(alpha!);
    expect(standardErrorOfMeasurement!).toBeCloseTo(sd! * Math.sqrt(1 - alpha!), 12);
  });
});

describe('one factor by minimum residuals', () => {
  test('recovers the loadings of a one-factor correlation matrix', () => {
    const loadings = [0.9, 0.7, 0.5, 0.3, 0.6];
    const matrix = loadings.flatMap((left, i) => loadings.map((right, j) => (i === j ? 1 : left * right)));
    factorLoadings(matrix, 5)!.forEach((loading, index) => expect(loading).toBeCloseTo(loadings[index]!, 9));
    const common = 3 ** 2;
    const unique = loadings.reduce((sum, loading) => sum + 1 - loading ** 2, 0);
    expect(mcdonaldOmega(matrix, 5)).toBeCloseTo(common / (common + unique), 9);
  });

  test('where one item takes the factor for itself, the lowest of the minima is found', () => {
    const [r12, r13, r23] = [0.15118579, 0.36563621, -0.11884985];
    const found = factorLoadings([1, r12, r13, r12, 1, r23, r13, r23, 1], 3)!;
    const bound = Math.sqrt(0.995);
    const expected = [bound, 0.09746642, 0.35155521];
    expected.forEach((loading, index) => expect(found[index]).toBeCloseTo(loading, 7));
  });

  test('does not exist for two items or an item without variance', () => {
    expect(mcdonaldOmega([1, 0.5, 0.5, 1], 2)).toBeNull();
    expect(mcdonaldOmega([1, 0.5, 0, 0.5, 1, 0, 0, 0, 0], 3)).toBeNull();
  });
});

describe('stated nulls', () => {
  test('a constant item has no correlation, and alpha of the rest exists', () => {
    const values = Float64Array.from([1, 1, 0, 1, 0, 1, 1, 1, 1, 1, 0, 0]);
    const { items, test: statistics } = analyzeItems({ persons: 4, items: 3, values }, [1, 1, 1]);
    expect(items[0]).toMatchObject({ p: 1, itemRestCorrelation: null });
    expect(statistics.omega).toBeNull();
    expect(statistics.alpha).not.toBeNull();
  });

  test('one person has means, and neither spread nor reliability', () => {
    const { items, test: statistics } = analyzeItems(
      { persons: 1, items: 3, values: Float64Array.of(1, 0, 1) },
      [1, 1, 1],
    );
    expect(statistics).toEqual({
      persons: 1,
      items: 3,
      mean: 2,
      sd: null,
      alpha: null,
      lambda2: null,
      omega: null,
      standardErrorOfMeasurement: null,
    });
    expect(items[0]).toEqual({ mean: 1, sd: null, p: 1, itemRestCorrelation: null, alphaIfDeleted: null });
  });

  test('nobody is refused', () => {
    expect(() => analyzeItems({ persons: 0, items: 2, values: new Float64Array(0) }, [1, 1])).toThrow(
      expect.objectContaining({ code: 'responses.empty' }),
    );
  });
});

describe('incomplete people', () => {
  test('omitted and not reached are 0; people with empty cells are left out and counted', () => {
    const responses = { persons: 3, items: 2, scores: Int8Array.of(1, OMITTED, NOT_REACHED, 1, 1, NOT_ADMINISTERED) };
    const { scores, kept, leftOut } = completeScores(responses);
    expect(Array.from(scores.values)).toEqual([1, 0, 0, 1]);
    expect([kept, leftOut]).toEqual([[0, 1], 1]);
  });
});

describe("Kelley's score", () => {
  test('lies between mean and score, at the share of the reliability', () => {
    expect(kelleyScore(30, 20, 0.8)).toBeCloseTo(28, 12);
  });
});
