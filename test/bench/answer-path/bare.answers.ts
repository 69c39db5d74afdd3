import type { AnswerSubmitted, CloudEvent } from '@app/contracts';
import type { LogRecord } from '@app/messaging';
import type { AttemptNeeds } from '../../../apps/assessment/src/attempts/attempt.store';
import type { FoldedChanges } from '../../../apps/assessment/src/attempts/domain/attempt-history';
import type { AnswerRecord } from '../../../apps/assessment/src/attempts/domain/attempt-state';

/** Records of answers as the tables take them, without a look at a schema. */
export function answersOf(records: readonly LogRecord[]): AnswerRecord[] {
  return records.map(({ offset, value }) => {
    const { data } = JSON.parse(value) as CloudEvent<AnswerSubmitted>;
    return { ...data, receivedAtMs: Date.parse(data.receivedAt), offset };
  });
}

export function needsOf(answers: readonly AnswerRecord[]): AttemptNeeds {
  return { attemptIds: [...new Set(answers.map(({ attemptId }) => attemptId))], wholeIds: [], touched: answers };
}

/** What the fold would say of answers that all count. */
export function changesOf(answers: AnswerRecord[]): FoldedChanges {
  const current = new Map<string, Map<string, AnswerRecord>>();
  for (const answer of answers) {
    const items = current.get(answer.attemptId) ?? new Map<string, AnswerRecord>();
    current.set(answer.attemptId, items.set(answer.itemId, answer));
  }
  return { headers: new Map(), answers, conflicts: [], current, rejudged: new Map(), closed: [] };
}
