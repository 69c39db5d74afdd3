const MILLIONTHS = 1_000_000;

/** Six decimals, as every estimate has in events; never minus zero. */
export function rounded(value: number): number {
  return Math.round(value * MILLIONTHS) / MILLIONTHS + 0;
}

export function roundedOrNull(value: number | null): number | null {
  return value === null || !Number.isFinite(value) ? null : rounded(value);
}
