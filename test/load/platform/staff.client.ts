import { setTimeout as sleep } from 'node:timers/promises';

export interface StaffRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly token: string;
  readonly json?: unknown;
  readonly csv?: string;
}

const POLL_MS = 200;
const REFUSAL_CHARACTERS = 300;

/** What staff ask of the platform before and after a run; a refusal ends the run. */
export class StaffClient {
  constructor(private readonly url: string) {}

  async call<T>({ method, path, token, json, csv }: StaffRequest): Promise<T> {
    const body = csv ?? (json === undefined ? undefined : JSON.stringify(json));
    const type = csv === undefined ? 'application/json' : 'text/csv';
    const response = await fetch(this.url + path, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'content-type': type }) },
      ...(body === undefined ? {} : { body }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text.slice(0, REFUSAL_CHARACTERS)}`);
    return (response.headers.get('content-type')?.includes('json') ? JSON.parse(text) : text) as T;
  }
}

/** Looks again and again until there is something. @throws Error naming what was waited for */
export async function until<T>(
  what: string,
  timeoutMs: number,
  look: () => Promise<T | null | undefined | false>,
): Promise<T> {
  const deadlineMs = Date.now() + timeoutMs;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > deadlineMs) throw new Error(`waited ${timeoutMs / 1_000} s in vain: ${what}`);
    await sleep(POLL_MS);
  }
}
