import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import { readHistory } from '../../load/history/history.merge';
import type { Evidence, LogReader, TablesEvidence } from './evidence';
import { gatherHistory } from './history.reader';
import { KafkaLogReader } from './kafka-log.reader';
import { PostgresLogReader } from './postgres-log.reader';
import { JUDGED_TOPICS, STILL_TOPICS } from './topics';
import { ofServices, readProgress, readTables } from './tables.reader';

const POLL_MS = 250;
/** A log that grows between every two looks is under load, and what is judged under load is judged wrongly. */
const LOOKS_MAX = 10;

export interface RunPlaces {
  readonly historyFile: string;
  readonly databaseUrl: string;
  /** Left out: the log stands in the database. */
  readonly brokers?: readonly string[];
  readonly commitmentSecret?: Buffer;
}

/** Opens everything that a run has left; the log is read while it is judged. */
export async function withEvidence<T>(places: RunPlaces, work: (evidence: Evidence) => Promise<T>): Promise<T> {
  const reader = await openLog(places);
  try {
    return await work({
      history: await gatherHistory(readHistory(places.historyFile)),
      tables: await tablesBesideLog(reader, places.databaseUrl),
      log: reader.read(JUDGED_TOPICS),
      ...(places.commitmentSecret ? { commitmentSecret: places.commitmentSecret } : {}),
    });
  } finally {
    await reader.close();
  }
}

/** Tables and log are read one after the other, so they fit together only if the log stood still meanwhile. */
async function tablesBesideLog(reader: LogReader, databaseUrl: string): Promise<TablesEvidence> {
  for (let looks = 1; ; looks++) {
    const before = await reader.ends(STILL_TOPICS);
    const tables = await readTables(databaseUrl);
    if (looks === LOOKS_MAX || isSameEnds(before, await reader.ends(STILL_TOPICS))) return tables;
  }
}

export function isSameEnds(a: Awaited<ReturnType<LogReader['ends']>>, b: typeof a): boolean {
  return [...a].every(([topic, ends]) => [...ends].every(([partition, end]) => b.get(topic)?.get(partition) === end));
}

/**
 * Waits until every consumer stands at the end of its topics and no outbox row waits: what is judged must lie still.
 * Gives up silently after the time; that not everything came to its end is then for the judgement to say.
 * @returns how long it took
 */
export async function untilStill(places: RunPlaces, timeoutMs: number): Promise<number> {
  const startedMs = Date.now();
  const reader = await openLog(places);
  const client = new Client({ connectionString: places.databaseUrl, application_name: 'checker' });
  await client.connect();
  try {
    while (Date.now() - startedMs < timeoutMs && !(await isStill(reader, client))) await pause(POLL_MS);
  } finally {
    await client.end();
    await reader.close();
  }
  return Date.now() - startedMs;
}

async function isStill(reader: LogReader, client: Client): Promise<boolean> {
  const ends = await reader.ends(STILL_TOPICS);
  const progress = await ofServices(readProgress, client);
  const isBehind = progress.some(({ topic, partition, nextOffset }) => {
    return nextOffset < (ends.get(topic)?.get(partition) ?? 0);
  });
  return !isBehind && (await ofServices(waitingRows, client)).every((count) => count === 0);
}

async function waitingRows(client: Client, schema: string): Promise<number[]> {
  const { rows } = await client.query<{ waiting: number }>(
    `SELECT count(*)::integer AS waiting FROM ${schema}.outbox WHERE published_at IS NULL`,
  );
  return [rows[0]!.waiting];
}

export function openLog({ databaseUrl, brokers }: RunPlaces): Promise<LogReader> {
  return brokers ? KafkaLogReader.open(brokers) : PostgresLogReader.open(databaseUrl);
}
