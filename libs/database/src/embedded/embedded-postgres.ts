import { type ChildProcess, spawn } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { DataFolder, SUPERUSER } from './data-folder';
import { commandLineOf, isAlive } from './process-identity';
import { serverAccount } from './server-account';
import { findServerBinaries } from './server-binaries';
import { commandLineArguments, DEFAULT_SETTINGS, type ServerSettings } from './server-settings';

/** Recovery after a crash may have max_wal_size to replay. */
const START_TIMEOUT_MS = 120_000;
/** A fast shutdown writes one checkpoint. */
const STOP_TIMEOUT_MS = 30_000;
/** A start takes about 50 ms, a stop as long. */
const POLL_INTERVAL_MS = 20;
/** Another process can take the free port between our look and the server's start, or a killed server still be ending. */
const START_ATTEMPTS = 3;
/** The backends of a killed server notice its end within this time. */
const ATTEMPT_PAUSE_MS = 500;
const DATABASE = 'petabakat';
/** How much of the server's log an error message quotes. */
const LOG_EXCERPT_CHARACTERS = 2_000;

export interface EmbeddedPostgresOptions {
  /** Kept between runs. As root it is handed to the account `postgres`, which must be able to reach it. */
  readonly dataDir: string;
  /** 0 takes a free one. */
  readonly port?: number;
  /** Over the defaults. */
  readonly settings?: ServerSettings;
}

/** A real PostgreSQL server that belongs to this process, from binaries that come with npm. */
export class EmbeddedPostgres {
  private constructor(
    /** Database `petabakat`, as superuser. */
    readonly url: string,
    readonly pid: number,
    /** Resolves when the server has ended, asked to or not. */
    readonly ended: Promise<void>,
    private readonly folder: DataFolder,
  ) {}

  /** Makes the data folder where it is missing, ends a server that a killed process left on it, and starts a new one. */
  static async start(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
    const [binaries, account] = await Promise.all([findServerBinaries(), serverAccount()]);
    const folder = new DataFolder(options.dataDir, account);
    await folder.prepare(binaries.initdb);
    await folder.claim();
    try {
      await stopLeftServer(folder);
      const settings = { ...DEFAULT_SETTINGS, ...options.settings };
      return await EmbeddedPostgres.launch(binaries.postgres, folder, account, options.port ?? 0, settings);
    } catch (error) {
      await folder.release();
      throw error;
    }
  }

  /** Ends all connections, writes a checkpoint and waits until the server is gone. */
  async stop(): Promise<void> {
    await stopServer(this.pid);
    await this.folder.release();
  }

  /** Ends the server on a folder, whoever started it. */
  static async stopServerOn(dataDir: string): Promise<void> {
    const folder = new DataFolder(dataDir, {});
    await stopLeftServer(folder);
    await folder.release();
  }

  private static async launch(
    postgres: string,
    folder: DataFolder,
    account: object,
    wantedPort: number,
    settings: ServerSettings,
  ): Promise<EmbeddedPostgres> {
    const password = await folder.password();
    for (let attempt = 1; ; attempt++) {
      const port = wantedPort === 0 ? await freePort() : wantedPort;
      const server = await spawnServer(postgres, folder, account, port, settings);
      const urlOf = (database: string) => `postgresql://${SUPERUSER}:${password}@127.0.0.1:${port}/${database}`;
      try {
        await waitUntilReady(urlOf('postgres'), server, folder);
        await ensureDatabase(urlOf('postgres'));
        return new EmbeddedPostgres(urlOf(DATABASE), server.pid!, endOf(server), folder);
      } catch (error) {
        if (isAlive(server.pid!)) await stopServer(server.pid!);
        if (attempt === START_ATTEMPTS) throw error;
        await delay(ATTEMPT_PAUSE_MS);
      }
    }
  }
}

async function spawnServer(
  postgres: string,
  folder: DataFolder,
  account: object,
  port: number,
  settings: ServerSettings,
): Promise<ChildProcess> {
  // A file rather than a pipe: the server must be able to write after this process has died.
  const log = await open(folder.serverLog, 'w', 0o600);
  try {
    const server = spawn(postgres, ['-D', folder.path, '-p', String(port), ...commandLineArguments(settings)], {
      ...account,
      cwd: tmpdir(),
      stdio: ['ignore', log.fd, log.fd],
      // A process group of its own: Ctrl-C must reach us alone, so that we stop the services before the database.
      detached: true,
    });
    await new Promise<void>((resolve, reject) => {
      server.once('spawn', resolve);
      server.once('error', reject);
    });
    // The server alone must not keep a process alive that has nothing else to do.
    server.unref();
    return server;
  } finally {
    await log.close();
  }
}

function endOf(server: ChildProcess): Promise<void> {
  return new Promise((resolve) => server.once('exit', () => resolve()));
}

async function waitUntilReady(url: string, server: ChildProcess, folder: DataFolder): Promise<void> {
  const giveUpAt = performance.now() + START_TIMEOUT_MS;
  for (;;) {
    if (server.exitCode !== null || server.signalCode !== null) {
      throw new Error(`PostgreSQL did not start on ${folder.path}: ${await endOfLog(folder)}`);
    }
    try {
      await assertServes(url, folder);
      return;
    } catch (error) {
      if (error instanceof ForeignServer) throw error;
      if (performance.now() > giveUpAt) throw new Error(`PostgreSQL was not ready in time: ${await endOfLog(folder)}`);
      await delay(POLL_INTERVAL_MS);
    }
  }
}

class ForeignServer extends Error {}

/** On a port that somebody else took in the meantime another server answers; its data must not be touched. */
async function assertServes(url: string, folder: DataFolder): Promise<void> {
  const found = await withClient(url, async (client) => {
    const result = await client.query<{ data_directory: string }>('SHOW data_directory');
    return result.rows[0]!.data_directory;
  });
  if (realpathSync(found) !== realpathSync(folder.path)) {
    throw new ForeignServer(`another PostgreSQL server, on ${found}, answers in place of the one on ${folder.path}`);
  }
}

async function ensureDatabase(url: string): Promise<void> {
  await withClient(url, async (client) => {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`);
  });
}

async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => {}); // Also fails the query that is running; unheard it would end the process.
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end();
  }
}

/** SIGKILL of the process that owned the folder leaves its server running, or its pid file lying. */
async function stopLeftServer(folder: DataFolder): Promise<void> {
  const pid = await folder.serverPid();
  if (pid === null) return;
  if (isAlive(pid) && commandLineOf(pid).includes(folder.path)) {
    await stopServer(pid);
    return;
  }
  // The number may belong to a stranger by now, for whose sake PostgreSQL would refuse to start.
  await folder.forgetServer();
}

/** SIGINT is PostgreSQL's fast shutdown, SIGQUIT its immediate one, from which it recovers at the next start. */
async function stopServer(pid: number): Promise<void> {
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) {
    if (!signalIfAlive(pid, signal)) return;
    if (await hasEnded(pid, STOP_TIMEOUT_MS)) return;
  }
  throw new Error(`PostgreSQL (process ${pid}) does not stop`);
}

function signalIfAlive(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

async function hasEnded(pid: number, timeoutMs: number): Promise<boolean> {
  const giveUpAt = performance.now() + timeoutMs;
  while (performance.now() < giveUpAt) {
    if (!isAlive(pid)) return true;
    await delay(POLL_INTERVAL_MS);
  }
  return false;
}

async function endOfLog(folder: DataFolder): Promise<string> {
  const text = await readFile(folder.serverLog, 'utf8');
  return text.slice(-LOG_EXCERPT_CHARACTERS).trim() || '(its log is empty)';
}

/** A port of the loopback address that nobody listens on at this moment. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}
