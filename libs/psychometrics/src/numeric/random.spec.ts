import { createRandomStream } from './random';

describe('the random stream', () => {
  test('of a seed is the same every time, and of another seed another', () => {
    const draw = (seed: number): number[] => {
      const stream = createRandomStream(seed);
      return Array.from({ length: 20 }, () => stream.next());
    };
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
  });

  test('is uniform on [0, 1): mean, variance and neighbours agree within five standard errors', () => {
    const stream = createRandomStream(1);
    const count = 100_000;
    const values = Float64Array.from({ length: count }, () => stream.next());
    const mean = values.reduce((sum, value) => sum + value, 0) / count;
    const variance = values.reduce((sum, value) => sum + (value - 0.5) ** 2, 0) / count;
    const neighbours = values.reduce(
      (sum, value, index) => sum + (value - 0.5) * (values[index + 1] ?? 0.5) - 0.5 * (value - 0.5),
      0,
    );
    expect(Math.min(...values.subarray(0, 1000))).toBeGreaterThanOrEqual(0);
    expect(Math.abs(mean - 0.5)).toBeLessThan(5 * Math.sqrt(1 / 12 / count));
    expect(Math.abs(variance - 1 / 12)).toBeLessThan(5 * Math.sqrt(1 / 180 / count));
    expect(Math.abs(neighbours / count)).toBeLessThan(5 / 12 / Math.sqrt(count));
  });
});
