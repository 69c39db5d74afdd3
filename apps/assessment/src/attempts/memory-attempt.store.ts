import {
  type EventBatch,
  type MemoryOutbox,
  type MemoryProgress,
  type OutboxEvent,
  TransientFailure,
} from '@app/messaging';
import { TOPICS, isoTime } from '@app/contracts';
import type { AttemptNeeds, AttemptRows, AttemptStore, DueBefore, DueMarker } from './attempt.store';
import type { FoldedChanges } from './domain/attempt-history';
import {
  type AnswerRecord,
  type AttemptHeader,
  type AttemptState,
  type ConflictRecord,
  deadlineOf,
  emptyState,
  statusOf,
} from './domain/attempt-state';

/** A forced finish that waits for its marker. */
export interface PendingFinish extends DueMarker {
  readonly dueAt: string;
}

/** Fate of one hand-over of due markers, as a simulated database decides it. */
export type HandOverFate = 'done' | 'refused' | 'answer-lost';

/** Tables of a simulated database, which outlive the stores over them. */
export class MemoryAttemptTables {
  readonly headers = new Map<string, AttemptHeader>();
  readonly answers = new Map<string, Map<number, AnswerRecord>>();
  readonly current = new Map<string, Map<string, AnswerRecord>>();
  readonly conflicts: ConflictRecord[] = [];
  readonly closings: FoldedChanges['closed'][number][] = [];
  readonly pendingFinishes = new Map<string, PendingFinish>();
  /** Ids that the outbox has taken; each is taken once. */
  readonly eventIds = new Set<string>();
  /** Row ids of the outbox by event. */
  readonly outboxRows = new Map<string, string>();
}

/** The twin of `SqlAttemptStore` for simulations, over tables in this process and the simulated progress row. */
export class MemoryAttemptStore implements AttemptStore {
  constructor(
    private readonly tables: MemoryAttemptTables,
    private readonly outbox: MemoryOutbox,
    private readonly progress: MemoryProgress,
    private readonly fateOfHandOver: () => HandOverFate = () => 'done',
  ) {}

  async apply(batch: EventBatch, work: (fresh: EventBatch, rows: AttemptRows) => Promise<void>): Promise<void> {
    await this.progress.run(batch, async (fresh) => {
      const effects: (() => void)[] = [];
      await work(fresh, {
        load: async (needs) => this.load(needs),
        save: async (changes, events) => void effects.push(() => this.save(changes, events)),
      });
      return () => effects.forEach((effect) => effect());
    });
  }

  async handOverDue(due: DueBefore, eventOf: (marker: DueMarker) => OutboxEvent): Promise<number> {
    const fate = this.fateOfHandOver();
    if (fate === 'refused') throw new TransientFailure('simulated: the database is away');
    const markers = [...this.overdue(due), ...this.takeForced(due)];
    this.add(markers.map(eventOf));
    if (fate === 'answer-lost') throw new TransientFailure('simulated: the answer to the commit was lost');
    return markers.length;
  }

  /** As a command's transaction does. */
  add(events: readonly OutboxEvent[]): void {
    for (const { topic, key, event } of events) {
      if (this.tables.eventIds.has(event.id)) continue;
      this.tables.eventIds.add(event.id);
      this.tables.outboxRows.set(event.id, this.outbox.add(TOPICS[topic].name, key, JSON.stringify(event)));
    }
  }

  private load({ attemptIds, wholeIds, touched }: AttemptNeeds): Map<string, AttemptState> {
    const states = new Map([...attemptIds, ...wholeIds].map((id) => [id, emptyState(id)]));
    for (const [attemptId, state] of states) state.header = this.tables.headers.get(attemptId) ?? null;
    for (const attemptId of wholeIds) {
      const state = states.get(attemptId)!;
      for (const [seq, answer] of this.tables.answers.get(attemptId) ?? []) state.answers.set(seq, answer);
      for (const [itemId, answer] of this.tables.current.get(attemptId) ?? []) state.current.set(itemId, answer);
    }
    for (const { attemptId, seq, itemId } of touched) {
      const state = states.get(attemptId)!;
      const first = this.tables.answers.get(attemptId)?.get(seq);
      const current = this.tables.current.get(attemptId)?.get(itemId);
      if (first) state.answers.set(seq, first);
      if (current) {
        state.answers.set(current.seq, current);
        state.current.set(itemId, current);
      }
    }
    return states;
  }

  private save(changes: FoldedChanges, events: readonly OutboxEvent[]): void {
    const { tables } = this;
    for (const answer of changes.answers) {
      const answers = tables.answers.get(answer.attemptId) ?? new Map<number, AnswerRecord>();
      if (answers.has(answer.seq)) throw new Error('an answer that the fold took for new is stored already');
      tables.answers.set(answer.attemptId, answers.set(answer.seq, answer));
    }
    tables.conflicts.push(...changes.conflicts);
    for (const [attemptId, items] of changes.current) this.raiseCurrent(attemptId, items);
    for (const [attemptId, items] of changes.rejudged) tables.current.set(attemptId, new Map(items));
    for (const [attemptId, header] of changes.headers) tables.headers.set(attemptId, header);
    tables.closings.push(...changes.closed);
    this.add(events);
  }

  private raiseCurrent(attemptId: string, items: ReadonlyMap<string, AnswerRecord>): void {
    const current = this.tables.current.get(attemptId) ?? new Map<string, AnswerRecord>();
    this.tables.current.set(attemptId, current);
    for (const [itemId, answer] of items) {
      const rival = current.get(itemId);
      if (!rival || answer.seq > rival.seq) current.set(itemId, answer);
    }
  }

  private overdue({ deadlinesBefore, rowsMax }: DueBefore): DueMarker[] {
    const due: DueMarker[] = [];
    for (const [attemptId, header] of this.tables.headers) {
      const deadlineMs = deadlineOf(header);
      if (statusOf(header) !== 'started' || deadlineMs === null || isoTime(deadlineMs) > deadlinesBefore) continue;
      const eventId = `${attemptId}/close/deadline/${deadlineMs}`;
      if (this.tables.eventIds.has(eventId)) continue;
      due.push({ eventId, attemptId, cause: 'deadline', at: isoTime(deadlineMs), actor: null, reasonCode: null });
    }
    return due.sort((a, b) => (a.at < b.at ? -1 : 1)).slice(0, rowsMax);
  }

  private takeForced({ finishesBefore, rowsMax }: DueBefore): DueMarker[] {
    const { pendingFinishes } = this.tables;
    const due = [...pendingFinishes.values()]
      .filter(({ dueAt }) => dueAt <= finishesBefore)
      .sort((a, b) => (a.dueAt < b.dueAt ? -1 : 1))
      .slice(0, rowsMax);
    for (const { eventId } of due) pendingFinishes.delete(eventId);
    return due;
  }
}
