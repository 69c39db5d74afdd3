import { PROCESS_CONNECTIONS } from '@app/contracts';
import { endInTime } from '@app/database';
import { Pool } from 'pg';

/** As long as a person or a load balancer would wait; the verdict on our own clock does not depend on it. */
const READING_TIMEOUT_MS = 2_000;

/** Another clock, the one that counts for deadlines. */
export interface ClockSource {
  /** Milliseconds since 1970. Rejects where the clock cannot be read in time. */
  read(): Promise<number>;
  close(): Promise<void>;
}

/** One connection, kept: a fresh one for each reading is what an overloaded database refuses first. */
export function postgresClock(url: string): ClockSource {
  const pool = new Pool({
    connectionString: url,
    max: PROCESS_CONNECTIONS.gateway.clock,
    idleTimeoutMillis: 0,
    connectionTimeoutMillis: READING_TIMEOUT_MS,
    statement_timeout: READING_TIMEOUT_MS,
    query_timeout: READING_TIMEOUT_MS,
    application_name: 'petabakat clock',
    keepAlive: true,
  });
  // A connection that breaks is the next reading's failure; without a listener it would end the process.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return {
    async read() {
      const { rows } = await pool.query<{ ms: string }>(
        'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::text AS ms',
      );
      return Number(rows[0]?.ms);
    },
    close: () => endInTime(pool),
  };
}
