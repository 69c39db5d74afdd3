import { Client } from 'pg';

/** What PostgreSQL holds on its disk: the log where it stands there, everything else, and all that was ever written ahead. */
export interface StoredBytes {
  readonly log: number;
  readonly tables: number;
  readonly writtenAhead: number;
}

/** @param databaseUrl of the database that all services share */
export async function storedBytes(databaseUrl: string): Promise<StoredBytes> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ log: string; tables: string; written_ahead: string }>(
      `SELECT coalesce(sum(pg_total_relation_size(c.oid)) FILTER (WHERE n.nspname = 'log'), 0) AS log,
              coalesce(sum(pg_total_relation_size(c.oid)) FILTER (WHERE n.nspname <> 'log'), 0) AS tables,
              pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0') AS written_ahead
         FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')`,
    );
    const [row] = rows;
    return { log: Number(row!.log), tables: Number(row!.tables), writtenAhead: Number(row!.written_ahead) };
  } finally {
    await client.end();
  }
}
