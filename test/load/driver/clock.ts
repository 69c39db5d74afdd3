/** Milliseconds since 1970 with fractions. It never jumps, so a time that was waited for is always later. */
export function nowMs(): number {
  return performance.timeOrigin + performance.now();
}

/** For files: to the microsecond. */
export function rounded(ms: number): number {
  return Math.round(ms * 1_000) / 1_000;
}
