import type { Runtime } from '@app/messaging';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { SCHEDULER_WATCH_RUNTIME } from '../scheduler.tokens';
import { GatesService } from './gates.service';

/** Changes within this time share one evaluation. */
const GATHER_MS = 500;
/** A result becomes overdue without any event, so the gates are looked at this often in any case. */
const IDLE_MS = 15_000;
/** Pause after an evaluation that failed: the database is away, and is asked again soon enough. */
const FAILURE_MS = 2_000;
/** The gates take at most a tenth of the time: with the whole nation's figures an evaluation takes longer. */
const PAUSE_PER_EVALUATION = 9;

/** Keeps the gates evaluated: soon after anything they count has changed, and every few seconds for the clock's sake. */
@Injectable()
export class GateWatch {
  private readonly logger = new Logger(GateWatch.name);
  private readonly stopping = new AbortController();
  private loop: Promise<void> = Promise.resolve();
  private changed = false;
  private endIdling: (() => void) | null = null;

  constructor(
    private readonly gates: GatesService,
    @Inject(SCHEDULER_WATCH_RUNTIME) private readonly runtime: Runtime,
  ) {}

  start(): void {
    this.loop = this.run();
  }

  /** Finishes the evaluation in work. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.endIdling?.();
    await this.loop;
  }

  /** Something that the gates count has changed. */
  wake(): void {
    this.changed = true;
    this.endIdling?.();
  }

  private async run(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      this.changed = false;
      const startedAtMs = this.runtime.monotonicMs();
      await this.evaluate();
      const tookMs = this.runtime.monotonicMs() - startedAtMs;
      await this.runtime.sleep(Math.max(GATHER_MS, tookMs * PAUSE_PER_EVALUATION), this.stopping.signal);
      if (!this.changed && !this.stopping.signal.aborted) await this.idle();
    }
  }

  private async evaluate(): Promise<void> {
    try {
      await this.gates.evaluate();
    } catch (error) {
      this.logger.warn({ message: 'gates could not be evaluated; they will be again', error: String(error) });
      await this.runtime.sleep(FAILURE_MS, this.stopping.signal);
      this.changed = true;
    }
  }

  private async idle(): Promise<void> {
    const idling = new AbortController();
    this.endIdling = () => idling.abort();
    await this.runtime.sleep(IDLE_MS, idling.signal);
    this.endIdling = null;
  }
}
