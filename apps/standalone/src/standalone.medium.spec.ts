import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { StaffDirectory } from '@app/access';
import { EmbeddedPostgres } from '@app/database';

const ROOT = resolve(__dirname, '..', '..', '..');
const READY_TIMEOUT_MS = 60_000;
const POLL_MS = 50;
/** Two starts with everything compiled on the fly, on a machine that runs other tests besides. */
const TEST_TIMEOUT_MS = 180_000;

jest.setTimeout(TEST_TIMEOUT_MS);

interface RunningStandalone {
  readonly process: ChildProcess;
  readonly url: string;
}

describe('the standalone process', () => {
  let folder: string;
  let running: RunningStandalone | null;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'petabakat-standalone-'));
    // As root, PostgreSQL runs under another account and has to pass through.
    chmodSync(folder, 0o711);
    running = null;
  });

  afterEach(async () => {
    if (running && running.process.exitCode === null && running.process.signalCode === null) await end('SIGKILL');
    await EmbeddedPostgres.stopServerOn(join(folder, 'postgres'));
    rmSync(folder, { recursive: true, force: true });
  });

  async function start(): Promise<RunningStandalone> {
    const child = spawn(process.execPath, ['-r', './tools/register.cjs', 'apps/standalone/src/main.ts'], {
      cwd: ROOT,
      env: { PATH: process.env.PATH, HOME: process.env.HOME, PETABAKAT_DATA_FOLDER: folder },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let output = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
    const endMs = Date.now() + READY_TIMEOUT_MS;
    for (;;) {
      const url = /listens on (\S+)/.exec(output)?.[1];
      if (url) return (running = { process: child, url });
      if (child.exitCode !== null || Date.now() > endMs) throw new Error(`it did not start: ${output}`);
      await new Promise((wake) => setTimeout(wake, POLL_MS));
    }
  }

  async function end(signal: NodeJS.Signals): Promise<number | null> {
    const exited = once(running!.process, 'exit') as Promise<[number | null]>;
    running!.process.kill(signal);
    return (await exited)[0];
  }

  const databaseUrl = () => readFileSync(join(folder, 'database-url'), 'utf8');

  test('data and secrets outlive a SIGKILL, and the PostgreSQL left behind is not in the way', async () => {
    await start();
    const secrets = readFileSync(join(folder, 'secrets.json'), 'utf8');
    const before = await StaffDirectory.open({ url: databaseUrl() });
    const token = await before.add({ account: 'ana', roles: ['operations'], sessions: 'all' });
    await before.close();
    await end('SIGKILL');
    const { url } = await start();
    expect(readFileSync(join(folder, 'secrets.json'), 'utf8')).toBe(secrets);
    const reply = await fetch(`${url}/v1/progress`, { headers: { authorization: `Bearer ${token}` } });
    expect(reply.status).toBe(200);
  });

  test('a signal ends it in order: exit code 0, PostgreSQL gone, no stale address left', async () => {
    const { url } = await start();
    const ready = await fetch(`${url}/health/ready`);
    expect({ status: ready.status, body: await ready.json() }).toMatchObject({ status: 200 });
    expect(await end('SIGTERM')).toBe(0);
    expect(existsSync(join(folder, 'postgres', 'postmaster.pid'))).toBe(false);
    expect(existsSync(join(folder, 'database-url'))).toBe(false);
  });

  test('when its PostgreSQL is killed it ends with an error, and the next start has the data again', async () => {
    await start();
    const postmaster = Number(readFileSync(join(folder, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0]);
    const exited = once(running!.process, 'exit') as Promise<[number | null]>;
    process.kill(postmaster, 'SIGKILL');
    expect((await exited)[0]).toBeGreaterThan(0);
    const { url } = await start();
    expect((await fetch(`${url}/health/ready`)).status).toBe(200);
  });

  test('it serves and describes the routes of all four services', async () => {
    const { url } = await start();
    const { paths } = (await (await fetch(`${url}/openapi.json`)).json()) as { paths: object };
    for (const path of ['/v1/logins', '/v1/attempts/{attemptId}/answers', '/v1/results', '/v1/clusters']) {
      expect(Object.keys(paths)).toContain(path);
    }
    for (const path of ['/v1/results', '/v1/clusters', '/v1/sessions/s1']) {
      expect((await fetch(url + path)).status).toBe(401);
    }
  });

  test('a wrong configuration is listed whole, and nothing listens', async () => {
    const child = spawn(process.execPath, ['-r', './tools/register.cjs', 'apps/standalone/src/main.ts'], {
      cwd: ROOT,
      env: { PATH: process.env.PATH, PORT: 'x', PETABAKAT_DATABASE_PORT: '-1', PETABAKAT_DATA: folder },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let output = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
    const [code] = (await once(child, 'exit')) as [number | null];
    expect(code).toBe(1);
    expect(output).toMatch(/PETABAKAT_DATA is not a variable[\s\S]*PORT [\s\S]*PETABAKAT_DATABASE_PORT /);
  });
});
