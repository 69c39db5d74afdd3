import * as fc from 'fast-check';
import {
  AbilityScorer,
  type Estimator,
  NOT_ADMINISTERED,
  NOT_REACHED,
  OMITTED,
  type ParameterSet,
  responseFunctions,
  sumScoreTable,
} from '../src';
import { bankWithPattern, moveScale, RUNS, smoothBankWithPattern } from './random.banks';

const ESTIMATORS: Estimator[] = ['ml', 'wle', 'map', 'eap'];

function estimate(set: ParameterSet, estimator: Estimator, scores: number[], more = {}) {
  return new AbilityScorer(set, { estimator, ...more }).score(scores);
}

function check<T>(arbitrary: fc.Arbitrary<T>, property: (value: T) => void): void {
  fc.assert(fc.property(arbitrary, property), { numRuns: RUNS, seed: 20261122 });
}

describe('information', () => {
  test('is minus the expected second derivative of the log-likelihood, by finite differences', () => {
    check(fc.tuple(bankWithPattern, fc.double({ min: -3, max: 3, noNaN: true })), ([{ set }, theta]) => {
      const step = 1e-3;
      for (const item of set.items) {
        const [left, at, right] = [theta - step, theta, theta + step].map((x) => responseFunctions(item, set.D, x));
        const expected = at!.probabilities.reduce((sum, probability, k) => {
          const bend = left!.logProbabilities[k]! - 2 * at!.logProbabilities[k]! + right!.logProbabilities[k]!;
          return sum - (probability * bend) / step ** 2;
        }, 0);
        expect(Math.abs(at!.information - expected)).toBeLessThan(1e-4 * (1 + at!.information));
      }
    });
  });
});

describe('every estimator', () => {
  test.each(ESTIMATORS)('%s gives numbers or null, never NaN, and a standard error above 0', (estimator) => {
    check(bankWithPattern, ({ set, scores }) => {
      const { theta, standardError, atBound } = estimate(set, estimator, scores);
      if (theta === null) expect(estimator).toBe('ml');
      else {
        expect(Number.isFinite(theta)).toBe(true);
        expect(standardError).toBeGreaterThan(0);
      }
      expect(typeof atBound).toBe('boolean');
    });
  });

  test.each(ESTIMATORS)('%s does not depend on the order of the items', (estimator) => {
    check(bankWithPattern, ({ set, scores }) => {
      const turned = estimate({ D: set.D, items: [...set.items].reverse() }, estimator, [...scores].reverse());
      const straight = estimate(set, estimator, scores);
      expect(turned.theta === null).toBe(straight.theta === null);
      if (straight.theta !== null) expect(turned.theta!).toBeCloseTo(straight.theta, 7);
    });
  });

  test.each(ESTIMATORS)('%s is not changed by an item that was not administered', (estimator) => {
    check(bankWithPattern, ({ set, scores }) => {
      const without = { D: set.D, items: set.items.slice(1) };
      const ignored = estimate(set, estimator, [NOT_ADMINISTERED, ...scores.slice(1)]);
      const removed = estimate(without, estimator, scores.slice(1));
      expect(ignored.theta === null).toBe(removed.theta === null);
      if (removed.theta !== null) expect(ignored.theta!).toBeCloseTo(removed.theta, 7);
      expect(ignored.itemsUsed).toBe(set.items.length - 1);
    });
  });

  test.each(ESTIMATORS)('%s gives duplicate people identical bytes, alone and in any batch', (estimator) => {
    check(bankWithPattern, ({ set, scores }) => {
      const items = scores.length;
      const incomplete = scores.map((score, item) => (item % 3 === 0 ? NOT_ADMINISTERED : score));
      const batch = Int8Array.from([...scores, ...incomplete, ...scores]);
      const table = new AbilityScorer(set, { estimator }).scoreAll({ persons: 3, items, scores: batch });
      const alone = estimate(set, estimator, scores);
      expect(Object.is(table.theta[0], table.theta[2])).toBe(true);
      expect(Object.is(table.standardError[0], table.standardError[2])).toBe(true);
      expect(Object.is(table.theta[0], alone.theta ?? NaN)).toBe(true);
      expect(Object.is(table.standardError[0], alone.standardError ?? NaN)).toBe(true);
    });
  });

  test('counts omitted, not reached and not administered, and follows the policy', () => {
    check(bankWithPattern, ({ set, scores }) => {
      const codes = scores.map((score, item) => [OMITTED, NOT_REACHED, NOT_ADMINISTERED][item] ?? score);
      const wrong = estimate(set, 'eap', codes, { notReached: 'wrong' });
      const ignored = estimate(set, 'eap', codes, { notReached: 'ignore' });
      expect([wrong.answered, wrong.omitted, wrong.notReached, wrong.notAdministered]).toEqual([
        scores.length - 3,
        1,
        1,
        1,
      ]);
      expect(wrong.itemsUsed).toBe(scores.length - 1);
      expect(ignored.itemsUsed).toBe(scores.length - 2);
      expect(wrong.theta).toBe(estimate(set, 'eap', [0, 0, NOT_ADMINISTERED, ...scores.slice(3)]).theta);
    });
  });
});

describe('scale', () => {
  const move = fc.record({
    shift: fc.double({ min: -2, max: 2, noNaN: true }),
    stretch: fc.double({ min: 0.5, max: 2, noNaN: true }),
  });

  test.each(['ml', 'wle'] as const)('%s moves and stretches with the items', (estimator) => {
    check(fc.tuple(smoothBankWithPattern, move), ([{ set, scores }, { shift, stretch }]) => {
      const before = estimate(set, estimator, scores);
      const after = estimate(moveScale(set, stretch, shift), estimator, scores);
      expect(after.theta === null).toBe(before.theta === null);
      if (before.theta !== null && !before.atBound && !after.atBound) {
        expect(Math.abs(after.theta! - (stretch * before.theta + shift))).toBeLessThan(
          1e-6 * (1 + Math.abs(before.theta)),
        );
        expect(Math.abs(after.standardError! / (stretch * before.standardError!) - 1)).toBeLessThan(1e-6);
      }
    });
  });

  test('MAP tends to ML as the prior SD grows', () => {
    check(smoothBankWithPattern, ({ set, scores }) => {
      const ml = estimate(set, 'ml', scores);
      if (ml.theta === null || ml.standardError! > 2) return;
      const map = estimate(set, 'map', scores, { priorSd: 1e4 });
      expect(Math.abs(map.theta! - ml.theta)).toBeLessThan(1e-5);
    });
  });

  test('MAP and EAP shrink towards the prior mean', () => {
    check(smoothBankWithPattern, ({ set, scores }) => {
      const ml = estimate(set, 'ml', scores).theta;
      if (ml === null) return;
      const map = estimate(set, 'map', scores).theta!;
      expect(Math.abs(map)).toBeLessThanOrEqual(Math.abs(ml) + 1e-9);
      expect(map * ml).toBeGreaterThanOrEqual(-1e-9);
    });
  });
});

describe('EAP', () => {
  test('lies inside its grid with a standard error below the prior SD of a smooth bank', () => {
    check(smoothBankWithPattern, ({ set, scores }) => {
      const { theta, standardError } = estimate(set, 'eap', scores, { priorMean: 1, priorSd: 0.5 });
      expect(theta).toBeGreaterThan(1 - 3);
      expect(theta).toBeLessThan(1 + 3);
      expect(standardError).toBeLessThanOrEqual(0.5 + 1e-9);
    });
  });

  test('keeps a standard error of the size of its information: no collapse', () => {
    check(smoothBankWithPattern, ({ set, scores }) => {
      const eap = estimate(set, 'eap', scores);
      const map = estimate(set, 'map', scores);
      expect(eap.standardError! / map.standardError!).toBeGreaterThan(0.6);
      expect(eap.standardError! / map.standardError!).toBeLessThan(1.7);
    });
  });
});

describe('sum scores', () => {
  const rasch = fc
    .array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 3, maxLength: 20 })
    .map((list): ParameterSet => ({ D: 1, items: list.map((b, index) => ({ itemId: `q${index}`, model: '1PL', b })) }));

  test('decide theta in a Rasch test, and theta rises strictly with them', () => {
    check(rasch, (set) => {
      const items = set.items.length;
      for (const estimator of ['wle', 'map', 'eap'] as const) {
        const scorer = new AbilityScorer(set, { estimator });
        const thetas = Array.from(
          { length: items + 1 },
          (_, sum) => scorer.score(set.items.map((__, index) => (index < sum ? 1 : 0))).theta!,
        );
        thetas.slice(1).forEach((theta, index) => expect(theta).toBeGreaterThan(thetas[index]!));
        const shuffled = scorer.score(set.items.map((_, index) => (index >= items - 2 ? 1 : 0)));
        expect(shuffled.theta!).toBeCloseTo(thetas[2]!, 7);
      }
    });
  });

  test('give the EAP of the pattern in a Rasch test, and shares that sum to 1', () => {
    check(rasch, (set) => {
      const table = sumScoreTable(set);
      const scorer = new AbilityScorer(set, { estimator: 'eap' });
      table.forEach((row) => {
        const pattern = scorer.score(set.items.map((_, index) => (index < row.sumScore ? 1 : 0)));
        expect(row.theta).toBeCloseTo(pattern.theta!, 9);
        expect(row.standardError).toBeCloseTo(pattern.standardError!, 9);
      });
      expect(table.reduce((sum, row) => sum + row.expectedShare, 0)).toBeCloseTo(1, 12);
    });
  });
});
