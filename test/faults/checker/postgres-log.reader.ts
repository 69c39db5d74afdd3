import { Client } from 'pg';
import type { LogEntry, LogReader } from './evidence';

/** Some ten megabytes at a time. */
const PAGE_RECORDS = 10_000;

interface Row {
  readonly topic_id: number;
  readonly partition: number;
  readonly offset: string;
  readonly appended_at_ms: string;
  readonly key: string;
  readonly value: string;
}

/** Reads the log that stands in PostgreSQL with plain SQL. */
export class PostgresLogReader implements LogReader {
  private constructor(
    private readonly client: Client,
    private readonly schema: string,
  ) {}

  static async open(url: string, schema = 'log'): Promise<PostgresLogReader> {
    const client = new Client({ connectionString: url, application_name: 'checker' });
    await client.connect();
    return new PostgresLogReader(client, schema);
  }

  async *read(topics: readonly string[]): AsyncGenerator<LogEntry> {
    for (const topic of topics) {
      const topicId = await this.topicId(topic);
      let from = { partition: -1, offset: -1 };
      for (let page = await this.page(topicId, from); page.length > 0; page = await this.page(topicId, from)) {
        for (const row of page) yield entryOf(topic, row);
        const last = page.at(-1)!;
        from = { partition: last.partition, offset: Number(last.offset) };
      }
    }
  }

  async ends(topics: readonly string[]): Promise<Map<string, Map<number, number>>> {
    const { rows } = await this.client.query<{ name: string; partition: number; next_offset: string }>(
      `SELECT name, partition, next_offset FROM ${this.schema}.head JOIN ${this.schema}.topic USING (topic_id)
        WHERE name = ANY($1)`,
      [topics],
    );
    const ends = new Map<string, Map<number, number>>();
    for (const row of rows) {
      const partitions = ends.get(row.name) ?? new Map<number, number>();
      ends.set(row.name, partitions.set(row.partition, Number(row.next_offset)));
    }
    return ends;
  }

  close(): Promise<void> {
    return this.client.end();
  }

  private async topicId(topic: string): Promise<number> {
    const { rows } = await this.client.query<{ topic_id: number }>(
      `SELECT topic_id FROM ${this.schema}.topic WHERE name = $1`,
      [topic],
    );
    if (!rows[0]) throw new Error(`the log has no topic ${topic}`);
    return rows[0].topic_id;
  }

  private async page(topicId: number, from: { partition: number; offset: number }): Promise<Row[]> {
    const { rows } = await this.client.query<Row>(
      `SELECT topic_id, partition, "offset", appended_at_ms, key, value FROM ${this.schema}.record
        WHERE topic_id = $1 AND (partition, "offset") > ($2, $3) ORDER BY partition, "offset" LIMIT ${PAGE_RECORDS}`,
      [topicId, from.partition, from.offset],
    );
    return rows;
  }
}

function entryOf(topic: string, row: Row): LogEntry {
  const { partition, key, value } = row;
  return { topic, partition, offset: Number(row.offset), key, value, appendedAtMs: Number(row.appended_at_ms) };
}
