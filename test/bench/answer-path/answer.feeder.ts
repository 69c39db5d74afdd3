import { setTimeout as sleep } from 'node:timers/promises';
import { createHash, randomUUID } from 'node:crypto';
import {
  type AnswerSubmitted,
  type AttemptLoggedIn,
  type AttemptStarted,
  SEQ_EPOCH_FACTOR,
  TOPICS,
  buildEvent,
} from '@app/contracts';
import type { EventLog, NewRecord } from '@app/messaging';
import { nowMs } from '../../load/driver/clock';

const ATTEMPTS = 2_000;
const ITEMS = 45;
const TOPIC = TOPICS.attempts.name;
/** As often as a gateway's accumulator sends. */
const APPEND_INTERVAL_MS = 5;
const APPEND_RECORDS_MAX = 500;
const POSITION_POLL_MS = 20;
const CATCH_UP_TIMEOUT_MS = 120_000;
const SESSION_SECONDS = 6 * 3_600;

/** Attempts that have started, and answers to them straight into the log. */
export class AnswerFeeder {
  readonly attemptIds: readonly string[];
  private readonly itemIds = Array.from({ length: ITEMS }, (_, index) => `item-${index + 1}`);
  private counter = 0;

  /** @param attempts their ids, or which random ids become attempts: those of one partition, say */
  constructor(attempts: readonly string[] | ((attemptId: string) => boolean) = () => true) {
    this.attemptIds = typeof attempts === 'function' ? randomIds(attempts) : attempts;
  }

  /** What the fold has to know of an attempt before its first answer. */
  async startAttempts(log: EventLog): Promise<void> {
    await appendAll(
      log,
      this.attemptIds.flatMap((attemptId, nth) => this.beginningOf(attemptId, nth)),
    );
  }

  /** Appends at a rate for a time. @returns answers appended */
  async feed(log: EventLog, perSecond: number, seconds: number): Promise<number> {
    const fromMs = nowMs();
    let fed = 0;
    while (fed < perSecond * seconds) {
      await sleep(APPEND_INTERVAL_MS);
      const due = Math.min(perSecond * seconds, Math.floor(((nowMs() - fromMs) / 1_000) * perSecond));
      await appendAll(
        log,
        Array.from({ length: due - fed }, () => this.nextAnswer()),
      );
      fed = due;
    }
    return fed;
  }

  /** Appends as fast as the log takes it. */
  async fill(log: EventLog, answers: number): Promise<void> {
    for (let left = answers; left > 0; left -= APPEND_RECORDS_MAX) {
      await appendAll(
        log,
        Array.from({ length: Math.min(left, APPEND_RECORDS_MAX) }, () => this.nextAnswer()),
      );
    }
  }

  private nextAnswer(): NewRecord {
    this.counter += 1;
    const attemptId = this.attemptIds[this.counter % this.attemptIds.length]!;
    const seq = SEQ_EPOCH_FACTOR + this.counter;
    const at = new Date().toISOString();
    const itemId = this.itemIds[Math.floor(this.counter / this.attemptIds.length) % ITEMS]!;
    const commitment = createHash('sha256').update(`${attemptId}/${seq}`).digest('hex');
    return record<AnswerSubmitted>('answerSubmitted', attemptId, `${attemptId}/${seq}`, {
      attemptId,
      itemId,
      seq,
      response: 'C',
      answeredAt: at,
      receivedAt: at,
      commitment,
    });
  }

  private beginningOf(attemptId: string, nth: number): NewRecord[] {
    const at = new Date().toISOString();
    const sections = [{ sectionId: 'one', itemIds: this.itemIds }];
    return [
      record<AttemptLoggedIn>('attemptLoggedIn', attemptId, `${attemptId}/logged-in/1`, {
        attemptId,
        epoch: 1,
        analyticsId: `p${nth}`,
        sessionId: 'bench',
        agency: 'bkn',
        seat: `a${nth}`,
        form: { formId: 'bench', version: 1, hash: createHash('sha256').digest('hex'), sections },
        durationSeconds: SESSION_SECONDS,
        extraSeconds: 0,
        jobLevel: null,
        performance: null,
        at,
      }),
      record<AttemptStarted>('attemptStarted', attemptId, `${attemptId}/started`, { attemptId, at }),
    ];
  }
}

function randomIds(accepts: (attemptId: string) => boolean): string[] {
  const attemptIds: string[] = [];
  while (attemptIds.length < ATTEMPTS) {
    const attemptId = randomUUID();
    if (accepts(attemptId)) attemptIds.push(attemptId);
  }
  return attemptIds;
}

function record<T extends object>(
  name: Parameters<typeof buildEvent>[0],
  attemptId: string,
  id: string,
  data: T,
): NewRecord {
  const time = new Date().toISOString();
  const event = buildEvent<T>(name, { id, source: '/petabakat/bench', subject: attemptId, time, data });
  return { key: attemptId, value: JSON.stringify(event) };
}

async function appendAll(log: EventLog, records: readonly NewRecord[]): Promise<void> {
  for (let first = 0; first < records.length; first += APPEND_RECORDS_MAX) {
    const outcomes = await log.append(TOPIC, records.slice(first, first + APPEND_RECORDS_MAX));
    if (outcomes.some(({ status }) => status !== 'appended')) throw new Error('the log did not take all answers');
  }
}

/** Resolves when the stored positions have reached the ends that the log had at the call. */
export async function untilApplied(log: EventLog, applied: () => Promise<number>): Promise<void> {
  const ranges = await log.ranges(TOPIC);
  const end = [...ranges.values()].reduce((sum, { endOffset }) => sum + endOffset, 0);
  const deadlineMs = Date.now() + CATCH_UP_TIMEOUT_MS;
  while ((await applied()) < end) {
    if (Date.now() > deadlineMs) throw new Error('the consumer did not reach the end of the log');
    await sleep(POSITION_POLL_MS);
  }
}
