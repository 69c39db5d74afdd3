import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { GuardedProcess, freePort } from '@app/testing';
import { call, until } from '../system/support/test-platform';
import { blockCommands } from './documented-commands';

/** Two starts of a whole platform, and the command line a dozen times. */
jest.setTimeout(600_000);

const run = promisify(execFile);
const ROOT = resolve(__dirname, '../..');
/** Recovery and migrations on a machine that does much else. */
const START_TIMEOUT_MS = 150_000;
const BACKUP = '/backups/2026-11-22';

/** A machine on which somebody types what docs/operations.md shows for the embedded default. */
class Machine {
  readonly folder = mkdtempSync(join(tmpdir(), 'petabakat-operations-'));
  private running: GuardedProcess | null = null;
  private url = '';
  private token = '';

  constructor(private readonly backups: string) {
    // PostgreSQL runs under an account of its own, which must be able to pass through.
    chmodSync(this.folder, 0o755);
    const main = join(ROOT, 'apps/cli/src/main.ts');
    const script = `#!/bin/sh\nexec node -r ${join(ROOT, 'tools/register.cjs')} ${main} "$@"\n`;
    writeFileSync(join(this.folder, 'petabakat'), script, { mode: 0o755 });
  }

  /** @returns what it prints */
  async type(line: string): Promise<string> {
    if (line === 'npm start') return this.start();
    const { stdout } = await run('bash', ['-c', line.replaceAll(BACKUP, join(this.backups, 'copy'))], {
      cwd: this.folder,
      env: {
        PATH: `${this.folder}:${process.env.PATH}`,
        PETABAKAT_DATABASE_URL_FILE: '.data/database-url',
        PETABAKAT_URL: this.url,
        PETABAKAT_TOKEN: this.token,
      },
    });
    return stdout;
  }

  async as(method: string, path: string): Promise<number> {
    return (await call(method, this.url + path, { token: this.token })).status;
  }

  use(token: string): void {
    this.token = token;
  }

  async stop(): Promise<void> {
    await this.running?.stop();
    this.running = null;
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async start(): Promise<string> {
    const port = await freePort();
    this.url = `http://127.0.0.1:${port}`;
    const started = GuardedProcess.start({
      command: process.execPath,
      args: [join(ROOT, 'dist/apps/standalone/src/main.js')],
      outputFile: join(this.folder, 'output.log'),
      folder: join(this.folder, '.data'),
      env: {
        PATH: process.env.PATH,
        PORT: `${port}`,
        PETABAKAT_DATA_FOLDER: join(this.folder, '.data'),
      },
    });
    this.running = started;
    await until(
      'it is ready',
      async () => {
        if (started.hasEnded) throw new Error(started.describeEnd());
        return (await call('GET', `${this.url}/health/ready`).catch(() => null))?.status === 200;
      },
      START_TIMEOUT_MS,
    );
    return '';
  }
}

describe('what docs/operations.md says of the embedded default', () => {
  const blockOf = (section: string) =>
    blockCommands()
      .filter((one) => one.section === section)
      .map(({ line }) => line)
      .filter((line) => !line.includes('docker'));
  const backups = mkdtempSync(join(tmpdir(), 'petabakat-backups-'));
  const machine = new Machine(backups);
  const emptyMachine = new Machine(backups);

  afterAll(async () => {
    await machine.remove();
    await emptyMachine.remove();
    rmSync(backups, { recursive: true, force: true });
  });

  test('it starts, has an account and is well', async () => {
    const [start, add, doctor, ...more] = blockOf('Start');
    expect([start, add, doctor, more]).toEqual([
      'npm start',
      expect.stringContaining('staff add'),
      'petabakat doctor',
      [],
    ]);
    await machine.type(start!);
    machine.use((await machine.type(add!)).trim());
    expect(await machine.as('GET', '/v1/progress')).toBe(200);
    expect(await machine.type(doctor!)).not.toContain('MEND');
  });

  test('a backup restored on an empty machine has the same log, tables and accounts', async () => {
    await machine.stop();
    const backUp = blockOf('Back up');
    expect(backUp).toHaveLength(1);
    expect(await machine.type(backUp[0]!)).toContain('records in the log');
    const restore = blockOf('Restore').slice(0, 3);
    expect(restore.map((line) => /(restore|npm start|replay --verify)/.exec(line)?.[0])).toEqual([
      'restore',
      'npm start',
      'replay --verify',
    ]);
    for (const line of restore) await emptyMachine.type(line);
    emptyMachine.use((await emptyMachine.type('petabakat staff add rini --roles operations')).trim());
    expect(await emptyMachine.type('petabakat staff list')).toMatch(/ana/);
  });

  test('a revoked account is refused within two seconds', async () => {
    expect(await emptyMachine.as('GET', '/v1/progress')).toBe(200);
    await emptyMachine.type('petabakat staff revoke rini');
    await until('the token is refused', async () => (await emptyMachine.as('GET', '/v1/progress')) === 401, 2_500);
  });
});
