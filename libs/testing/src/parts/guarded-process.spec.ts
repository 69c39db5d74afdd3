import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GuardedProcess } from './guarded-process';

const CLEANUP_TIMEOUT_MS = 10_000;

describe('GuardedProcess', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'petabakat-guarded-'));
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function start(command: string, ...args: string[]): GuardedProcess {
    return GuardedProcess.start({ command, args, outputFile: join(folder, 'output.txt'), folder });
  }

  test('stopping ends the process and keeps the folder', async () => {
    const started = start('sleep', '60');
    await started.stop();
    expect(started.hasEnded).toBe(true);
    expect(existsSync(folder)).toBe(true);
  });

  test('a process that ended by itself is described with its last words', async () => {
    const started = start('sh', '-c', 'echo cannot open the door; exit 3');
    await until(() => started.hasEnded);
    expect(started.describeEnd()).toMatch(/ended \(3\): cannot open the door/);
  });

  test('a command that does not exist counts as ended', async () => {
    const started = start('/no/such/command');
    expect(started.hasEnded).toBe(true);
    await expect(started.stop()).resolves.toBeUndefined();
  });

  test('a parent killed with SIGKILL takes the process and its folder along', async () => {
    const parent = startParent(folder);
    const pidFile = join(folder, 'pid');
    await until(() => existsSync(pidFile) && readFileSync(pidFile, 'utf8') !== '');
    const pid = Number(readFileSync(pidFile, 'utf8'));
    expect(isAlive(pid)).toBe(true);
    process.kill(parent.pid!, 'SIGKILL');
    await once(parent, 'exit');
    await until(() => !isAlive(pid) && !existsSync(folder));
    expect(isAlive(pid)).toBe(false);
  });

  /** Another Node process that starts a guarded one; compiled on the fly, as Node 20 does not read TypeScript. */
  function startParent(inFolder: string): ChildProcess {
    const source = join(__dirname, 'guarded-process.ts');
    const program = `
      const { transformFileSync } = require('@swc/core');
      const { code } = transformFileSync(${JSON.stringify(source)}, { module: { type: 'commonjs' }, jsc: { target: 'es2023', parser: { syntax: 'typescript' } } });
      const loaded = { exports: {} };
      new Function('module', 'exports', 'require', code)(loaded, loaded.exports, require);
      const folder = ${JSON.stringify(inFolder)};
      const started = loaded.exports.GuardedProcess.start({ command: 'sleep', args: ['60'], outputFile: folder + '/output.txt', folder });
      require('node:fs').writeFileSync(folder + '/pid', String(started.pid));
      setInterval(() => undefined, 1000);`;
    return spawn(process.execPath, ['-e', program], { cwd: process.cwd(), stdio: 'inherit' });
  }
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function until(condition: () => boolean): Promise<void> {
  const deadlineMs = Date.now() + CLEANUP_TIMEOUT_MS;
  while (!condition() && Date.now() < deadlineMs) await new Promise((resolve) => setTimeout(resolve, 10));
}
