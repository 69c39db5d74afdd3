/** An outbox row that is not published yet. */
export interface WaitingRow {
  readonly id: string;
  readonly topic: string;
  readonly key: string;
  readonly value: string;
}

/** Where the log acknowledged it. */
export interface PublishedRow {
  readonly id: string;
  readonly partition: number;
  readonly offset: number;
}

/** What the relay needs of a database: narrow, so that a simulator can stand in for it. */
export interface OutboxStore {
  /** Takes or keeps the leadership over this outbox. At most one relay leads at a time. */
  lead(): Promise<boolean>;
  /** The first waiting rows in the order of their ids: at most so many, and at most so many bytes unless one row has more. */
  take(rowsMax: number, bytesMax: number): Promise<readonly WaitingRow[]>;
  mark(rows: readonly PublishedRow[]): Promise<void>;
  /** Deletes rows that were published longer ago than this; returns how many, at most `rowsMax`. */
  sweep(olderThanMs: number, rowsMax: number): Promise<number>;
  /** Gives the leadership up. */
  resign(): Promise<void>;
}
