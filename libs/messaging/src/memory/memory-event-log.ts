import { DomainError, recordBytesMaxOf, type TopicSpec } from '@app/contracts';
import type { AppendOutcome, EventLog, LogRecord, NewRecord, PartitionRange, Subscription } from '../log/event-log';
import { grouped } from '../log/grouped';
import { partitionOf } from '../log/partitioner';
import { type Runtime, systemRuntime } from '../log/runtime';
import { type FaultPlan, FaultSource, NO_FAULTS } from './fault-plan';
import { MemoryGroup, type MemoryMember } from './memory-group';
import { MemoryPartition } from './memory-partition';

export interface MemoryEventLogOptions {
  readonly runtime?: Runtime;
  readonly faults?: FaultPlan;
}

/**
 * The log of tests and simulations: everything in this process, nothing kept. With a fault plan it loses answers,
 * refuses, repeats, delays and takes partitions away as a seed says, and stays within the port's promises all the time.
 */
export class MemoryEventLog implements EventLog {
  private readonly runtime: Runtime;
  private readonly topics = new Map<string, readonly MemoryPartition[]>();
  private readonly groups = new Map<string, MemoryGroup>();
  private readonly members = new Set<MemoryMember>();
  private faults: FaultSource;
  private isClosed = false;

  constructor(options: MemoryEventLogOptions = {}) {
    this.runtime = options.runtime ?? systemRuntime;
    this.faults = new FaultSource(options.faults ?? NO_FAULTS);
  }

  /** From now on other faults, or none. */
  setFaults(plan: FaultPlan | null): void {
    this.faults = new FaultSource(plan ?? NO_FAULTS);
  }

  async append(topic: string, records: readonly NewRecord[]): Promise<AppendOutcome[]> {
    const partitions = this.topics.get(topic);
    if (this.isClosed) return records.map(() => refusal(new Error('the log is closed')));
    if (!partitions) return records.map(() => refusal(new DomainError('log.topic-missing', `there is no ${topic}`)));
    const outcomes: AppendOutcome[] = [];
    const fitting: number[] = [];
    for (const [index, record] of records.entries()) {
      const problem = problemOf(topic, record);
      if (problem) outcomes[index] = refusal(problem);
      else fitting.push(index);
    }
    const places = grouped(fitting, (index) => partitionOf(records[index]!.key, partitions.length));
    await Promise.all(
      [...places].map(async ([partition, indexes]) => {
        const its = indexes.map((index) => records[index]!);
        const results = await this.appendToPartition(partitions[partition]!, partition, its);
        indexes.forEach((index, place) => (outcomes[index] = results[place]!));
      }),
    );
    return outcomes;
  }

  async subscribe(subscription: Subscription): Promise<MemoryMember> {
    if (this.isClosed) throw new Error('the log is closed');
    for (const topic of subscription.topics) this.partitionsOf(topic);
    const surroundings = { runtime: this.runtime, faults: () => this.faults };
    const group =
      this.groups.get(subscription.group) ?? new MemoryGroup((topic) => this.partitionsOf(topic), surroundings);
    this.groups.set(subscription.group, group);
    const member = await group.join(subscription);
    this.members.add(member);
    return member;
  }

  async ranges(topic: string, partitions?: readonly number[]): Promise<Map<number, PartitionRange>> {
    const stores = this.partitionsOf(topic);
    const asked = partitions ?? [...stores.keys()];
    return new Map(asked.map((partition) => [partition, this.partition(topic, partition).range]));
  }

  async read(topic: string, partition: number, fromOffset: number, limit: number): Promise<LogRecord[]> {
    return this.partition(topic, partition).read(fromOffset, limit);
  }

  async createTopics(topics: readonly TopicSpec[]): Promise<void> {
    this.refuseOtherCounts(topics.filter(({ name }) => this.topics.has(name)));
    for (const { name, partitions } of topics) {
      if (this.topics.has(name)) continue;
      this.topics.set(
        name,
        Array.from({ length: partitions }, () => new MemoryPartition()),
      );
    }
  }

  async verifyTopics(topics: readonly TopicSpec[]): Promise<void> {
    const missing = topics.filter(({ name }) => !this.topics.has(name)).map(({ name }) => name);
    if (missing.length > 0) throw new DomainError('log.topic-missing', `missing: ${missing.join(', ')}`);
    this.refuseOtherCounts(topics);
  }

  async close(): Promise<void> {
    this.isClosed = true;
    await Promise.all([...this.members].map((member) => member.stop()));
  }

  /** Drops the records before an offset, as retention does. */
  trim(topic: string, partition: number, startOffset: number): void {
    this.partition(topic, partition).trim(startOffset);
  }

  /** Empties a topic, as when it was deleted and made anew. */
  recreate(topic: string): void {
    for (const partition of this.partitionsOf(topic)) partition.recreate();
  }

  private async appendToPartition(
    store: MemoryPartition,
    partition: number,
    records: readonly NewRecord[],
  ): Promise<AppendOutcome[]> {
    const fault = this.faults.appendFault();
    const delayMs = this.faults.appendDelayMs();
    if (delayMs > 0) await this.runtime.sleep(delayMs);
    if (fault === 'refused') return records.map(() => refusal(new Error('simulated: refused')));
    if (fault === 'lost-request') return records.map(() => doubt('simulated: the request was lost'));
    const first = store.append(records, this.runtime.nowMs());
    if (fault === 'duplicate') store.append(records, this.runtime.nowMs());
    if (fault === 'lost-response') return records.map(() => doubt('simulated: the response was lost'));
    return records.map((_, index) => ({ status: 'appended', partition, offset: first + index }));
  }

  private refuseOtherCounts(topics: readonly TopicSpec[]): void {
    const wrong = topics.filter(({ name, partitions }) => this.topics.get(name)!.length !== partitions);
    if (wrong.length === 0) return;
    const list = wrong.map(({ name, partitions }) => `${name}: ${this.topics.get(name)!.length}, not ${partitions}`);
    throw new DomainError('log.partition-count', list.join('; '));
  }

  private partitionsOf(topic: string): readonly MemoryPartition[] {
    const partitions = this.topics.get(topic);
    if (!partitions) throw new DomainError('log.topic-missing', `there is no ${topic}`);
    return partitions;
  }

  private partition(topic: string, partition: number): MemoryPartition {
    const store = this.partitionsOf(topic)[partition];
    if (!store) throw new RangeError(`${topic} has no partition ${partition}`);
    return store;
  }
}

function refusal(error: Error): AppendOutcome {
  return { status: 'refused', error };
}

/** As Kafka's brokers are set, so that a simulation finds what they would refuse. */
function problemOf(topic: string, { key, value }: NewRecord): Error | null {
  const bytesMax = recordBytesMaxOf(topic);
  const bytes = Buffer.byteLength(key) + Buffer.byteLength(value);
  return bytes > bytesMax ? new RangeError(`a record of ${bytes} bytes; at most ${bytesMax}`) : null;
}

function doubt(reason: string): AppendOutcome {
  return { status: 'unknown', error: new Error(reason) };
}
