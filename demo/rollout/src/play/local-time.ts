/** All sites of the scenario keep Western Indonesian time, which knows no summer time. */
const OFFSET_MS = 7 * 3_600_000;

/** @param time such as `08:00` */
export function momentOf(date: string, time: string): number {
  return Date.parse(`${date}T${time}:00Z`) - OFFSET_MS;
}

export function localDateOf(ms: number): string {
  return new Date(ms + OFFSET_MS).toISOString().slice(0, 10);
}
