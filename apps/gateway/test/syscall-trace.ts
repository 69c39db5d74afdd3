import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { PartSearch } from '@app/testing';

const CALLS = ['recvfrom', 'sendto', 'pwrite64', 'pwritev', 'fdatasync', 'fsync'];
/** A whole request with one answer, so that the answer's attempt can be found in it. */
const SHOWN_BYTES = 16_384;

/** One system call of one process, with the lines of the trace on which it began and ended: their order is its order. */
export interface SystemCall {
  readonly pid: number;
  readonly name: string;
  /** Arguments and result as strace writes them; files with their paths. */
  readonly text: string;
  readonly beganAt: number;
  readonly endedAt: number;
  /** Milliseconds since 1970. */
  readonly endedAtMs: number;
}

/** Whether processes can be traced here: strace is there, and the machine lets it. */
export function findStrace(): PartSearch {
  const { error, status, stderr } = spawnSync('strace', ['-e', 'trace=none', 'true'], { encoding: 'utf8' });
  if (error) return { found: false, reason: "there is no strace (Debian's package strace)" };
  return status === 0 ? { found: true } : { found: false, reason: `strace may not trace: ${stderr.trim()}` };
}

/** Traces a server and all its children, those to come included. */
export class SyscallTrace {
  private constructor(
    private readonly strace: ChildProcess,
    private readonly file: string,
  ) {}

  /** Resolves once every process is traced. */
  static async attach(serverPid: number, file: string): Promise<SyscallTrace> {
    const pids = [serverPid, ...childrenOf(serverPid)];
    const targets = pids.flatMap((pid) => ['-p', `${pid}`]);
    const options = ['-f', '-ttt', '-T', '-y', '-s', `${SHOWN_BYTES}`, '-e', `trace=${CALLS.join(',')}`, '-o', file];
    const strace = spawn('strace', [...options, ...targets], { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    for await (const chunk of strace.stderr as AsyncIterable<Buffer>) {
      said += chunk.toString();
      if (pids.every((pid) => said.includes(`Process ${pid} attached`))) return new SyscallTrace(strace, file);
    }
    throw new Error(`strace ended: ${said}`);
  }

  /** Lets the processes go on untraced. @returns what they have done, in order */
  async detach(): Promise<SystemCall[]> {
    const ended = once(this.strace, 'exit');
    this.strace.kill('SIGINT');
    await ended;
    return parseTrace(readFileSync(this.file, 'utf8'));
  }
}

/** Process, time, call, and how long it took; the time is that of the line's beginning. */
const LINE = /^(\d+) +(\d+\.\d+) (.*?)(?: <(\d+\.\d+)>)?$/;
const BEGINNING = /^(\w+)\((.*) <unfinished \.\.\.>$/;
const ENDING = /^<\.\.\. (\w+) resumed>(.*)$/;
const WHOLE = /^(\w+)\((.*)$/;

/** @param text what `strace -f -ttt -T` has written: a call that another one overtook stands on two lines */
export function parseTrace(text: string): SystemCall[] {
  const begun = new Map<number, { text: string; beganAt: number }>();
  const calls: SystemCall[] = [];
  for (const [at, line] of text.split('\n').entries()) {
    const [, pidText, seconds, rest, took] = LINE.exec(line) ?? [];
    if (!rest) continue;
    const pid = Number(pidText);
    const atMs = Number(seconds) * 1_000;
    const beginning = BEGINNING.exec(rest);
    const ending = ENDING.exec(rest);
    const whole = WHOLE.exec(rest);
    if (beginning) begun.set(pid, { text: beginning[2]!, beganAt: at });
    else if (ending) {
      // One that had begun before the trace is known only by its end.
      const { text: before, beganAt } = begun.get(pid) ?? { text: '', beganAt: -1 };
      begun.delete(pid);
      calls.push({ pid, name: ending[1]!, text: before + ending[2]!, beganAt, endedAt: at, endedAtMs: atMs });
    } else if (whole) {
      const endedAtMs = atMs + Number(took ?? 0) * 1_000;
      calls.push({ pid, name: whole[1]!, text: whole[2]!, beganAt: at, endedAt: at, endedAtMs });
    }
  }
  return calls;
}

function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(/\s+/).filter(Boolean).map(Number);
}
