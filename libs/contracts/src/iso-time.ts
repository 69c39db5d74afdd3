/** Times as events carry them: RFC 3339 in UTC with milliseconds. Neither function asks a clock. */

/** @param ms since 1970 */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}

/** @returns milliseconds since 1970; NaN where the text is no time */
export function msOf(text: string): number {
  return Date.parse(text);
}
