import { TOPICS, type TopicAlias } from '@app/contracts';
import type { EventLog, LogRecord, PartitionRange } from '@app/messaging';

/** A closing takes about a fifth of a millisecond: other work of the process waits for a page no longer than an answer may. */
const PAGE_RECORDS_MAX = 100;

/** Reads a range of one partition from its first record on, page by page. */
export async function* recordsOf(
  log: EventLog,
  alias: TopicAlias,
  partition: number,
  { startOffset, endOffset }: PartitionRange,
): AsyncGenerator<readonly LogRecord[]> {
  let next = startOffset;
  while (next < endOffset) {
    const limit = Math.min(PAGE_RECORDS_MAX, endOffset - next);
    const page = await log.read(TOPICS[alias].name, partition, next, limit);
    const last = page.at(-1);
    // The range is known to be there: an empty page means that the log has lost it.
    if (!last) throw new Error(`${TOPICS[alias].name} ${partition} has nothing at offset ${next}`);
    next = last.offset + 1;
    yield page;
  }
}

/** Every partition with its range, in the order of the partitions. */
export async function rangesOf(log: EventLog, alias: TopicAlias): Promise<[number, PartitionRange][]> {
  return [...(await log.ranges(TOPICS[alias].name))].toSorted(([a], [b]) => a - b);
}
