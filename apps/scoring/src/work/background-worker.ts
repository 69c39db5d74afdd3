import type { Runtime } from '@app/messaging';
import { Logger } from '@nestjs/common';

/** A command in this process wakes the worker; this is how soon it finds what another process was told. */
const POLL_INTERVAL_MS = 5_000;

/** Does one piece of work if there is any. @returns whether there was */
export type WorkStep = (signal: AbortSignal) => Promise<boolean>;

/**
 * Repeats each of its steps until that finds nothing, then waits to be woken. Steps go on side by side, so that a long
 * one keeps none of the others waiting. One that fails is tried again later.
 */
export class BackgroundWorker {
  private readonly logger = new Logger(BackgroundWorker.name);
  private readonly stopping = new AbortController();
  private readonly steps: WorkStep[] = [];
  private readonly pauses = new Map<WorkStep, AbortController>();
  private running: Promise<unknown> | null = null;

  constructor(private readonly runtime: Runtime) {}

  add(step: WorkStep): void {
    this.steps.push(step);
  }

  start(): void {
    this.running ??= Promise.all(this.steps.map((step) => this.repeat(step)));
  }

  wake(): void {
    for (const pause of this.pauses.values()) pause.abort();
  }

  /** Resolves when the steps in work have ended. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.wake();
    await this.running;
  }

  private async repeat(step: WorkStep): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      // Made before the step looks, so that a wake in between is not lost.
      const pause = new AbortController();
      this.pauses.set(step, pause);
      const worked = await this.workOrWarn(step);
      if (!worked && !signal.aborted) await this.runtime.sleep(POLL_INTERVAL_MS, pause.signal);
    }
  }

  private async workOrWarn(step: WorkStep): Promise<boolean> {
    try {
      return await step(this.stopping.signal);
    } catch (error) {
      this.logger.warn({ message: 'background work failed and will be tried again', error: String(error) });
      return false;
    }
  }
}
