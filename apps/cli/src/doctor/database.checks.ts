import { assertDurable } from '@app/database';
import { Client } from 'pg';
import type { DataSource } from 'typeorm';
import { createAssessmentDataSource } from '../../../assessment/src/assessment.module';
import { createSchedulerDataSource } from '../../../scheduler/src/scheduler.module';
import { createScoringDataSource } from '../../../scoring/src/scoring.module';
import { type Finding, look, unwell, well } from './finding';

/** A database that does not answer by then is down for everybody who asks. */
const CONNECT_TIMEOUT_MS = 5_000;
/** A gateway is not ready from twice this on. */
const CLOCK_DIFFERENCE_MAX_MS = 250;
/** What the alarm OutboxOld allows. */
const OUTBOX_AGE_MAX_SECONDS = 30;
const NO_DATABASE = 'See that PostgreSQL runs and that PETABAKAT_DATABASE_URL names it.';

/** Not connected; only their names and migrations are used. */
const SOURCES: readonly ((url: string) => DataSource)[] = [
  createAssessmentDataSource,
  createScoringDataSource,
  createSchedulerDataSource,
];

/** The server, its clock, and each service's schema in it. Reads only. */
export async function databaseFindings(url: string): Promise<Finding[]> {
  return look('database', NO_DATABASE, async () => {
    const client = new Client({ connectionString: url, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
    // A connection that breaks is the query's failure; without a listener it would end the process.
    client.on('error', () => undefined);
    await client.connect();
    try {
      const findings = [await serverFinding(client), await clockFinding(client)];
      for (const source of SOURCES) findings.push(...(await schemaFindings(client, source(url))));
      return findings;
    } finally {
      await client.end();
    }
  });
}

async function serverFinding(client: Client): Promise<Finding> {
  await assertDurable(client);
  const { rows } = await client.query<{ server_version: string }>('SHOW server_version');
  return well('database', `PostgreSQL ${rows[0]!.server_version}, what it commits is on the disk`);
}

async function clockFinding(client: Client): Promise<Finding> {
  const beforeMs = Date.now();
  const { rows } = await client.query<{ ms: string }>('SELECT extract(epoch FROM clock_timestamp()) * 1000 AS ms');
  const differenceMs = Math.round((beforeMs + Date.now()) / 2 - Number(rows[0]!.ms));
  const found = `${Math.abs(differenceMs)} ms ${differenceMs < 0 ? 'behind' : 'ahead of'} the database's`;
  if (Math.abs(differenceMs) <= CLOCK_DIFFERENCE_MAX_MS) return well('clock', found);
  return unwell('clock', found, 'Let both machines follow the same time servers (chrony, systemd-timesyncd).');
}

async function schemaFindings(client: Client, source: DataSource): Promise<Finding[]> {
  const schema = String((source.options as { schema?: string }).schema);
  const subject = `schema ${schema}`;
  const { rows } = await client.query<{ made: boolean }>('SELECT to_regclass($1) IS NOT NULL AS made', [
    `${schema}.migrations`,
  ]);
  if (!rows[0]!.made) return [unwell(subject, 'is not there yet', `Start ${schema} once; it makes its tables.`)];
  return [await versionFinding(client, subject, schema, source), await outboxFinding(client, subject, schema)];
}

async function versionFinding(client: Client, subject: string, schema: string, source: DataSource): Promise<Finding> {
  const { rows } = await client.query<{ name: string }>(`SELECT name FROM ${schema}.migrations ORDER BY id`);
  const applied = new Set(rows.map(({ name }) => name));
  const known = new Set((source.options.migrations as (new () => object)[]).map(({ name }) => name));
  const missing = [...known].filter((name) => !applied.has(name));
  const newer = [...applied].filter((name) => !known.has(name));
  if (missing.length > 0) {
    return unwell(subject, `lacks ${missing.join(', ')}`, `Start ${schema} of this release; it migrates by itself.`);
  }
  // Allowed: migrations expand first, so that a release runs on the schema of the next one.
  if (newer.length > 0) return well(subject, `has ${newer.length} migrations of a newer release`);
  return well(subject, `has all ${known.size} migrations`);
}

async function outboxFinding(client: Client, subject: string, schema: string): Promise<Finding> {
  const { rows } = await client.query<{ waiting: number; oldest: number }>(
    `SELECT count(*)::int AS waiting,
            coalesce(extract(epoch FROM clock_timestamp() - min(created_at)), 0)::float8 AS oldest
     FROM ${schema}.outbox WHERE published_at IS NULL`,
  );
  const { waiting, oldest } = rows[0]!;
  const found = `${waiting} events not published yet, the oldest for ${Math.round(oldest)} s`;
  if (oldest <= OUTBOX_AGE_MAX_SECONDS) return well(`${subject}, outbox`, found);
  return unwell(`${subject}, outbox`, found, `See that ${schema} runs and that the log takes records.`);
}
