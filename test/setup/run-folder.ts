import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedPostgres } from '../../libs/database/src/embedded/embedded-postgres';
import { identityOf, isStillRunning, type ProcessIdentity } from '../../libs/database/src/embedded/process-identity';

const PREFIX = 'petabakat-run-';
const OWNER_FILE = 'jest.json';

/** A folder for what the workers of this run share. */
export async function makeRunFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), PREFIX));
  // As root the server runs under another account, which has to reach its data folder inside this one.
  await chmod(folder, 0o755);
  await writeFile(join(folder, OWNER_FILE), JSON.stringify(identityOf(process.pid)));
  return folder;
}

/** Ends the server of a run and removes its folder. */
export async function removeRunFolder(folder: string): Promise<void> {
  await EmbeddedPostgres.stopServerOn(join(folder, 'postgres'));
  await rm(folder, { recursive: true, force: true });
}

/** Cleans up after runs that were killed before their own tear-down. */
export async function removeAbandonedRunFolders(): Promise<void> {
  const names = await readdir(tmpdir());
  const folders = names.filter((name) => name.startsWith(PREFIX)).map((name) => join(tmpdir(), name));
  for (const folder of folders) if (await isAbandoned(folder)) await removeRunFolder(folder);
}

async function isAbandoned(folder: string): Promise<boolean> {
  const text = await readFile(join(folder, OWNER_FILE), 'utf8').catch(() => null);
  // Without an owner's name the folder is just being made, or not ours.
  return text !== null && !isStillRunning(JSON.parse(text) as ProcessIdentity);
}
