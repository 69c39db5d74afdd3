import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import { DomainError } from '@app/contracts';
import type { Runtime } from '@app/messaging';

/** How often the delay is sampled inside Node, which is also what an idle loop measures. */
const RESOLUTION_MS = 10;
/** Long enough that one collection of garbage does not look like overload. */
const WINDOW_MS = 500;
const NANOSECONDS_PER_MS = 1e6;

/** How late this process's event loop runs, as a mean over the last window. */
export class EventLoopDelay {
  private readonly histogram: IntervalHistogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  private windowEndsAtMs = 0;
  private meanMs = 0;

  constructor(private readonly runtime: Runtime) {
    this.histogram.enable();
  }

  /** Looks at the histogram at most once per window; asked per request. */
  currentMs(): number {
    const nowMs = this.runtime.monotonicMs();
    if (nowMs >= this.windowEndsAtMs) {
      const { mean } = this.histogram;
      this.meanMs = Number.isFinite(mean) ? Math.max(0, mean / NANOSECONDS_PER_MS - RESOLUTION_MS) : 0;
      this.histogram.reset();
      this.windowEndsAtMs = nowMs + WINDOW_MS;
    }
    return this.meanMs;
  }

  stop(): void {
    this.histogram.disable();
  }
}

export interface LoadLimits {
  readonly queuedRecordsMax: number;
  readonly eventLoopDelayMaxMs: number;
}

export interface Load {
  queuedRecords(): number;
  eventLoopDelayMs(): number;
}

/** The smallest wait that HTTP can name; the queue drains faster. */
const RETRY_AFTER_MIN_SECONDS = 1;
/** Refused clients come back over this many seconds, so that they do not come back together. */
const RETRY_AFTER_SPREAD_SECONDS = 4;

/** Refuses answers early, while those already taken can still be acknowledged in time. */
export class LoadShedder {
  constructor(
    private readonly load: Load,
    private readonly limits: LoadLimits,
    private readonly runtime: Runtime,
  ) {}

  /** @throws DomainError `answer.overloaded` */
  admit(): void {
    const overloaded =
      this.load.queuedRecords() >= this.limits.queuedRecordsMax ||
      this.load.eventLoopDelayMs() > this.limits.eventLoopDelayMaxMs;
    if (overloaded) {
      throw new DomainError('answer.overloaded', undefined, { retryAfterSeconds: this.retryAfterSeconds() });
    }
  }

  /** Whole seconds, at random: HTTP knows no smaller ones. */
  retryAfterSeconds(): number {
    return RETRY_AFTER_MIN_SECONDS + Math.floor(this.runtime.random() * RETRY_AFTER_SPREAD_SECONDS);
  }
}
