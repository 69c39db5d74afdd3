import { type AnswerResponse, DomainError, TOPICS, isoTime } from '@app/contracts';
import type { EventLog, LogRecord, Runtime } from '@app/messaging';
import type { Commitments } from '@app/receipts';
import type { ControlEventPublisher } from '../control-events.publisher';
import { controlEvent } from './attempt-commands.service';
import type { AttemptReader, AttemptReading } from './attempt-reader.service';
import type { AttemptHeader } from './domain/attempt-state';
import type { Grounds } from './supervision.service';

export interface OpenDeadLetter {
  readonly partition: number;
  readonly offset: number;
  readonly appendedAt: string;
  /** The record as it stands in the log. */
  readonly value: string;
}

/** What the record should have said; its time stays that of the log. */
export interface MendedAnswer {
  readonly itemId: string;
  readonly seq: number;
  readonly response: AnswerResponse;
  readonly answeredAt: string;
}

/** Records of an attempt that no fold could read: they withhold its responses until a person settles each. */
export class AttemptDeadLettersService {
  constructor(
    private readonly log: EventLog,
    private readonly reader: AttemptReader,
    private readonly publisher: ControlEventPublisher,
    private readonly commitments: Commitments,
    private readonly runtime: Runtime,
  ) {}

  async list(attemptId: string): Promise<OpenDeadLetter[]> {
    const header = await this.reader.header(attemptId);
    return Promise.all(
      header.openDeadLetters.map(async (offset) => {
        const record = await this.recordAt(header, offset);
        return { partition: header.partition, offset, appendedAt: isoTime(record.appendedAtMs), value: record.value };
      }),
    );
  }

  /** @throws DomainError `attempt.no-such-dead-letter` */
  async replay(attemptId: string, offset: number, mended: MendedAnswer, grounds: Grounds): Promise<AttemptReading> {
    const header = await this.open(attemptId, offset);
    const { appendedAtMs } = await this.recordAt(header, offset);
    const answer = {
      attemptId,
      ...mended,
      receivedAt: isoTime(appendedAtMs),
      commitment: this.commitments.commit({ attemptId, ...mended }),
    };
    return this.settle('deadLetterReplayed', header, offset, grounds, { answer });
  }

  /** @throws DomainError `attempt.no-such-dead-letter` */
  async dismiss(attemptId: string, offset: number, grounds: Grounds): Promise<AttemptReading> {
    return this.settle('deadLetterDismissed', await this.open(attemptId, offset), offset, grounds, {});
  }

  private async settle(
    name: 'deadLetterReplayed' | 'deadLetterDismissed',
    header: AttemptHeader,
    offset: number,
    grounds: Grounds,
    data: object,
  ): Promise<AttemptReading> {
    const { attemptId, partition } = header;
    // The id names the dead letter: it is settled once, one way or the other.
    const event = controlEvent(name, `${attemptId}/dead-letter/${offset}`, attemptId, isoTime(this.runtime.nowMs()), {
      partition,
      offset,
      reasonCode: grounds.reasonCode,
      actor: grounds.actor,
      ...data,
    });
    await this.publisher.publish(async () => ({ events: [event], result: undefined }));
    return this.reader.read(attemptId);
  }

  private async open(attemptId: string, offset: number): Promise<AttemptHeader> {
    const header = await this.reader.header(attemptId);
    if (!header.openDeadLetters.includes(offset)) throw new DomainError('attempt.no-such-dead-letter');
    return header;
  }

  private async recordAt(header: AttemptHeader, offset: number): Promise<LogRecord> {
    const [record] = await this.log.read(TOPICS.attempts.name, header.partition, offset, 1);
    if (record?.offset !== offset)
      throw new DomainError('attempt.no-such-dead-letter', 'The log no longer holds the record.');
    return record;
  }
}
