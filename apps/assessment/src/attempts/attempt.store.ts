import type { CloseCause } from '@app/contracts';
import type { EventBatch, OutboxEvent } from '@app/messaging';
import type { FoldedChanges } from './domain/attempt-history';
import type { AttemptState } from './domain/attempt-state';

/** What a batch needs of each attempt that it touches. */
export interface AttemptNeeds {
  /** Attempts whose header alone is needed, beside the rows below. */
  readonly attemptIds: readonly string[];
  /** Attempts whose whole history is needed. */
  readonly wholeIds: readonly string[];
  /** Rows that answers of the batch touch. */
  readonly touched: readonly { readonly attemptId: string; readonly seq: number; readonly itemId: string }[];
}

/** The rows of one batch's transaction. */
export interface AttemptRows {
  load(needs: AttemptNeeds): Promise<Map<string, AttemptState>>;
  /** Writes what the fold returned and nothing else, and the events that come of it. */
  save(changes: FoldedChanges, events: readonly OutboxEvent[]): Promise<void>;
}

/** An attempt whose time is over, or whose forced finish is due. */
export interface DueMarker {
  readonly eventId: string;
  readonly attemptId: string;
  readonly cause: CloseCause;
  /** The deadline that ran out, or the moment of the finish. */
  readonly at: string;
  readonly actor: string | null;
  readonly reasonCode: string | null;
}

export interface DueBefore {
  readonly deadlinesBefore: string;
  readonly finishesBefore: string;
  readonly rowsMax: number;
}

/** All that the fold and the sweeper need of a database: narrow, so that a simulator can stand in for it. */
export interface AttemptStore {
  /**
   * Runs the work on what of the batch is not applied yet, and moves the position with its effects: all or nothing. A
   * batch that is applied already is left alone.
   * @throws PositionBehind where the batch does not begin at the stored position
   */
  apply(batch: EventBatch, work: (fresh: EventBatch, rows: AttemptRows) => Promise<void>): Promise<void>;
  /** Puts the events of what is due into the outbox, each once however often it is asked. @returns how many were due */
  handOverDue(due: DueBefore, eventOf: (marker: DueMarker) => OutboxEvent): Promise<number>;
}
