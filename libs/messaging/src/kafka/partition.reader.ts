import type { LogRecord, PartitionRange } from '../log/event-log';
import type { Runtime } from '../log/runtime';
import { isOutOfRange, withFreshMetadata } from './cluster.retry';
import type { Cluster, FetchedMessage } from './kafkajs.internals';
import { RangeLookups } from './range.lookups';
import type { TopicDirectory } from './topic.directory';

/** One request of a replay; a larger single record still comes, alone. */
const FETCH_BYTES_MAX = 1_000_000;
/** The end of the log is known from the answer, so nobody needs to wait for more. */
const FETCH_WAIT_MS = 0;

/** Ranges and records of partitions, without a consumer group. */
export class PartitionReader {
  private readonly lookups: RangeLookups;

  constructor(
    private readonly cluster: Cluster,
    private readonly directory: TopicDirectory,
    private readonly runtime: Runtime,
  ) {
    this.lookups = new RangeLookups((topic) => this.lookUp(topic));
  }

  async ranges(topic: string, partitions?: readonly number[]): Promise<Map<number, PartitionRange>> {
    const all = await this.lookups.ranges(topic);
    if (!partitions) return all;
    return new Map(
      partitions.map((partition) => {
        const range = all.get(partition);
        if (!range) throw new RangeError(`${topic} has no partition ${partition}`);
        return [partition, range];
      }),
    );
  }

  async read(topic: string, partition: number, fromOffset: number, limit: number): Promise<LogRecord[]> {
    const records: LogRecord[] = [];
    let at = fromOffset;
    while (records.length < limit) {
      const { messages, endOffset } = await this.fetch(topic, partition, at);
      const found = messages.map(toRecord);
      records.push(...found.slice(0, limit - records.length));
      const last = found.at(-1);
      if (last) at = last.offset + 1;
      // Nothing found before the end: what stood there are markers of transactions, which this platform does not write.
      if (!last || at >= endOffset) break;
    }
    return records;
  }

  private async lookUp(topic: string): Promise<Map<number, PartitionRange>> {
    await this.directory.partitionCount(topic);
    return withFreshMetadata(this.cluster, this.runtime, async () => {
      await this.cluster.addTargetTopic(topic);
      const partitions = this.cluster.findTopicPartitionMetadata(topic).map(({ partitionId }) => ({
        partition: partitionId,
      }));
      const [starts, ends] = await Promise.all([
        this.cluster.fetchTopicsOffset([{ topic, fromBeginning: true, partitions }]),
        this.cluster.fetchTopicsOffset([{ topic, fromBeginning: false, partitions }]),
      ]);
      const startOffsets = new Map(starts[0]!.partitions.map(({ partition, offset }) => [partition, Number(offset)]));
      return new Map(
        ends[0]!.partitions.map(({ partition, offset }) => [
          partition,
          { startOffset: startOffsets.get(partition)!, endOffset: Number(offset) },
        ]),
      );
    });
  }

  private async fetch(topic: string, partition: number, fromOffset: number): Promise<FetchedPartition> {
    try {
      return await this.fetchOnce(topic, partition, fromOffset);
    } catch (error) {
      if (!isOutOfRange(error as Error)) throw error;
      const { startOffset, endOffset } = (await this.ranges(topic, [partition])).get(partition)!;
      if (fromOffset >= startOffset) return { messages: [], endOffset };
      return this.fetchOnce(topic, partition, startOffset);
    }
  }

  private fetchOnce(topic: string, partition: number, fromOffset: number): Promise<FetchedPartition> {
    return withFreshMetadata(this.cluster, this.runtime, async () => {
      await this.cluster.addTargetTopic(topic);
      const metadata = this.cluster.findTopicPartitionMetadata(topic);
      const leader = metadata.find(({ partitionId }) => partitionId === partition)?.leader;
      if (leader === undefined) throw new RangeError(`${topic} has no partition ${partition}`);
      const broker = await this.cluster.findBroker({ nodeId: `${leader}` });
      const { responses } = await broker.fetch({
        maxWaitTime: FETCH_WAIT_MS,
        minBytes: 1,
        maxBytes: FETCH_BYTES_MAX,
        topics: [{ topic, partitions: [{ partition, fetchOffset: `${fromOffset}`, maxBytes: FETCH_BYTES_MAX }] }],
      });
      const { messages, highWatermark } = responses[0]!.partitions[0]!;
      // A batch comes whole, also its records before the offset asked for.
      const asked = messages.filter((message) => Number(message.offset) >= fromOffset && !message.isControlRecord);
      return { messages: asked, endOffset: Number(highWatermark) };
    });
  }
}

interface FetchedPartition {
  readonly messages: readonly FetchedMessage[];
  readonly endOffset: number;
}

export function toRecord(message: Omit<FetchedMessage, 'isControlRecord'>): LogRecord {
  return {
    offset: Number(message.offset),
    key: message.key?.toString('utf8') ?? '',
    value: message.value?.toString('utf8') ?? '',
    appendedAtMs: Number(message.timestamp),
  };
}
