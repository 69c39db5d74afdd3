import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, lstat, mkdir, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DomainError } from '@app/contracts';

/** A file or folder of a backup, by its path inside. */
export interface TreeEntry {
  readonly path: string;
  /** Permission bits: PostgreSQL refuses a folder that others may read. */
  readonly mode: number;
  /** Null for a folder. */
  readonly sha256: string | null;
}

const PERMISSION_BITS = 0o777;

/**
 * Copies a folder file by file, hashing what it reads, each file on the disk before the next.
 *
 * @param leftOut paths inside that are not copied: what belongs to a run, not to the data
 */
export async function copyTree(source: string, target: string, leftOut: readonly string[] = []): Promise<TreeEntry[]> {
  const entries: TreeEntry[] = [];
  await mkdir(target, { mode: 0o700 });
  for (const path of await pathsIn(source)) {
    if (leftOut.includes(path)) continue;
    const stat = await lstat(join(source, path));
    const mode = stat.mode & PERMISSION_BITS;
    if (stat.isDirectory()) {
      await mkdir(join(target, path), { mode });
      entries.push({ path, mode, sha256: null });
    } else if (stat.isFile()) {
      entries.push({ path, mode, sha256: await copyFile(join(source, path), join(target, path), mode) });
    } else {
      throw new DomainError('backup.damaged', `${join(source, path)} is neither a file nor a folder.`);
    }
  }
  return entries;
}

/** @throws DomainError backup.damaged naming what differs from the entries */
export async function assertTree(folder: string, entries: readonly TreeEntry[]): Promise<void> {
  const found = new Set(await pathsIn(folder));
  const problems: { at: string; message: string }[] = [];
  for (const { path, sha256 } of entries) {
    if (!found.delete(path)) problems.push({ at: path, message: 'is missing' });
    else if (sha256 !== null && (await hashOf(join(folder, path))) !== sha256) {
      problems.push({ at: path, message: 'is not what was written' });
    }
  }
  for (const path of found) problems.push({ at: path, message: 'does not belong to the backup' });
  if (problems.length > 0) throw new DomainError('backup.damaged', undefined, { problems });
}

/** Everything in a folder, each folder before what is in it. */
async function pathsIn(folder: string): Promise<string[]> {
  return (await readdir(folder, { recursive: true })).sort();
}

async function copyFile(source: string, target: string, mode: number): Promise<string> {
  const hash = createHash('sha256');
  const file = await open(target, 'wx', mode);
  try {
    for await (const chunk of createReadStream(source)) {
      hash.update(chunk as Buffer);
      await writeWhole(file, chunk as Buffer);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return hash.digest('hex');
}

async function writeWhole(file: FileHandle, bytes: Buffer): Promise<void> {
  for (let written = 0; written < bytes.length;) {
    written += (await file.write(bytes, written)).bytesWritten;
  }
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
