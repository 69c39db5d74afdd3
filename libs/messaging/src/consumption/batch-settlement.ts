import type { EventBatch } from './event-batch';

/**
 * Batches whose transaction has committed (or was found committed). A handler can come back without an error and
 * without having done its work: a filter swallowed the error, an interceptor answered in its place. Only what stands
 * here is treated as applied.
 */
const settled = new WeakSet<EventBatch>();

export function markSettled(batch: EventBatch): void {
  settled.add(batch);
}

export function isSettled(batch: EventBatch): boolean {
  return settled.has(batch);
}
