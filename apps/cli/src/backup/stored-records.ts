import { ALL_TOPICS } from '@app/contracts';
import { EmbeddedPostgres } from '@app/database';
import { PostgresEventLog } from '@app/messaging';

/** Where each partition of each topic ends: what a restored log is compared with. */
export type LogEnds = Readonly<Record<string, readonly number[]>>;

/**
 * Starts the server on a data folder, reads where its log ends, and stops it. Starting recovers what a crash left,
 * stopping leaves files that are whole by themselves; and the folder is refused while another process uses it.
 */
export async function readLogEnds(databaseFolder: string): Promise<LogEnds> {
  const server = await EmbeddedPostgres.start({ dataDir: databaseFolder });
  try {
    const log = await PostgresEventLog.open({ url: server.url });
    try {
      const ends: Record<string, number[]> = {};
      for (const { name } of ALL_TOPICS) {
        const ranges = [...(await log.ranges(name))].sort(([a], [b]) => a - b);
        ends[name] = ranges.map(([, { endOffset }]) => endOffset);
      }
      return ends;
    } finally {
      await log.close();
    }
  } finally {
    await server.stop();
  }
}

export function recordsOf(ends: LogEnds): number {
  return Object.values(ends)
    .flat()
    .reduce((sum, end) => sum + end, 0);
}
