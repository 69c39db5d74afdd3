import { type CloudEvent, decodeRecord, recordBytesMaxOf, TOPICS, type TopicAlias } from '@app/contracts';
import { correlationId } from '@app/observability';
import type { EntityManager } from 'typeorm';
import { noteOutboxWrite } from './outbox-signals';

export interface OutboxEvent {
  readonly topic: TopicAlias;
  /** The event's subject. */
  readonly key: string;
  /** Its id must be deterministic: the same decision taken again must give the same id. */
  readonly event: CloudEvent;
}

/** The event does not keep its own contract. A defect of the caller, found before anything is written. */
export class OutboxEventInvalid extends Error {
  constructor(eventId: string, detail: string) {
    super(`event ${eventId} cannot be published: ${detail}`);
    this.name = 'OutboxEventInvalid';
  }
}

/**
 * Adds events to the outbox of the manager's transaction, in the order given, under the correlation id of the request in
 * work where they bring none. An id that is there already is left as it
 * is: the decision was taken before.
 *
 * Events of one key are published in the order of their commits if their writers hold one lock of that key from before
 * this call until the commit.
 */
export async function addToOutbox(manager: EntityManager, events: readonly OutboxEvent[]): Promise<void> {
  if (events.length === 0) return;
  const values = events.map(serialise);
  noteOutboxWrite(manager);
  await manager.query(
    `INSERT INTO outbox (event_id, topic, key, value)
     SELECT event_id, topic, key, value
     FROM unnest($1::text[], $2::text[], $3::text[], $4::text[])
       WITH ORDINALITY AS added (event_id, topic, key, value, place)
     ORDER BY place
     ON CONFLICT (event_id) DO NOTHING`,
    [
      events.map(({ event }) => event.id),
      events.map(({ topic }) => TOPICS[topic].name),
      events.map(({ key }) => key),
      values,
    ],
  );
}

function correlated(event: CloudEvent): CloudEvent {
  const id = event.correlationid ?? correlationId();
  if (id === undefined) return event;
  const { data, ...envelope } = event;
  return { ...envelope, correlationid: id, data };
}

/** A row that no log takes would hold up its key for ever. Reads its own output back as a consumer will: an event that every consumer would refuse must not get out. */
function serialise({ topic, key, event }: OutboxEvent): string {
  const value = JSON.stringify(correlated(event));
  const bytes = Buffer.byteLength(key) + Buffer.byteLength(value);
  const bytesMax = recordBytesMaxOf(TOPICS[topic].name);
  if (bytes > bytesMax) throw new OutboxEventInvalid(event.id, `${bytes} bytes, at most ${bytesMax}`);
  const decoded = decodeRecord(TOPICS[topic].name, key, value);
  if (!decoded.ok) throw new OutboxEventInvalid(event.id, `${decoded.code}, ${decoded.detail}`);
  return value;
}
