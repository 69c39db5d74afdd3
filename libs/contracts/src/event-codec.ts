import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020';
import type { CloudEvent } from './cloud-event';
import type { ErrorCode } from './error-codes';
import { EVENTS, type EventName, type EventSpec, dataSchemaOf } from './events';
import { TOPICS } from './topics';

/** Unknown fields are ignored (strict off for data), unknown keywords of our own schemas are defects. */
const ajv = new Ajv2020({ allErrors: false, strict: true, allowUnionTypes: true });

const VALIDATORS = new Map<string, { name: EventName; spec: EventSpec; validate: ValidateFunction }>();
for (const [name, spec] of Object.entries(EVENTS) as [EventName, EventSpec][]) {
  VALIDATORS.set(spec.type, { name, spec, validate: ajv.compile(spec.schema) });
}

export interface NewEvent<Data> {
  readonly id: string;
  readonly source: string;
  readonly subject: string;
  readonly time: string;
  readonly data: Data;
  readonly correlationId?: string;
}

/** Wraps data in the envelope of a known event. */
export function buildEvent<Data>(name: EventName, fields: NewEvent<Data>): CloudEvent<Data> {
  const spec = EVENTS[name];
  return {
    specversion: '1.0',
    id: fields.id,
    source: fields.source,
    type: spec.type,
    subject: fields.subject,
    time: fields.time,
    datacontenttype: 'application/json',
    dataschema: dataSchemaOf(spec),
    ...(fields.correlationId ? { correlationid: fields.correlationId } : {}),
    data: fields.data,
  };
}

export type DecodeResult =
  | { readonly ok: true; readonly name: EventName; readonly event: CloudEvent }
  | { readonly ok: false; readonly code: ErrorCode; readonly detail: string };

/** Says where data do not fit their schema, without echoing the value. */
export function describeSchemaError(errors: readonly ErrorObject[] | null | undefined): string {
  const first = errors?.[0];
  return first ? `${first.instancePath || '/'} ${first.message ?? 'is not allowed'}` : 'does not fit its schema';
}

/**
 * Reads one record of a topic. Never throws: a record that is not an event of this topic comes back with the code
 * under which it goes to the dead letters.
 *
 * @param topicName full topic name
 * @param key the record's key, which must be the event's subject
 * @param text the record's value
 */
export function decodeRecord(topicName: string, key: string, text: string): DecodeResult {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return { ok: false, code: 'record.not-json', detail: 'the value is not JSON' };
  }
  if (!isEnvelope(parsed))
    return { ok: false, code: 'record.not-an-event', detail: 'the value is not a CloudEvent 1.0' };
  const known = VALIDATORS.get(parsed.type);
  if (!known || topicNameOf(known.spec) !== topicName) {
    return { ok: false, code: 'record.not-an-event', detail: 'the type does not belong to this topic' };
  }
  if (parsed.subject !== key) return { ok: false, code: 'record.key-mismatch', detail: 'subject and key differ' };
  if (!known.validate(parsed.data)) {
    return { ok: false, code: 'record.schema-violated', detail: describeSchemaError(known.validate.errors) };
  }
  if (!isKeyedByItsData(known.spec, key, parsed.data)) {
    return { ok: false, code: 'record.key-mismatch', detail: 'the data belong to another key' };
  }
  return { ok: true, name: known.name, event: parsed };
}

/** A record whose data name another aggregate than its key would change a stranger's history out of order. */
function isKeyedByItsData(spec: EventSpec, key: string, data: unknown): boolean {
  if (spec.topic === 'dead-letters') return true;
  const keyed = (data as Record<string, string | number | undefined>)[TOPICS[spec.topic].key];
  return keyed === undefined || String(keyed) === key;
}

function topicNameOf(spec: EventSpec): string | null {
  return spec.topic === 'dead-letters' ? null : TOPICS[spec.topic].name;
}

function isEnvelope(value: unknown): value is CloudEvent {
  if (typeof value !== 'object' || value === null) return false;
  const event = value as Record<string, unknown>;
  return (
    event.specversion === '1.0' &&
    typeof event.id === 'string' &&
    event.id.length > 0 &&
    typeof event.source === 'string' &&
    typeof event.type === 'string' &&
    typeof event.subject === 'string' &&
    typeof event.time === 'string' &&
    typeof event.data === 'object' &&
    event.data !== null
  );
}
