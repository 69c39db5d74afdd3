import type { Runtime } from '@app/messaging';
import type { AttemptView, AttemptViews } from '@app/views';

/** How long a view is used again without a look at the store. */
const FRESH_MS = 1_000;
/** After a failed read the store is left alone this long: a Redis that hangs must not add 100 ms to every answer. */
const STORE_PAUSE_MS = 1_000;
/** More attempts than one gateway serves within a second, so that the bound is met only under attack. */
const ENTRIES_MAX = 20_000;

interface CachedView {
  readonly readAtMs: number;
  readonly view: Promise<AttemptView | null>;
}

/** Views as this process saw them within the last second. Null where there is none, or where the store is away. */
export class AttemptViewCache {
  private readonly entries = new Map<string, CachedView>();
  private pausedUntilMs = -Infinity;

  constructor(
    private readonly views: AttemptViews,
    private readonly runtime: Runtime,
    private readonly entriesMax = ENTRIES_MAX,
  ) {}

  get(attemptId: string): Promise<AttemptView | null> {
    const cached = this.entries.get(attemptId);
    if (cached && this.runtime.monotonicMs() - cached.readAtMs < FRESH_MS) return cached.view;
    return this.read(attemptId);
  }

  /** Reads past the cache: a refusal has to stand on what the store says now. */
  read(attemptId: string): Promise<AttemptView | null> {
    const nowMs = this.runtime.monotonicMs();
    if (nowMs < this.pausedUntilMs) return Promise.resolve(null);
    const view = this.views.get(attemptId).catch(() => this.withoutStore(attemptId));
    // Taken out first, so that the map's order is that of the reads and its head the entry to drop.
    this.entries.delete(attemptId);
    this.entries.set(attemptId, { readAtMs: nowMs, view });
    if (this.entries.size > this.entriesMax) this.dropOldest();
    return view;
  }

  /** No failure of a hint may keep an answer from the log. */
  private withoutStore(attemptId: string): null {
    this.entries.delete(attemptId);
    this.pausedUntilMs = this.runtime.monotonicMs() + STORE_PAUSE_MS;
    return null;
  }

  private dropOldest(): void {
    const oldest = this.entries.keys().next();
    if (!oldest.done) this.entries.delete(oldest.value);
  }
}
