import type { AttemptClosed } from '@app/contracts';
import type { EventBatch } from '@app/messaging';
import type { FoldedChanges } from './domain/attempt-history';
import type { AttemptState } from './domain/attempt-state';
import { standingOf } from './domain/judgement';

/** A line of the log about an answer or an attempt, under the id of the request that it came from. */
export interface Remark {
  readonly level: 'log' | 'warn';
  readonly message: string;
  readonly attemptId: string;
  readonly correlationId: string | undefined;
  readonly [field: string]: unknown;
}

/** What people who look into one case want to know of a batch: conflicts, late answers, closings. */
export function remarksOn(
  batch: EventBatch,
  states: ReadonlyMap<string, AttemptState>,
  changes: FoldedChanges,
): Remark[] {
  const { partition } = batch;
  const idAt = correlationIds(batch);
  const conflicts = changes.conflicts.map(({ attemptId, seq, offset }): Remark => {
    const message = 'an answer conflicts with the first one of its seq';
    return { level: 'warn', message, attemptId, seq, partition, offset, correlationId: idAt.get(offset) };
  });
  const late = changes.answers
    .filter((answer) => standingOf(answer, states.get(answer.attemptId)?.header ?? null) === 'late')
    .map(({ attemptId, seq, offset }): Remark => {
      const message = 'an answer came late';
      return { level: 'log', message, attemptId, seq, partition, offset, correlationId: idAt.get(offset) };
    });
  const closed = changes.closed.map(({ attemptId, closing, closedBy, counts }): Remark => {
    const correlationId = correlationIdOfClosing(batch, attemptId, changes);
    return { level: 'log', message: 'an attempt closed', attemptId, closing, closedBy, counts, correlationId };
  });
  return [...conflicts, ...late, ...closed];
}

/** Of the record that closes the attempt, or that has it judged anew. */
export function correlationIdOfClosing(
  batch: EventBatch,
  attemptId: AttemptClosed['attemptId'],
  changes: FoldedChanges,
): string | undefined {
  const own = batch.events.filter(({ key }) => key === attemptId);
  const markerAt = changes.headers.get(attemptId)?.marker?.offset;
  const cause = own.find(({ offset }) => offset === markerAt) ?? own.at(-1);
  return cause?.event.correlationid;
}

function correlationIds({ events }: EventBatch): ReadonlyMap<number, string> {
  return new Map(
    events.flatMap(({ offset, event }) => (event.correlationid ? [[offset, event.correlationid] as const] : [])),
  );
}
