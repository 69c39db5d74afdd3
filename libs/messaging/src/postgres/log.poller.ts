import type { Runtime } from '../log/runtime';
import { FailureWatch } from './failure.watch';
import type { GroupSubscription } from './group.subscription';
import { PacedLoop } from './paced-loop';
import type { PartitionReader } from './partition.reader';
import { rangeKey, type RecordRepository } from './record.repository';

/** While there is something to read; records of 20 ms make a batch, and a person does not notice them. */
const INTERVAL_MIN_MS = 20;
/** While nothing comes: what another process appends may wait this long. */
const INTERVAL_MAX_MS = 50;
const INTERVAL_GROWTH = 1.25;
/** After a failed poll; the server may be starting. */
const FAILURE_INTERVAL_MS = 500;
/** All partitions of the busiest topic, whose batches then share a transaction. In memory are at most so many batches. */
const CONCURRENT_BATCHES_MAX = 24;
/** Text of one batch, plus one record: 500 answers of usual size are half of it. */
const BATCH_BYTES_MAX = 1_000_000;

/**
 * Feeds all readers of this process. Each turn asks with one statement how far every partition has grown, and fetches
 * with a second one where there is something to read.
 */
export class LogPoller {
  private readonly loop: PacedLoop;
  private intervalMs = INTERVAL_MIN_MS;
  private readonly failures: FailureWatch;

  constructor(
    private readonly records: RecordRepository,
    private readonly subscriptions: ReadonlySet<GroupSubscription>,
    private readonly runtime: Runtime,
  ) {
    this.failures = new FailureWatch((error) => {
      for (const subscription of subscriptions) subscription.fail(error);
    });
    this.loop = new PacedLoop(runtime, () => this.turn());
  }

  /** Polls soon: this process has appended, or a reader can take more. */
  wake(): void {
    this.intervalMs = INTERVAL_MIN_MS;
    this.loop.wake();
  }

  close(): Promise<void> {
    return this.loop.close();
  }

  private async turn(): Promise<number> {
    try {
      const found = await this.poll();
      this.failures.noteSuccess();
      this.intervalMs = found ? INTERVAL_MIN_MS : Math.min(INTERVAL_MAX_MS, this.intervalMs * INTERVAL_GROWTH);
      return this.intervalMs;
    } catch (error) {
      this.failures.noteFailure(error);
      return FAILURE_INTERVAL_MS;
    }
  }

  /** @returns whether there was anything to read */
  private async poll(): Promise<boolean> {
    const readers = [...this.subscriptions].flatMap(({ currentReaders }) => currentReaders);
    if (readers.length === 0) return false;
    await this.observe(readers);
    const chosen = [...this.subscriptions].flatMap(({ currentReaders }) => choose(currentReaders));
    if (chosen.length === 0) return false;
    const requests = chosen.map(({ reader, recordsMax }) => {
      const { topicId, partition } = reader.options;
      return { topicId, partition, fromOffset: reader.nextOffset, recordsMax };
    });
    const fetched = await this.records.fetch(requests, BATCH_BYTES_MAX);
    for (const [nth, { reader }] of chosen.entries()) reader.deliver(fetched[nth]!);
    return true;
  }

  private async observe(readers: readonly PartitionReader[]): Promise<void> {
    const topicIds = [...new Set(readers.map((reader) => reader.options.topicId))];
    const sentAtMs = this.runtime.monotonicMs();
    const ranges = await this.records.ranges(topicIds);
    for (const reader of readers) {
      const { topic, topicId, partition } = reader.options;
      const range = ranges.get(rangeKey(topicId, partition));
      if (!range) throw new Error(`partition ${partition} of ${topic} has no head: its topic was removed`);
      reader.observe(range, sentAtMs);
    }
  }
}

interface Choice {
  readonly reader: PartitionReader;
  readonly recordsMax: number;
}

/** Who has waited longest comes first, so that a few busy partitions cannot starve the others. */
function choose(readers: readonly PartitionReader[]): Choice[] {
  const free = CONCURRENT_BATCHES_MAX - readers.filter((reader) => reader.isBusy).length;
  if (free <= 0) return [];
  return readers
    .map((reader) => ({ reader, recordsMax: reader.demand() }))
    .filter(({ recordsMax }) => recordsMax > 0)
    .toSorted((one, other) => one.reader.waitingSinceMs - other.reader.waitingSinceMs)
    .slice(0, free);
}
