import { type AttemptChange, type AttemptRecord, applyChange, foldRecord } from './attempt-fold';
import type { AnswerRecord, AttemptHeader, AttemptState, ConflictRecord } from './attempt-state';
import type { RootOf } from './closing';

export interface KeyedRecord {
  readonly attemptId: string;
  readonly record: AttemptRecord;
}

/** What a run of records changes, gathered so that SQL can write it in a few statements. */
export interface FoldedChanges {
  /** Last header of each attempt whose header changed. */
  readonly headers: Map<string, AttemptHeader>;
  readonly answers: AnswerRecord[];
  readonly conflicts: ConflictRecord[];
  /** Last answer that counts, by attempt and item, of attempts that were not re-judged. */
  readonly current: Map<string, Map<string, AnswerRecord>>;
  /** All answers that count, of attempts that were re-judged. */
  readonly rejudged: Map<string, ReadonlyMap<string, AnswerRecord>>;
  readonly closed: NonNullable<AttemptChange['closed']>[];
}

/** Folds records in the order of the log into the loaded states, which it brings up to date. */
export function foldRecords(
  states: ReadonlyMap<string, AttemptState>,
  records: readonly KeyedRecord[],
  rootOf: RootOf,
): FoldedChanges {
  const changes: FoldedChanges = {
    headers: new Map(),
    answers: [],
    conflicts: [],
    current: new Map(),
    rejudged: new Map(),
    closed: [],
  };
  for (const { attemptId, record } of records) {
    const state = states.get(attemptId);
    if (!state) throw new Error('a record belongs to an attempt that was not loaded');
    const change = foldRecord(state, record, rootOf);
    applyChange(state, change);
    gather(changes, attemptId, change);
  }
  for (const attemptId of changes.rejudged.keys()) changes.rejudged.set(attemptId, states.get(attemptId)!.current);
  return changes;
}

function gather(changes: FoldedChanges, attemptId: string, change: AttemptChange): void {
  if (change.header) changes.headers.set(attemptId, change.header);
  if (change.answer) changes.answers.push(change.answer);
  if (change.conflict) changes.conflicts.push(change.conflict);
  if (change.closed) changes.closed.push(change.closed);
  if (change.rejudged) {
    changes.rejudged.set(attemptId, change.rejudged);
    changes.current.delete(attemptId);
  } else if (change.current && !changes.rejudged.has(attemptId)) {
    const items = changes.current.get(attemptId) ?? new Map<string, AnswerRecord>();
    changes.current.set(attemptId, items.set(change.current.itemId, change.current));
  }
}
