import { DEAD_LETTER_TOPICS, type RecordDeadLettered } from '@app/contracts';
import type { EventLog } from '@app/messaging';

/** Dead letters read at once; each may be as large as a record. */
const READ_RECORDS_MAX = 500;

/** Every dead letter that the log holds, by topic, partition and time. */
export async function readDeadLetters(log: EventLog): Promise<RecordDeadLettered[]> {
  const letters: RecordDeadLettered[] = [];
  for (const { name } of DEAD_LETTER_TOPICS) {
    for (const [partition, { startOffset, endOffset }] of await log.ranges(name)) {
      for (let offset = startOffset; offset < endOffset;) {
        const records = await log.read(name, partition, offset, READ_RECORDS_MAX);
        if (records.length === 0) break;
        letters.push(...records.map(({ value }) => (JSON.parse(value) as { data: RecordDeadLettered }).data));
        offset = records.at(-1)!.offset + 1;
      }
    }
  }
  return letters;
}
