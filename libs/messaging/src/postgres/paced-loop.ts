import type { Runtime } from '../log/runtime';

/** Shortest time from one turn to the next, so that many wake-ups cost no more than a few turns. */
const TURN_INTERVAL_MIN_MS = 20;

/** Repeats one task, after the pause that its last turn asked for, or earlier when woken. Begins with the first wake-up. */
export class PacedLoop {
  private running: Promise<void> | null = null;
  private pause = new AbortController();
  private woken = false;
  private closed = false;

  /**
   * @param turn must not reject; resolves with the pause before the next turn in milliseconds
   */
  constructor(
    private readonly runtime: Runtime,
    private readonly turn: () => Promise<number>,
  ) {}

  wake(): void {
    if (this.closed) return;
    this.woken = true;
    this.pause.abort();
    // Later, not now: a first turn that wakes its own loop must not begin it twice.
    this.running ??= Promise.resolve().then(() => this.run());
  }

  /** Ends the loop and resolves when its last turn is over. */
  async close(): Promise<void> {
    this.closed = true;
    this.pause.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    while (!this.closed) {
      const begunAtMs = this.runtime.monotonicMs();
      this.woken = false;
      const pauseMs = await this.turn();
      await this.rest(begunAtMs, pauseMs);
    }
  }

  private async rest(begunAtMs: number, pauseMs: number): Promise<void> {
    const earliestMs = begunAtMs + TURN_INTERVAL_MIN_MS - this.runtime.monotonicMs();
    if (earliestMs > 0) await this.runtime.sleep(earliestMs);
    if (this.woken || this.closed) return;
    this.pause = new AbortController();
    await this.runtime.sleep(pauseMs, this.pause.signal);
  }
}
