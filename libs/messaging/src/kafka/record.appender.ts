import { recordBytesMaxOf } from '@app/contracts';
import type { ICustomPartitioner, Message, Producer, RecordMetadata } from 'kafkajs';
import type { AppendOptions, AppendOutcome, NewRecord } from '../log/event-log';
import { grouped } from '../log/grouped';
import { partitionOf } from '../log/partitioner';
import type { Runtime } from '../log/runtime';
import type { ProduceWitness } from './produce.witness';
import type { TopicDirectory } from './topic.directory';

/**
 * All records of a partition in one request make one batch, and a batch may not be larger than 1,048,588 bytes. A record
 * of a topic that takes larger ones goes alone.
 */
const SEND_BYTES_MAX = 1_000_000;
/** Lengths, offsets and times around key and value, at their largest. */
const RECORD_OVERHEAD_BYTES = 40;
/** The platform's append limit: markers of deadlines count on nothing being appended later than this after its receipt. */
const APPEND_TIMEOUT_MS = 8_000;
/** How long the leader waits for the other replicas. */
const PRODUCE_TIMEOUT_MS = 5_000;
/** A leader that moves is known to the others after some 100 ms. */
const FIRST_RETRY_DELAY_MS = 100;
/** A quarter of the append limit: the last try still has a chance. */
const RETRY_DELAY_MS_MAX = 2_000;

/** All in-sync replicas have the record. */
const ACKS_ALL = -1;

/**
 * Refusals that a broker gives before it appends anything. NOT_LEADER_FOR_PARTITION is not among them: a leader that
 * loses its office while it waits for the replicas answers the same, with the records in its log. Nor is anything that a
 * look-up of metadata can answer too: kafkajs makes one after a failure, and then reports the error of that.
 */
const REFUSED_BEFORE_APPEND: ReadonlySet<string> = new Set([
  'NOT_ENOUGH_REPLICAS',
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'INVALID_REQUIRED_ACKS',
  'INVALID_TIMESTAMP',
  'CORRUPT_MESSAGE',
]);

interface PlacedRecord {
  /** Where its outcome belongs. */
  readonly index: number;
  readonly record: NewRecord;
  readonly partition: number;
  readonly bytes: number;
}

/** A message that tells which attempt it belongs to, so that the partitioner can note where kafkajs will send it. */
interface WatchedMessage extends Message {
  readonly attempt: Attempt;
}

interface Attempt {
  /** Leaders by kafkajs' own metadata: more than one means more than one request. */
  readonly leaders: Set<number>;
}

/**
 * Appends through kafkajs without its two ways of losing acknowledged records: `idempotent` stays off, and kafkajs never
 * retries by itself. Each attempt is one send() to one leader; what counts is only what the answer names.
 */
export class RecordAppender {
  constructor(
    private readonly producer: Producer,
    private readonly directory: TopicDirectory,
    private readonly witness: ProduceWitness,
    private readonly runtime: Runtime,
  ) {}

  async append(topic: string, records: readonly NewRecord[], options: AppendOptions = {}): Promise<AppendOutcome[]> {
    if (records.length === 0) return [];
    const deadlineMs = this.runtime.monotonicMs() + (options.timeoutMs ?? APPEND_TIMEOUT_MS);
    let partitions: number;
    try {
      partitions = await this.directory.partitionCount(topic);
    } catch (cause) {
      const error = new Error(`topic ${topic} cannot be looked up`, { cause });
      return records.map(() => ({ status: 'refused', error }));
    }
    const outcomes: AppendOutcome[] = Array.from({ length: records.length });
    const placed = placeRecords(records, partitions, recordBytesMaxOf(topic), outcomes);
    const lanes = grouped(placed, ({ partition }) => this.directory.leaderOf(topic, partition));
    await Promise.all([...lanes.values()].map((lane) => this.appendLane(topic, lane, deadlineMs, outcomes)));
    return outcomes;
  }

  laneOf(topic: string, key: string): string {
    const partitions = this.directory.knownPartitionCount(topic);
    if (partitions === null) return '';
    return `${this.directory.leaderOf(topic, partitionOf(key, partitions))}`;
  }

  /** Sends what fits into one request at a time. Behind a part that failed nothing more is sent: it would overtake. */
  private async appendLane(
    topic: string,
    lane: readonly PlacedRecord[],
    deadlineMs: number,
    outcomes: AppendOutcome[],
  ): Promise<void> {
    const failed = new Map<number, Error>();
    for (const part of splitBySize(lane)) {
      if (this.runtime.monotonicMs() >= deadlineMs) {
        const error = new Error('the time to append was over before these records were sent');
        for (const { index } of part) outcomes[index] = { status: 'refused', error };
        continue;
      }
      const sendable = part.filter(({ partition }) => !failed.has(partition));
      for (const { index, partition } of part) {
        const cause = failed.get(partition);
        if (cause) outcomes[index] = { status: 'refused', error: new Error('records before it failed', { cause }) };
      }
      await this.appendPart(topic, sendable, deadlineMs, outcomes);
      for (const { index, partition } of sendable) {
        const outcome = outcomes[index]!;
        if (outcome.status !== 'appended') failed.set(partition, outcome.error);
      }
    }
  }

  private async appendPart(
    topic: string,
    part: readonly PlacedRecord[],
    deadlineMs: number,
    outcomes: AppendOutcome[],
  ): Promise<void> {
    if (part.length === 0) return;
    const first = await this.attempt(topic, part, outcomes);
    if (first === 'done') return;
    // One partition's error hides the fate of the others in the same request: from now on each goes alone.
    const partitions = [...grouped(part, ({ partition }) => partition).values()];
    const unknown = first.certainlyNotAppended ? null : first.error;
    await Promise.all(
      partitions.map((records) => this.retryPartition(topic, records, first, unknown, deadlineMs, outcomes)),
    );
  }

  private async retryPartition(
    topic: string,
    records: readonly PlacedRecord[],
    first: FailedAttempt,
    firstUnknown: Error | null,
    deadlineMs: number,
    outcomes: AppendOutcome[],
  ): Promise<void> {
    let failure = first;
    let unknown = firstUnknown;
    let delayMs = FIRST_RETRY_DELAY_MS;
    while (failure.canBeRepeated && this.runtime.monotonicMs() + delayMs < deadlineMs) {
      await this.runtime.sleep(delayMs);
      delayMs = Math.min(delayMs * 2, RETRY_DELAY_MS_MAX);
      const result = await this.attempt(topic, records, outcomes);
      if (result === 'done') return;
      failure = result;
      if (!failure.certainlyNotAppended) unknown = failure.error;
    }
    // One attempt whose end is unknown is enough: a later, certain refusal says nothing about it.
    const outcome: AppendOutcome = unknown
      ? { status: 'unknown', error: unknown }
      : { status: 'refused', error: failure.error };
    for (const { index } of records) outcomes[index] = outcome;
  }

  /** One send(). Sets the outcomes unless it failed as a whole. */
  private async attempt(
    topic: string,
    records: readonly PlacedRecord[],
    outcomes: AppendOutcome[],
  ): Promise<'done' | FailedAttempt> {
    const attempt: Attempt = { leaders: new Set() };
    const messages = records.map(({ record, partition }): WatchedMessage => ({
      key: record.key,
      value: record.value,
      partition,
      attempt,
    }));
    const writtenBefore = this.witness.requestsWritten;
    try {
      const results = await this.producer.send({ topic, acks: ACKS_ALL, timeout: PRODUCE_TIMEOUT_MS, messages });
      setOutcomes(topic, records, results, outcomes);
      return 'done';
    } catch (error) {
      const nothingWritten = this.witness.requestsWritten === writtenBefore && attempt.leaders.size <= 1;
      return failedAttempt(error as Error, nothingWritten, isOfOnePartition(records));
    }
  }
}

interface FailedAttempt {
  readonly error: Error;
  readonly certainlyNotAppended: boolean;
  readonly canBeRepeated: boolean;
}

/** Records have their partition already; this only notes which leaders kafkajs is about to send them to. */
export function watchingPartitioner(directory: TopicDirectory): ICustomPartitioner {
  return () =>
    ({ topic, message, partitionMetadata }) => {
      const { attempt, partition } = message as WatchedMessage;
      directory.note(topic, partitionMetadata);
      const leader = partitionMetadata.find(({ partitionId }) => partitionId === partition)?.leader;
      if (leader !== undefined) attempt.leaders.add(leader);
      return partition!;
    };
}

function placeRecords(
  records: readonly NewRecord[],
  partitions: number,
  bytesMax: number,
  outcomes: AppendOutcome[],
): readonly PlacedRecord[] {
  const placed: PlacedRecord[] = [];
  for (const [index, record] of records.entries()) {
    const bytes = Buffer.byteLength(record.key) + Buffer.byteLength(record.value);
    if (bytes > bytesMax) {
      const error = new RangeError(`a record of ${bytes} bytes; at most ${bytesMax}`);
      outcomes[index] = { status: 'refused', error };
    } else {
      const partition = partitionOf(record.key, partitions);
      placed.push({ index, record, partition, bytes: bytes + RECORD_OVERHEAD_BYTES });
    }
  }
  return placed;
}

function* splitBySize(records: readonly PlacedRecord[]): Generator<readonly PlacedRecord[]> {
  let part: PlacedRecord[] = [];
  let bytes = 0;
  for (const record of records) {
    if (part.length > 0 && bytes + record.bytes > SEND_BYTES_MAX) {
      yield part;
      part = [];
      bytes = 0;
    }
    part.push(record);
    bytes += record.bytes;
  }
  if (part.length > 0) yield part;
}

/** A record counts as appended only if the answer names its partition, with error 0 and a base offset. */
export function setOutcomes(
  topic: string,
  records: readonly PlacedRecord[],
  results: readonly RecordMetadata[],
  outcomes: AppendOutcome[],
): void {
  const baseOffsets = new Map<number, number>();
  for (const { topicName, partition, errorCode, baseOffset } of results) {
    const offset = Number(baseOffset ?? -1);
    if (topicName === topic && errorCode === 0 && offset >= 0) baseOffsets.set(partition, offset);
  }
  const nextIndex = new Map<number, number>();
  for (const { index, partition } of records) {
    const base = baseOffsets.get(partition);
    if (base === undefined) {
      const error = new Error(`the brokers' answer does not name partition ${partition} of ${topic}`);
      outcomes[index] = { status: 'unknown', error };
      continue;
    }
    const nth = nextIndex.get(partition) ?? 0;
    nextIndex.set(partition, nth + 1);
    outcomes[index] = { status: 'appended', partition, offset: base + nth };
  }
}

function failedAttempt(error: Error, nothingWritten: boolean, ofOnePartition: boolean): FailedAttempt {
  const cause = causeOf(error);
  const refused = ofOnePartition && cause.type !== undefined && REFUSED_BEFORE_APPEND.has(cause.type);
  return { error, certainlyNotAppended: nothingWritten || refused, canBeRepeated: cause.retriable !== false };
}

/** kafkajs wraps the error of the last try; the broker's own verdict is at the bottom. */
function causeOf(error: Error): { readonly type?: string; readonly retriable?: boolean } {
  let deepest: Error & { readonly type?: string; readonly retriable?: boolean } = error;
  while (deepest.cause instanceof Error) deepest = deepest.cause;
  return deepest;
}

function isOfOnePartition(records: readonly PlacedRecord[]): boolean {
  return records.every(({ partition }) => partition === records[0]!.partition);
}
