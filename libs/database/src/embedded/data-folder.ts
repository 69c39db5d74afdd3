import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { isStillRunning, identityOf, type ProcessIdentity } from './process-identity';
import type { ServerAccount } from './server-account';

const run = promisify(execFile);

/** Files that this class adds to PostgreSQL's own. The folder is 0700, so the password is as safe as the data. */
const PASSWORD_FILE = 'petabakat.password';
const OWNER_FILE = 'petabakat.owner.json';
const SERVER_LOG = 'petabakat.server.log';
const PASSWORD_BYTES = 24;

export const SUPERUSER = 'petabakat';

/** A PostgreSQL data folder: made once, kept between runs, used by one process at a time. */
export class DataFolder {
  readonly path: string;

  constructor(
    path: string,
    private readonly account: ServerAccount,
  ) {
    this.path = resolve(path);
  }

  get serverLog(): string {
    return join(this.path, SERVER_LOG);
  }

  /** Makes the folder with initdb unless that has been done. */
  async prepare(initdb: string): Promise<void> {
    if (await this.isInitialised()) return;
    await mkdir(this.path, { recursive: true, mode: 0o700 });
    // Only this folder changes hands: what stands above it is not ours.
    if ('uid' in this.account) await chown(this.path, this.account.uid, this.account.gid);
    await this.initialise(initdb);
  }

  async password(): Promise<string> {
    return (await readFile(join(this.path, PASSWORD_FILE), 'utf8')).trim();
  }

  /** Marks the folder as used by this process; refuses while another living process uses it. */
  async claim(): Promise<void> {
    const owner = await this.owner();
    if (owner && isStillRunning(owner)) {
      throw new Error(`${this.path} is in use by process ${owner.pid}; end that process or choose another folder.`);
    }
    await this.write(OWNER_FILE, JSON.stringify(identityOf(process.pid)));
  }

  async release(): Promise<void> {
    await rm(join(this.path, OWNER_FILE), { force: true });
  }

  /** First line of postmaster.pid: the server that runs, or ran, on this folder. */
  async serverPid(): Promise<number | null> {
    const text = await readOrNull(join(this.path, 'postmaster.pid'));
    const pid = Number(text?.split('\n')[0]);
    return Number.isInteger(pid) && pid > 0 ? pid : null;
  }

  async forgetServer(): Promise<void> {
    await rm(join(this.path, 'postmaster.pid'), { force: true });
  }

  private async isInitialised(): Promise<boolean> {
    // Written last, so a half-made folder is never taken for a whole one.
    return (await readOrNull(join(this.path, PASSWORD_FILE))) !== null;
  }

  private async initialise(initdb: string): Promise<void> {
    const password = randomBytes(PASSWORD_BYTES).toString('base64url');
    const secrets = await mkdtemp(join(tmpdir(), 'petabakat-initdb-'));
    const passwordFile = join(secrets, 'password');
    try {
      await writeFile(passwordFile, password, { mode: 0o600 });
      if ('uid' in this.account) {
        await chown(secrets, this.account.uid, this.account.gid);
        await chown(passwordFile, this.account.uid, this.account.gid);
      }
      await run(initdb, this.initdbArguments(passwordFile), { ...this.account, cwd: tmpdir() });
    } catch (cause) {
      const { stderr } = cause as { stderr?: string };
      throw new Error(`initdb could not make ${this.path}: ${stderr?.trim() ?? String(cause)}`, { cause });
    } finally {
      await rm(secrets, { recursive: true, force: true });
    }
    await this.write(PASSWORD_FILE, password);
  }

  private initdbArguments(passwordFile: string): string[] {
    return [
      `--pgdata=${this.path}`,
      `--username=${SUPERUSER}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      // The same order of texts on every machine.
      '--no-locale',
      '--data-checksums',
    ];
  }

  private async owner(): Promise<ProcessIdentity | null> {
    const text = await readOrNull(join(this.path, OWNER_FILE));
    if (!text) return null;
    try {
      return JSON.parse(text) as ProcessIdentity;
    } catch {
      return null;
    }
  }

  /** In one step, so that a crash leaves the old file or the new one. */
  private async write(name: string, text: string): Promise<void> {
    const path = join(this.path, name);
    await writeFile(`${path}.new`, text, { mode: 0o600 });
    await rename(`${path}.new`, path);
  }
}

async function readOrNull(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
