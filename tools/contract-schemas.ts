import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { EVENTS, type EventSpec, dataSchemaOf } from '../libs/contracts/src';

export const CONTRACTS_FOLDER = join(__dirname, '..', 'libs', 'contracts');
const SCHEMAS_FOLDER = join(CONTRACTS_FOLDER, 'schemas');
const MANIFEST = join(SCHEMAS_FOLDER, 'manifest.json');

/** Path of a frozen schema, relative to the folder of schemas, and the SHA-256 of its bytes. */
export type Manifest = Readonly<Record<string, string>>;

/** The text of an event's schema as its source has it now. */
export function renderSchema(spec: EventSpec): string {
  const document = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: dataSchemaOf(spec),
    title: spec.type,
    description: spec.meaning,
    ...spec.schema,
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

export function schemaPath(spec: EventSpec): string {
  return `${spec.type}/1.${spec.minor}.json`;
}

/** @returns the text of a frozen schema, or null where there is none yet */
export function frozenSchema(path: string): string | null {
  const file = join(SCHEMAS_FOLDER, path);
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
}

/** Every frozen schema, older minors included. */
export function frozenPaths(): string[] {
  const folders = readdirSync(SCHEMAS_FOLDER, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return folders
    .flatMap(({ name }) => readdirSync(join(SCHEMAS_FOLDER, name)).map((file) => `${name}/${file}`))
    .toSorted();
}

export function readManifest(): Manifest {
  return existsSync(MANIFEST) ? (JSON.parse(readFileSync(MANIFEST, 'utf8')) as Manifest) : {};
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Events whose source says something else than the frozen schema of the same minor. */
export function changedSchemas(): string[] {
  return Object.values<EventSpec>(EVENTS)
    .filter((spec) => ![null, renderSchema(spec)].includes(frozenSchema(schemaPath(spec))))
    .map(schemaPath);
}

/** Freezes what is not frozen yet. What is frozen stays as it is, and so does its line in the manifest. */
export function freezeNewSchemas(): string[] {
  const added: string[] = [];
  for (const spec of Object.values<EventSpec>(EVENTS)) {
    const path = schemaPath(spec);
    if (frozenSchema(path) !== null) continue;
    const file = join(SCHEMAS_FOLDER, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, renderSchema(spec));
    added.push(path);
  }
  const known = readManifest();
  const isNew = (path: string) => added.includes(path) || known[path] === undefined;
  const entries = frozenPaths().map((path) => [path, isNew(path) ? sha256(frozenSchema(path)!) : known[path]]);
  writeFileSync(MANIFEST, `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`);
  return added;
}
