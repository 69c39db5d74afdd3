import { type AttemptView, type AttemptViews, lifetimeMsOf } from './attempt-views';

/** Two exam days of a whole year's target; one view takes about 1 KB, the texts of its form being shared. */
const VIEWS_MAX = 100_000;

export interface InProcessAttemptViewsOptions {
  readonly nowMs?: () => number;
  readonly viewsMax?: number;
}

interface StoredView {
  readonly view: AttemptView;
  readonly endsAtMs: number;
}

/** Stands in for Redis where gateway and assessment share a process. */
export class InProcessAttemptViews implements AttemptViews {
  private readonly stored = new Map<string, StoredView>();
  private readonly nowMs: () => number;
  private readonly viewsMax: number;

  constructor(options: InProcessAttemptViewsOptions = {}) {
    this.nowMs = options.nowMs ?? Date.now;
    this.viewsMax = options.viewsMax ?? VIEWS_MAX;
  }

  get(attemptId: string): Promise<AttemptView | null> {
    return Promise.resolve(this.current(attemptId));
  }

  put(views: readonly AttemptView[]): Promise<void> {
    for (const view of views) {
      const known = this.current(view.attemptId);
      if (known && known.version > view.version) continue;
      // Taken out first, so that the map's order is that of the last writes and its head the view to drop.
      this.stored.delete(view.attemptId);
      this.stored.set(view.attemptId, { view, endsAtMs: this.nowMs() + lifetimeMsOf(view) });
      if (this.stored.size > this.viewsMax) this.dropOldest();
    }
    return Promise.resolve();
  }

  ping(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.stored.clear();
    return Promise.resolve();
  }

  private current(attemptId: string): AttemptView | null {
    const found = this.stored.get(attemptId);
    if (!found) return null;
    if (found.endsAtMs > this.nowMs()) return found.view;
    this.stored.delete(attemptId);
    return null;
  }

  private dropOldest(): void {
    const oldest = this.stored.keys().next();
    if (!oldest.done) this.stored.delete(oldest.value);
  }
}
