import { nowMs } from '../driver/clock';
import { loopbackBytes } from '../kernel/loopback-bytes';
import { machineCpuMs, processFigures } from '../kernel/process-figures';
import type { ConsumerLag, Lag } from '../platform/consumer-lag';
import type { LoadReport, ProcessSample } from './load.report';
import type { Timeline } from './timeline';

const SECOND_MS = 1_000;
/** Reading the kernel's table of 80,000 ends of connections takes a tenth of a second. */
const KERNEL_INTERVAL_MS = 10_000;

type CountConnections = () => Promise<Map<string, number>>;

/** Looks at the platform from outside while a run goes on: the kernel, the log's ends, the tables' positions. */
export class PlatformWatch {
  readonly samples: ProcessSample[] = [];
  private most = new Map<string, number>();
  private last = new Map<string, number>();
  private lagTimer: NodeJS.Timeout | null = null;
  private processTimer: NodeJS.Timeout | null = null;
  private looking: Promise<unknown> = Promise.resolve();
  private latestLag: Lag | null = null;

  constructor(
    private readonly lag: ConsumerLag,
    private readonly timeline: Timeline,
    private readonly countConnections: CountConnections,
  ) {}

  get currentLag(): Lag | null {
    return this.latestLag;
  }

  get currentConnections(): number {
    return sumOf(this.last);
  }

  get connections(): LoadReport['connections'] {
    return { most: sumOf(this.most), atEnd: sumOf(this.last), byAddress: Object.fromEntries(this.most) };
  }

  get processes(): { before: ProcessSample; after: ProcessSample } {
    return { before: this.samples[0]!, after: this.samples.at(-1)! };
  }

  begin(): void {
    this.lookAtLagInTheNextSecond();
    this.processTimer = setInterval(() => void this.lookAtProcesses(), KERNEL_INTERVAL_MS);
    void this.lookAtProcesses();
  }

  async end(): Promise<void> {
    if (this.lagTimer) clearTimeout(this.lagTimer);
    if (this.processTimer) clearInterval(this.processTimer);
    await this.looking;
  }

  /** What is seen belongs to the second in which the look began, however long it took. */
  async lookAtLag(): Promise<Lag | null> {
    const beganAtMs = nowMs();
    this.latestLag = await this.lag.sample();
    if (this.latestLag) this.timeline.addLag(beganAtMs, this.latestLag);
    return this.latestLag;
  }

  /** In the middle of each second of the clock: a second without a look says nothing about recovery. */
  private lookAtLagInTheNextSecond(): void {
    const intoSecondMs = nowMs() % SECOND_MS;
    const waitMs = SECOND_MS + SECOND_MS / 2 - intoSecondMs;
    this.lagTimer = setTimeout(() => {
      this.lookAtLagInTheNextSecond();
      this.looking = this.lookAtLag();
    }, waitMs);
  }

  /** Processes and connections, as the kernel shows them. */
  async lookAtProcesses(): Promise<void> {
    const second = Math.floor(nowMs() / 1_000);
    const processes = processFigures(process.pid, nameOfProcess);
    this.samples.push({ second, processes, loopbackBytes: loopbackBytes(), machineMs: machineCpuMs() });
    this.last = await this.countConnections();
    if (sumOf(this.last) > sumOf(this.most)) this.most = this.last;
  }
}

function sumOf(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((sum, one) => sum + one, 0);
}

/** A line of the report for each process; what belongs together without being of interest by itself is one. */
export function nameOfProcess(pid: number, commandLine: string): string {
  const app = /dist\/apps\/([a-z]+)\/src\/main\.js/.exec(commandLine)?.[1];
  if (app) return `${app} ${pid}`;
  if (commandLine.includes('driver.process')) return `driver ${pid}`;
  if (commandLine.includes('kafka.Kafka')) return `broker ${pid}`;
  if (commandLine.includes('redis-server')) return 'redis';
  if (commandLine.includes('postgres')) return 'postgres';
  return pid === process.pid ? 'run (watching)' : 'others';
}
