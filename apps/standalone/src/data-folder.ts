import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { createSecrets, parseSecrets, type Secrets } from './secrets';

/**
 * As root, PostgreSQL runs under another account and has to pass through the folder to its own; it need not list it.
 * Each file in the folder is readable by its owner alone.
 */
const FOLDER_MODE = 0o711;
const PRIVATE_MODE = 0o600;

/** What the embedded default keeps between runs: the database, the secrets, and where the database listens now. */
export class DataFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = resolve(path);
  }

  get database(): string {
    return join(this.path, 'postgres');
  }

  /** Read by the command line through PETABAKAT_DATABASE_URL_FILE. */
  get databaseUrlFile(): string {
    return join(this.path, 'database-url');
  }

  async prepare(): Promise<void> {
    await mkdir(this.path, { recursive: true, mode: FOLDER_MODE });
  }

  async publishDatabaseUrl(url: string): Promise<void> {
    await writePrivately(this.databaseUrlFile, url);
  }

  async withdrawDatabaseUrl(): Promise<void> {
    await rm(this.databaseUrlFile, { force: true });
  }

  /**
   * The secrets of this installation, made on the first start. They have to outlive every restart: without them tokens
   * that participants hold are worthless, names cannot be read, and receipts no longer match their commitments.
   */
  async secrets(): Promise<Secrets> {
    const file = join(this.path, 'secrets.json');
    const stored = await readIfThere(file);
    if (stored !== null) return parseSecrets(stored, file);
    const secrets = createSecrets();
    await writePrivately(file, JSON.stringify(secrets, null, 2));
    return secrets;
  }
}

/** Whole or not at all, and on the disk before anything rests on it. */
async function writePrivately(file: string, text: string): Promise<void> {
  const draft = `${file}.${process.pid}.draft`;
  const handle = await open(draft, 'w', PRIVATE_MODE);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(draft, file);
  await syncFolder(dirname(file));
}

async function syncFolder(folder: string): Promise<void> {
  // Windows cannot open folders; there the rename is as durable as it gets.
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function readIfThere(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
