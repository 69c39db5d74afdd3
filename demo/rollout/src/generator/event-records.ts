import { type EventName, buildEvent } from '@app/contracts';
import type { NewRecord } from '@app/messaging';

/** Everything that the generator appends says so. */
export const GENERATOR_SOURCE = '/petabakat/rollout-demonstration/generator';

/** One event as the log takes it. */
export function recordOf(name: EventName, key: string, id: string, atMs: number, data: object): NewRecord {
  const time = new Date(atMs).toISOString();
  return { key, value: JSON.stringify(buildEvent(name, { id, source: GENERATOR_SOURCE, subject: key, time, data })) };
}
