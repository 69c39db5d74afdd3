import { fitNonNegative } from './least.squares';

describe('a fit without negative coefficients', () => {
  test('finds what the values were made of', () => {
    const rows = [1, 10, 100, 1_000].map((rate) => [1, rate, rate / (1 + rate / 50)]);
    const values = rows.map(([one, rate, batches]) => 30 * one! + 2 * rate! + 7 * batches!);
    const [fixed, perAnswer, perBatch] = fitNonNegative(rows, values);
    expect(fixed).toBeCloseTo(30, 1);
    expect(perAnswer).toBeCloseTo(2, 2);
    expect(perBatch).toBeCloseTo(7, 1);
  });

  test('leaves out what would have to be negative', () => {
    const rows = [1, 2, 3].map((x) => [1, x]);
    expect(fitNonNegative(rows, [30, 20, 10])[1]).toBe(0);
  });
});
