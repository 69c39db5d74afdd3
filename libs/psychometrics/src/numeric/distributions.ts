/** Terms after which series and continued fraction have long converged for every argument the library meets. */
const TERMS_MAX = 2000;
const TINY = 1e-300;

const LANCZOS_G = 7;
const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

/** ln Γ(x) for x > 0 (Lanczos 1964, g = 7, nine terms): relative error below 1e-14. */
export function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const shifted = x - 1;
  let sum = LANCZOS[0]!;
  for (let term = 1; term < LANCZOS.length; term++) sum += LANCZOS[term]! / (shifted + term);
  const t = shifted + LANCZOS_G + 0.5;
  return 0.5 * Math.log(2 * Math.PI) + (shifted + 0.5) * Math.log(t) - t + Math.log(sum);
}

/** Upper regularised incomplete gamma function Q(shape, x): series below shape + 1, Lentz's continued fraction above. */
export function upperGamma(shape: number, x: number): number {
  if (x <= 0) return 1;
  return x < shape + 1 ? 1 - lowerGammaSeries(shape, x) : upperGammaFraction(shape, x);
}

function lowerGammaSeries(shape: number, x: number): number {
  let term = 1 / shape;
  let sum = term;
  for (let n = 1; n < TERMS_MAX && term > sum * 1e-17; n++) {
    term *= x / (shape + n);
    sum += term;
  }
  return sum * Math.exp(-x + shape * Math.log(x) - logGamma(shape));
}

function upperGammaFraction(shape: number, x: number): number {
  let b = x + 1 - shape;
  let c = 1 / TINY;
  let d = 1 / b;
  let fraction = d;
  for (let n = 1; n < TERMS_MAX; n++) {
    const numerator = -n * (n - shape);
    b += 2;
    d = 1 / nonZero(numerator * d + b);
    c = nonZero(b + numerator / c);
    const factor = c * d;
    fraction *= factor;
    if (Math.abs(factor - 1) < 1e-16) break;
  }
  return fraction * Math.exp(-x + shape * Math.log(x) - logGamma(shape));
}

function nonZero(value: number): number {
  return Math.abs(value) < TINY ? TINY : value;
}

/** P(X > x) of the chi-square distribution with `degreesOfFreedom` > 0. */
export function chiSquareTail(x: number, degreesOfFreedom: number): number {
  return upperGamma(degreesOfFreedom / 2, x / 2);
}

/** P(Z <= z) of the standard normal distribution, relative accuracy kept in both tails. */
export function normalCumulative(z: number): number {
  const tail = upperGamma(0.5, (z * z) / 2) / 2;
  return z < 0 ? tail : 1 - tail;
}

/** Density of the standard normal distribution at z. */
export function normalDensity(z: number): number {
  return Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);
}

/** Newton on a concave function; eight steps reach full precision for shares down to 1e-300. */
const QUANTILE_STEPS_MAX = 60;

/**
 * The z with P(Z <= z) = `share`, for 0 < share < 1; ±Infinity at the ends. Newton steps on ln Φ of the smaller tail,
 * which is concave, so that they converge from the asymptotic start for every share down to 1e-300.
 */
export function normalQuantile(share: number): number {
  if (share <= 0) return -Infinity;
  if (share >= 1) return Infinity;
  if (share === 0.5) return 0;
  const tail = Math.min(share, 1 - share);
  let z = -Math.sqrt(Math.max(0, -2 * Math.log(2 * tail)));
  for (let step = 0; step < QUANTILE_STEPS_MAX; step++) {
    const cumulative = normalCumulative(z);
    const newton = ((Math.log(cumulative) - Math.log(tail)) * cumulative) / normalDensity(z);
    z -= newton;
    if (Math.abs(newton) < 1e-15 * (1 + Math.abs(z))) break;
  }
  return share < 0.5 ? z : -z;
}
