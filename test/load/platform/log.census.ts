import { SEQ_EPOCH_FACTOR, TOPICS } from '@app/contracts';
import type { EventLog } from '@app/messaging';

const READ_RECORDS_MAX = 5_000;

/** What the log says of a run, whatever anybody counted. */
export interface LogCensus {
  readonly answerRecords: number;
  /** Attempt and epoch, which is what a token stands for. */
  readonly distinctTokens: number;
  readonly distinctAnswers: number;
  readonly logins: number;
  /** Records that are no events at all; tests put such records into the log. */
  readonly unreadable: number;
}

interface ReadableEvent {
  readonly type: string;
  readonly data?: { readonly seq?: unknown } | null;
}

/** Reads the attempts topic from its beginning. */
export async function takeCensus(log: EventLog): Promise<LogCensus> {
  const tokens = new Set<string>();
  const answers = new Set<string>();
  let [answerRecords, logins, unreadable] = [0, 0, 0];
  for (const [partition, { startOffset }] of await log.ranges(TOPICS.attempts.name)) {
    for (let from = startOffset; ;) {
      const records = await log.read(TOPICS.attempts.name, partition, from, READ_RECORDS_MAX);
      for (const { key, value } of records) {
        const event = eventOf(value);
        if (event?.type.includes('attempt.logged-in')) logins += 1;
        const isAnswer = event?.type.includes('answer.submitted');
        const seq = event?.data?.seq;
        if (!event || (isAnswer && typeof seq !== 'number')) unreadable += 1;
        if (!isAnswer || typeof seq !== 'number') continue;
        answerRecords += 1;
        tokens.add(`${key}/${Math.floor(seq / SEQ_EPOCH_FACTOR)}`);
        answers.add(`${key}/${seq}`);
      }
      if (records.length === 0) break;
      from = records.at(-1)!.offset + 1;
    }
  }
  return { answerRecords, distinctTokens: tokens.size, distinctAnswers: answers.size, logins, unreadable };
}

/** Null where a record is no event: not JSON, not an object, without a type. */
function eventOf(value: string): ReadableEvent | null {
  try {
    const event = JSON.parse(value) as ReadableEvent | null;
    return typeof event?.type === 'string' ? event : null;
  } catch {
    return null;
  }
}
