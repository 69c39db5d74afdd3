import { Client } from 'pg';

export interface TableSize {
  readonly table: string;
  readonly liveRows: number;
  readonly deadRows: number;
  /** With indexes and what is stored beside the rows. */
  readonly bytes: number;
}

/** What is less than this says nothing about growth. */
const BYTES_MIN = 1_000_000;

/** The large tables, by PostgreSQL's own count, largest first. */
export async function tableSizes(databaseUrl: string): Promise<TableSize[]> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ table: string; live: string; dead: string; bytes: string }>(
      `SELECT schemaname || '.' || relname AS table, n_live_tup AS live, n_dead_tup AS dead,
              pg_total_relation_size(relid) AS bytes
         FROM pg_stat_user_tables WHERE pg_total_relation_size(relid) >= $1 ORDER BY bytes DESC`,
      [BYTES_MIN],
    );
    return rows.map(({ table, live, dead, bytes }) => {
      return { table, liveRows: Number(live), deadRows: Number(dead), bytes: Number(bytes) };
    });
  } finally {
    await client.end();
  }
}
