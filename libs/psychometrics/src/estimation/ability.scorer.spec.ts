import type { ItemParameters, ParameterSet } from '../models/item.parameters';
import { responseFunctions } from '../models/response.functions';
import { AbilityScorer } from './ability.scorer';
import type { Estimator } from './ability.estimate';
import { NOT_ADMINISTERED, NOT_REACHED } from './response.codes';

const threeParameter = (rows: [number, number, number][]): ParameterSet => ({
  D: 1,
  items: rows.map(([a, b, c], index): ItemParameters => ({ itemId: `q${index}`, model: '3PL', a, b, c })),
});

function sums(set: ParameterSet, scores: number[], theta: number) {
  const functions = set.items.map((item) => responseFunctions(item, set.D, theta));
  return {
    logLikelihood: functions.reduce((sum, values, item) => sum + values.logProbabilities[scores[item]!]!, 0),
    score: functions.reduce(
      (sum, values, item) => sum + values.firstDerivatives[scores[item]!]! / values.probabilities[scores[item]!]!,
      0,
    ),
    information: functions.reduce((sum, values) => sum + values.information, 0),
    warmJ: functions.reduce((sum, values) => sum + values.warmJ, 0),
  };
}

describe('WLE of a 3PL test', () => {
  const set = threeParameter([
    [1.2, -1, 0.2],
    [1.6, 0, 0.25],
    [0.9, 0.5, 0.2],
    [1.8, 1, 0.15],
    [1.1, 1.6, 0.2],
  ]);
  const scores = [1, 1, 0, 1, 0];
  const wle = new AbilityScorer(set, { estimator: 'wle' }).score(scores).theta!;

  test('solves S + J / (2I) = 0', () => {
    const { score, information, warmJ } = sums(set, scores, wle);
    expect(Math.abs(score + warmJ / (2 * information))).toBeLessThan(1e-7);
  });

  test('is not the Jeffreys maximum, which maximises log L + log(I) / 2', () => {
    const jeffreys = (theta: number): number => {
      const { logLikelihood, information } = sums(set, scores, theta);
      return logLikelihood + Math.log(information) / 2;
    };
    let best = -4;
    for (let theta = -4; theta <= 4; theta += 1e-3) if (jeffreys(theta) > jeffreys(best)) best = theta;
    expect(Math.abs(best - wle)).toBeGreaterThan(0.02);
  });

  test('has the standard error 1 / sqrt(I)', () => {
    const { standardError } = new AbilityScorer(set, { estimator: 'wle' }).score(scores);
    expect(standardError).toBeCloseTo(1 / Math.sqrt(sums(set, scores, wle).information), 7);
  });
});

describe('a 3PL likelihood with two maxima', () => {
  // Three easy items missed and three hard ones right: a guesser's maximum below, an able person's above.
  const set = threeParameter([
    [2.5, -2, 0],
    [2.5, -1.8, 0],
    [2.2, -1.9, 0.05],
    [2.5, 2, 0.3],
    [2.5, 2.2, 0.3],
    [2.5, 1.9, 0.3],
  ]);
  const scores = [1, 0, 0, 1, 1, 1];

  test.each(['ml', 'map'] as const)('%s takes the highest of them', (estimator: Estimator) => {
    const { theta } = new AbilityScorer(set, { estimator }).score(scores);
    const objective = (x: number): number =>
      sums(set, scores, x).logLikelihood - (estimator === 'map' ? (x * x) / 2 : 0);
    let best = -8;
    for (let x = -8; x <= 8; x += 1e-3) if (objective(x) > objective(best)) best = x;
    expect(Math.abs(theta! - best)).toBeLessThan(1e-3);
  });

  test('has no ML where the likelihood is higher at minus infinity than anywhere inside', () => {
    const guesser = threeParameter([
      [1.5, 0, 0.25],
      [1.5, 0.5, 0.25],
      [2, 2.5, 0.3],
    ]);
    expect(new AbilityScorer(guesser, { estimator: 'ml' }).score([0, 0, 1]).theta).toBeNull();
    expect(new AbilityScorer(guesser, { estimator: 'wle' }).score([0, 0, 1]).theta).not.toBeNull();
  });
});

describe('patterns at the edge', () => {
  const set: ParameterSet = {
    D: 1,
    items: [-1, 0, 1].map((b, index) => ({ itemId: `q${index}`, model: '1PL', b })),
  };

  test('ML does not exist for all wrong and all right; the others do', () => {
    for (const scores of [
      [0, 0, 0],
      [1, 1, 1],
    ]) {
      expect(new AbilityScorer(set, { estimator: 'ml' }).score(scores)).toMatchObject({
        theta: null,
        standardError: null,
        atBound: false,
      });
      for (const estimator of ['wle', 'map', 'eap'] as const) {
        expect(new AbilityScorer(set, { estimator }).score(scores)).toMatchObject({
          theta: expect.any(Number) as unknown,
          atBound: false,
        });
      }
    }
  });

  test('half of a symmetric Rasch test right is exactly the middle', () => {
    const even: ParameterSet = { D: 1, items: [-1, 1].map((b, index) => ({ itemId: `q${index}`, model: '1PL', b })) };
    for (const estimator of ['ml', 'wle', 'map'] as const) {
      expect(new AbilityScorer(even, { estimator }).score([1, 0]).theta).toBeCloseTo(0, 12);
    }
  });

  test('without any item ML and WLE do not exist, MAP and EAP are the prior', () => {
    const none = [NOT_ADMINISTERED, NOT_ADMINISTERED, NOT_ADMINISTERED];
    const prior = { priorMean: 0.7, priorSd: 1.3 };
    expect(new AbilityScorer(set, { estimator: 'ml' }).score(none).theta).toBeNull();
    expect(new AbilityScorer(set, { estimator: 'wle' }).score(none).theta).toBeNull();
    for (const estimator of ['map', 'eap'] as const) {
      const { theta, standardError, itemsUsed } = new AbilityScorer(set, { estimator, ...prior }).score(none);
      expect(theta).toBeCloseTo(0.7, 9);
      expect(standardError).toBeCloseTo(1.3, 6);
      expect(itemsUsed).toBe(0);
    }
  });

  test('a root farther out than ±8 is found where the items reach there', () => {
    const far: ParameterSet = {
      D: 1,
      items: [9, 10, 11].map((b, index) => ({ itemId: `q${index}`, model: '1PL', b })),
    };
    const { theta, atBound } = new AbilityScorer(far, { estimator: 'ml' }).score([1, 1, 0]);
    expect(theta).toBeGreaterThan(10);
    expect(atBound).toBe(false);
  });

  test('not reached as wrong lowers theta, ignored it does not count', () => {
    const scores = [1, 1, NOT_REACHED];
    const wrong = new AbilityScorer(set, { estimator: 'eap' }).score(scores);
    const ignored = new AbilityScorer(set, { estimator: 'eap', notReached: 'ignore' }).score(scores);
    expect(wrong.theta!).toBeLessThan(ignored.theta!);
    expect([wrong.itemsUsed, ignored.itemsUsed]).toEqual([3, 2]);
  });
});

describe('refusals', () => {
  const set: ParameterSet = { D: 1, items: [{ itemId: 'q', model: '2PL', a: 1, b: 0 }] };
  const scorer = new AbilityScorer(set, { estimator: 'eap' });

  test('a category the item does not have is refused with person and item', () => {
    const matrix = { persons: 2, items: 1, scores: Int8Array.of(1, 2) };
    expect(() => scorer.scoreAll(matrix)).toThrow(
      expect.objectContaining({ code: 'responses.category-out-of-range', position: { itemIndex: 0, personIndex: 1 } }),
    );
    expect(() => scorer.score([-4])).toThrow(expect.objectContaining({ code: 'responses.category-out-of-range' }));
    expect(() => scorer.score([0.5])).toThrow(expect.objectContaining({ code: 'responses.category-out-of-range' }));
  });

  test('too few scores are refused', () => {
    expect(() => scorer.score([])).toThrow(expect.objectContaining({ code: 'responses.shape' }));
  });

  test.each([{ priorSd: 0 }, { priorSd: NaN }, { priorMean: Infinity }, { nodes: 1 }, { nodes: 2.5 }, { range: -1 }])(
    'impossible options are refused: %p',
    (more) => {
      expect(() => new AbilityScorer(set, { estimator: 'eap', ...more })).toThrow(
        expect.objectContaining({ code: 'options.invalid' }),
      );
    },
  );
});
