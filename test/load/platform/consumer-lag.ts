import { TOPICS } from '@app/contracts';
import type { EventLog } from '@app/messaging';
import { Client } from 'pg';
import { nowMs } from '../driver/clock';

const TOPIC = TOPICS.attempts.name;
const CONNECT_TIMEOUT_MS = 2_000;
/** Samples that are kept to tell how old the oldest waiting record is; one a second. */
const SAMPLES_MAX = 600;

export interface Lag {
  readonly records: number;
  /** How long the oldest record that is not applied has been in the log, to the second. */
  readonly seconds: number;
}

type Offsets = ReadonlyMap<number, number>;

/** How far the tables are behind the log, by the log's own end and the tables' own positions. */
export class ConsumerLag {
  private readonly ends: { readonly atMs: number; readonly offsets: Offsets }[] = [];

  constructor(
    private readonly log: EventLog,
    private readonly databaseUrl: string,
  ) {}

  /** Null while log or database do not answer. */
  async sample(): Promise<Lag | null> {
    try {
      const atMs = nowMs();
      const ranges = await this.log.ranges(TOPIC);
      const offsets = new Map([...ranges].map(([partition, { endOffset }]) => [partition, endOffset]));
      this.ends.push({ atMs, offsets });
      if (this.ends.length > SAMPLES_MAX) this.ends.shift();
      return this.lagBehind(await this.positions(), offsets, atMs);
    } catch {
      return null;
    }
  }

  private lagBehind(positions: Offsets, ends: Offsets, nowAtMs: number): Lag {
    let records = 0;
    for (const [partition, end] of ends) records += Math.max(0, end - (positions.get(partition) ?? 0));
    if (records === 0) return { records, seconds: 0 };
    const isBehind = (offsets: Offsets) =>
      [...offsets].some(([partition, end]) => end > (positions.get(partition) ?? 0));
    const since = this.ends.find(({ offsets }) => isBehind(offsets));
    return { records, seconds: since ? (nowAtMs - since.atMs) / 1_000 : 0 };
  }

  private async positions(): Promise<Offsets> {
    const client = new Client({ connectionString: this.databaseUrl, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
    client.on('error', () => undefined);
    try {
      await client.connect();
      const { rows } = await client.query<{ partition: number; next_offset: string }>(
        'SELECT partition, next_offset FROM assessment.consumer_progress WHERE topic = $1',
        [TOPIC],
      );
      return new Map(rows.map((row) => [row.partition, Number(row.next_offset)]));
    } finally {
      await client.end();
    }
  }
}
