import { Client } from 'pg';
import type { PartitionLook, PartitionName } from './standing.watch';

const SCHEMAS = ['assessment', 'scoring', 'scheduler'];
const POSITIONS = SCHEMAS.map(
  (schema) => `SELECT consumer_group, topic, partition, next_offset FROM ${schema}.consumer_progress`,
).join(' UNION ALL ');

interface PositionRow {
  readonly consumer_group: string;
  readonly topic: string;
  readonly partition: number;
  readonly next_offset: string;
}

/** Ends of the partitions of a topic. */
export type ReadEnds = (topic: string) => Promise<ReadonlyMap<number, number>>;

/** Where every consumer group stands, by the database, and where the log ends, by the log. */
export class PositionsReader {
  private constructor(
    private readonly client: Client,
    private readonly readEnds: ReadEnds,
  ) {}

  static async open(databaseUrl: string, readEnds: ReadEnds): Promise<PositionsReader> {
    const client = new Client({ connectionString: databaseUrl, application_name: 'petabakat upgrade test' });
    await client.connect();
    return new PositionsReader(client, readEnds);
  }

  async read(): Promise<Map<PartitionName, PartitionLook>> {
    const { rows } = await this.client.query<PositionRow>(POSITIONS);
    const topics = [...new Set(rows.map(({ topic }) => topic))];
    // After the positions: an end that is younger makes a standstill longer, never shorter.
    const ends = new Map(await Promise.all(topics.map(async (topic) => [topic, await this.readEnds(topic)] as const)));
    return new Map(
      rows.map(({ consumer_group: group, topic, partition, next_offset: next }) => [
        `${group} ${topic} ${partition}`,
        { position: Number(next), end: ends.get(topic)!.get(partition) ?? 0 },
      ]),
    );
  }

  close(): Promise<void> {
    return this.client.end();
  }
}
