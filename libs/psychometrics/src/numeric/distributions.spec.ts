import { chiSquareTail, logGamma, normalCumulative, normalQuantile } from './distributions';

function expectRelative(actual: number, expected: number, tolerance: number): void {
  expect(Math.abs(actual / expected - 1)).toBeLessThan(tolerance);
}

describe('distributions', () => {
  // Abramowitz & Stegun 1964 and exact values: Γ(1/2) = sqrt(pi), Γ(n) = (n - 1)!.
  test('ln Γ agrees with exact values', () => {
    expect(logGamma(0.5)).toBeCloseTo(Math.log(Math.sqrt(Math.PI)), 13);
    expect(logGamma(1)).toBeCloseTo(0, 13);
    expectRelative(logGamma(11), Math.log(3628800), 1e-14);
    expectRelative(logGamma(171), 706.5730622457874, 1e-14);
  });

  test.each([
    [0, 0.5],
    [1, 0.8413447460685429],
    [-1.959963984540054, 0.025],
    [-5, 2.866515718791939e-7],
    [-8, 6.220960574271785e-16],
    [-30, 4.906713927148187e-198],
  ])('Φ(%d) keeps its digits in the tail', (z, expected) => {
    expectRelative(normalCumulative(z), expected, 1e-12);
  });

  test.each([1e-250, 1e-20, 1e-4, 0.025, 0.3, 0.5, 0.7, 0.975, 1 - 1e-9])(
    'the quantile of %d is the inverse of Φ',
    (share) => {
      expectRelative(normalCumulative(normalQuantile(share)), share, 1e-11);
    },
  );

  test('quantiles of 0 and 1 are infinite', () => {
    expect([normalQuantile(0), normalQuantile(1)]).toEqual([-Infinity, Infinity]);
  });

  test.each([
    [3.841458820694124, 1, 0.05],
    [5.991464547107979, 2, 0.05],
    [18.307038053275146, 10, 0.05],
    [200, 2, 3.720075976020836e-44],
    [0, 3, 1],
  ])('the chi-square tail at %d with %d degrees of freedom is %d', (x, degreesOfFreedom, expected) => {
    expectRelative(chiSquareTail(x, degreesOfFreedom), expected, 1e-11);
  });
});
