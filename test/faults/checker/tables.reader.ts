import { Client, types } from 'pg';
import type { AnswerRow, AttemptRow, ConflictRow, OutboxRow, ProgressRow, TablesEvidence } from './evidence';

const SERVICES = ['assessment', 'scoring', 'scheduler'] as const;

/** Of the result rows only the columns below are judged; times come as ISO text, numbers as numbers. */
const parsers = new Map<number, (text: string) => unknown>([
  [types.builtins.INT8, Number],
  [types.builtins.TIMESTAMPTZ, (text) => new Date(text).toISOString()],
]);

/** Reads the tables in one snapshot, with plain SQL. */
export async function readTables(url: string): Promise<TablesEvidence> {
  const client = new Client({
    connectionString: url,
    application_name: 'checker',
    types: { getTypeParser: (type, format) => parsers.get(type) ?? types.getTypeParser(type, format) },
  });
  await client.connect();
  try {
    await client.query('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
    return await readAll(client);
  } finally {
    await client.end();
  }
}

async function readAll(client: Client): Promise<TablesEvidence> {
  const rows = async <T>(sql: string) => (await client.query(sql)).rows as T[];
  const answerColumns = `attempt_id AS "attemptId", seq, item_id AS "itemId", response, received_at AS "receivedAt",
    commitment, position`;
  const [now] = await rows<{ ms: string }>('SELECT extract(epoch FROM clock_timestamp()) * 1000 AS ms');
  return {
    takenAtMs: Number(now!.ms),
    answerEvents: await rows<AnswerRow>(
      `SELECT ${answerColumns}, answered_at AS "answeredAt" FROM assessment.answer_events`,
    ),
    conflicts: await rows<ConflictRow>(`SELECT ${answerColumns} FROM assessment.answer_conflicts`),
    answers: await rows('SELECT attempt_id AS "attemptId", item_id AS "itemId", seq, response FROM assessment.answers'),
    attempts: await rows<AttemptRow>(
      `SELECT attempt_id AS "attemptId", session_id AS "sessionId", status, deadline_at AS "deadlineAt", closing,
              version, header FROM assessment.attempts`,
    ),
    closings: await rows(
      'SELECT attempt_id AS "attemptId", closing, closed_by AS "closedBy", root FROM assessment.closings',
    ),
    results: await rows('SELECT attempt_id AS "attemptId", closing, result FROM scoring.results'),
    packages: await rows('SELECT package_id AS "packageId", version, hash, content FROM scoring.scoring_packages'),
    progress: await ofServices(readProgress, client),
    outbox: await ofServices(readOutbox, client),
  };
}

export async function ofServices<Row>(
  read: (client: Client, schema: string) => Promise<Row[]>,
  client: Client,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const schema of SERVICES) rows.push(...(await read(client, schema)));
  return rows;
}

export async function readProgress(client: Client, schema: string): Promise<ProgressRow[]> {
  const { rows } = await client.query<ProgressRow>(
    `SELECT '${schema}' AS schema, consumer_group AS "group", topic, partition, next_offset::double precision AS "nextOffset",
            (extract(epoch FROM updated_at) * 1000)::double precision AS "movedAtMs" FROM ${schema}.consumer_progress`,
  );
  return rows;
}

async function readOutbox(client: Client, schema: string): Promise<OutboxRow[]> {
  const { rows } = await client.query<OutboxRow>(
    `SELECT '${schema}' AS schema, event_id AS "eventId", topic, published_at IS NOT NULL AS "isPublished", partition, "offset",
            (extract(epoch FROM created_at) * 1000)::double precision AS "createdAtMs" FROM ${schema}.outbox`,
  );
  return rows;
}
