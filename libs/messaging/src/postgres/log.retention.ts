import type { Pool, PoolClient } from 'pg';
import type { Runtime } from '../log/runtime';
import { PacedLoop } from './paced-loop';

/** Retention is counted in days; an hour more or less does not matter. */
const INTERVAL_MS = 3_600_000;
/** Records per transaction: the head row of the partition is locked meanwhile, and appends wait for it. */
const CHUNK_RECORDS = 2_000;
/** Any number that nothing else locks in this database. */
const RETENTION_LOCK = 0x6c6f6772;

/** The oldest records of one partition, up to the first that is young enough, and the start moved behind them. */
const TRIM = `
  WITH oldest AS (
    SELECT "offset", appended_at_ms < $3 AS is_old FROM record
    WHERE topic_id = $1 AND partition = $2 ORDER BY "offset" LIMIT ${CHUNK_RECORDS}
  ), border AS (
    SELECT coalesce(min("offset") FILTER (WHERE NOT is_old), max("offset") + 1) AS start_offset FROM oldest
    HAVING bool_or(is_old)
  ), moved AS (
    UPDATE head SET start_offset = border.start_offset FROM border
    WHERE topic_id = $1 AND partition = $2 AND head.start_offset < border.start_offset
    RETURNING head.start_offset
  )
  DELETE FROM record USING moved
  WHERE topic_id = $1 AND partition = $2 AND "offset" < moved.start_offset`;

const CANDIDATES = `
  SELECT topic_id AS "topicId", partition,
    floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint - retention_ms AS "cutoffMs"
  FROM head JOIN topic USING (topic_id)
  WHERE retention_ms >= 0 AND next_offset > start_offset`;

interface Candidate {
  readonly topicId: number;
  readonly partition: number;
  readonly cutoffMs: number;
}

/** Removes what is older than its topic's retention, in small steps, in one process at a time. */
export class LogRetention {
  private readonly loop: PacedLoop;
  private isClosed = false;

  constructor(
    private readonly pool: Pool,
    runtime: Runtime,
  ) {
    this.loop = new PacedLoop(runtime, async () => {
      // An outage now is an outage for the readers and writers too, who report it; the next turn catches up.
      await this.enforce().catch(() => undefined);
      return INTERVAL_MS;
    });
  }

  start(): void {
    this.loop.wake();
  }

  async close(): Promise<void> {
    this.isClosed = true;
    await this.loop.close();
  }

  /** @returns how many records were removed; 0 where another process is at it */
  async enforce(): Promise<number> {
    const client = await this.pool.connect();
    let failed = true;
    try {
      const removed = await this.enforceAlone(client);
      failed = false;
      return removed;
    } finally {
      // After a failure the lock may still be held; closing the connection is what frees it.
      client.release(failed);
    }
  }

  private async enforceAlone(client: PoolClient): Promise<number> {
    const lock = await client.query<{ taken: boolean }>('SELECT pg_try_advisory_lock($1) AS taken', [RETENTION_LOCK]);
    if (!lock.rows[0]!.taken) return 0;
    const candidates = await client.query<Candidate>(CANDIDATES);
    let removed = 0;
    for (const candidate of candidates.rows) removed += await this.trim(client, candidate);
    await client.query('SELECT pg_advisory_unlock($1)', [RETENTION_LOCK]);
    return removed;
  }

  private async trim(client: PoolClient, { topicId, partition, cutoffMs }: Candidate): Promise<number> {
    let removed = 0;
    let last = CHUNK_RECORDS;
    while (last === CHUNK_RECORDS && !this.isClosed) {
      const { rowCount } = await client.query(TRIM, [topicId, partition, cutoffMs]);
      last = rowCount ?? 0;
      removed += last;
    }
    return removed;
  }
}
