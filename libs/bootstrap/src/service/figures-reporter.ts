import { hostname } from 'node:os';
import { type FiguresReported, TOPICS, buildEvent } from '@app/contracts';
import type { EventLog, Runtime } from '@app/messaging';
import { METRICS } from '@app/observability';
import { type INestApplicationContext, Logger } from '@nestjs/common';
import type { Registry } from 'prom-client';

/** The gates call a process silent after five minutes, so that a few reports may be lost. */
const REPORT_EVERY_MS = 60_000;
/** The name of a machine may be longer than an identifier. */
const NAME_CHARACTERS_MAX = 64;

const ACKNOWLEDGEMENT = 'petabakat_answer_acknowledgement_seconds';
const ANSWERS = 'petabakat_answers_total';
const LAG = 'petabakat_consumer_lag_seconds';
const BUILD = 'petabakat_build_info';
const SHARE = 0.99;

export interface FiguresReporterOptions {
  readonly log: EventLog;
  readonly registry: Registry;
  readonly runtime: Runtime;
  /** What the process does: gateway, assessment ... */
  readonly role: string;
  /** The same after a restart, so that a process that comes back is not taken for one that fell silent. */
  readonly process: string;
}

/** One sample of a metric, as the registry has it. */
interface Sample {
  readonly value: number;
  readonly labels: Readonly<Record<string, string | number | undefined>>;
  readonly metricName?: string;
}

/**
 * Tells the log each minute what this process measures of itself, read from its own metrics: the rollout's gates rest on
 * it (`parity` on the versions, `save-latency` on the acknowledgement). A report that cannot be appended is left out: that
 * the process is silent is what the gates are to see.
 */
export class FiguresReporter {
  private readonly logger = new Logger(FiguresReporter.name);
  private readonly stopping = new AbortController();
  private loop: Promise<void> = Promise.resolve();
  private buckets = new Map<number, number>();
  private unknowns = 0;

  constructor(private readonly options: FiguresReporterOptions) {}

  start(): void {
    this.loop = this.run();
  }

  /** Takes its leave, so that nobody waits for the next report. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.loop;
    await this.report(true);
  }

  /** @returns what was told */
  async report(isLast = false): Promise<FiguresReported> {
    const { log, runtime, role, process } = this.options;
    const at = new Date(runtime.nowMs()).toISOString();
    const data: FiguresReported = {
      process,
      role,
      at,
      windowSeconds: REPORT_EVERY_MS / 1_000,
      acknowledgementP99Ms: await this.acknowledgementP99Ms(),
      lagSeconds: largest(await this.samples(LAG)),
      unknowns: await this.unknownsSince(),
      versions: await this.versions(),
      ...(isLast ? { stopped: true } : {}),
    };
    const id = `figures/${process}/${at}`;
    const event = buildEvent('figuresReported', { id, source: `/petabakat/${role}`, subject: process, time: at, data });
    try {
      await log.append(TOPICS.figures.name, [{ key: process, value: JSON.stringify(event) }]);
    } catch (error) {
      this.logger.warn({ message: 'a report of figures was lost', reason: (error as Error).message });
    }
    return data;
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      await this.report();
      await this.options.runtime.sleep(REPORT_EVERY_MS, signal);
    }
  }

  private async samples(name: string): Promise<readonly Sample[]> {
    const metric = this.options.registry.getSingleMetric(name);
    return metric ? ((await metric.get()).values as readonly Sample[]) : [];
  }

  /** The upper end of the bucket in which the share of the window's answers is reached: never better than it was. */
  private async acknowledgementP99Ms(): Promise<number | null> {
    const samples = await this.samples(ACKNOWLEDGEMENT);
    const counts = samples.filter(({ metricName }) => metricName?.endsWith('_bucket'));
    const now = new Map(counts.map(({ labels, value }) => [boundOf(labels.le), value]));
    const before = this.buckets;
    this.buckets = now;
    const window = [...now].map(([bound, count]) => [bound, count - (before.get(bound) ?? 0)] as const);
    const bounds = window.sort(([one], [other]) => one - other);
    const answers = bounds.at(-1)?.[1] ?? 0;
    if (answers === 0) return null;
    const [bound] = bounds.find(([, count]) => count >= SHARE * answers)!;
    const largestBound = bounds.findLast(([limit]) => Number.isFinite(limit))?.[0] ?? 0;
    // Beyond the last bucket nobody knows how slow it was; ten times its end is beyond every gate.
    return (Number.isFinite(bound) ? bound : largestBound * 10) * 1_000;
  }

  private async unknownsSince(): Promise<number | null> {
    const samples = (await this.samples(ANSWERS)).filter(({ labels }) => labels.outcome === 'unknown');
    if (samples.length === 0) return null;
    const now = samples.reduce((sum, { value }) => sum + value, 0);
    const since = now - this.unknowns;
    this.unknowns = now;
    return since;
  }

  private async versions(): Promise<Record<string, string>> {
    const [build] = await this.samples(BUILD);
    return { build: String(build?.labels.version ?? 'unknown') };
  }
}

/** Reports in the name of an app that listens. @returns ends the reports */
export function reportFigures(
  app: INestApplicationContext,
  log: EventLog,
  runtime: Runtime,
  { role, url }: { readonly role: string; readonly url: string },
): () => Promise<void> {
  const registry = app.get<Registry>(METRICS, { strict: false });
  const process = `${role}.${hostname()}.${new URL(url).port}`.replace(/[^A-Za-z0-9._-]/g, '-');
  const reporter = new FiguresReporter({
    log,
    registry,
    runtime,
    role,
    process: process.slice(0, NAME_CHARACTERS_MAX),
  });
  reporter.start();
  return () => reporter.stop();
}

function boundOf(le: string | number | undefined): number {
  return le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le);
}

function largest(samples: readonly Sample[]): number | null {
  return samples.length === 0 ? null : Math.max(...samples.map(({ value }) => value));
}
