import { buildEvent, type CloudEvent, TOPICS } from '@app/contracts';
import type { LogRecord } from '../log/event-log';
import type { EventBatch } from './event-batch';

const AT = '2026-01-05T02:00:00.000Z';

export function startedEvent(attemptId: string, id = `${attemptId}:started`): CloudEvent {
  return buildEvent('attemptStarted', {
    id,
    source: '/petabakat/assessment',
    subject: attemptId,
    time: AT,
    data: { attemptId, at: AT },
  });
}

export function startedRecord(offset: number, attemptId = `attempt-${offset}`): LogRecord {
  return { offset, key: attemptId, value: JSON.stringify(startedEvent(attemptId)), appendedAtMs: 0 };
}

/** A slice of the attempts topic with one event per offset. */
export function batchOf(firstOffset: number, nextOffset: number, group = 'tests'): EventBatch {
  const events = Array.from({ length: nextOffset - firstOffset }, (_, index) => {
    const attemptId = `attempt-${firstOffset + index}`;
    const event = startedEvent(attemptId);
    return { offset: firstOffset + index, key: attemptId, name: 'attemptStarted' as const, event };
  });
  return { group, topic: TOPICS.attempts.name, partition: 0, firstOffset, nextOffset, events, rejected: [] };
}
