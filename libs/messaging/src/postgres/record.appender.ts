import { recordBytesMaxOf } from '@app/contracts';
import type { Pool, PoolClient } from 'pg';
import type { AppendOutcome, NewRecord } from '../log/event-log';
import { partitionOf } from '../log/partitioner';
import type { KnownTopic } from './topic.repository';

/** Larger statements hold the locks of all partitions longer without saving anything per record. */
const STATEMENT_RECORDS_MAX = 1_000;
/** Text of one statement, which client and server hold several times over. */
const STATEMENT_BYTES_MAX = 4_000_000;

/**
 * One statement, hence one transaction. The heads of all partitions concerned are locked in partition order (two writers
 * cannot deadlock), moved by the number of records, and the records inserted from where each head stood.
 */
const APPEND = `
  WITH input AS (
    SELECT partition, key, value, row_number() OVER (PARTITION BY partition ORDER BY nth) - 1 AS ahead
    FROM unnest($2::integer[], $3::text[], $4::text[]) WITH ORDINALITY AS given(partition, key, value, nth)
  ), counted AS (
    SELECT partition, count(*) AS records FROM input GROUP BY partition
  ), locked AS MATERIALIZED (
    SELECT partition FROM head
    WHERE topic_id = $1 AND partition IN (SELECT partition FROM counted)
    ORDER BY partition FOR UPDATE
  ), moved AS (
    UPDATE head SET next_offset = next_offset + records
    FROM counted JOIN locked USING (partition)
    WHERE topic_id = $1 AND head.partition = counted.partition
    RETURNING head.partition, next_offset - records AS first_offset
  ), appended AS (
    INSERT INTO record (topic_id, partition, "offset", appended_at_ms, key, value)
    SELECT $1, partition, first_offset + ahead, (SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)), key, value
    FROM input JOIN moved USING (partition)
  )
  SELECT partition, first_offset FROM moved`;

interface Placed {
  /** Index in the caller's list. */
  readonly index: number;
  readonly partition: number;
  readonly record: NewRecord;
}

/** Appends lists of records and says of each what became of it. */
export class RecordAppender {
  constructor(private readonly pool: Pool) {}

  async append(topic: KnownTopic, records: readonly NewRecord[]): Promise<AppendOutcome[]> {
    const outcomes: AppendOutcome[] = [];
    const placed: Placed[] = [];
    for (const [index, record] of records.entries()) {
      const problem = problemOf(record, recordBytesMaxOf(topic.name));
      if (problem) outcomes[index] = { status: 'refused', error: problem };
      else placed.push({ index, partition: partitionOf(record.key, topic.partitions), record });
    }
    let stoppedBy: Error | null = null;
    for (const part of inStatements(placed)) {
      // Behind a part that failed nothing is appended: a later record must not overtake an earlier one of its key.
      const results = stoppedBy ? refusals(part, stoppedBy) : await this.appendStatement(topic.topicId, part);
      for (const [nth, { index }] of part.entries()) outcomes[index] = results[nth]!;
      stoppedBy ??= failureIn(results);
    }
    return outcomes;
  }

  private async appendStatement(topicId: number, part: readonly Placed[]): Promise<readonly AppendOutcome[]> {
    let client: PoolClient;
    try {
      client = await this.pool.connect();
    } catch (error) {
      return refusals(part, new Error('no connection to the log', { cause: error }));
    }
    try {
      const firstOffsets = await runAppend(client, topicId, part);
      client.release();
      return positionsOf(part, firstOffsets);
    } catch (error) {
      const rolledBack = isRolledBack(error);
      client.release(!rolledBack);
      const reason = new Error('the log did not confirm the append', { cause: error });
      return part.map(() => ({ status: rolledBack ? 'refused' : 'unknown', error: reason }));
    }
  }
}

/** @returns offset of each partition's first record, by partition */
async function runAppend(client: PoolClient, topicId: number, part: readonly Placed[]): Promise<Map<number, number>> {
  const result = await client.query<[number, number]>({
    name: 'append',
    text: APPEND,
    values: [
      topicId,
      part.map(({ partition }) => partition),
      part.map(({ record }) => record.key),
      part.map(({ record }) => record.value),
    ],
    rowMode: 'array',
  });
  return new Map(result.rows);
}

function positionsOf(part: readonly Placed[], firstOffsets: ReadonlyMap<number, number>): AppendOutcome[] {
  const next = new Map(firstOffsets);
  return part.map(({ partition }) => {
    const offset = next.get(partition);
    if (offset === undefined) {
      return { status: 'refused', error: new Error(`partition ${partition} has no head: its topic was removed`) };
    }
    next.set(partition, offset + 1);
    return { status: 'appended', partition, offset };
  });
}

/**
 * An ERROR reply means that the statement, and with it its transaction, was rolled back. Anything else leaves open
 * whether the commit had happened before: a broken connection, a FATAL during shutdown, a severity in another language.
 */
function isRolledBack(error: unknown): boolean {
  return (error as { severity?: unknown }).severity === 'ERROR';
}

function failureIn(outcomes: readonly AppendOutcome[]): Error | null {
  for (const outcome of outcomes) if (outcome.status !== 'appended') return outcome.error;
  return null;
}

function refusals(part: readonly Placed[], error: Error): AppendOutcome[] {
  return part.map(() => ({ status: 'refused', error }));
}

/** PostgreSQL's text cannot hold U+0000; one such record must not cost its neighbours their append. */
function problemOf({ key, value }: NewRecord, bytesMax: number): Error | null {
  if (key.includes('\0') || value.includes('\0')) return new RangeError('a record must not contain U+0000');
  const bytes = Buffer.byteLength(key) + Buffer.byteLength(value);
  if (bytes > bytesMax) return new RangeError(`a record of ${bytes} bytes; at most ${bytesMax}`);
  return null;
}

function inStatements(placed: readonly Placed[]): Placed[][] {
  const parts: Placed[][] = [];
  let bytes = 0;
  for (const item of placed) {
    const size = item.record.key.length + item.record.value.length;
    const current = parts.at(-1);
    if (!current || current.length >= STATEMENT_RECORDS_MAX || bytes + size > STATEMENT_BYTES_MAX) {
      parts.push([item]);
      bytes = size;
    } else {
      current.push(item);
      bytes += size;
    }
  }
  return parts;
}
