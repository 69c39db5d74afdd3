import { Client, types } from 'pg';
import type {
  AnswerRow,
  AttemptRow,
  AttemptTables,
  CommonTables,
  ConflictRow,
  OutboxRow,
  ProgressRow,
  TablesEvidence,
} from './evidence';
import type { Shards } from './shards';

const SERVICES = ['assessment', 'scoring', 'scheduler'] as const;

/** Of the result rows only the columns below are judged; times come as ISO text, numbers as numbers. */
const parsers = new Map<number, (text: string) => unknown>([
  [types.builtins.INT8, Number],
  [types.builtins.TIMESTAMPTZ, (text) => new Date(text).toISOString()],
]);

/** All tables in one snapshot of the database, with plain SQL. */
export class TablesReader {
  private constructor(private readonly client: Client) {}

  static async open(url: string): Promise<TablesReader> {
    const client = new Client({
      connectionString: url,
      application_name: 'checker',
      types: { getTypeParser: (type, format) => parsers.get(type) ?? types.getTypeParser(type, format) },
    });
    await client.connect();
    await client.query('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
    return new TablesReader(client);
  }

  close(): Promise<void> {
    return this.client.end();
  }

  async common(): Promise<CommonTables> {
    const [now] = await this.rows<{ ms: string }>('SELECT extract(epoch FROM clock_timestamp()) * 1000 AS ms');
    return {
      takenAtMs: Number(now!.ms),
      packages: await this.rows(
        'SELECT package_id AS "packageId", version, hash, content FROM scoring.scoring_packages',
      ),
      memberships: await this.rows(
        `SELECT agency_code AS agency, cluster, effective_from::text AS "effectiveFrom" FROM scheduler.memberships
          WHERE cluster IS NOT NULL`,
      ),
      progress: await ofServices(readProgress, this.client),
      outbox: await ofServices(readOutbox, this.client),
    };
  }

  /** @param one all attempts, or those of one part of them */
  async ofAttempts(one?: { readonly shards: Shards; readonly shard: number }): Promise<AttemptTables> {
    const where = one ? `WHERE ${one.shards.condition('attempt_id', one.shard)}` : '';
    const answerColumns = `attempt_id AS "attemptId", seq, item_id AS "itemId", response, received_at AS "receivedAt",
      commitment, position`;
    return {
      answerEvents: await this.rows<AnswerRow>(
        `SELECT ${answerColumns}, answered_at AS "answeredAt" FROM assessment.answer_events ${where}`,
      ),
      conflicts: await this.rows<ConflictRow>(`SELECT ${answerColumns} FROM assessment.answer_conflicts ${where}`),
      answers: await this.rows(
        `SELECT attempt_id AS "attemptId", item_id AS "itemId", seq, response FROM assessment.answers ${where}`,
      ),
      attempts: await this.rows<AttemptRow>(
        `SELECT attempt_id AS "attemptId", session_id AS "sessionId", status, deadline_at AS "deadlineAt", closing,
                version, header FROM assessment.attempts ${where}`,
      ),
      closings: await this.rows(
        `SELECT attempt_id AS "attemptId", closing, closed_by AS "closedBy", root FROM assessment.closings ${where}`,
      ),
      results: await this.rows(`SELECT attempt_id AS "attemptId", closing, result FROM scoring.results ${where}`),
    };
  }

  private async rows<Row>(sql: string): Promise<Row[]> {
    return (await this.client.query(sql)).rows as Row[];
  }
}

/** Everything at once. */
export async function readTables(url: string): Promise<TablesEvidence> {
  const reader = await TablesReader.open(url);
  try {
    return { ...(await reader.common()), ...(await reader.ofAttempts()) };
  } finally {
    await reader.close();
  }
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
