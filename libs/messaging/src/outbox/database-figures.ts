import type { DataSource } from 'typeorm';

/** What a service's database says about its outbox, and about the clock of this process. */
export interface ServiceDatabaseFigures {
  readonly outboxWaiting: number;
  readonly outboxOldestSeconds: number;
  /** This process's clock minus the database's, as well as the time of one query lets it be known. */
  readonly clockDifferenceSeconds: number;
}

interface FiguresRow {
  readonly waiting: number;
  readonly oldest_seconds: number;
  readonly clock_seconds: number;
}

/** One short query over the index of waiting rows. */
export async function readDatabaseFigures(dataSource: DataSource): Promise<ServiceDatabaseFigures> {
  const beforeMs = Date.now();
  const [row]: FiguresRow[] = await dataSource.query(
    `SELECT count(*)::int AS waiting,
            coalesce(extract(epoch FROM clock_timestamp() - min(created_at)), 0)::float8 AS oldest_seconds,
            extract(epoch FROM clock_timestamp())::float8 AS clock_seconds
     FROM outbox WHERE published_at IS NULL`,
  );
  const middleMs = (beforeMs + Date.now()) / 2;
  return {
    outboxWaiting: row!.waiting,
    outboxOldestSeconds: row!.oldest_seconds,
    clockDifferenceSeconds: middleMs / 1_000 - row!.clock_seconds,
  };
}
