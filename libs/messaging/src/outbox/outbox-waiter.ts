import { DomainError } from '@app/contracts';
import type { DataSource } from 'typeorm';
import type { Runtime } from '../log/runtime';
import { onPublished, wakeOutbox } from './outbox-signals';

export interface LogPosition {
  readonly partition: number;
  readonly offset: number;
}

/** Pauses between two looks, while somebody waits. A relay in this process ends them early. */
const FIRST_PAUSE_MS = 5;
/** A waiting command looks this often at the latest, where another process publishes for it. */
const LONGEST_PAUSE_MS = 50;
/** Seconds after which a refused caller may ask again. */
const RETRY_AFTER_SECONDS = 2;

interface Waiter {
  readonly missing: Set<string>;
  readonly found: Map<string, LogPosition>;
  readonly resolve: (positions: Map<string, LogPosition>) => void;
  readonly cancelTimeout: () => void;
}

/**
 * Waits until events of the outbox stand in the log: a command replies only then. All who wait at a time share one look
 * at the table.
 */
export class OutboxWaiter {
  private readonly waiters = new Set<Waiter>();
  private isPolling = false;
  private endPause: (() => void) | null = null;

  constructor(
    private readonly dataSource: DataSource,
    private readonly runtime: Runtime,
  ) {}

  /**
   * Call after the commit that added the events.
   *
   * @throws DomainError `service.unavailable` where they are not published in time. They will be later all the same.
   */
  published(eventIds: readonly string[], timeoutMs: number): Promise<Map<string, LogPosition>> {
    if (eventIds.length === 0) return Promise.resolve(new Map());
    wakeOutbox(this.dataSource);
    return new Promise((resolve, reject) => {
      const cancelTimeout = this.runtime.after(timeoutMs, () => {
        this.waiters.delete(waiter);
        reject(unpublished());
      });
      const waiter: Waiter = { missing: new Set(eventIds), found: new Map(), resolve, cancelTimeout };
      this.waiters.add(waiter);
      if (this.isPolling) this.endPause?.();
      else void this.poll();
    });
  }

  private async poll(): Promise<void> {
    this.isPolling = true;
    const stopListening = onPublished(this.dataSource, () => this.endPause?.());
    let pauseMs = FIRST_PAUSE_MS;
    while (this.waiters.size > 0) {
      const found = await this.look();
      pauseMs = found ? FIRST_PAUSE_MS : Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
      if (this.waiters.size > 0) await this.pause(pauseMs);
    }
    stopListening();
    this.isPolling = false;
  }

  private async look(): Promise<boolean> {
    const positions = await this.findPublished([...new Set([...this.waiters].flatMap(({ missing }) => [...missing]))]);
    for (const waiter of this.waiters) this.hand(positions, waiter);
    return positions.size > 0;
  }

  private hand(positions: ReadonlyMap<string, LogPosition>, waiter: Waiter): void {
    for (const eventId of waiter.missing) {
      const position = positions.get(eventId);
      if (!position) continue;
      waiter.missing.delete(eventId);
      waiter.found.set(eventId, position);
    }
    if (waiter.missing.size > 0) return;
    this.waiters.delete(waiter);
    waiter.cancelTimeout();
    waiter.resolve(waiter.found);
  }

  private async findPublished(eventIds: readonly string[]): Promise<Map<string, LogPosition>> {
    try {
      const rows: { event_id: string; partition: number; offset: string }[] = await this.dataSource.query(
        `SELECT event_id, partition, "offset" FROM outbox
         WHERE event_id = ANY ($1::text[]) AND published_at IS NOT NULL`,
        [eventIds],
      );
      return new Map(rows.map((row) => [row.event_id, { partition: row.partition, offset: Number(row.offset) }]));
    } catch {
      // An outage of the database ends each wait by its timeout; the next look may find it back.
      return new Map();
    }
  }

  private async pause(pauseMs: number): Promise<void> {
    const interruption = new AbortController();
    this.endPause = () => interruption.abort();
    await this.runtime.sleep(pauseMs, interruption.signal);
    this.endPause = null;
  }
}

function unpublished(): DomainError {
  return new DomainError('service.unavailable', 'The change is stored, but the log has not taken it yet.', {
    retryAfterSeconds: RETRY_AFTER_SECONDS,
  });
}
