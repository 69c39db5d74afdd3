import type { DataSource, QueryRunner } from 'typeorm';
import type { OutboxStore, PublishedRow, WaitingRow } from './outbox-store';

/**
 * The outbox table behind the relay's port. Everything runs on the one connection that holds the advisory lock: with
 * the connection goes the leadership, so a relay that has lost it can neither take nor mark.
 */
export class SqlOutboxStore implements OutboxStore {
  private leading: QueryRunner | null = null;

  constructor(
    private readonly dataSource: DataSource,
    private readonly schema: string,
  ) {}

  async lead(): Promise<boolean> {
    if (this.leading && !this.leading.isReleased) return true;
    this.leading = null;
    const runner = this.dataSource.createQueryRunner();
    try {
      const [row]: { held: boolean }[] = await runner.query(
        'SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS held',
        [this.lockName],
      );
      if (row?.held) this.leading = runner;
    } finally {
      if (this.leading !== runner) await runner.release();
    }
    return this.leading === runner;
  }

  take(rowsMax: number, bytesMax: number): Promise<WaitingRow[]> {
    return this.connection.query(
      `WITH waiting AS (
         SELECT id, topic, key, value FROM outbox WHERE published_at IS NULL ORDER BY id LIMIT $1
       ), measured AS (
         SELECT *, sum(octet_length(value)) OVER (ORDER BY id) AS bytes, row_number() OVER (ORDER BY id) AS place
         FROM waiting
       )
       SELECT id, topic, key, value FROM measured WHERE place = 1 OR bytes <= $2 ORDER BY id`,
      [rowsMax, bytesMax],
    );
  }

  async mark(rows: readonly PublishedRow[]): Promise<void> {
    await this.connection.query(
      `UPDATE outbox SET published_at = clock_timestamp(), partition = place.partition, "offset" = place."offset"
       FROM unnest($1::bigint[], $2::integer[], $3::bigint[]) AS place (id, partition, "offset")
       WHERE outbox.id = place.id`,
      [rows.map(({ id }) => id), rows.map(({ partition }) => partition), rows.map(({ offset }) => offset)],
    );
  }

  async sweep(olderThanMs: number, rowsMax: number): Promise<number> {
    // The oldest ids are the oldest publications, but for a few held-up rows; so the primary key serves as the index.
    const [, deleted]: [unknown, number] = await this.connection.query(
      `DELETE FROM outbox
       WHERE id IN (SELECT id FROM outbox ORDER BY id LIMIT $2)
         AND published_at < now() - $1 * interval '1 millisecond'`,
      [olderThanMs, rowsMax],
    );
    return deleted;
  }

  async resign(): Promise<void> {
    const runner = this.leading;
    this.leading = null;
    if (!runner || runner.isReleased) return;
    try {
      await runner.query('SELECT pg_advisory_unlock(hashtextextended($1, 0))', [this.lockName]);
    } finally {
      // A connection that is broken is not put back into the pool, so the lock cannot outlive this.
      await runner.release();
    }
  }

  private get lockName(): string {
    return `petabakat.outbox.${this.schema}`;
  }

  private get connection(): QueryRunner {
    if (!this.leading) throw new Error('this relay does not lead the outbox');
    return this.leading;
  }
}
