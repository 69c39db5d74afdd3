import type { Pool } from 'pg';
import type { LogRecord, PartitionRange } from '../log/event-log';

export interface FetchRequest {
  readonly topicId: number;
  readonly partition: number;
  readonly fromOffset: number;
  readonly recordsMax: number;
}

/**
 * Records of several partitions in one statement. The sum runs over the records before each one, so a record larger than
 * the limit still comes, alone, and lengths are read without decompressing the values behind the limit.
 */
const FETCH = `
  SELECT wanted.nth, found."offset", found.appended_at_ms, found.key, found.value
  FROM unnest($1::integer[], $2::integer[], $3::bigint[], $4::integer[]) WITH ORDINALITY
    AS wanted(topic_id, partition, from_offset, records_max, nth)
  CROSS JOIN LATERAL (
    SELECT "offset", appended_at_ms, key, value,
      sum(octet_length(key) + octet_length(value)) OVER (ORDER BY "offset" ROWS UNBOUNDED PRECEDING)
        - octet_length(key) - octet_length(value) AS bytes_before
    FROM record
    WHERE topic_id = wanted.topic_id AND partition = wanted.partition
      AND "offset" >= wanted.from_offset AND "offset" < wanted.from_offset + wanted.records_max
  ) AS found
  WHERE found.bytes_before < $5
  ORDER BY wanted.nth, found."offset"`;

type FetchedRow = [nth: number, offset: number, appendedAtMs: number, key: string, value: string];

/** Everything that only reads the log. */
export class RecordRepository {
  constructor(private readonly pool: Pool) {}

  /** Ranges of all partitions of the topics, by `rangeKey`. One row per partition, whatever the log's size. */
  async ranges(topicIds: readonly number[]): Promise<Map<string, PartitionRange>> {
    const result = await this.pool.query<[number, number, number, number]>({
      name: 'ranges',
      text: 'SELECT topic_id, partition, start_offset, next_offset FROM head WHERE topic_id = ANY($1::integer[])',
      values: [topicIds],
      rowMode: 'array',
    });
    return new Map(
      result.rows.map(([topicId, partition, startOffset, endOffset]) => [
        rangeKey(topicId, partition),
        { startOffset, endOffset },
      ]),
    );
  }

  /** One list per request, in the order given; each ascending, at most `bytesMax` plus one record. */
  async fetch(requests: readonly FetchRequest[], bytesMax: number): Promise<LogRecord[][]> {
    const result = await this.pool.query<FetchedRow>({
      name: 'fetch',
      text: FETCH,
      values: [
        requests.map(({ topicId }) => topicId),
        requests.map(({ partition }) => partition),
        requests.map(({ fromOffset }) => fromOffset),
        requests.map(({ recordsMax }) => recordsMax),
        bytesMax,
      ],
      rowMode: 'array',
    });
    const lists: LogRecord[][] = requests.map(() => []);
    for (const [nth, offset, appendedAtMs, key, value] of result.rows) {
      lists[nth - 1]!.push({ offset, key, value, appendedAtMs });
    }
    return lists;
  }
}

export function rangeKey(topicId: number, partition: number): string {
  return `${topicId}/${partition}`;
}
