import { type Runtime, systemRuntime } from '@app/messaging';

/** The pause of the gate watch after an evaluation that worked; a longer one means that it did not. */
const PAUSE_MAX_MS = 500;

interface Sleeper {
  readonly delayMs: number;
  wake(): void;
}

/**
 * Timers for the gate watch that end when they are told to: it evaluates once at each step, when everything that
 * happened until then has been counted, and never in between.
 */
export class SteppedTimers {
  private sleeper: Sleeper | null = null;
  private onSleep: (() => void) | null = null;

  runtime(clock: { readonly nowMs: number }): Runtime {
    return {
      ...systemRuntime,
      nowMs: () => clock.nowMs,
      // An evaluation takes no time on this clock.
      monotonicMs: () => clock.nowMs,
      sleep: (delayMs, signal) => this.sleep(delayMs, signal),
    };
  }

  /** Lets whoever sleeps go on, and resolves when it sleeps again. */
  async step(): Promise<void> {
    const sleeper = await this.asleep();
    this.sleeper = null;
    sleeper.wake();
    const { delayMs } = await this.asleep();
    if (delayMs > PAUSE_MAX_MS) throw new Error('the gates could not be evaluated');
  }

  private async asleep(): Promise<Sleeper> {
    while (!this.sleeper) await new Promise<void>((resolve) => (this.onSleep = resolve));
    return this.sleeper;
  }

  private sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const wake = () => {
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      signal?.addEventListener('abort', wake, { once: true });
      this.sleeper = { delayMs, wake };
      this.onSleep?.();
    });
  }
}
