import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020';

/** The only thing of the product that the checker takes: the published form of its events. */
const SCHEMAS = join(__dirname, '../../../libs/contracts/schemas');

/** Which event belongs on which topic, and which of its fields is the record's key; as docs/events.md says. */
const PLACES: readonly (readonly [type: RegExp, topic: string, key: string])[] = [
  [/^petabakat\.(answer\.submitted|attempt\.(?!closed)[a-z-]+)\.v1$/, 'petabakat.attempts.v1', 'attemptId'],
  [/^petabakat\.attempt\.closed\.v1$/, 'petabakat.responses.v1', 'attemptId'],
  [/^petabakat\.result\.scored\.v1$/, 'petabakat.results.v1', 'analyticsId'],
  [/^petabakat\.session\.(opened|sealed)\.v1$/, 'petabakat.sessions.v1', 'sessionId'],
  [/^petabakat\.session\.(planned|cancelled)\.v1$/, 'petabakat.plan.v1', 'sessionId'],
  [/^petabakat\.participant\.(registered|changed|withdrawn)\.v1$/, 'petabakat.roster.v1', 'analyticsId'],
  [/^petabakat\.(cluster\.[a-z]+|gate\.evaluated)\.v1$/, 'petabakat.rollout.v1', 'cluster'],
];

const DEAD_LETTER_TYPE = 'petabakat.record.dead-lettered.v1';
const DEAD_LETTER_TOPIC = /\.dead-letters\.v\d+$/;

export interface DecodedEvent {
  readonly id: string;
  readonly type: string;
  // Checked by the event's schema; whoever reads it knows the type.
  readonly data: Readonly<Record<string, unknown>>;
}

/** An event of another kind, or one that is spoilt, may have an id all the same. */
export type Decoded =
  | { readonly fits: true; readonly event: DecodedEvent }
  | { readonly fits: false; readonly why: string; readonly id: string | null };

/** Says whether a record is an event of its topic, by the published schemas alone. */
export class RecordDecoder {
  private readonly validators = new Map<string, ValidateFunction>();

  constructor(folder = SCHEMAS) {
    const ajv = new Ajv2020({ allErrors: false, strict: false });
    for (const type of readdirSync(folder, { withFileTypes: true })) {
      if (!type.isDirectory()) continue;
      const latest = readdirSync(join(folder, type.name))
        .filter((name) => name.endsWith('.json'))
        .sort(byMinor)
        .at(-1)!;
      this.validators.set(type.name, ajv.compile(JSON.parse(readFileSync(join(folder, type.name, latest), 'utf8'))));
    }
  }

  decode(topic: string, key: string, value: string): Decoded {
    const event = parsed(value);
    if (!isEvent(event)) return { fits: false, why: 'is not a CloudEvent 1.0', id: null };
    const why = this.problemOf(event, topic, key);
    if (why !== null) return { fits: false, why, id: event.id };
    return { fits: true, event: { id: event.id, type: event.type, data: event.data as Record<string, unknown> } };
  }

  private problemOf(event: Envelope, topic: string, key: string): string | null {
    const validate = this.validators.get(event.type);
    const keyField = keyFieldOf(event.type, topic);
    if (!validate || keyField === null) return `is a ${event.type}, which does not belong here`;
    if (event.subject !== key) return 'has another subject than its key';
    if (!validate(event.data)) return `does not fit the schema of ${event.type}`;
    const keyed = (event.data as Record<string, unknown>)[keyField];
    const isKey = keyField === '' || keyed === undefined || String(keyed as string) === key;
    return isKey ? null : 'has data of another key';
  }
}

let shared: RecordDecoder | null = null;

/** Compiling the schemas takes longer than judging a small log; they never change within a process. */
export function publishedSchemas(): RecordDecoder {
  shared ??= new RecordDecoder();
  return shared;
}

function byMinor(a: string, b: string): number {
  return Number(a.split('.')[1]) - Number(b.split('.')[1]);
}

/** @returns null where an event of this type has no place on the topic, '' where its key is not in its data */
function keyFieldOf(type: string, topic: string): string | null {
  if (type === DEAD_LETTER_TYPE) return DEAD_LETTER_TOPIC.test(topic) ? '' : null;
  const place = PLACES.find(([pattern]) => pattern.test(type));
  return place && place[1] === topic ? place[2] : null;
}

function parsed(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return null;
  }
}

interface Envelope {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject: string;
  readonly time: string;
  readonly data: object;
}

function isEvent(value: unknown): value is Envelope {
  if (typeof value !== 'object' || value === null) return false;
  const event = value as Record<string, unknown>;
  const texts = [event.id, event.source, event.type, event.subject, event.time];
  return (
    event.specversion === '1.0' &&
    texts.every((text) => typeof text === 'string') &&
    event.id !== '' &&
    typeof event.data === 'object' &&
    event.data !== null
  );
}
