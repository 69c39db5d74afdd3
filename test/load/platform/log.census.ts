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
}

/** Reads the attempts topic from its beginning. */
export async function takeCensus(log: EventLog): Promise<LogCensus> {
  const tokens = new Set<string>();
  const answers = new Set<string>();
  let [answerRecords, logins] = [0, 0];
  for (const [partition, { startOffset }] of await log.ranges(TOPICS.attempts.name)) {
    for (let from = startOffset; ;) {
      const records = await log.read(TOPICS.attempts.name, partition, from, READ_RECORDS_MAX);
      for (const { key, value } of records) {
        const event = JSON.parse(value) as { type: string; data: { seq: number } };
        if (event.type.includes('attempt.logged-in')) logins += 1;
        if (!event.type.includes('answer.submitted')) continue;
        answerRecords += 1;
        tokens.add(`${key}/${Math.floor(event.data.seq / SEQ_EPOCH_FACTOR)}`);
        answers.add(`${key}/${event.data.seq}`);
      }
      if (records.length === 0) break;
      from = records.at(-1)!.offset + 1;
    }
  }
  return { answerRecords, distinctTokens: tokens.size, distinctAnswers: answers.size, logins };
}
