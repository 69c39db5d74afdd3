import { chmod, chown, lstat, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { DomainError } from '@app/contracts';
import { serverAccount } from '@app/database';
import { type LogEnds, readLogEnds, recordsOf } from './stored-records';
import { assertTree, copyTree, type TreeEntry } from './tree-copy';

const FORMAT = 'petabakat embedded backup 1';
const MANIFEST = 'manifest.json';
const DATA = 'data';
const DATABASE = 'postgres';
/** As root the server runs under an account of its own, which passes through this folder. */
const FOLDER_MODE = 0o711;
/** Files of a run, not of the data. */
const LEFT_OUT = [
  'database-url',
  `${DATABASE}/postmaster.pid`,
  `${DATABASE}/postmaster.opts`,
  `${DATABASE}/petabakat.owner.json`,
  `${DATABASE}/petabakat.server.log`,
];
/** There while a process uses the folder. */
const SIGNS_OF_USE = [`${DATABASE}/petabakat.owner.json`, `${DATABASE}/postmaster.pid`];

interface Manifest {
  readonly format: string;
  readonly createdAt: string;
  /** Ends of the log's partitions when the copy was made. */
  readonly logEnds: LogEnds;
  readonly entries: readonly TreeEntry[];
}

export interface BackupReport {
  readonly folder: string;
  readonly files: number;
  readonly records: number;
  readonly createdAt: string;
}

/**
 * Copies the data folder of the embedded default, secrets included, while nothing runs on it.
 *
 * @throws DomainError backup.folder-in-use, backup.target-exists
 */
export async function backUp(dataFolder: string, target: string): Promise<BackupReport> {
  await assertAbsent(target);
  await assertIdle(dataFolder);
  const logEnds = await readLogEnds(join(dataFolder, DATABASE));
  return beside(target, async (draft) => {
    await mkdir(draft, { mode: 0o700 });
    const entries = await copyTree(dataFolder, join(draft, DATA), LEFT_OUT);
    await assertIdle(dataFolder);
    const manifest: Manifest = { format: FORMAT, createdAt: new Date().toISOString(), logEnds, entries };
    await writeFile(join(draft, MANIFEST), JSON.stringify(manifest, null, 2), { mode: 0o600, flush: true });
    return reportOf(target, manifest);
  });
}

/**
 * Makes a data folder from a backup, then starts its database once to see that the log ends where it ended.
 *
 * @throws DomainError backup.damaged, backup.target-exists
 */
export async function restore(backup: string, dataFolder: string): Promise<BackupReport> {
  await assertAbsent(dataFolder);
  const manifest = await readManifest(backup);
  await assertTree(join(backup, DATA), manifest.entries);
  await beside(dataFolder, async (draft) => {
    await copyTree(join(backup, DATA), draft);
    await chmod(draft, FOLDER_MODE);
    await giveToServer(draft, manifest.entries);
  });
  const logEnds = await readLogEnds(join(dataFolder, DATABASE));
  if (!isDeepStrictEqual(logEnds, manifest.logEnds)) {
    const problems = [{ at: dataFolder, message: 'holds a log that does not end where it ended' }];
    throw new DomainError('backup.damaged', undefined, { problems });
  }
  return reportOf(dataFolder, manifest);
}

/** Works on a draft in the same folder as the target, so that the target appears whole or not at all. */
async function beside<T>(target: string, work: (draft: string) => Promise<T>): Promise<T> {
  const draft = `${resolve(target)}.${process.pid}.draft`;
  try {
    const result = await work(draft);
    await rename(draft, target);
    return result;
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    throw error;
  }
}

/** PostgreSQL reads only what belongs to the account that it runs under. */
async function giveToServer(folder: string, entries: readonly TreeEntry[]): Promise<void> {
  const account = await serverAccount();
  if (!('uid' in account)) return;
  for (const { path } of entries) {
    if (path === DATABASE || path.startsWith(`${DATABASE}/`)) {
      await chown(join(folder, path), account.uid, account.gid);
    }
  }
}

async function readManifest(backup: string): Promise<Manifest> {
  const path = join(backup, MANIFEST);
  try {
    const manifest = JSON.parse(await readFile(path, 'utf8')) as Manifest;
    if (manifest.format === FORMAT) return manifest;
  } catch (cause) {
    const problems = [{ at: path, message: `cannot be read: ${(cause as Error).message}` }];
    throw new DomainError('backup.damaged', undefined, { problems, cause });
  }
  const problems = [{ at: path, message: `does not say "${FORMAT}"` }];
  throw new DomainError('backup.damaged', undefined, { problems });
}

async function assertAbsent(folder: string): Promise<void> {
  if (await isThere(folder)) throw new DomainError('backup.target-exists', `${folder} is there already.`);
}

async function assertIdle(dataFolder: string): Promise<void> {
  if (!(await isThere(join(dataFolder, DATABASE)))) {
    throw new DomainError('request.invalid', `${dataFolder} is no data folder of the embedded default.`);
  }
  for (const sign of SIGNS_OF_USE) {
    if (await isThere(join(dataFolder, sign))) {
      throw new DomainError('backup.folder-in-use', `${join(dataFolder, sign)} says that a process uses it.`);
    }
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

function reportOf(folder: string, { entries, logEnds, createdAt }: Manifest): BackupReport {
  const files = entries.filter(({ sha256 }) => sha256 !== null).length;
  return { folder, files, records: recordsOf(logEnds), createdAt };
}
