import { DomainError } from '@app/contracts';
import type { Runtime } from '@app/messaging';
import { Logger } from '@nestjs/common';
import type { ClockSource } from './clock-source';

/** Server time decides about deadlines; a process that is further off than this should get no requests. */
const DIFFERENCE_MAX_MS = 500;
/** Beyond this nothing may be stamped: markers of deadlines wait one second, and no longer, for clocks that differ. */
const STAMP_DIFFERENCE_MAX_MS = 1_000;
/** A clock that runs wrong by one part in a thousand is found before it is 50 ms off; a jump is found without a reading. */
const COMPARISON_INTERVAL_MS = 5_000;
/** While the clock is wrong every request asks for a comparison; the database shall not notice how many there are. */
const COMPARISON_PAUSE_MS = 250;
/** Monotonic clocks of two healthy machines drift apart by less than this share of the time that has passed. */
const DRIFT_SHARE = 500e-6;
/** The smallest wait that HTTP can name; a clock that NTP has stepped is right again by then. */
const RETRY_AFTER_SECONDS = 1;

/** What stamps a time asks here for it. */
export interface ServerClock {
  /**
   * Milliseconds since 1970.
   *
   * @throws DomainError `service.clock-wrong` where this process's clock is not known to be right
   */
  nowMs(): number;
}

interface Comparison {
  /** What the database's clock would show where this process's monotonic clock shows 0. */
  readonly originMs: number;
  /** Half of the round trip: the reading may be off by so much. */
  readonly uncertaintyMs: number;
  /** On the monotonic clock. */
  readonly atMs: number;
}

/**
 * This process's wall clock, vouched for: the database's clock, read now and then, is carried forward on the monotonic
 * clock, which no administrator and no NTP can set. Each stamp is compared with it, so that a wall clock that jumps is
 * found by the first request after the jump, without asking anybody, and also while the database is away.
 */
export class DatabaseClock implements ServerClock {
  private readonly logger = new Logger('Clock');
  private last: Comparison | null = null;
  private comparing: Promise<void> | null = null;
  private comparedAtMs = -Infinity;
  private cancelNext: (() => void) | null = null;
  private isStarted = false;
  private isWrong = false;

  constructor(
    private readonly source: ClockSource,
    private readonly runtime: Runtime,
  ) {}

  /** Compares for the first time, and from then on in the background. Services in one process may share a clock. */
  start(): Promise<void> {
    if (this.isStarted) return this.comparing ?? Promise.resolve();
    this.isStarted = true;
    return this.compareAndGoOn();
  }

  /** Stops comparing; a second call does nothing. */
  async stop(): Promise<void> {
    if (!this.isStarted) return;
    this.isStarted = false;
    this.cancelNext?.();
    await this.comparing;
    await this.source.close();
  }

  nowMs(): number {
    const nowMs = this.runtime.nowMs();
    const excessMs = this.excessMs(nowMs);
    this.note(excessMs);
    if (excessMs !== null && excessMs <= STAMP_DIFFERENCE_MAX_MS) return nowMs;
    this.compareSoon();
    throw new DomainError('service.clock-wrong', undefined, { retryAfterSeconds: RETRY_AFTER_SECONDS });
  }

  /** For readiness: asks nobody, so that an overloaded database takes no process out of service. Throws what is wrong. */
  assertClose(): void {
    const excessMs = this.excessMs(this.runtime.nowMs());
    if (excessMs === null) throw new Error("the database's clock could not be read yet");
    if (excessMs <= DIFFERENCE_MAX_MS) return;
    this.compareSoon();
    throw new Error(`the clock differs from the database's by ${Math.round(excessMs)} ms`);
  }

  /** How far this process's clock is ahead, as last compared; null before the first comparison. */
  differenceSeconds(): number | null {
    const differenceMs = this.differenceMs(this.runtime.nowMs());
    return differenceMs === null ? null : differenceMs / 1_000;
  }

  private differenceMs(nowMs: number): number | null {
    return this.last && nowMs - (this.last.originMs + this.runtime.monotonicMs());
  }

  /** By how much the two clocks certainly differ; null where they were never compared. */
  private excessMs(nowMs: number): number | null {
    const differenceMs = this.differenceMs(nowMs);
    return differenceMs === null ? null : Math.max(0, Math.abs(differenceMs) - this.uncertaintyMs());
  }

  private uncertaintyMs(): number {
    const { uncertaintyMs, atMs } = this.last!;
    return uncertaintyMs + (this.runtime.monotonicMs() - atMs) * DRIFT_SHARE;
  }

  /** One line when it begins and one when it is over, however many requests meet it. */
  private note(excessMs: number | null): void {
    const isWrong = excessMs === null || excessMs > STAMP_DIFFERENCE_MAX_MS;
    if (isWrong === this.isWrong) return;
    this.isWrong = isWrong;
    const seconds = this.differenceSeconds();
    if (isWrong)
      this.logger.error("the clock differs from the database's: no time is stamped until they agree", { seconds });
    else this.logger.warn("the clock agrees with the database's again", { seconds });
  }

  private compareSoon(): void {
    if (!this.isStarted || this.comparing) return;
    if (this.runtime.monotonicMs() - this.comparedAtMs < COMPARISON_PAUSE_MS) return;
    void this.compareAndGoOn();
  }

  private compareAndGoOn(): Promise<void> {
    this.cancelNext?.();
    this.comparing = this.compare().finally(() => {
      this.comparing = null;
      this.comparedAtMs = this.runtime.monotonicMs();
      if (!this.isStarted) return;
      this.cancelNext = this.runtime.after(COMPARISON_INTERVAL_MS, () => void this.compareAndGoOn());
    });
    return this.comparing;
  }

  private async compare(): Promise<void> {
    const beforeMs = this.runtime.monotonicMs();
    let databaseMs: number;
    try {
      databaseMs = await this.source.read();
    } catch {
      // An outage is reported by those who work with the database; its clock is carried forward meanwhile.
      return;
    }
    const afterMs = this.runtime.monotonicMs();
    this.take({
      originMs: databaseMs - (beforeMs + afterMs) / 2,
      uncertaintyMs: (afterMs - beforeMs) / 2,
      atMs: afterMs,
    });
  }

  /** A slow answer tells less than what is known already, unless it contradicts it: then the database's clock has moved. */
  private take(next: Comparison): void {
    if (this.last) {
      const known = this.uncertaintyMs();
      const agrees = Math.abs(next.originMs - this.last.originMs) <= known + next.uncertaintyMs;
      if (agrees && next.uncertaintyMs > known) return;
    }
    this.last = next;
  }
}

/** The same runtime, whose wall clock refuses instead of being wrong: for everything that stamps a time. */
export function withClock(runtime: Runtime, clock: ServerClock): Runtime {
  return {
    nowMs: () => clock.nowMs(),
    monotonicMs: () => runtime.monotonicMs(),
    random: () => runtime.random(),
    after: (delayMs, run) => runtime.after(delayMs, run),
    sleep: (delayMs, signal) => runtime.sleep(delayMs, signal),
  };
}
