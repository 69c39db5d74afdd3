import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  CONSUMED_TOPICS,
  EVENTS,
  type EventSpec,
  TOPICS,
  type TopicAlias,
  type TopicSpec,
  deadLetterTopicOf,
} from '../libs/contracts/src';
import { CONTRACTS_FOLDER, schemaPath } from './contract-schemas';

const DAY_MS = 86_400_000;

const INTRODUCTION = `# Events

Every record of the log is a CloudEvents 1.0 event in structured JSON: \`specversion\`, \`id\`, \`source\`
(\`/petabakat/<service>\`), \`type\`, \`subject\` (the record's key), \`time\` (UTC, milliseconds), \`datacontenttype\`,
\`dataschema\` (address of the frozen JSON Schema of \`data\`), \`correlationid\` where one request caused it, and \`data\`.

- Readers ignore fields that they do not know. An additive change is a new frozen minor of the schema, any other a new
  \`v2\` of the type beside the old one.
- An event may come twice. Its \`id\` is the same then, and whoever acts on it acts once.
- Outside the assessment service a person is an \`analyticsId\`: no event has a name, a NIP, a NIK or an address.
- All records of one key stand in one partition, in order.

This file is written from \`libs/contracts/src\` by \`npm run docs\`; a test compares the two.
`;

interface JsonSchema {
  readonly type?: string;
  readonly const?: string | number | boolean | null;
  readonly pattern?: string;
  readonly description?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
}

/** @returns the text of docs/events.md */
export function renderEvents(): string {
  const topics = Object.entries<TopicSpec>(TOPICS).map(([alias, topic]) => renderTopic(alias as TopicAlias, topic));
  return [INTRODUCTION, ...topics, renderDeadLetters()].join('\n');
}

function renderTopic(alias: TopicAlias, topic: TopicSpec): string {
  const events = Object.values<EventSpec>(EVENTS).filter((spec) => spec.topic === alias);
  const facts = `Key: ${topic.key}. ${topic.partitions} partitions. Kept ${retention(topic)}.`;
  const none = events.length === 0 ? 'Nothing is published here yet.\n' : '';
  return [`## \`${topic.name}\`\n\n${facts}\n`, none, ...events.map(renderEvent)].filter(Boolean).join('\n');
}

function renderDeadLetters(): string {
  const topics = CONSUMED_TOPICS.map((alias) => `- \`${deadLetterTopicOf(TOPICS[alias].name)}\``).join('\n');
  const event = renderEvent(EVENTS.recordDeadLettered);
  return `## Dead letters\n\nBeside each topic that is consumed stands one for what could not be processed, under the original key:\n\n${topics}\n\n${event}`;
}

function renderEvent(spec: EventSpec): string {
  const { properties = {} } = spec.schema as JsonSchema;
  const rows = Object.entries(properties).map(([name, schema]) => `| \`${name}\` | ${describe(schema)} |`);
  const examples = readdirSync(join(CONTRACTS_FOLDER, 'examples', spec.type)).map(
    (file) => `[${file.replace('.json', '')}](../libs/contracts/examples/${spec.type}/${file})`,
  );
  return `### \`${spec.type}\`

${spec.meaning} Published by ${spec.producer === 'any' ? 'every consumer' : spec.producer}.
[Schema](../libs/contracts/schemas/${schemaPath(spec)}); examples: ${examples.join(', ')}.

| field | value |
| --- | --- |
${rows.join('\n')}
`;
}

function describe(schema: JsonSchema): string {
  const kind = kindOf(schema);
  return schema.description ? `${kind}. ${schema.description}` : kind;
}

function kindOf(schema: JsonSchema): string {
  if (schema.anyOf) return schema.anyOf.map(kindOf).join(' or ');
  if (schema.const !== undefined) return `\`${String(schema.const)}\``;
  if (schema.type === 'array') return `list of ${kindOf(schema.items ?? {})}`;
  if (schema.type === 'object') return objectKind(schema);
  if (schema.type === 'integer') return `integer${rangeOf(schema)}`;
  return schema.type ?? 'value';
}

function objectKind({ properties }: JsonSchema): string {
  if (!properties) return 'object of named values';
  return `{ ${Object.entries(properties)
    .map(([name, property]) => `${name}: ${kindOf(property)}`)
    .join(', ')} }`;
}

function rangeOf({ minimum, maximum }: JsonSchema): string {
  if (minimum === undefined && maximum === undefined) return '';
  if (maximum === undefined) return ` ≥ ${minimum}`;
  return minimum === undefined ? ` ≤ ${maximum}` : ` ${minimum}–${maximum}`;
}

function retention({ retentionMs }: TopicSpec): string {
  return retentionMs < 0 ? 'for ever' : `${retentionMs / DAY_MS} days`;
}
