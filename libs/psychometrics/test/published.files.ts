import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join(__dirname, '../../../test/data/psychometrics');

/** A JSON file with published numbers; test/data/psychometrics/PROVENANCE.md names the sources. */
export function readPublished<T>(name: string): T {
  return JSON.parse(readFileSync(join(FOLDER, name), 'utf8')) as T;
}

export function readPublishedText(name: string): string {
  return readFileSync(join(FOLDER, name), 'utf8');
}
