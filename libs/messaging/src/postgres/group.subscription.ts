import type { PartitionProgress, RunningSubscription, Subscription } from '../log/event-log';
import type { Runtime } from '../log/runtime';
import type { GroupRepository, Holding } from './group.repository';
import { PartitionReader } from './partition.reader';
import { rangeKey } from './record.repository';
import type { KnownTopic } from './topic.repository';

export interface GroupSubscriptionOptions {
  readonly subscription: Subscription;
  readonly topics: readonly KnownTopic[];
  readonly groups: GroupRepository;
  readonly runtime: Runtime;
  readonly leaseMs: number;
  readonly batchSpacingMs: number;
  /** Called when a reader can take more. */
  onFree(this: void): void;
  /** Called once, before anything is given back. */
  onStopping(this: void): void;
}

/** One member of one consumer group: its readers, and its life as far as this process knows. */
export class GroupSubscription implements RunningSubscription {
  private memberId: string | null = null;
  private aliveUntilMs = Number.NEGATIVE_INFINITY;
  private readonly readersByKey = new Map<string, PartitionReader>();
  /** When a partition was last given back; bounded by the partitions of the topics. */
  private readonly forgottenAtMs = new Map<string, number>();
  private readonly topicsById: ReadonlyMap<number, KnownTopic>;
  private stopping: Promise<void> | null = null;

  constructor(private readonly options: GroupSubscriptionOptions) {
    this.topicsById = new Map(options.topics.map((topic) => [topic.topicId, topic]));
  }

  get id(): string | null {
    return this.memberId;
  }

  /** None once the lease has run out by our own clock: after a standstill others are reading already. */
  get currentReaders(): readonly PartitionReader[] {
    return this.isAlive() ? this.readers : [];
  }

  private get readers(): readonly PartitionReader[] {
    return [...this.readersByKey.values()];
  }

  get isStopping(): boolean {
    return this.stopping !== null;
  }

  progress(): readonly PartitionProgress[] {
    return this.readers.map((reader) => reader.progress());
  }

  fail(error: Error): void {
    this.options.subscription.onFatal(error);
  }

  /** Becomes a member, for the first time or after its old life has expired. */
  async join(): Promise<void> {
    const sentAtMs = this.options.runtime.monotonicMs();
    this.abandon();
    const { groups, subscription, leaseMs } = this.options;
    const memberId = await groups.join(subscription.group, [...this.topicsById.keys()]);
    // Stopped meanwhile: a member that reads nothing would keep a share from the others.
    if (this.isStopping) return groups.leave(memberId, subscription.group);
    this.memberId = memberId;
    this.aliveUntilMs = sentAtMs + leaseMs;
  }

  /** The server no longer knows the member: others may have its partitions already. */
  expire(): void {
    this.memberId = null;
    this.abandon();
  }

  /**
   * Brings the readers in line with the leases, takes what is free and gives back what is too much.
   *
   * @param sentAtMs when the renewal was sent; the new life counts from there
   * @returns whether every topic has its share
   */
  async settle(holdings: readonly Holding[], sentAtMs: number): Promise<boolean> {
    this.aliveUntilMs = sentAtMs + this.options.leaseMs;
    let complete = true;
    for (const holding of holdings) {
      const topic = this.topicsById.get(holding.topicId)!;
      this.dropLost(topic, holding.partitions);
      for (const partition of holding.partitions) {
        if (!this.wasForgottenSince(topic, partition, sentAtMs)) this.ensureReader(topic, partition);
      }
      const lacking = holding.quota - holding.partitions.length;
      if (lacking > 0) complete = (await this.take(topic, lacking)) === lacking && complete;
      if (lacking < 0) this.giveBack(topic, -lacking);
    }
    return complete;
  }

  /** Ends the batches in work, gives everything back. A second call waits for the first. */
  stop(): Promise<void> {
    this.stopping ??= this.shutDown();
    return this.stopping;
  }

  private async shutDown(): Promise<void> {
    this.options.onStopping();
    await Promise.all(this.readers.map((reader) => reader.close()));
    this.readersByKey.clear();
    const { groups, subscription } = this.options;
    // Where the server does not answer, the leases end by themselves a little later.
    if (this.memberId) await groups.leave(this.memberId, subscription.group).catch(() => {});
    this.memberId = null;
  }

  private isAlive(): boolean {
    return this.memberId !== null && this.options.runtime.monotonicMs() < this.aliveUntilMs;
  }

  private async take(topic: KnownTopic, limit: number): Promise<number> {
    if (this.isStopping || !this.memberId) return 0;
    const { groups, subscription } = this.options;
    const taken = await groups.take(this.memberId, subscription.group, topic.topicId, limit);
    for (const partition of taken) this.ensureReader(topic, partition);
    return taken.length;
  }

  /** An answer that was on its way while a partition was given back still names it as ours. */
  private wasForgottenSince(topic: KnownTopic, partition: number, sinceMs: number): boolean {
    const forgottenAtMs = this.forgottenAtMs.get(rangeKey(topic.topicId, partition));
    return forgottenAtMs !== undefined && forgottenAtMs >= sinceMs;
  }

  private ensureReader(topic: KnownTopic, partition: number): void {
    const key = rangeKey(topic.topicId, partition);
    if (this.isStopping || this.readersByKey.has(key)) return;
    const { subscription, runtime, batchSpacingMs, onFree } = this.options;
    const memberId = this.memberId;
    const reader = new PartitionReader({
      subscription,
      topic: topic.name,
      topicId: topic.topicId,
      partition,
      runtime,
      batchSpacingMs,
      onFree,
      isMember: () => this.memberId === memberId && this.isAlive(),
    });
    this.readersByKey.set(key, reader);
    onFree();
  }

  /** Idle partitions first: they change hands at once. Those on their way out already count as given back. */
  private giveBack(topic: KnownTopic, surplus: number): void {
    const own = this.readers.filter((reader) => reader.options.topicId === topic.topicId);
    const staying = own.filter((reader) => !reader.isClosed);
    const leaving = own.length - staying.length;
    const idleFirst = staying.toSorted((one, other) => Number(one.isBusy) - Number(other.isBusy));
    for (const reader of idleFirst.slice(0, Math.max(0, surplus - leaving))) void this.release(reader);
  }

  private async release(reader: PartitionReader): Promise<void> {
    const { topicId, partition } = reader.options;
    const memberId = this.memberId;
    await reader.close();
    if (memberId === null || this.isStopping) return;
    // Where this fails the lease stays ours, and the next renewal finds it again.
    await this.options.groups
      .release(memberId, this.options.subscription.group, topicId, partition)
      .catch(() => undefined);
    this.forget(reader);
  }

  private dropLost(topic: KnownTopic, leased: readonly number[]): void {
    for (const reader of this.readers) {
      const { topicId, partition } = reader.options;
      if (topicId === topic.topicId && !reader.isClosed && !leased.includes(partition)) void this.drop(reader);
    }
  }

  private abandon(): void {
    for (const reader of this.readers) void this.drop(reader);
  }

  /** The reader stays known until its batch has ended: the partition must not get a second reader before. */
  private async drop(reader: PartitionReader): Promise<void> {
    await reader.close();
    this.forget(reader);
  }

  private forget(reader: PartitionReader): void {
    const key = rangeKey(reader.options.topicId, reader.options.partition);
    this.readersByKey.delete(key);
    this.forgottenAtMs.set(key, this.options.runtime.monotonicMs());
  }
}
