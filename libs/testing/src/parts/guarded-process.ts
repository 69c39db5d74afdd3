import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';

/** A server that answers neither SIGTERM nor its own shutdown in this time is killed. */
const STOP_TIMEOUT_MS = 20_000;
/** Enough of a server's last words to see why it ended. */
const REPORTED_OUTPUT_CHARACTERS = 4_000;

/** A process that is being killed may still write a file between two steps of the removal, so it is done again. */
const GUARD = 'read -r word; [ "$word" = done ] || { kill -KILL "$0"; rm -rf "$1" || { sleep 1; rm -rf "$1"; }; }';

export interface GuardedProcessOptions {
  readonly command: string;
  readonly args: readonly string[];
  /** Takes what the process prints. */
  readonly outputFile: string;
  /** Removed by the guard together with the process when this process dies first. */
  readonly folder: string;
  readonly uid?: number;
  /** All of the process's environment; this process's own where it is left out. */
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * A server process that never outlives this one. A second, tiny process waits for the end of a pipe that only we hold:
 * the pipe also ends when we are killed with SIGKILL, which no exit handler sees.
 */
export class GuardedProcess {
  private constructor(
    private readonly child: ChildProcess,
    private readonly guard: ChildProcess,
    private readonly options: GuardedProcessOptions,
  ) {}

  static start(options: GuardedProcessOptions): GuardedProcess {
    const output = openSync(options.outputFile, 'a');
    const child = spawn(options.command, options.args, {
      stdio: ['ignore', output, output],
      uid: options.uid,
      env: options.env,
    });
    closeSync(output);
    // A command that cannot be spawned shows as an ended process; `describeEnd` has the reason from the output file.
    child.once('error', () => undefined);
    // The guard has its own process group: a Ctrl-C at the terminal must not end it before its work is done.
    const guard = spawn('sh', ['-c', GUARD, `${child.pid}`, options.folder], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    });
    guard.stdin!.on('error', () => undefined);
    child.once('exit', () => guard.stdin!.end('done\n'));
    child.unref();
    guard.unref();
    (guard.stdin as unknown as { unref(): void }).unref();
    return new GuardedProcess(child, guard, options);
  }

  get pid(): number {
    if (this.child.pid === undefined) throw new Error(`${this.options.command} could not be started`);
    return this.child.pid;
  }

  get hasEnded(): boolean {
    return this.child.pid === undefined || this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** Why it ended, for the error message of whoever waited for it. */
  describeEnd(): string {
    const output = readFileSync(this.options.outputFile, 'utf8').slice(-REPORTED_OUTPUT_CHARACTERS);
    return `${this.options.command} ended (${this.child.exitCode ?? this.child.signalCode}): ${output}`;
  }

  signal(signal: NodeJS.Signals): void {
    if (!this.hasEnded) process.kill(this.pid, signal);
  }

  async kill(): Promise<void> {
    await this.end('SIGKILL');
  }

  /** Asks first, kills if that takes too long. */
  async stop(): Promise<void> {
    const timer = setTimeout(() => this.signal('SIGKILL'), STOP_TIMEOUT_MS);
    await this.end('SIGTERM');
    clearTimeout(timer);
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    if (this.hasEnded) return;
    this.child.ref();
    const exited = once(this.child, 'exit');
    this.signal(signal);
    await exited;
  }
}
