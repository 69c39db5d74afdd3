import { PsychometricsError } from '../psychometrics.error';

/** Nodes with weights that sum to 1: a discrete stand-in for a normal ability distribution. */
export interface Quadrature {
  readonly nodes: Float64Array;
  readonly weights: Float64Array;
}

export interface QuadratureOptions {
  /** Mean of the normal distribution, in theta units. */
  readonly mean: number;
  /** Standard deviation, > 0. */
  readonly sd: number;
  /** Number of nodes, 2 to 2001. */
  readonly nodes: number;
  /** Half-width of the grid in standard deviations either side of the mean, > 0. */
  readonly range: number;
}

/** 121 nodes on ±6 SD: spacing 0.1 SD resolves posteriors down to SD 0.1, and the cut-off tails hold 2e-9 of the mass. */
export const STANDARD_NODES = 121;
export const STANDARD_RANGE = 6;
/** More nodes than this only cost memory: 2001 on ±6 resolve a posterior SD of 0.006. */
export const NODES_MAX = 2001;

/**
 * Equally spaced nodes with normal ordinates (the rectangle rule), which for a smooth integrand converges faster than any
 * power of the spacing, whereas Gauss–Hermite needs more nodes the steeper the items are.
 */
export function normalQuadrature(options: QuadratureOptions): Quadrature {
  requireQuadratureOptions(options);
  const count = options.nodes;
  const nodes = new Float64Array(count);
  const weights = new Float64Array(count);
  let total = 0;
  for (let index = 0; index < count; index++) {
    const z = options.range * ((2 * index) / (count - 1) - 1);
    nodes[index] = options.mean + options.sd * z;
    weights[index] = Math.exp(-0.5 * z * z);
    total += weights[index]!;
  }
  for (let index = 0; index < count; index++) weights[index]! /= total;
  return { nodes, weights };
}

/** @throws PsychometricsError `options.invalid` */
export function requireQuadratureOptions(options: QuadratureOptions): void {
  const { mean, sd, nodes, range } = options;
  if (!Number.isFinite(mean)) throw new PsychometricsError('options.invalid', 'the prior mean must be a finite number');
  if (!(Number.isFinite(sd) && sd > 0)) {
    throw new PsychometricsError('options.invalid', 'the prior standard deviation must be a finite number above 0');
  }
  if (!(Number.isInteger(nodes) && nodes >= 2 && nodes <= NODES_MAX)) {
    throw new PsychometricsError('options.invalid', `the number of nodes must be an integer from 2 to ${NODES_MAX}`);
  }
  if (!(Number.isFinite(range) && range > 0)) {
    throw new PsychometricsError('options.invalid', 'the range must be a finite number of standard deviations above 0');
  }
}

/** Halvings until an interval of doubles cannot be halved any more. */
const GAUSS_STEPS_MAX = 200;

/**
 * Gauss–Hermite nodes and weights against N(0, 1) (probabilists' form; Golub & Welsch 1969 state the problem, solved here
 * by Newton steps on the orthonormal recurrence between bracketing sign changes). Only for comparison with programs that
 * use it: see `normalQuadrature`.
 *
 * @param count number of nodes, 2 to 100
 */
export function gaussHermiteQuadrature(count: number): Quadrature {
  if (!(Number.isInteger(count) && count >= 2 && count <= 100)) {
    throw new PsychometricsError('options.invalid', 'a Gauss–Hermite rule has 2 to 100 nodes');
  }
  const nodes = hermiteRoots(count);
  const weights = nodes.map((node) => 1 / (count * hermite(count - 1, node) ** 2));
  return { nodes, weights };
}

/** Orthonormal Hermite polynomial of the given degree: h_n = (x h_(n-1) - sqrt(n-1) h_(n-2)) / sqrt(n). */
function hermite(degree: number, x: number): number {
  let before = 0;
  let value = 1;
  for (let n = 1; n <= degree; n++) {
    const next = (x * value - Math.sqrt(n - 1) * before) / Math.sqrt(n);
    before = value;
    value = next;
  }
  return value;
}

function hermiteRoots(count: number): Float64Array {
  const bound = 2 * Math.sqrt(count) + 1;
  const scanSteps = 200 * count;
  const roots: number[] = [];
  let left = -bound;
  for (let step = 1; step <= scanSteps; step++) {
    const right = -bound + (2 * bound * step) / scanSteps;
    const atRight = hermite(count, right);
    if (atRight === 0 || hermite(count, left) * atRight < 0) roots.push(bisect(count, left, right));
    left = right;
  }
  return symmetrise(roots);
}

function bisect(degree: number, low: number, high: number): number {
  let left = low;
  let right = high;
  const sign = Math.sign(hermite(degree, left));
  for (let step = 0; step < GAUSS_STEPS_MAX && right - left > Number.EPSILON * Math.abs(left); step++) {
    const middle = (left + right) / 2;
    if (middle === left || middle === right) break;
    if (Math.sign(hermite(degree, middle)) === sign) left = middle;
    else right = middle;
  }
  return (left + right) / 2;
}

/** Roots come in pairs ±x; averaging the pair removes the last rounding difference and makes the middle one exactly 0. */
function symmetrise(roots: readonly number[]): Float64Array {
  return Float64Array.from(roots, (root, index) => (root - roots[roots.length - 1 - index]!) / 2);
}
