import { decodeRecord } from '@app/contracts';
import type { EventBatch, EventRecord, RejectedRecord } from '../consumption/event-batch';
import type { LogRecord, RecordBatch } from '../log/event-log';

/** What a record was set aside for, by offset: known from an earlier try of the same records. */
export type KnownRejections = ReadonlyMap<number, RejectedRecord>;

/** Cuts a batch into runs of records that one transaction takes. */
export function* slicesOf(records: readonly LogRecord[], recordsMax: number): Generator<readonly LogRecord[]> {
  for (let from = 0; from < records.length; from += recordsMax) yield records.slice(from, from + recordsMax);
}

/** Tells the good records of a slice from the bad. */
export function decodeSlice(
  group: string,
  { topic, partition }: Pick<RecordBatch, 'topic' | 'partition'>,
  records: readonly LogRecord[],
  known: KnownRejections,
): EventBatch {
  const events: EventRecord[] = [];
  const rejected: RejectedRecord[] = [];
  for (const { offset, key, value } of records) {
    const rejection = known.get(offset);
    if (rejection) {
      rejected.push(rejection);
      continue;
    }
    const decoded = decodeRecord(topic, key, value);
    if (decoded.ok) events.push({ offset, key, name: decoded.name, event: decoded.event });
    else rejected.push({ offset, key, code: decoded.code, detail: decoded.detail });
  }
  const firstOffset = records[0]!.offset;
  const nextOffset = records.at(-1)!.offset + 1;
  return { group, topic, partition, firstOffset, nextOffset, events, rejected };
}

/** Splits a slice of two or more events so that each half has some. */
export function halvesOf(batch: EventBatch): readonly [EventBatch, EventBatch] {
  const middle = batch.events[Math.ceil(batch.events.length / 2)]!.offset;
  return [
    { ...batch, nextOffset: middle, ...recordsWhere(batch, (offset) => offset < middle) },
    { ...batch, firstOffset: middle, ...recordsWhere(batch, (offset) => offset >= middle) },
  ];
}

/** The same slice with its one event among the rejected. */
export function withEventRejected(batch: EventBatch, rejection: RejectedRecord): EventBatch {
  const rejected = [...batch.rejected, rejection].sort((a, b) => a.offset - b.offset);
  return { ...batch, events: [], rejected };
}

function recordsWhere(
  { events, rejected }: EventBatch,
  isIn: (offset: number) => boolean,
): Pick<EventBatch, 'events' | 'rejected'> {
  return {
    events: events.filter(({ offset }) => isIn(offset)),
    rejected: rejected.filter(({ offset }) => isIn(offset)),
  };
}
