import { buildEvent, isoTime } from '@app/contracts';
import type { OutboxEvent, Runtime } from '@app/messaging';
import { Logger } from '@nestjs/common';
import { ASSESSMENT_SOURCE } from '../assessment.tokens';
import type { AttemptStore, DueMarker } from './attempt.store';

/**
 * A marker stands in the log this long after its time, so that every answer that counts stands before it: 8 s that an
 * append may take, 2 s grace, 1 s between the servers' clocks.
 */
export const MARKER_DELAY_MS = 11_000;
/** 40,000 attempts that end in the same second are closed in 80 steps, which leave the relay room between them. */
const SWEEP_ROWS_MAX = 500;
/** A marker is 11 s behind its deadline on purpose; a quarter of a second more is not noticed. */
const SWEEP_INTERVAL_MS = 250;
/** After a failed sweep: the database needs air more than the sweep needs speed. */
const FAILURE_PAUSE_MS = 2_000;

/**
 * Appends the close markers of deadlines that have run out and of forced finishes that are due. It closes nothing: the
 * fold does, where the marker stands. Any number of processes may sweep: the ids are deterministic.
 */
export class DeadlineSweeper {
  private readonly logger = new Logger(DeadlineSweeper.name);
  private readonly stopping = new AbortController();
  private running: Promise<void> | null = null;

  constructor(
    private readonly store: AttemptStore,
    private readonly runtime: Runtime,
  ) {}

  start(): void {
    this.running ??= this.run();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  /** One step. @returns how many markers were handed to the outbox */
  sweep(): Promise<number> {
    const nowMs = this.runtime.nowMs();
    const due = {
      deadlinesBefore: isoTime(nowMs - MARKER_DELAY_MS),
      finishesBefore: isoTime(nowMs),
      rowsMax: SWEEP_ROWS_MAX,
    };
    return this.store.handOverDue(due, markerEvent);
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        const count = await this.sweep();
        if (count < SWEEP_ROWS_MAX) await this.runtime.sleep(SWEEP_INTERVAL_MS, signal);
      } catch (error) {
        this.logger.warn({ message: 'a sweep of deadlines failed', error: String(error) });
        await this.runtime.sleep(FAILURE_PAUSE_MS, signal);
      }
    }
  }
}

function markerEvent({ eventId, attemptId, cause, at, actor, reasonCode }: DueMarker): OutboxEvent {
  const event = buildEvent('closeRequested', {
    id: eventId,
    source: ASSESSMENT_SOURCE,
    subject: attemptId,
    time: at,
    data: { attemptId, cause, at, actor, reasonCode },
  });
  return { topic: 'attempts', key: attemptId, event };
}
