import type { PartitionProgress, RunningSubscription, Subscription } from '../log/event-log';
import type { MemoryPartition } from './memory-partition';
import { PartitionReader, type ReaderSurroundings } from './partition-reader';

type PartitionsOf = (topic: string) => readonly MemoryPartition[];

/** Spreads the partitions of a group's topics over its members, and spreads them anew when a member comes or goes. */
export class MemoryGroup {
  private members: MemoryMember[] = [];
  private rebalancing: Promise<void> = Promise.resolve();

  constructor(
    private readonly partitionsOf: PartitionsOf,
    private readonly surroundings: ReaderSurroundings,
  ) {}

  async join(subscription: Subscription): Promise<MemoryMember> {
    const member = new MemoryMember(this, subscription);
    this.members.push(member);
    await this.rebalance();
    return member;
  }

  async leave(member: MemoryMember): Promise<void> {
    this.members = this.members.filter((other) => other !== member);
    await member.release(new Set());
    await this.rebalance();
  }

  /** The member is gone from one moment to the next; nobody waits for what it has in work. */
  async lose(member: MemoryMember): Promise<void> {
    this.members = this.members.filter((other) => other !== member);
    member.revokeAll();
    await this.rebalance();
  }

  private rebalance(): Promise<void> {
    this.rebalancing = this.rebalancing.then(() => this.spread());
    return this.rebalancing;
  }

  /** Everything is given back before anything is handed out, so no partition has two owners. */
  private async spread(): Promise<void> {
    const members = this.members;
    const shares = new Map(members.map((member) => [member, new Map<string, [string, number]>()]));
    for (const topic of new Set(members.flatMap((member) => member.topics))) {
      const takers = members.filter((member) => member.topics.includes(topic));
      this.partitionsOf(topic).forEach((_, partition) => {
        shares.get(takers[partition % takers.length]!)!.set(nameOf(topic, partition), [topic, partition]);
      });
    }
    await Promise.all([...shares].map(([member, share]) => member.release(new Set(share.keys()))));
    for (const [member, share] of shares) {
      for (const [topic, partition] of share.values()) {
        member.take(topic, partition, this.partitionsOf(topic)[partition]!, this.surroundings);
      }
    }
  }
}

/** One subscription of a group. */
export class MemoryMember implements RunningSubscription {
  private readonly readers = new Map<string, PartitionReader>();
  private hasLeft = false;

  constructor(
    private readonly group: MemoryGroup,
    private readonly subscription: Subscription,
  ) {}

  get topics(): readonly string[] {
    return this.subscription.topics;
  }

  progress(): readonly PartitionProgress[] {
    return [...this.readers.values()].map((reader) => reader.progress());
  }

  async stop(): Promise<void> {
    if (this.hasLeft) return;
    this.hasLeft = true;
    await this.group.leave(this);
  }

  /** Ends the member as `kill -9` ends a process. */
  async crash(): Promise<void> {
    if (this.hasLeft) return;
    this.hasLeft = true;
    await this.group.lose(this);
  }

  take(topic: string, partition: number, store: MemoryPartition, surroundings: ReaderSurroundings): void {
    const name = nameOf(topic, partition);
    if (this.hasLeft || this.readers.has(name)) return;
    this.readers.set(name, new PartitionReader(this.subscription, topic, partition, store, surroundings));
  }

  /** Gives back every partition that is not to be kept, each after its batch in work. */
  async release(kept: ReadonlySet<string>): Promise<void> {
    const leaving = [...this.readers].filter(([name]) => !kept.has(name));
    await Promise.all(leaving.map(([, reader]) => reader.stop()));
    for (const [name] of leaving) this.readers.delete(name);
  }

  revokeAll(): void {
    for (const reader of this.readers.values()) reader.revoke();
    this.readers.clear();
  }
}

function nameOf(topic: string, partition: number): string {
  return `${topic}/${partition}`;
}
