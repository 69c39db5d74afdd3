import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { assertDurable } from '../durability';
import { EmbeddedPostgres } from './embedded-postgres';
import { isAlive } from './process-identity';

jest.setTimeout(60_000);

/** Starts a server in a process of its own, which Node can run without a build. */
const CHILD = `
  const { transformFileSync } = require('@swc/core');
  const options = { swcrc: false, module: { type: 'commonjs' }, jsc: { target: 'es2023', parser: { syntax: 'typescript' } } };
  require.extensions['.ts'] = (module, file) => module._compile(transformFileSync(file, options).code, file);
  const { EmbeddedPostgres } = require(process.argv[1]);
  EmbeddedPostgres.start({ dataDir: process.argv[2], settings: { shared_buffers: '16MB' } })
    .then(({ url, pid }) => console.log(JSON.stringify({ url, pid })));
  setInterval(() => undefined, 1000);
`;
const SMALL = { shared_buffers: '16MB' };

describe('embedded PostgreSQL', () => {
  let folder: string;
  let dataDir: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'petabakat-embedded-'));
    // The server's account, another one where the tests run as root, has to reach its folder inside this one.
    await chmod(folder, 0o755);
    dataDir = join(folder, 'data');
  });

  afterEach(async () => {
    await EmbeddedPostgres.stopServerOn(dataDir);
    await rm(folder, { recursive: true, force: true });
  });

  test('keeps its data, and its password, from one run to the next', async () => {
    const first = await EmbeddedPostgres.start({ dataDir, settings: SMALL });
    await queryOn(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await first.stop();
    expect(isAlive(first.pid)).toBe(false);
    const second = await EmbeddedPostgres.start({ dataDir, settings: SMALL });
    expect(await queryOn(second.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
    expect(new URL(second.url).password).toBe(new URL(first.url).password);
    await second.stop();
  });

  test('commits durably and leaves the signals to the application', async () => {
    const signals = ['SIGTERM', 'SIGINT', 'SIGHUP', 'exit', 'beforeExit'] as const;
    const before = signals.map((signal) => process.listenerCount(signal));
    const server = await EmbeddedPostgres.start({ dataDir, settings: SMALL });
    await withClient(server.url, (client) => assertDurable(client));
    expect(signals.map((signal) => process.listenerCount(signal))).toEqual(before);
    await server.stop();
  });

  test('ends the server that a killed process has left behind, and finds its data', async () => {
    const child = startInChild(dataDir);
    const left = await announced(child);
    await queryOn(left.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(isAlive(left.pid)).toBe(true);
    const server = await EmbeddedPostgres.start({ dataDir, settings: SMALL });
    expect(isAlive(left.pid)).toBe(false);
    expect(await queryOn(server.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
    await server.stop();
  });

  test('refuses a folder that a living process uses', async () => {
    const child = startInChild(dataDir);
    const used = await announced(child);
    await expect(EmbeddedPostgres.start({ dataDir, settings: SMALL })).rejects.toThrow(`process ${child.pid}`);
    expect(await queryOn(used.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    child.kill('SIGKILL');
    await once(child, 'exit');
  });

  test('says when the server has ended by itself, and starts again after it', async () => {
    const killed = await EmbeddedPostgres.start({ dataDir, settings: SMALL });
    process.kill(killed.pid, 'SIGKILL');
    await killed.ended;
    await killed.stop();
    const server = await EmbeddedPostgres.start({ dataDir, settings: SMALL });
    expect(await queryOn(server.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await server.stop();
  });

  test('quotes the server where it does not start', async () => {
    const start = EmbeddedPostgres.start({ dataDir, settings: { ...SMALL, max_connections: 'many' } });
    await expect(start).rejects.toThrow('invalid value for parameter "max_connections"');
  });
});

function startInChild(dataDir: string): ChildProcess {
  const module = join(__dirname, 'embedded-postgres.ts');
  return spawn(process.execPath, ['-e', CHILD, module, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] });
}

async function announced(child: ChildProcess): Promise<{ url: string; pid: number }> {
  const [line] = (await once(child.stdout!, 'data')) as [Buffer];
  return JSON.parse(line.toString()) as { url: string; pid: number };
}

async function queryOn(url: string, sql: string): Promise<unknown[]> {
  return withClient(url, async (client) => (await client.query(sql)).rows as unknown[]);
}

async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
