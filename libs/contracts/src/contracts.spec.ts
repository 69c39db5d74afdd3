import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { redactText } from '@app/observability';
import { Ajv2020 } from 'ajv/dist/2020';
import {
  CONTRACTS_FOLDER,
  changedSchemas,
  frozenPaths,
  frozenSchema,
  readManifest,
  schemaPath,
  sha256,
} from '../../../tools/contract-schemas';
import type { CloudEvent } from './cloud-event';
import { decodeRecord } from './event-codec';
import { EVENTS, type EventName, type EventSpec, dataSchemaOf } from './events';
import { TOPICS, deadLetterTopicOf } from './topics';

const EXAMPLES_FOLDER = join(CONTRACTS_FOLDER, 'examples');
const SPECS = Object.entries(EVENTS) as [EventName, EventSpec][];

interface Example {
  readonly file: string;
  readonly spec: EventSpec;
  readonly text: string;
  readonly event: CloudEvent;
}

const EXAMPLES: readonly Example[] = SPECS.flatMap(([, spec]) =>
  readdirSync(join(EXAMPLES_FOLDER, spec.type)).map((name) => {
    const text = readFileSync(join(EXAMPLES_FOLDER, spec.type, name), 'utf8');
    return { file: `${spec.type}/${name}`, spec, text, event: JSON.parse(text) as CloudEvent };
  }),
);

type Schema = Readonly<Record<string, unknown>> & { readonly pattern?: string };

/** Calls back for every property of a schema, at any depth, with its path. */
function visitProperties(schema: unknown, path: string, visit: (path: string, name: string, schema: Schema) => void) {
  if (typeof schema !== 'object' || schema === null) return;
  const { properties, items, anyOf } = schema as { properties?: Schema; items?: unknown; anyOf?: unknown[] };
  for (const [name, property] of Object.entries(properties ?? {})) {
    visit(`${path}.${name}`, name, property as Schema);
    visitProperties(property, `${path}.${name}`, visit);
  }
  visitProperties(items, `${path}[]`, visit);
  for (const option of anyOf ?? []) visitProperties(option, path, visit);
}

describe('frozen schemas', () => {
  test('every event has one, and it says what the source says', () => {
    expect(SPECS.filter(([, spec]) => frozenSchema(schemaPath(spec)) === null).map(([name]) => name)).toEqual([]);
    expect(changedSchemas()).toEqual([]);
  });

  test('none has changed since it was frozen, none has gone, none stands beside the manifest', () => {
    const hashes = Object.fromEntries(frozenPaths().map((path) => [path, sha256(frozenSchema(path)!)]));
    expect(hashes).toEqual(readManifest());
  });

  test('each is a JSON Schema 2020-12 of its own address', () => {
    const ajv = new Ajv2020({ strict: true, allowUnionTypes: true });
    for (const path of frozenPaths()) {
      const schema = JSON.parse(frozenSchema(path)!) as Schema;
      expect(schema.$id).toBe(`/contracts/${path}`);
      ajv.compile(schema);
    }
  });

  test('a reader ignores fields that it does not know', () => {
    for (const path of frozenPaths()) expect(frozenSchema(path)).not.toContain('additionalProperties": false');
  });
});

describe('examples', () => {
  test('every event has an ordinary one and one of an edge', () => {
    for (const [, spec] of SPECS) {
      const names = readdirSync(join(EXAMPLES_FOLDER, spec.type));
      expect(names).toContain('ordinary.json');
      expect(names.length).toBeGreaterThanOrEqual(2);
    }
    expect(readdirSync(EXAMPLES_FOLDER).toSorted()).toEqual(SPECS.map(([, { type }]) => type).toSorted());
  });

  test.each(EXAMPLES.map((example) => [example.file, example] as const))(
    '%s is a record of its topic',
    (_, example) => {
      const { spec, event, text } = example;
      const schema = frozenSchema(schemaPath(spec))!;
      const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(JSON.parse(schema) as Schema);
      expect(validate(event.data)).toBe(true);
      expect(event).toMatchObject({ specversion: '1.0', type: spec.type, dataschema: dataSchemaOf(spec) });
      if (spec.topic === 'dead-letters') return;
      const topic = TOPICS[spec.topic].name;
      expect(decodeRecord(topic, event.subject, text)).toMatchObject({ ok: true, event: { id: event.id } });
      expect(decodeRecord(deadLetterTopicOf(topic), event.subject, text)).toMatchObject({
        code: 'record.not-an-event',
      });
    },
  );
});

describe('people in events', () => {
  const PERSONAL =
    /name|nip|nik|e-?mail|phone|mobile|whatsapp|address|birth|born|gender|religion|passport|ktp|npwp|photo/i;

  test('no event has a field for a name, an identity number, an address or the like', () => {
    const found: string[] = [];
    for (const [, spec] of SPECS) {
      visitProperties(spec.schema, spec.type, (path, name) => {
        if (PERSONAL.test(name)) found.push(path);
      });
    }
    expect(found).toEqual([]);
  });

  test('these fields alone hold text of any form, and none of them is typed by a person about a person', () => {
    const free: string[] = [];
    for (const [name, spec] of SPECS) {
      visitProperties(spec.schema, name, (path, _, schema) => {
        const options = [schema, ...((schema.anyOf as Schema[] | undefined) ?? [])];
        const isFree = (option: Schema) =>
          option.type === 'string' &&
          option.const === undefined &&
          (!option.pattern || option.pattern.includes('u0000'));
        if (options.some(isFree)) free.push(path);
      });
    }
    expect(free).toEqual([
      'answerSubmitted.response',
      'answerSubmitted.answeredAt',
      'deadLetterReplayed.answer.response',
      'deadLetterReplayed.answer.answeredAt',
      'targetChanged.author',
      'targetChanged.source',
      'gateEvaluated.positions[].topic',
      // The scheduler's own tables, which know people by pseudonym, and hold codes and sources about them.
      'recordsChanged.rows',
      'recordDeadLettered.topic',
      'recordDeadLettered.group',
      'recordDeadLettered.key',
      'recordDeadLettered.reason',
      'recordDeadLettered.detail',
      'recordDeadLettered.value',
    ]);
  });

  test('no example shows an identity number or a mail address', () => {
    for (const { file, text } of EXAMPLES) {
      expect([file, redactText(text)]).toEqual([file, text]);
      expect(text).not.toMatch(/[\w.]+@[\w.]+/);
    }
  });
});

describe('reading a record', () => {
  const [answer] = EXAMPLES;
  const topic = TOPICS.attempts.name;
  const { text, event } = answer!;
  const changed = (change: object) => JSON.stringify({ ...event, ...change });
  const data = event.data as object;

  test.each([
    ['text that is not JSON', '{"broken', 'record.not-json'],
    ['JSON that is not an event', '[]', 'record.not-an-event'],
    ['an event of another version of CloudEvents', changed({ specversion: '0.3' }), 'record.not-an-event'],
    ['an event of another topic', changed({ type: 'petabakat.result.scored.v1' }), 'record.not-an-event'],
    ['an event of no known type', changed({ type: 'petabakat.answer.guessed.v1' }), 'record.not-an-event'],
    ['an event about another key', changed({ subject: 'a-other' }), 'record.key-mismatch'],
    ['data about another key', changed({ data: { ...data, attemptId: 'a-other' } }), 'record.key-mismatch'],
    ['data that do not fit', changed({ data: { ...data, seq: 3 } }), 'record.schema-violated'],
    ['a NUL character', changed({ data: { ...data, response: 'a\0b' } }), 'record.schema-violated'],
  ])('%s is bad under its code, and nothing is thrown', (_, value, code) => {
    expect(decodeRecord(topic, event.subject, value)).toMatchObject({ ok: false, code });
  });

  test('fields that nobody knows yet are no reason to refuse', () => {
    const newer = changed({ later: 1, data: { ...data, later: 2 } });
    expect(decodeRecord(topic, event.subject, newer)).toMatchObject({ ok: true });
    expect(decodeRecord(topic, event.subject, text)).toMatchObject({ ok: true });
  });

  test('what is said about bad data does not show them', () => {
    const result = decodeRecord(topic, event.subject, changed({ data: { ...data, itemId: 'Siti Rahayu' } }));
    expect(JSON.stringify(result)).not.toContain('Siti');
  });
});
