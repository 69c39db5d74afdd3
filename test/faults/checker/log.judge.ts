import { AttemptJudge } from './attempt.judge';
import type { LogEntry } from './evidence';
import { type DecodedEvent, publishedSchemas } from './record.decoder';

export const ATTEMPTS = 'petabakat.attempts.v1';
export const ATTEMPTS_DEAD_LETTERS = 'petabakat.attempts.dead-letters.v1';
export const RESPONSES = 'petabakat.responses.v1';
export const RESULTS = 'petabakat.results.v1';
export const SESSIONS = 'petabakat.sessions.v1';
/** Dead letters come first: a record that a consumer has set aside is judged as set aside. */
export const JUDGED_TOPICS = [ATTEMPTS_DEAD_LETTERS, ATTEMPTS, RESPONSES, RESULTS, SESSIONS] as const;

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

export interface PartitionShape {
  readonly topic: string;
  readonly partition: number;
  first: number;
  next: number;
  /** Positions at which the offsets jumped or went back. */
  readonly gaps: number[];
  lastAppendedAtMs: number;
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
  readonly partitions: ReadonlyMap<string, PartitionShape>;
}

export function positionOf(topic: string, partition: number, offset: number): string {
  return `${topic}/${partition}@${offset}`;
}

/** Folds the log from its first record on. */
export async function judgeLog(log: AsyncIterable<LogEntry>): Promise<JudgedLog> {
  const fold = new LogFold();
  for await (const entry of log) fold.take(entry);
  return fold;
}

class LogFold implements JudgedLog {
  readonly attempts = new Map<string, AttemptJudge>();
  readonly answers = new Map<string, RecordedAnswer>();
  readonly eventIds = new Map<string, string>();
  readonly unreadable = new Map<string, string>();
  readonly deadLetters = new Map<string, string>();
  readonly published: PublishedEvent[] = [];
  readonly partitions = new Map<string, PartitionShape>();
  private readonly decoder = publishedSchemas();

  take(entry: LogEntry): void {
    const { topic, partition, offset, key, value } = entry;
    this.shape(entry);
    const position = positionOf(topic, partition, offset);
    const decoded = this.decoder.decode(topic, key, value);
    if (!decoded.fits) {
      this.unreadable.set(position, decoded.why);
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

  private shape({ topic, partition, offset, appendedAtMs }: LogEntry): void {
    const name = `${topic}/${partition}`;
    const shape = this.partitions.get(name);
    if (!shape) {
      const gaps: number[] = [];
      this.partitions.set(name, {
        topic,
        partition,
        first: offset,
        next: offset + 1,
        gaps,
        lastAppendedAtMs: appendedAtMs,
      });
      return;
    }
    if (offset !== shape.next) shape.gaps.push(offset);
    shape.next = offset + 1;
    shape.lastAppendedAtMs = appendedAtMs;
  }
}
