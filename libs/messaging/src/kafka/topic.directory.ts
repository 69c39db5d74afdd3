import type { PartitionMetadata } from 'kafkajs';
import type { Runtime } from '../log/runtime';
import { withFreshMetadata } from './cluster.retry';
import type { Cluster } from './kafkajs.internals';

/** Stands for a leader that is not known yet. */
const NO_LEADER = -1;

/** What is known about topics: how many partitions they have (which never changes) and who leads those. */
export class TopicDirectory {
  private readonly counts = new Map<string, number>();
  private readonly latest = new Map<string, readonly PartitionMetadata[]>();

  constructor(
    private readonly cluster: Cluster,
    private readonly runtime: Runtime,
  ) {}

  async partitionCount(topic: string): Promise<number> {
    const known = this.counts.get(topic);
    if (known !== undefined) return known;
    const { length } = await this.partitions(topic);
    this.counts.set(topic, length);
    return length;
  }

  /** The brokers' present view; throws where there is no such topic. */
  async partitions(topic: string): Promise<readonly PartitionMetadata[]> {
    const partitions = await withFreshMetadata(this.cluster, this.runtime, async () => {
      await this.cluster.addTargetTopic(topic);
      await this.cluster.refreshMetadataIfNecessary();
      return this.cluster.findTopicPartitionMetadata(topic);
    });
    this.note(topic, partitions);
    return partitions;
  }

  knownPartitionCount(topic: string): number | null {
    return this.counts.get(topic) ?? null;
  }

  leaderOf(topic: string, partition: number): number {
    return this.latest.get(topic)?.find(({ partitionId }) => partitionId === partition)?.leader ?? NO_LEADER;
  }

  note(topic: string, partitions: readonly PartitionMetadata[]): void {
    this.latest.set(topic, partitions);
  }
}
