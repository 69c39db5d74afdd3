import type { EventBatch } from './event-batch';

/** What of a batch is not applied yet when everything before the position is. */
export function withoutApplied(batch: EventBatch, position: number): EventBatch {
  if (position <= batch.firstOffset) return batch;
  return {
    ...batch,
    firstOffset: position,
    events: batch.events.filter((record) => record.offset >= position),
    rejected: batch.rejected.filter((record) => record.offset >= position),
  };
}
