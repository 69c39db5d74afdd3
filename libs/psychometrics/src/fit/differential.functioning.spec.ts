import { readTable } from '../../test/response.files';
import type { ScoreMatrix } from '../classical/score.matrix';
import { analyzeDif } from './differential.functioning';
import { etsClass } from './mantel-haenszel';

const table = readTable('verbal-aggression-dichotomous.csv');
const ITEMS = 24;
const scores: ScoreMatrix = {
  persons: table.rows.length,
  items: ITEMS,
  values: Float64Array.from(table.rows.flatMap((row) => row.slice(0, ITEMS).map(Number))),
};
const isFocal = table.rows.map((row) => Number(row[25]));

describe('the full ETS rule', () => {
  test.each([
    [0.99, 0.1, 'A'],
    [1.4, 0.8, 'A'],
    [1.4, 0.5, 'B'],
    [2, 0.7, 'B'],
    [2, 0.5, 'C'],
    [-2, 0.5, 'C'],
    [1.49, 0.1, 'B'],
  ])('delta %d with standard error %d is %s', (delta, standardError, expected) => {
    expect(etsClass(delta, standardError)).toBe(expected);
  });
});

describe('DIF of verbal aggression by gender', () => {
  test('without purification nothing leaves the matching score', () => {
    const { purified, settled, items } = analyzeDif(scores, isFocal, false);
    expect(purified).toEqual([]);
    expect(settled).toBe(true);
    expect(items.every(({ mantelHaenszel, logistic }) => mantelHaenszel !== null && logistic !== null)).toBe(true);
  });

  test('size alone would call more items large than the rule does', () => {
    const { items } = analyzeDif(scores, isFocal, false);
    const bySize = items.filter(({ mantelHaenszel }) => Math.abs(mantelHaenszel!.delta!) >= 1.5).length;
    const byRule = items.filter(({ mantelHaenszel }) => mantelHaenszel!.etsClass === 'C').length;
    expect(byRule).toBeLessThan(bySize);
    expect(byRule).toBeGreaterThan(0);
  });

  test('purification settles on exactly the items that are flagged by the purified score', () => {
    const { purified, settled, items } = analyzeDif(scores, isFocal, true);
    const flagged = items.flatMap(({ mantelHaenszel }, item) => (mantelHaenszel!.p < 0.05 ? [item] : []));
    expect(settled).toBe(true);
    expect(purified).toEqual(flagged);
  });

  test('one group alone is refused', () => {
    expect(() =>
      analyzeDif(
        scores,
        isFocal.map(() => 0),
        false,
      ),
    ).toThrow(expect.objectContaining({ code: 'dif.one-group' }));
  });

  test('an item with scores above 1 has no result, and counts in the matching score', () => {
    const graded = {
      ...scores,
      values: scores.values.map((value, index) => (index % ITEMS === 0 ? 2 * value : value)),
    };
    const { items } = analyzeDif(graded, isFocal, false);
    expect(items[0]).toEqual({ mantelHaenszel: null, logistic: null, reason: 'not-binary' });
    expect(items[1]!.mantelHaenszel!.delta).not.toBe(
      analyzeDif(scores, isFocal, false).items[1]!.mantelHaenszel!.delta,
    );
  });

  /** Two items and a group letter per person. */
  const pairs = (...people: readonly string[]) => {
    const values = people.flatMap((person) => [Number(person[0]), Number(person[1])]);
    const matrix = { persons: people.length, items: 2, values: Float64Array.from(values) };
    return analyzeDif(
      matrix,
      people.map((person) => (person[2] === 'f' ? 1 : 0)),
      false,
    ).items;
  };

  test('everybody alike, strata apart and a matching score without spread each give a stated null', () => {
    expect(pairs('11r', '10r', '11f', '10f')[0]).toEqual({
      mantelHaenszel: null,
      logistic: null,
      reason: 'same-answer',
    });
    expect(pairs('11r', '10r', '00f', '00f', '01r')[0]).toMatchObject({
      mantelHaenszel: null,
      reason: 'no-common-stratum',
    });
    const alike = pairs('10r', '01r', '10f', '01f', '01f');
    expect(alike[0]).toMatchObject({ logistic: null, reason: 'matching-score-constant' });
    expect(alike[0]!.mantelHaenszel!.alpha).not.toBeNull();
  });

  test('an odds ratio of 0 or infinity is null, and its test stands', () => {
    const [item] = pairs('10r', '10r', '01f', '01f', '00r', '11f');
    expect(item).toMatchObject({ mantelHaenszel: { alpha: null, etsClass: null }, reason: 'odds-ratio-unbounded' });
    expect(item!.mantelHaenszel!.chiSquare).toBeGreaterThan(0);
  });

  test('the correction is not cut off where observed and expected nearly agree', () => {
    // One stratum of 2 by 2 people, half of them right in each group: |0| - 0.5 squared over 4 * 4 / (16 * 3).
    expect(pairs('10r', '01r', '10f', '01f')[0]!.mantelHaenszel!.chiSquare).toBeCloseTo(0.75, 12);
  });
});
