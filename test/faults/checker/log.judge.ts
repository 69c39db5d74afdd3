import { AttemptJudge } from './attempt.judge';
import type { LogEntry } from './evidence';
import { type DecodedEvent, publishedSchemas } from './record.decoder';
import { ATTEMPTS, ATTEMPTS_DEAD_LETTERS, positionOf } from './topics';

/** An answer as it stands at one position of the log. */
export interface RecordedAnswer {
  readonly attemptId: string;
  readonly seq: number;
  readonly itemId: string;
  readonly response: unknown;
  readonly commitment: string;
  readonly receivedAt: string;
}

export interface PublishedEvent {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly event: DecodedEvent;
}

/** What the log says by itself: every attempt judged, every answer by its position, and what else was published. */
export interface JudgedLog {
  readonly attempts: ReadonlyMap<string, AttemptJudge>;
  readonly answers: ReadonlyMap<string, RecordedAnswer>;
  /** Ids of all other events by position. */
  readonly eventIds: ReadonlyMap<string, string>;
  /** Why the record at a position cannot be read. */
  readonly unreadable: ReadonlyMap<string, string>;
  /** Positions that a consumer has set aside. */
  readonly deadLetters: ReadonlyMap<string, string>;
  readonly published: readonly PublishedEvent[];
}

/** Takes the topics that belong to attempts, from the first record on: all of them, or those of some attempts. */
export class LogFold implements JudgedLog {
  readonly attempts = new Map<string, AttemptJudge>();
  readonly answers = new Map<string, RecordedAnswer>();
  readonly eventIds = new Map<string, string>();
  readonly unreadable = new Map<string, string>();
  readonly deadLetters = new Map<string, string>();
  readonly published: PublishedEvent[] = [];
  private readonly decoder = publishedSchemas();

  take(entry: LogEntry): void {
    const { topic, partition, offset, key, value } = entry;
    const position = positionOf(topic, partition, offset);
    const decoded = this.decoder.decode(topic, key, value);
    if (!decoded.fits) {
      this.unreadable.set(position, decoded.why);
      if (decoded.id !== null) this.eventIds.set(position, decoded.id);
      if (topic === ATTEMPTS) this.attempt(key, partition).takeRejected(offset);
      return;
    }
    const { event } = decoded;
    if (topic === ATTEMPTS_DEAD_LETTERS) this.takeDeadLetter(event);
    else if (topic === ATTEMPTS) this.takeAttemptEvent(entry, event, position);
    else this.published.push({ topic, partition, offset, event });
    if (event.type !== 'petabakat.answer.submitted.v1') this.eventIds.set(position, event.id);
  }

  private takeAttemptEvent({ key, partition, offset }: LogEntry, event: DecodedEvent, position: string): void {
    const attempt = this.attempt(key, partition);
    if (event.type === 'petabakat.answer.submitted.v1') {
      const { attemptId, seq, itemId, response, commitment, receivedAt } = event.data as unknown as RecordedAnswer;
      this.answers.set(position, { attemptId, seq, itemId, response, commitment, receivedAt });
    }
    if (this.deadLetters.has(position)) attempt.takeRejected(offset);
    else attempt.take(event, offset);
  }

  private takeDeadLetter({ data }: DecodedEvent): void {
    const { topic, partition, offset, reason } = data as { [field: string]: never };
    this.deadLetters.set(positionOf(topic!, partition!, offset!), reason!);
  }

  private attempt(attemptId: string, partition: number): AttemptJudge {
    const known = this.attempts.get(attemptId);
    if (known) return known;
    const attempt = new AttemptJudge(attemptId, partition);
    this.attempts.set(attemptId, attempt);
    return attempt;
  }
}
