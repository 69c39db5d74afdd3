import type { Runtime } from '../log/runtime';
import { seededRandom } from './seeded-random';

interface Timer {
  readonly dueMs: number;
  readonly run: () => void;
}

/** An arbitrary moment, the same in every run. */
const EPOCH_MS = Date.UTC(2026, 0, 5, 2);

/**
 * A runtime whose time moves only when it is told to. Between two timers everything that is ready runs, so a test of
 * minutes takes milliseconds and a seed repeats it exactly. For code that waits on promises alone: real sockets do not
 * know this clock.
 */
export class VirtualRuntime implements Runtime {
  readonly random: () => number;
  private elapsedMs = 0;
  private clockShiftMs = 0;
  private timers: Timer[] = [];

  constructor(seed = 1) {
    this.random = seededRandom(seed);
  }

  nowMs(): number {
    return EPOCH_MS + this.elapsedMs + this.clockShiftMs;
  }

  monotonicMs(): number {
    return this.elapsedMs;
  }

  after(delayMs: number, run: () => void): () => void {
    const timer = { dueMs: this.elapsedMs + Math.max(0, delayMs), run };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((other) => other !== timer);
    };
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const finish = () => {
        cancel();
        signal?.removeEventListener('abort', finish);
        resolve();
      };
      const cancel = this.after(delayMs, finish);
      signal?.addEventListener('abort', finish, { once: true });
    });
  }

  /** Sets the wall clock forward or back without a timer running out: a correction by NTP, or a wrong host. */
  shiftClock(byMs: number): void {
    this.clockShiftMs += byMs;
  }

  /** Lets everything run that needs no time to pass. */
  settle(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve));
  }

  /** Lets time pass, running each timer at its moment. */
  async advance(byMs: number): Promise<void> {
    const targetMs = this.elapsedMs + byMs;
    await this.settle();
    for (let due = this.nextDue(targetMs); due; due = this.nextDue(targetMs)) {
      this.elapsedMs = Math.max(this.elapsedMs, due.dueMs);
      due.run();
      await this.settle();
    }
    this.elapsedMs = targetMs;
  }

  /** Lets time pass from timer to timer until the condition holds; fails when it does not within the limit. */
  async until(condition: () => boolean, limitMs = 600_000): Promise<void> {
    const targetMs = this.elapsedMs + limitMs;
    await this.settle();
    while (!condition()) {
      const due = this.nextDue(targetMs);
      if (!due) throw new Error(`the condition does not hold after ${limitMs} ms of virtual time`);
      this.elapsedMs = Math.max(this.elapsedMs, due.dueMs);
      due.run();
      await this.settle();
    }
  }

  /** Takes out the earliest timer due by then; of several at one moment the one set first. */
  private nextDue(targetMs: number): Timer | null {
    let earliest: Timer | null = null;
    for (const timer of this.timers) if (!earliest || timer.dueMs < earliest.dueMs) earliest = timer;
    if (!earliest || earliest.dueMs > targetMs) return null;
    this.timers = this.timers.filter((timer) => timer !== earliest);
    return earliest;
  }
}
