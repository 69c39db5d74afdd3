import { underMigrationLock } from '@app/database';

/**
 * Tables of the log. `head` is the only row that writers of a partition compete for; whoever holds its lock gives out
 * the next offsets, so offsets are gap-free and in the order of the commits.
 */
const STATEMENTS = (schema: string): readonly string[] => [
  `CREATE SCHEMA IF NOT EXISTS ${schema}`,
  `CREATE TABLE IF NOT EXISTS ${schema}.topic (
    topic_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL UNIQUE,
    partitions integer NOT NULL CHECK (partitions > 0),
    retention_ms bigint NOT NULL
  )`,
  // Updated by every append: room in the page for new versions, and a vacuum that does not wait for a share of the rows.
  `CREATE TABLE IF NOT EXISTS ${schema}.head (
    topic_id integer NOT NULL REFERENCES ${schema}.topic,
    partition integer NOT NULL,
    start_offset bigint NOT NULL DEFAULT 0,
    next_offset bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (topic_id, partition)
  ) WITH (fillfactor = 20, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0)`,
  // Insert-only until retention; no foreign key, which every insert would have to look up.
  `CREATE TABLE IF NOT EXISTS ${schema}.record (
    topic_id integer NOT NULL,
    partition integer NOT NULL,
    "offset" bigint NOT NULL,
    appended_at_ms bigint NOT NULL,
    key text NOT NULL,
    value text NOT NULL,
    PRIMARY KEY (topic_id, partition, "offset")
  )`,
  // Who is alive. A member id is never used again, so it also tells an old owner of a partition from a new one.
  `CREATE TABLE IF NOT EXISTS ${schema}.member (
    member_id uuid NOT NULL,
    topic_id integer NOT NULL,
    consumer_group text NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (member_id, topic_id)
  ) WITH (fillfactor = 20, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0)`,
  // Who reads what. A lease is valid as long as its owner is alive.
  `CREATE TABLE IF NOT EXISTS ${schema}.lease (
    consumer_group text NOT NULL,
    topic_id integer NOT NULL,
    partition integer NOT NULL,
    owner_id uuid,
    PRIMARY KEY (consumer_group, topic_id, partition)
  ) WITH (fillfactor = 50)`,
];

/** Makes the tables where they are missing; processes that start at once take turns. */
export async function createLogSchema(url: string, schema: string): Promise<void> {
  await underMigrationLock(url, schema, async (client) => {
    const { rows } = await client.query<{ found: string | null }>('SELECT to_regclass($1) AS found', [
      `${schema}.lease`,
    ]);
    if (rows[0]?.found) return;
    await client.query('BEGIN');
    for (const statement of STATEMENTS(schema)) await client.query(statement);
    await client.query('COMMIT');
  });
}
