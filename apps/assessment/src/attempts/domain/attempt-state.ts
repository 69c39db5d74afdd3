import type { AnswerResponse, AttemptLoggedIn, CloseCause } from '@app/contracts';

/** The first record of one `seq`, as it stands in the log. Never changed: what it is worth is judged from the header. */
export interface AnswerRecord {
  readonly attemptId: string;
  readonly seq: number;
  readonly itemId: string;
  readonly response: AnswerResponse;
  readonly answeredAt: string;
  readonly receivedAtMs: number;
  readonly commitment: string;
  /** Where it stands; for a replayed dead letter, where it first stood. */
  readonly offset: number;
}

/** The same `seq` with another payload: kept as evidence, without effect. */
export interface ConflictRecord {
  readonly attemptId: string;
  readonly seq: number;
  readonly itemId: string;
  readonly response: AnswerResponse;
  readonly receivedAtMs: number;
  readonly commitment: string;
  readonly offset: number;
}

/** Where an attempt closes: nothing behind this position counts. */
export interface CloseMarker {
  readonly cause: CloseCause;
  readonly atMs: number;
  readonly offset: number;
}

export interface AcceptedEpoch {
  readonly epoch: number;
  /** Position of the acceptance: it covers what stands before it. */
  readonly offset: number;
}

/** Everything about an attempt but its answers. */
export interface AttemptHeader {
  readonly attemptId: string;
  readonly analyticsId: string;
  readonly sessionId: string;
  readonly agency: string;
  readonly seat: string;
  readonly form: AttemptLoggedIn['form'];
  readonly jobLevel: string | null;
  readonly performance: string | null;
  /** Partition of the log that holds the attempt. */
  readonly partition: number;
  /** epochStarts[e - 1]: position at which epoch e began. */
  readonly epochStarts: readonly number[];
  readonly acceptedEpochs: readonly AcceptedEpoch[];
  readonly durationSeconds: number;
  readonly extraSeconds: number;
  readonly creditedSeconds: number;
  readonly startedAtMs: number | null;
  readonly startedOffset: number | null;
  readonly pausedAtMs: number | null;
  /** Sum of the pauses that have ended. */
  readonly pausedMs: number;
  /** Logins after the start. */
  readonly resumes: number;
  readonly marker: CloseMarker | null;
  /** How often the final responses have been published. */
  readonly closing: number;
  /** Positions of dead letters that nobody has replayed or dismissed: they withhold the closing. */
  readonly openDeadLetters: readonly number[];
  readonly conflicts: number;
  /** Ids of the control events that have acted: each acts once. */
  readonly appliedIds: readonly string[];
  /** Rises with every control event that acted. */
  readonly version: number;
}

/**
 * An attempt as far as it has been loaded. `answers` and `current` may hold only what the events at hand touch;
 * events that re-judge the history (`rejudges`) need all of it.
 */
export interface AttemptState {
  readonly attemptId: string;
  header: AttemptHeader | null;
  readonly answers: Map<number, AnswerRecord>;
  /** The answer that counts for an item, by item. */
  readonly current: Map<string, AnswerRecord>;
}

export type AttemptStatus = 'logged-in' | 'started' | 'paused' | 'closed';

export function emptyState(attemptId: string): AttemptState {
  return { attemptId, header: null, answers: new Map(), current: new Map() };
}

export function statusOf(header: AttemptHeader): AttemptStatus {
  if (header.marker) return 'closed';
  if (header.pausedAtMs !== null) return 'paused';
  return header.startedAtMs === null ? 'logged-in' : 'started';
}

export function epochOf(header: AttemptHeader): number {
  return header.epochStarts.length;
}

/**
 * When the participant's time ends: start plus duration, extra time, credits and ended pauses.
 * @returns milliseconds since 1970; null before the start and while time stands still
 */
export function deadlineOf(header: AttemptHeader): number | null {
  if (header.startedAtMs === null || header.pausedAtMs !== null) return null;
  const allowedSeconds = header.durationSeconds + header.extraSeconds + header.creditedSeconds;
  return header.startedAtMs + allowedSeconds * 1000 + header.pausedMs;
}
