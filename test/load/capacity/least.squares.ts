/** Enough for four unknowns, where it does not end before. */
const ROUNDS_MAX = 20_000;
/** A round that changes nothing by more than this, relative to all that a coefficient contributes, was the last. */
const CHANGE_MIN = 1e-10;

/**
 * Coefficients that are not negative and bring the rows closest to their values, by relative error: a small value counts
 * as much as a large one. Coordinate descent; the sum of squares is convex, so it ends at the least.
 *
 * @param rows what is multiplied with the coefficients, all of the same length
 * @param values greater than zero
 */
export function fitNonNegative(rows: readonly (readonly number[])[], values: readonly number[]): number[] {
  const scaled = rows.map((row, nth) => row.map((entry) => entry / values[nth]!));
  const columns = scaled[0]?.length ?? 0;
  const coefficients = Array.from({ length: columns }, () => 0);
  const rest = scaled.map(() => 1);
  const squares = coefficients.map((_, column) => scaled.reduce((sum, row) => sum + row[column]! ** 2, 0));
  for (let round = 0; round < ROUNDS_MAX; round++) {
    let largest = 0;
    for (let column = 0; column < columns; column++) {
      if (squares[column] === 0) continue;
      const slope = scaled.reduce((sum, row, nth) => sum + row[column]! * rest[nth]!, 0) / squares[column]!;
      const next = Math.max(0, coefficients[column]! + slope);
      const change = next - coefficients[column]!;
      coefficients[column] = next;
      largest = Math.max(largest, Math.abs(change) * Math.sqrt(squares[column]!));
      scaled.forEach((row, nth) => (rest[nth] = rest[nth]! - row[column]! * change));
    }
    if (largest < CHANGE_MIN) break;
  }
  return coefficients;
}
