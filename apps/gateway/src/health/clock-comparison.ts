import type { Runtime } from '@app/messaging';
import { Client } from 'pg';

/** Server time decides about deadlines; the grace after them absorbs this much, and not more. */
const DIFFERENCE_MAX_MS = 500;
/** As long as a health check may take; later nobody listens to the verdict. */
const QUERY_TIMEOUT_MS = 2_000;

/** Reads another clock. Rejects where it cannot be read. */
export type ReadClock = () => Promise<number>;

interface Comparison {
  /** What the database's clock would show where this process's monotonic clock shows 0. */
  readonly originMs: number;
  /** Half of the round trip: the reading may be off by so much. */
  readonly uncertaintyMs: number;
}

/**
 * Compares this process's clock with the database's. While the database is away, its clock is carried forward on the
 * monotonic clock, so that a step of ours shows all the same.
 */
export class ClockComparison {
  private last: Comparison | null = null;

  constructor(
    private readonly readDatabaseClock: ReadClock,
    private readonly runtime: Runtime,
  ) {}

  /** Rejects where the clocks certainly differ too much, or were never compared. */
  async assertClose(): Promise<void> {
    try {
      this.last = await this.compare();
    } catch (cause) {
      if (!this.last) throw new Error("the database's clock could not be read yet", { cause });
    }
    const databaseMs = this.last.originMs + this.runtime.monotonicMs();
    const differenceMs = Math.abs(this.runtime.nowMs() - databaseMs);
    if (differenceMs - this.last.uncertaintyMs > DIFFERENCE_MAX_MS) {
      throw new Error(`the clock differs from the database's by ${Math.round(differenceMs)} ms`);
    }
  }

  /** How far this process's clock is ahead, by the last comparison; null before the first. */
  differenceSeconds(): number | null {
    if (!this.last) return null;
    return (this.runtime.nowMs() - (this.last.originMs + this.runtime.monotonicMs())) / 1_000;
  }

  private async compare(): Promise<Comparison> {
    const beforeMs = this.runtime.monotonicMs();
    const databaseMs = await this.readDatabaseClock();
    const afterMs = this.runtime.monotonicMs();
    return { originMs: databaseMs - (beforeMs + afterMs) / 2, uncertaintyMs: (afterMs - beforeMs) / 2 };
  }
}

/** One short connection per reading: it is asked for a few times a minute. */
export function postgresClock(url: string): ReadClock {
  return async () => {
    const client = new Client({
      connectionString: url,
      connectionTimeoutMillis: QUERY_TIMEOUT_MS,
      query_timeout: QUERY_TIMEOUT_MS,
      application_name: 'petabakat-gateway-clock',
    });
    // A connection that breaks is the query's failure; without a listener it would end the process.
    client.on('error', () => undefined);
    try {
      await client.connect();
      // The connection is warm now, so that the round trip of the reading is short.
      const { rows } = await client.query<{ ms: string }>(
        'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::text AS ms',
      );
      return Number(rows[0]?.ms);
    } finally {
      await client.end().catch(() => undefined);
    }
  };
}
