import { buildEvent, deadLetterTopicOf, type ErrorCode, isoTime, type RecordDeadLettered } from '@app/contracts';
import { correlationIdIn } from '@app/observability';
import type { EventLog, LogRecord, NewRecord } from '../log/event-log';
import type { Runtime } from '../log/runtime';

/** The bound of the event's schema. */
const DETAIL_CHARACTERS_MAX = 2_000;
/** Largest share of a record that its dead letter repeats; the letter must stay below a broker's 1 MiB when escaped. */
const VALUE_CHARACTERS_MAX = 100_000;

/** A record that is set aside, and why. */
export interface DeadLetter {
  readonly record: LogRecord;
  readonly code: ErrorCode;
  readonly detail: string;
}

/** Not every dead letter is certainly in the log, so the position must not move. */
export class DeadLetterNotAcknowledged extends Error {
  constructor(topic: string, cause: unknown) {
    super(`a dead letter to ${topic} was not acknowledged`, { cause });
    this.name = 'DeadLetterNotAcknowledged';
  }
}

/** Writes the dead letters of a consumer group. */
export class DeadLetterWriter {
  /** Letters that the log has acknowledged, repeats among them. */
  written = 0;

  constructor(
    private readonly log: EventLog,
    private readonly runtime: Runtime,
    private readonly group: string,
  ) {}

  /**
   * Resolves when the log has acknowledged all of them. The id of a letter names the record's position, so a letter
   * that is written twice is known as one.
   *
   * @throws DeadLetterNotAcknowledged
   */
  async write(topic: string, partition: number, letters: readonly DeadLetter[]): Promise<void> {
    if (letters.length === 0) return;
    const target = deadLetterTopicOf(topic);
    const outcomes = await this.log.append(
      target,
      letters.map((letter) => this.recordOf(topic, partition, letter)),
    );
    for (const outcome of outcomes) {
      if (outcome.status !== 'appended') throw new DeadLetterNotAcknowledged(target, outcome.error);
    }
    this.written += letters.length;
  }

  private recordOf(topic: string, partition: number, { record, code, detail }: DeadLetter): NewRecord {
    const at = isoTime(this.runtime.nowMs());
    const isCut = record.value.length > VALUE_CHARACTERS_MAX;
    const cutNote = isCut ? ` (the value is cut; the whole record stands at its position)` : '';
    const data: RecordDeadLettered = {
      topic,
      partition,
      offset: record.offset,
      group: this.group,
      key: record.key,
      reason: code,
      detail: detail.slice(0, DETAIL_CHARACTERS_MAX - cutNote.length) + cutNote,
      value: record.value.slice(0, VALUE_CHARACTERS_MAX),
      at,
    };
    const event = buildEvent('recordDeadLettered', {
      id: `dead-letter:${this.group}:${topic}:${partition}:${record.offset}`,
      source: `/petabakat/${this.group}`,
      subject: record.key,
      time: at,
      correlationId: correlationIdIn(record.value),
      data,
    });
    return { key: record.key, value: JSON.stringify(event) };
  }
}
