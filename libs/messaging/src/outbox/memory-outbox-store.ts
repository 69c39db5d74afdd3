import type { Runtime } from '../log/runtime';
import type { OutboxStore, PublishedRow, WaitingRow } from './outbox-store';

interface StoredRow extends WaitingRow {
  place: { readonly partition: number; readonly offset: number; readonly publishedAtMs: number } | null;
}

/** An outbox that outlives the stores over it, as a table outlives connections. */
export class MemoryOutbox {
  readonly rows: StoredRow[] = [];
  leader: MemoryOutboxStore | null = null;
  private nextId = 1;

  add(topic: string, key: string, value: string): string {
    const id = String(this.nextId++);
    this.rows.push({ id, topic, key, value, place: null });
    return id;
  }

  get waiting(): readonly WaitingRow[] {
    return this.rows.filter(({ place }) => place === null);
  }
}

/** The relay's port over a `MemoryOutbox`, for simulations: the twin of `SqlOutboxStore`. */
export class MemoryOutboxStore implements OutboxStore {
  constructor(
    private readonly outbox: MemoryOutbox,
    private readonly runtime: Runtime,
  ) {}

  async lead(): Promise<boolean> {
    this.outbox.leader ??= this;
    return this.outbox.leader === this;
  }

  async take(rowsMax: number, bytesMax: number): Promise<readonly WaitingRow[]> {
    this.assertLeading();
    const taken: WaitingRow[] = [];
    let bytes = 0;
    for (const row of this.outbox.waiting.slice(0, rowsMax)) {
      bytes += Buffer.byteLength(row.value);
      if (taken.length > 0 && bytes > bytesMax) break;
      taken.push(row);
    }
    return taken;
  }

  async mark(rows: readonly PublishedRow[]): Promise<void> {
    this.assertLeading();
    const publishedAtMs = this.runtime.nowMs();
    const places = new Map(rows.map(({ id, partition, offset }) => [id, { partition, offset, publishedAtMs }]));
    for (const row of this.outbox.rows) row.place = places.get(row.id) ?? row.place;
  }

  async sweep(olderThanMs: number, rowsMax: number): Promise<number> {
    this.assertLeading();
    const limitMs = this.runtime.nowMs() - olderThanMs;
    const swept = this.outbox.rows.slice(0, rowsMax).filter(({ place }) => place && place.publishedAtMs < limitMs);
    for (const row of swept) this.outbox.rows.splice(this.outbox.rows.indexOf(row), 1);
    return swept.length;
  }

  async resign(): Promise<void> {
    if (this.outbox.leader === this) this.outbox.leader = null;
  }

  private assertLeading(): void {
    if (this.outbox.leader !== this) throw new Error('this relay does not lead the outbox');
  }
}
