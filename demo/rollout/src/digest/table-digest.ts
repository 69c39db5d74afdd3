import { createHash } from 'node:crypto';
import type { Client } from 'pg';

/** What one table holds, whatever the order of its rows. */
export interface TableDigest {
  /** `schema.table`. */
  readonly table: string;
  readonly rows: number;
  /** SHA-256, hexadecimal. */
  readonly digest: string;
}

/**
 * Tables that are left out, and why; docs/rollout.md lists them.
 * An outbox is on its way to the log, which is in the digest, and is swept; members and leases say which process reads;
 * tokens of staff are drawn by chance; `migrations` is the installed release.
 */
const LEFT_OUT = new Set([
  'scheduler.outbox',
  'scoring.outbox',
  'scheduler.migrations',
  'scoring.migrations',
  'staff.migrations',
  'staff.staff_token',
  'log.member',
  'log.lease',
]);

/** What the machine's own clock has written, taken out of the rows before they are hashed. */
const WITHOUT: Readonly<Record<string, string>> = {
  'scheduler.consumer_progress': "to_jsonb(t) - 'updated_at'",
  'scoring.consumer_progress': "to_jsonb(t) - 'updated_at'",
  'scheduler.seat_plans': "to_jsonb(t) #- '{report,seconds}'",
  'log.topic': "to_jsonb(t) - 'topic_id'",
  'log.head':
    "to_jsonb(t) - 'topic_id' || jsonb_build_object('topic', (SELECT name FROM log.topic WHERE topic_id = t.topic_id))",
};

/**
 * Records by topic, partition and key, in the order of each key, without the time of their append. Of which keys stand in
 * which order within a partition, consumers that run side by side decide. Records of records are left out: they carry
 * the kept tables, which are in the digest themselves, under the time of the database's clock.
 */
const LOG_RECORDS = `
  WITH said AS MATERIALIZED (
    SELECT topic_id, name, partition, "offset", key, encode(sha256(convert_to(value, 'UTF8')), 'hex') AS value
    FROM log.record JOIN log.topic USING (topic_id) WHERE name <> 'petabakat.records.v1'
  )
  SELECT sha256(convert_to(concat_ws(' ', name, partition, key, value,
    row_number() OVER (PARTITION BY topic_id, partition, key ORDER BY "offset")), 'UTF8')) AS hash
  FROM said`;

/** Hundreds of thousands of hashes are sorted; in memory that takes seconds. */
const SORT_MEMORY = '256MB';

/** Every table of the given schemas, in one snapshot. */
export async function digestTables(client: Client, schemas: readonly string[]): Promise<TableDigest[]> {
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  try {
    await client.query(`SET LOCAL work_mem = '${SORT_MEMORY}'`);
    const { rows } = await client.query<{ name: string }>(
      `SELECT table_schema || '.' || table_name AS name FROM information_schema.tables
       WHERE table_schema = ANY($1) AND table_type = 'BASE TABLE' ORDER BY 1`,
      [schemas],
    );
    const digests: TableDigest[] = [];
    for (const { name } of rows) if (!LEFT_OUT.has(name)) digests.push(await digestTable(client, name));
    return digests;
  } finally {
    await client.query('COMMIT');
  }
}

async function digestTable(client: Client, table: string): Promise<TableDigest> {
  const hashes =
    table === 'log.record'
      ? LOG_RECORDS
      : `SELECT sha256(convert_to((${WITHOUT[table] ?? 'to_jsonb(t)'})::text, 'UTF8')) AS hash FROM ${table} t`;
  const { rows } = await client.query<{ rows: number; digest: string }>(
    `SELECT count(*)::integer AS rows, encode(sha256(COALESCE(string_agg(hash, '' ORDER BY hash), '')), 'hex') AS digest
     FROM (${hashes}) hashed`,
  );
  return { table, ...rows[0]! };
}

/** One digest over several tables. */
export function digestOver(tables: readonly TableDigest[]): string {
  const hash = createHash('sha256');
  for (const { table, rows, digest } of tables) hash.update(`${table} ${rows} ${digest}\n`);
  return hash.digest('hex');
}

/** Names of the tables that two digests of the same schemas do not agree on. */
export function differencesOf(one: readonly TableDigest[], other: readonly TableDigest[]): string[] {
  const known = new Map(other.map((table) => [table.table, table]));
  const names = new Set([...one, ...other].map(({ table }) => table));
  const own = new Map(one.map((table) => [table.table, table]));
  return [...names].filter((name) => own.get(name)?.digest !== known.get(name)?.digest).sort();
}
