import { Logger } from '@nestjs/common';
import type { EventLog, PartitionProgress } from '../log/event-log';
import type { Runtime } from '../log/runtime';

export const WATCHDOG_LIMITS = {
  lookEveryMs: 5_000,
  /** Longest silence of a partition that has records waiting. A slice takes milliseconds, a session timeout 10 s. */
  silenceMaxMs: 30_000,
} as const;

export interface WatchdogOptions {
  readonly log: EventLog;
  readonly runtime: Runtime;
  readonly progress: () => readonly PartitionProgress[];
  /** When the partition's worker last got anywhere, or null where it has none. */
  readonly lastActiveAtMs: (topic: string, partition: number) => number | null;
  readonly onSilence: (partition: PartitionProgress) => void;
}

interface Behind {
  readonly nextOffset: number;
  readonly sinceMs: number;
}

/**
 * Finds partitions that have records waiting and a consumer that neither applies them nor says why. It asks the log for
 * the end itself, because a consumer that died silently no longer learns of new records. Partitions that are retried or
 * stand before a gap are not silent: their outage has other alarms, and a restart would not end it.
 */
export class ProgressWatchdog {
  private readonly behind = new Map<string, Behind>();
  private readonly logger = new Logger(ProgressWatchdog.name);
  private cancelLook: () => void = () => undefined;
  private isStopped = false;

  constructor(private readonly options: WatchdogOptions) {}

  start(): void {
    this.isStopped = false;
    // A subscription made anew gets its full time.
    this.behind.clear();
    this.lookLater();
  }

  stop(): void {
    this.isStopped = true;
    this.cancelLook();
  }

  private lookLater(): void {
    if (this.isStopped) return;
    this.cancelLook = this.options.runtime.after(WATCHDOG_LIMITS.lookEveryMs, () => void this.look());
  }

  private async look(): Promise<void> {
    try {
      const silent = await this.findSilent();
      if (silent && !this.isStopped) return this.options.onSilence(silent);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.logger.warn({ message: 'the end of the log could not be asked for', error: reason });
    }
    this.lookLater();
  }

  private async findSilent(): Promise<PartitionProgress | null> {
    const running = this.options.progress().filter(({ state }) => state === 'running');
    const names = new Set(running.map(nameOf));
    for (const name of this.behind.keys()) if (!names.has(name)) this.behind.delete(name);
    const ends = await this.endsOf(running);
    return running.find((partition) => this.isSilent(partition, ends.get(nameOf(partition)) ?? 0)) ?? null;
  }

  private async endsOf(partitions: readonly PartitionProgress[]): Promise<Map<string, number>> {
    const ends = new Map<string, number>();
    for (const topic of new Set(partitions.map((partition) => partition.topic))) {
      const asked = partitions.filter((partition) => partition.topic === topic).map(({ partition }) => partition);
      const ranges = await this.options.log.ranges(topic, asked);
      for (const [partition, { endOffset }] of ranges) ends.set(nameOf({ topic, partition }), endOffset);
    }
    return ends;
  }

  private isSilent(progress: PartitionProgress, endOffset: number): boolean {
    const name = nameOf(progress);
    const known = this.behind.get(name);
    const nowMs = this.options.runtime.monotonicMs();
    if (endOffset <= progress.nextOffset) this.behind.delete(name);
    else if (known?.nextOffset !== progress.nextOffset) {
      this.behind.set(name, { nextOffset: progress.nextOffset, sinceMs: nowMs });
    }
    const sinceMs = this.behind.get(name)?.sinceMs;
    if (sinceMs === undefined) return false;
    const activeAtMs = this.options.lastActiveAtMs(progress.topic, progress.partition) ?? sinceMs;
    return nowMs - Math.max(sinceMs, activeAtMs) >= WATCHDOG_LIMITS.silenceMaxMs;
  }
}

function nameOf({ topic, partition }: Pick<PartitionProgress, 'topic' | 'partition'>): string {
  return `${topic}/${partition}`;
}
