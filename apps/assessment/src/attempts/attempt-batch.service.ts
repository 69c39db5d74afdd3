import { type AnswerSubmitted, type AttemptClosed, buildEvent, isoTime } from '@app/contracts';
import type { EventBatch, OutboxEvent } from '@app/messaging';
import { leafOf, merkleRoot } from '@app/receipts';
import type { AttemptView, AttemptViews } from '@app/views';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { ASSESSMENT_SOURCE, ASSESSMENT_VIEWS, ATTEMPT_STORE } from '../assessment.tokens';
import { type Remark, correlationIdOfClosing, remarksOn } from './attempt-remarks';
import type { AttemptNeeds, AttemptStore } from './attempt.store';
import { type AttemptRecord, rejudges } from './domain/attempt-fold';
import { type KeyedRecord, foldRecords } from './domain/attempt-history';
import { type AnswerRecord, type AttemptHeader, deadlineOf, epochOf, statusOf } from './domain/attempt-state';

/** Applies a batch of an attempts partition: load what it touches, fold, write what the fold returns. */
@Injectable()
export class AttemptBatchService {
  private readonly logger = new Logger(AttemptBatchService.name);

  constructor(
    @Inject(ATTEMPT_STORE) private readonly store: AttemptStore,
    @Inject(ASSESSMENT_VIEWS) private readonly views: AttemptViews,
  ) {}

  async apply(batch: EventBatch): Promise<void> {
    let changed: AttemptHeader[] = [];
    let remarks: Remark[] = [];
    await this.store.apply(batch, async (fresh, rows) => {
      const records = keyedRecords(fresh);
      const states = await rows.load(needsOf(records));
      const changes = foldRecords(states, records, rootOf);
      const closings = changes.closed.map((closed) =>
        closedEvent(closed, correlationIdOfClosing(fresh, closed.attemptId, changes)),
      );
      await rows.save(changes, closings);
      changed = [...changes.headers.values()];
      remarks = remarksOn(fresh, states, changes);
    });
    for (const { level, ...remark } of remarks) this.logger[level](remark);
    if (changed.length > 0) await this.showViews(changed);
  }

  /** Views only spare the gateway an append that the fold would not count; without one it appends. So a failure is no harm. */
  private async showViews(headers: readonly AttemptHeader[]): Promise<void> {
    try {
      await this.views.put(headers.map(viewOf));
    } catch (error) {
      this.logger.warn({ message: 'attempt views could not be written', error: String(error) });
    }
  }
}

/** The root of an attempt: RFC 9162 over the receipts' fields. */
export function rootOf(answers: readonly AnswerRecord[], partition: number): string {
  return merkleRoot(
    answers.map((answer) => leafOf({ ...answer, partition, receivedAt: isoTime(answer.receivedAtMs) })),
  );
}

/** Good and bad records of a batch in the order of the log. */
export function keyedRecords(batch: EventBatch): KeyedRecord[] {
  const { partition } = batch;
  const good = batch.events.map(({ offset, key, name, event }): KeyedRecord & { offset: number } => {
    const record: AttemptRecord = { kind: 'event', partition, offset, id: event.id, name, data: event.data };
    return { attemptId: key, record, offset };
  });
  const bad = batch.rejected.map(({ offset, key }) => ({
    attemptId: key,
    record: { kind: 'rejected', partition, offset } as AttemptRecord,
    offset,
  }));
  return bad.length === 0 ? good : [...good, ...bad].sort((a, b) => a.offset - b.offset);
}

function needsOf(records: readonly KeyedRecord[]): AttemptNeeds {
  const whole = new Set<string>();
  for (const { attemptId, record } of records) {
    if (record.kind === 'event' && rejudges(record.name)) whole.add(attemptId);
  }
  const touched = records.flatMap(({ attemptId, record }) => {
    if (record.kind !== 'event' || record.name !== 'answerSubmitted' || whole.has(attemptId)) return [];
    const { seq, itemId } = record.data as AnswerSubmitted;
    return [{ attemptId, seq, itemId }];
  });
  const attemptIds = new Set(records.map(({ attemptId }) => attemptId).filter((id) => !whole.has(id)));
  return { attemptIds: [...attemptIds], wholeIds: [...whole], touched };
}

function closedEvent(closed: AttemptClosed, correlationId: string | undefined): OutboxEvent {
  const event = buildEvent('attemptClosed', {
    id: `${closed.attemptId}/closed/${closed.closing}`,
    source: ASSESSMENT_SOURCE,
    subject: closed.attemptId,
    time: closed.closedAt,
    correlationId,
    data: closed,
  });
  return { topic: 'responses', key: closed.attemptId, event };
}

export function viewOf(header: AttemptHeader): AttemptView {
  return {
    attemptId: header.attemptId,
    epoch: epochOf(header),
    status: statusOf(header),
    deadlineMs: deadlineOf(header),
    itemIds: header.form.sections.flatMap((section) => section.itemIds),
    version: header.version,
  };
}
