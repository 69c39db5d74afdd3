import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 100;

/** Looks again and again until there is something. @throws Error naming what was waited for */
export async function until<T>(
  what: string,
  timeoutMs: number,
  look: () => Promise<T | null | undefined | false>,
  pollMs = POLL_MS,
): Promise<T> {
  const deadlineMs = Date.now() + timeoutMs;
  let lastError: unknown = null;
  while (Date.now() < deadlineMs) {
    try {
      const found = await look();
      if (found !== null && found !== undefined && found !== false) return found;
    } catch (error) {
      lastError = error;
    }
    await sleep(pollMs);
  }
  throw new Error(`waited ${timeoutMs / 1_000} s in vain: ${what}`, { cause: lastError });
}

/** Runs work over values, some at a time, and gives the results in the values' order. */
export async function inParallel<T, R>(
  values: readonly T[],
  atOnce: number,
  work: (value: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const lane = async () => {
    while (next < values.length) {
      const index = next++;
      results[index] = await work(values[index]!, index);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, values.length) }, lane));
  return results;
}
