import { randomUUID } from 'node:crypto';
import { type Admin, type Consumer, Kafka, logLevel } from 'kafkajs';
import type { LogEntry, LogReader } from './evidence';

/** A topic that gives nothing for this long does not hold what its offsets promise. */
const SILENCE_MS = 60_000;

/** Reads the log that stands in Kafka with a consumer of its own, under a group that nobody else uses. */
export class KafkaLogReader implements LogReader {
  private constructor(
    private readonly kafka: Kafka,
    private readonly admin: Admin,
  ) {}

  static async open(brokers: readonly string[]): Promise<KafkaLogReader> {
    const kafka = new Kafka({ clientId: 'checker', brokers: [...brokers], logLevel: logLevel.ERROR });
    const admin = kafka.admin();
    await admin.connect();
    return new KafkaLogReader(kafka, admin);
  }

  async *read(topics: readonly string[]): AsyncGenerator<LogEntry> {
    const ends = await this.ends(topics);
    for (const topic of topics) {
      const partitions = ends.get(topic) ?? new Map<number, number>();
      const waiting = new Map([...partitions].filter(([, end]) => end > 0));
      if (waiting.size === 0) continue;
      const consumer = this.kafka.consumer({ groupId: `checker-${randomUUID()}`, allowAutoTopicCreation: false });
      try {
        yield* entriesOf(consumer, topic, waiting);
      } finally {
        await consumer.disconnect();
      }
    }
  }

  async ends(topics: readonly string[]): Promise<Map<string, Map<number, number>>> {
    const ends = new Map<string, Map<number, number>>();
    for (const topic of topics) {
      const offsets = await this.admin.fetchTopicOffsets(topic);
      ends.set(topic, new Map(offsets.map(({ partition, high }) => [partition, Number(high)])));
    }
    return ends;
  }

  close(): Promise<void> {
    return this.admin.disconnect();
  }
}

/** Hands over batch by batch and holds the consumer while the reader works: the log may be larger than the memory. */
async function* entriesOf(consumer: Consumer, topic: string, waiting: Map<number, number>): AsyncGenerator<LogEntry> {
  const batches = new BatchQueue();
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    partitionsConsumedConcurrently: 1,
    eachBatch: ({ batch }) =>
      batches.hand(
        batch.messages.map(({ offset, key, value, timestamp }) => ({
          topic,
          partition: batch.partition,
          offset: Number(offset),
          key: key?.toString('utf8') ?? '',
          value: value?.toString('utf8') ?? '',
          appendedAtMs: Number(timestamp),
        })),
      ),
  });
  try {
    while (waiting.size > 0) {
      for (const entry of await batches.next(topic)) {
        const end = waiting.get(entry.partition);
        if (end === undefined || entry.offset >= end) continue;
        yield entry;
        if (entry.offset === end - 1) waiting.delete(entry.partition);
      }
    }
  } finally {
    batches.close();
  }
}

/** One batch at a time from the consumer's loop to the reader's. */
class BatchQueue {
  private batch: LogEntry[] | null = null;
  private closed = false;
  private onBatch: () => void = () => undefined;
  private onTaken: () => void = () => undefined;

  async hand(batch: LogEntry[]): Promise<void> {
    if (this.closed) return;
    this.batch = batch;
    this.onBatch();
    await new Promise<void>((resolve) => (this.onTaken = resolve));
  }

  async next(topic: string): Promise<LogEntry[]> {
    if (!this.batch) await this.arrival(topic);
    const batch = this.batch!;
    this.batch = null;
    this.onTaken();
    return batch;
  }

  close(): void {
    this.closed = true;
    this.onTaken();
  }

  private arrival(topic: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const refuse = () => reject(new Error(`${topic} gives no records although its offsets promise more`));
      const timer = setTimeout(refuse, SILENCE_MS);
      this.onBatch = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
