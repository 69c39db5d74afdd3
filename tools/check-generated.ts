import { existsSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { changedSchemas, frozenPaths, frozenSchema, readManifest, sha256 } from './contract-schemas';
import { findLimits } from './document-limits';
import { DOCUMENTS } from './documents';

const manifest = readManifest();
const complaints = [
  ...changedSchemas().map((path) => `${path}: the source has changed since it was frozen (npm run schemas says more)`),
  ...frozenPaths()
    .filter((path) => manifest[path] !== sha256(frozenSchema(path)!))
    .map((path) => `${path}: is not what was frozen`),
  ...Object.keys(manifest)
    .filter((path) => frozenSchema(path) === null)
    .map((path) => `${path}: was frozen and is gone`),
  ...DOCUMENTS.filter(({ path, render }) => !existsSync(path) || readFileSync(path, 'utf8') !== render()).map(
    ({ path }) => `docs/${basename(path)}: is not what the code says (npm run docs writes it)`,
  ),
  ...findLimits()
    .filter(({ reason }) => reason === null)
    .map(({ file, name }) => `${file}: ${name} has no reason beside it`),
];

for (const complaint of complaints) console.error(complaint);
process.exitCode = complaints.length === 0 ? 0 : 1;
