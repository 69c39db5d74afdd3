import { choleskyFactor, choleskySolve } from '../numeric/linear-algebra';

/** Two items have one correlation and two loadings. */
const ITEMS_MIN = 3;
/** A uniqueness below this is a Heywood case; the loading is held there, as is usual. */
const UNIQUENESS_MIN = 0.005;
/** Loading at which the uniqueness reaches its minimum. */
const LOADING_MAX = Math.sqrt(1 - UNIQUENESS_MIN);
/** Sweeps with a Newton step in ten converge within hundreds; more means no definite minimum. */
const SWEEPS_MAX = 20_000;
const TOLERANCE = 1e-13;

/**
 * Loadings of one factor by minimum residuals (Harman & Jones 1966): least squares on the off-diagonal correlations.
 * Cyclic exact minimisation over one loading at a time, which cannot go uphill. The sign makes the sum positive. In a
 * Heywood case the lowest of several minima is given.
 *
 * @returns null with fewer than three items or an item without variance
 */
export function factorLoadings(covariance: ArrayLike<number>, items: number): Float64Array | null {
  const correlation = correlationMatrix(covariance, items);
  if (correlation === null || items < ITEMS_MIN) return null;
  let loadings = minimize(correlation, startLoadings(correlation, items));
  // Only where a loading stands at its bound are there other minima, one of which may be lower.
  if (loadings.some((loading) => Math.abs(loading) >= LOADING_MAX)) {
    const heights = new Map([[loadings, residual(correlation, loadings)]]);
    for (let item = 0; item < items; item++) {
      const found = minimize(correlation, heywoodStart(correlation, items, item));
      heights.set(found, residual(correlation, found));
    }
    loadings = [...heights].reduce((best, one) => (one[1] < best[1] ? one : best))[0];
  }
  const sum = loadings.reduce((total, loading) => total + loading, 0);
  return sum < 0 ? loadings.map((loading) => -loading) : loadings;
}

function minimize(correlation: Float64Array, loadings: Float64Array): Float64Array {
  for (let sweep = 0; sweep < SWEEPS_MAX; sweep++) {
    if (sweepLoadings(correlation, loadings) < TOLERANCE) break;
    if (sweep % 10 === 9) newtonMove(correlation, loadings);
  }
  return loadings;
}

/** Pearson correlations, or null when a variance is 0. */
export function correlationMatrix(covariance: ArrayLike<number>, items: number): Float64Array | null {
  const matrix = new Float64Array(items * items);
  for (let row = 0; row < items; row++) {
    const variance = covariance[row * items + row]!;
    if (!(variance > 0)) return null;
    for (let column = 0; column < items; column++) {
      const scale = Math.sqrt(variance * covariance[column * items + column]!);
      matrix[row * items + column] = row === column ? 1 : covariance[row * items + column]! / scale;
    }
  }
  return matrix;
}

/** Row means of the correlations: proportional to the loadings when there is one factor. */
function startLoadings(correlation: Float64Array, items: number): Float64Array {
  const total = correlation.reduce((sum, value) => sum + value, 0);
  const scale = Math.sqrt(Math.max(total, items));
  return Float64Array.from({ length: items }, (_, row) => {
    const sum = correlation.subarray(row * items, (row + 1) * items).reduce((rowSum, value) => rowSum + value, 0);
    return clamp(sum / scale);
  });
}

/** One item stands for the factor; the others load on it as they correlate with that item. */
function heywoodStart(correlation: Float64Array, items: number, item: number): Float64Array {
  return Float64Array.from({ length: items }, (_, other) =>
    other === item ? LOADING_MAX : clamp(correlation[item * items + other]! / LOADING_MAX),
  );
}

function clamp(loading: number): number {
  return Math.max(-LOADING_MAX, Math.min(LOADING_MAX, loading));
}

/** One pass of exact minimisation per loading; returns the largest change. */
function sweepLoadings(correlation: Float64Array, loadings: Float64Array): number {
  const items = loadings.length;
  let change = 0;
  for (let item = 0; item < items; item++) {
    let product = 0;
    let squares = 0;
    for (let other = 0; other < items; other++) {
      if (other === item) continue;
      product += correlation[item * items + other]! * loadings[other]!;
      squares += loadings[other]! ** 2;
    }
    const next = squares > 0 ? clamp(product / squares) : 0;
    change = Math.max(change, Math.abs(next - loadings[item]!));
    loadings[item] = next;
  }
  return change;
}

/** Newton step on the residual sum of squares, kept only when it lowers it: the sweeps alone converge linearly. */
function newtonMove(correlation: Float64Array, loadings: Float64Array): void {
  const items = loadings.length;
  const squares = loadings.reduce((sum, loading) => sum + loading * loading, 0);
  const gradient = new Float64Array(items);
  const hessian = new Float64Array(items * items);
  for (let item = 0; item < items; item++) {
    for (let other = 0; other < items; other++) {
      if (other === item) continue;
      const product = loadings[item]! * loadings[other]!;
      gradient[item]! += (correlation[item * items + other]! - product) * loadings[other]!;
      hessian[item * items + other] = 2 * product - correlation[item * items + other]!;
    }
    hessian[item * items + item] = squares - loadings[item]! ** 2;
  }
  const factor = choleskyFactor(hessian, items);
  if (factor === null) return;
  const move = choleskySolve(factor, items, gradient);
  const next = loadings.map((loading, item) => clamp(loading + move[item]!));
  if (residual(correlation, next) <= residual(correlation, loadings)) loadings.set(next);
}

function residual(correlation: Float64Array, loadings: Float64Array): number {
  const items = loadings.length;
  let sum = 0;
  for (let item = 0; item < items; item++) {
    for (let other = 0; other < item; other++) {
      sum += (correlation[item * items + other]! - loadings[item]! * loadings[other]!) ** 2;
    }
  }
  return sum;
}
