/**
 * What the gateway knows about an attempt between two reads: written by the assessment service, read by the gateway.
 * A view is a hint that lets most refusals happen early. Nothing is lost with it: without a view the gateway appends,
 * and the fold over the log decides.
 */
export interface AttemptView {
  readonly attemptId: string;
  readonly epoch: number;
  readonly status: AttemptViewStatus;
  /** Null until the attempt has started. */
  readonly deadlineMs: number | null;
  /** Items of the attempt's form. */
  readonly itemIds: readonly string[];
  /** Raised with every change of the attempt; a higher one is newer. */
  readonly version: number;
}

export const ATTEMPT_VIEW_STATUSES = ['logged-in', 'started', 'paused', 'closed'] as const;
export type AttemptViewStatus = (typeof ATTEMPT_VIEW_STATUSES)[number];

/** The store of views. Every method rejects with `ViewsUnavailable`, soon, where the store does not answer. */
export interface AttemptViews {
  get(attemptId: string): Promise<AttemptView | null>;
  /** An older version never replaces a newer one, whoever writes last. */
  put(views: readonly AttemptView[]): Promise<void>;
  ping(): Promise<void>;
  close(): Promise<void>;
}

export class ViewsUnavailable extends Error {
  constructor(cause: unknown) {
    super('the store of attempt views does not answer', { cause });
    this.name = 'ViewsUnavailable';
  }
}

const MINUTE_MS = 60_000;
/** A closed attempt gets stragglers for minutes only; later ones are appended and the fold finds them late. */
const CLOSED_LIFETIME_MS = 10 * MINUTE_MS;
/** Longer than any exam day; a view that nobody renews is of an attempt that nobody sits any more. */
const OPEN_LIFETIME_MS = 24 * 60 * MINUTE_MS;

/** How long the store keeps a view after it was last put. */
export function lifetimeMsOf(view: AttemptView): number {
  return view.status === 'closed' ? CLOSED_LIFETIME_MS : OPEN_LIFETIME_MS;
}
