import * as fc from 'fast-check';
import {
  AbilityScorer,
  analyzeDif,
  analyzeItems,
  calibrateMarginal,
  createRandomStream,
  equateTrueScores,
  levelProbabilities,
  levelProbabilitiesOfPosterior,
  meanSigmaLinking,
  type ParameterSet,
  PersonFitCalculator,
  responseFunctions,
  type ResponseMatrix,
  type ScoreMatrix,
  stockingLordLinking,
  testInformation,
  transformScale,
} from '../src';
import { bankWithPattern, moveScale, RUNS, smoothBankWithPattern } from './random.banks';

function check<T>(arbitrary: fc.Arbitrary<T>, property: (value: T) => void, runs = RUNS): void {
  fc.assert(fc.property(arbitrary, property), { numRuns: runs, seed: 20261122 });
}

const binaryScores = fc
  .tuple(fc.integer({ min: 30, max: 120 }), fc.integer({ min: 3, max: 8 }), fc.integer())
  .map(([persons, items, seed]): ScoreMatrix => {
    const stream = createRandomStream(seed);
    const ability = Array.from({ length: persons }, () => stream.next());
    const values = ability.flatMap((level) =>
      Array.from({ length: items }, () => (stream.next() < 0.2 + 0.6 * level ? 1 : 0)),
    );
    return { persons, items, values: Float64Array.from(values) };
  });

describe('classical statistics', () => {
  test('alpha does not change when a constant is added to an item', () => {
    check(binaryScores, (scores) => {
      const raised = {
        ...scores,
        values: scores.values.map((value, index) => value + (index % scores.items === 0 ? 3 : 0)),
      };
      const highest = Array.from({ length: scores.items }, () => 4);
      const [before, after] = [analyzeItems(scores, highest), analyzeItems(raised, highest)];
      expect(before.test.alpha === null).toBe(after.test.alpha === null);
      if (before.test.alpha !== null) expect(after.test.alpha!).toBeCloseTo(before.test.alpha, 10);
    });
  });

  test('item-rest correlations are Pearson correlations with the sum of the other items', () => {
    check(binaryScores, (scores) => {
      const { items } = analyzeItems(
        scores,
        Array.from({ length: scores.items }, () => 1),
      );
      items.forEach(({ itemRestCorrelation }, item) => {
        const own = Array.from({ length: scores.persons }, (_, person) => scores.values[person * scores.items + item]!);
        const rest = Array.from({ length: scores.persons }, (_, person) => {
          const row = scores.values.subarray(person * scores.items, (person + 1) * scores.items);
          return row.reduce((sum, value) => sum + value, 0) - own[person]!;
        });
        const expected = pearson(own, rest);
        if (itemRestCorrelation === null) expect(Number.isNaN(expected)).toBe(true);
        else expect(itemRestCorrelation).toBeCloseTo(expected, 10);
      });
    });
  });
});

function pearson(left: number[], right: number[]): number {
  const mean = (list: number[]): number => list.reduce((sum, value) => sum + value, 0) / list.length;
  const [meanLeft, meanRight] = [mean(left), mean(right)];
  const product = left.reduce((sum, value, index) => sum + (value - meanLeft) * (right[index]! - meanRight), 0);
  const square = (list: number[], center: number): number =>
    list.reduce((sum, value) => sum + (value - center) ** 2, 0);
  const scale = Math.sqrt(square(left, meanLeft) * square(right, meanRight));
  return scale === 0 ? NaN : product / scale;
}

describe('DIF', () => {
  test('with the groups exchanged delta changes its sign, and nothing else', () => {
    check(fc.tuple(binaryScores, fc.integer()), ([scores, seed]) => {
      const stream = createRandomStream(seed);
      const isFocal = Array.from({ length: scores.persons }, (_, person) =>
        person < 2 ? person : stream.next() < 0.5 ? 1 : 0,
      );
      const before = analyzeDif(scores, isFocal, false);
      const after = analyzeDif(
        scores,
        isFocal.map((value) => 1 - value),
        false,
      );
      before.items.forEach(({ mantelHaenszel, logistic }, item) => {
        const other = after.items[item]!;
        expect(other.mantelHaenszel === null).toBe(mantelHaenszel === null);
        if (mantelHaenszel?.delta != null) {
          expect(other.mantelHaenszel!.delta!).toBeCloseTo(-mantelHaenszel.delta, 9);
          expect(other.mantelHaenszel!.standardError!).toBeCloseTo(mantelHaenszel.standardError!, 9);
          expect(other.mantelHaenszel!.etsClass).toBe(mantelHaenszel.etsClass);
        }
        if (logistic !== null) expect(other.logistic!.statistic).toBeCloseTo(logistic.statistic, 6);
      });
    });
  });
});

describe('person fit', () => {
  test('lz has mean 0 and variance 1 over all patterns at a known theta', () => {
    const small = fc.array(
      fc.record({ a: fc.double({ min: 0.5, max: 2, noNaN: true }), b: fc.double({ min: -2, max: 2, noNaN: true }) }),
      { minLength: 3, maxLength: 7 },
    );
    check(fc.tuple(small, fc.double({ min: -2, max: 2, noNaN: true })), ([items, theta]) => {
      const set: ParameterSet = {
        D: 1,
        items: items.map((item, index) => ({ itemId: `q${index}`, model: '2PL', ...item })),
      };
      const calculator = new PersonFitCalculator(set, { estimator: 'ml' });
      let [mean, square] = [0, 0];
      for (let code = 0; code < 2 ** items.length; code++) {
        const scores = items.map((_, item) => (code >> item) & 1);
        const probability = set.items.reduce(
          (product, item, index) => product * responseFunctions(item, 1, theta).probabilities[scores[index]!]!,
          1,
        );
        const lz = calculator.fit(scores, theta).lz;
        if (lz === null) return;
        mean += probability * lz;
        square += probability * lz * lz;
      }
      expect(mean).toBeCloseTo(0, 6);
      expect(square).toBeCloseTo(1, 6);
    });
  });

  test('is null or finite for every pattern', () => {
    check(bankWithPattern, ({ set, scores }) => {
      for (const estimator of ['ml', 'wle', 'map', 'eap'] as const) {
        const { theta } = new AbilityScorer(set, { estimator }).score(scores);
        const fit = new PersonFitCalculator(set, { estimator }).fit(scores, theta);
        Object.values(fit).forEach((value) => expect(value === null || Number.isFinite(value)).toBe(true));
        if (estimator === 'eap') expect(fit.lzStar).toBeNull();
      }
    });
  });
});

describe('levels', () => {
  const cuts = fc
    .uniqueArray(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 1, maxLength: 5 })
    .map((list) => list.sort((left, right) => left - right))
    .filter((list) => list.every((cut, index) => index === 0 || cut > list[index - 1]!));

  test('have probabilities that sum to 1', () => {
    check(
      fc.tuple(cuts, fc.double({ min: -4, max: 4, noNaN: true }), fc.double({ min: 0.05, max: 2, noNaN: true })),
      ([list, theta, error]) => {
        const probabilities = levelProbabilities(theta, error, list);
        expect(probabilities).toHaveLength(list.length + 1);
        expect(probabilities.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 12);
        expect(Math.min(...probabilities)).toBeGreaterThanOrEqual(0);
      },
    );
  });

  test('of a posterior agree with a posterior on a grid ten times as fine', () => {
    check(fc.tuple(smoothBankWithPattern, cuts), ([{ set, scores }, list]) => {
      const coarse = new AbilityScorer(set, { estimator: 'eap' }).posterior(scores);
      const fine = new AbilityScorer(set, { estimator: 'eap', nodes: 1201 }).posterior(scores);
      const expected = levelProbabilitiesOfPosterior(fine, list);
      levelProbabilitiesOfPosterior(coarse, list).forEach((value, level) => {
        expect(Math.abs(value - expected[level]!)).toBeLessThan(1e-3);
      });
    });
  });
});

describe('linking', () => {
  test('finds the constants by which a scale was moved', () => {
    const move = fc.record({
      shift: fc.double({ min: -1, max: 1, noNaN: true }),
      stretch: fc.double({ min: 0.6, max: 1.6, noNaN: true }),
    });
    check(fc.tuple(smoothBankWithPattern, move), ([{ set }, { shift, stretch }]) => {
      const from = { D: set.D, items: moveScale(set, 1, 0).items };
      const to = moveScale(set, stretch, shift);
      const spread = new Set(from.items.flatMap((item) => ('b' in item ? item.b : [])));
      if (spread.size < 2) return;
      const items = { from: from.items, to: to.items };
      const points = Array.from({ length: 41 }, (_, index) => -4 + index / 5);
      const grid = { points, weights: points.map(() => 1) };
      const moments = meanSigmaLinking(items);
      const curves = stockingLordLinking(items, { D: set.D, gridTo: grid, gridFrom: grid });
      expect(moments.slope).toBeCloseTo(stretch, 6);
      expect(moments.intercept).toBeCloseTo(shift, 6);
      expect(curves.objective).toBeLessThan(1e-10);
      const [information] = testInformation(to, [0.3]);
      const [moved] = testInformation(transformScale(from, { slope: stretch, intercept: shift }), [0.3]);
      expect(moved!.information).toBeCloseTo(information!.information, 9);
    });
  });

  test('a form equated to itself keeps every score, and equivalents never fall', () => {
    check(smoothBankWithPattern, ({ set }) => {
      const own = equateTrueScores(set, set);
      own.forEach(({ rawScore, equivalent }) => expect(equivalent).toBeCloseTo(rawScore, 8));
    });
  });
});

describe('calibration', () => {
  const simulate = (persons: number, seed: number): ResponseMatrix => {
    const stream = createRandomStream(seed);
    const difficulties = [-1, -0.4, 0.1, 0.6, 1.2];
    const scores = Array.from({ length: persons }, () => {
      const theta = stream.next() * 4 - 2;
      return difficulties.map((b) => (stream.next() < 1 / (1 + Math.exp(-1.3 * (theta - b))) ? 1 : 0));
    });
    return { persons, items: 5, scores: Int8Array.from(scores.flat()) };
  };
  const itemIds = ['q1', 'q2', 'q3', 'q4', 'q5'];

  test('does not depend on the order of people or on how they are grouped', () => {
    check(
      fc.integer(),
      (seed) => {
        const responses = simulate(300, seed);
        const rows = Array.from({ length: 300 }, (_, person) => responses.scores.subarray(person * 5, person * 5 + 5));
        const turned = Int8Array.from(rows.toReversed().flatMap((row) => Array.from(row)));
        const weighted = calibrateMarginal({
          model: 'rasch',
          itemIds,
          responses,
          weights: Array.from({ length: 300 }, () => 2),
        });
        const straight = calibrateMarginal({ model: 'rasch', itemIds, responses });
        const reversed = calibrateMarginal({ model: 'rasch', itemIds, responses: { ...responses, scores: turned } });
        expect(reversed.logLik).toBeCloseTo(straight.logLik, 7);
        expect(weighted.logLik).toBeCloseTo(2 * straight.logLik, 6);
        straight.items.forEach(({ parameters, standardErrors }, item) => {
          const b = (parameters as { b: number }).b;
          expect((reversed.items[item]!.parameters as { b: number }).b).toBeCloseTo(b, 6);
          expect((weighted.items[item]!.parameters as { b: number }).b).toBeCloseTo(b, 6);
          expect((weighted.items[item]!.standardErrors.b as number) * Math.SQRT2).toBeCloseTo(
            standardErrors.b as number,
            6,
          );
        });
      },
      5,
    );
  });
});
