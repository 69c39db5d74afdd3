import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** A service ends within 25 s of a signal; then it is stuck. */
const STOP_TIMEOUT_MS = 30_000;
/** Enough of a process's last words to see why it ended. */
const LAST_WORDS_CHARACTERS = 3_000;

/** One Node program with its output in a file. It runs on when this process ends, unless it is stopped. */
export class NodeProcess {
  private constructor(
    private readonly child: ChildProcess,
    private readonly outputFile: string,
  ) {}

  static start(script: string, environment: NodeJS.ProcessEnv, outputFile: string): NodeProcess {
    const output = openSync(outputFile, 'a', 0o600);
    const child = spawn(process.execPath, ['--enable-source-maps', script], {
      env: { ...ownEnvironment(), ...environment },
      stdio: ['ignore', output, output],
      // A group of its own: Ctrl-C reaches us alone, and we stop things in order.
      detached: true,
    });
    closeSync(output);
    child.unref();
    return new NodeProcess(child, outputFile);
  }

  get pid(): number {
    return this.child.pid!;
  }

  get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** @throws Error with the process's last words where it has ended */
  assertRunning(): void {
    if (!this.hasEnded) return;
    const words = existsSync(this.outputFile)
      ? readFileSync(this.outputFile, 'utf8').slice(-LAST_WORDS_CHARACTERS)
      : '';
    throw new Error(`process ${this.pid} ended (${this.child.exitCode ?? this.child.signalCode}):\n${words}`);
  }

  async kill(): Promise<void> {
    await this.end('SIGKILL');
  }

  async stop(): Promise<void> {
    const late = new AbortController();
    const tooLate = sleep(STOP_TIMEOUT_MS, 'late', { signal: late.signal }).catch(() => 'in time');
    const ended = this.end('SIGTERM').then(() => late.abort());
    if ((await Promise.race([ended, tooLate])) === 'late') await this.end('SIGKILL');
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    if (this.hasEnded) return;
    const exited = once(this.child, 'exit');
    this.child.ref();
    this.child.kill(signal);
    await exited;
  }
}

/** What any program needs; variables of this shell's Petabakat must not reach the demonstration's. */
function ownEnvironment(): NodeJS.ProcessEnv {
  const names = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'SystemRoot', 'TEMP'];
  return Object.fromEntries(
    names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
}
