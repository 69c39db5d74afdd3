import { readFileSync, readdirSync } from 'node:fs';

/** The kernel counts CPU time in hundredths of a second (USER_HZ), on every architecture that Linux runs Node on. */
const TICK_MS = 10;
const PAGE_MB = 4_096 / 1_000_000;

export interface ProcessFigures {
  readonly name: string;
  /** User and system time since its start; of ended children, too. */
  readonly cpuMs: number;
  readonly residentMb: number;
}

interface ProcessStat {
  readonly pid: number;
  readonly parent: number;
  readonly cpuMs: number;
  readonly residentMb: number;
}

/** What runs under this process, itself included, one line for each program. PostgreSQL's many processes are one. */
export function processFigures(root: number, nameOf: (pid: number, commandLine: string) => string): ProcessFigures[] {
  const byName = new Map<string, ProcessFigures>();
  for (const { pid, cpuMs, residentMb } of descendantsOf(root, allProcesses())) {
    const name = nameOf(pid, commandLineOf(pid));
    const known = byName.get(name) ?? { name, cpuMs: 0, residentMb: 0 };
    byName.set(name, { name, cpuMs: known.cpuMs + cpuMs, residentMb: known.residentMb + residentMb });
  }
  return [...byName.values()];
}

/** User and system time of one process since its start. */
export function processCpuMs(pid: number): number {
  const [stat] = statOf(pid);
  if (!stat) throw new Error(`process ${pid} has ended`);
  return stat.cpuMs;
}

/** CPU time that the whole machine has used, whoever for. */
export function machineCpuMs(): number {
  const [, user = 0, nice = 0, system = 0, , , interrupts = 0, softInterrupts = 0] = readFileSync(
    '/proc/stat',
    'latin1',
  )
    .split('\n')[0]!
    .split(/\s+/)
    .map(Number);
  return (user + nice + system + interrupts + softInterrupts) * TICK_MS;
}

function allProcesses(): ProcessStat[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => statOf(Number(name)));
}

/** None for a process that has ended while we looked. */
function statOf(pid: number): ProcessStat[] {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return [];
  }
  // The program's name, in parentheses, may hold spaces.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  return [{ pid, parent: Number(fields[1]), cpuMs: ticks * TICK_MS, residentMb: Number(fields[21]) * PAGE_MB }];
}

function descendantsOf(root: number, all: readonly ProcessStat[]): ProcessStat[] {
  const found = all.filter(({ pid }) => pid === root);
  for (let at = 0; at < found.length; at++) found.push(...all.filter(({ parent }) => parent === found[at]!.pid));
  return found;
}

function commandLineOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}
