import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from './seeded.random';

/** A page that has heard nothing asks again soon, and ever more slowly: a site of 200 seats fails together. */
const FIRST_PAUSE_MS = 500;
const PAUSE_MAX_MS = 8_000;
/** On top of what the server asks for, so that those who were refused together do not come back together. */
const RETRY_AFTER_SPREAD_MS = 1_000;

/** @param failures in a row, from 1 */
export function pauseAfter(failures: number, retryAfterMs: number | null, random: Random): number {
  if (retryAfterMs !== null) return retryAfterMs + random() * RETRY_AFTER_SPREAD_MS;
  const most = Math.min(PAUSE_MAX_MS, FIRST_PAUSE_MS * 2 ** (failures - 1));
  return (most / 2) * (1 + random());
}

export async function backOff(failures: number, retryAfterMs: number | null, random: Random): Promise<void> {
  await sleep(pauseAfter(failures, retryAfterMs, random));
}
