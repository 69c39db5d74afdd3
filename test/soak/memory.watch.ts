import { readFileSync } from 'node:fs';
import { nowMs } from '../load/driver/clock';
import { processFigures } from '../load/kernel/process-figures';

const INTERVAL_MS = 10_000;
const KB_PER_MB = 1_000;

export interface MemorySample {
  readonly atMs: number;
  /** Resident memory in MB by process; PostgreSQL's processes together, what they share counted once. */
  readonly residentMb: ReadonlyMap<string, number>;
}

/** Looks at the memory of every process that runs under this one. */
export class MemoryWatch {
  readonly samples: MemorySample[] = [];
  private timer: NodeJS.Timeout | null = null;

  /** @param nameOf null leaves a process out */
  constructor(private readonly nameOf: (pid: number, commandLine: string) => string | null) {}

  begin(): void {
    this.look();
    this.timer = setInterval(() => this.look(), INTERVAL_MS);
  }

  end(): void {
    if (this.timer) clearInterval(this.timer);
  }

  between(fromMs: number, untilMs: number): MemorySample[] {
    return this.samples.filter(({ atMs }) => atMs >= fromMs && atMs < untilMs);
  }

  private look(): void {
    const byProcess = new Map<string, number>();
    const pids: number[] = [];
    const figures = processFigures(process.pid, (pid, commandLine) => {
      const name = this.nameOf(pid, commandLine) ?? '';
      if (name === 'postgres') pids.push(pid);
      return name;
    });
    for (const { name, residentMb } of figures) if (name !== '') byProcess.set(name, residentMb);
    if (pids.length > 0)
      byProcess.set(
        'postgres',
        pids.reduce((sum, pid) => sum + proportionalMb(pid), 0),
      );
    this.samples.push({ atMs: nowMs(), residentMb: byProcess });
  }
}

/** What a process uses by itself, and its part of what it shares with others. 0 where it has ended meanwhile. */
function proportionalMb(pid: number): number {
  try {
    const [, kilobytes] = /^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1')) ?? [];
    return Number(kilobytes ?? 0) / KB_PER_MB;
  } catch {
    return 0;
  }
}
