import { ConfigResourceTypes, type Admin, type ITopicConfig } from 'kafkajs';
import { DomainError, type TopicSpec } from '@app/contracts';
import type { LogCondition } from '../log/event-log';
import { isUnknownTopic } from './cluster.retry';
import type { TopicDirectory } from './topic.directory';

/** Each takes a second, in which the look-up itself waits for the topic: ten are enough for a cluster under load. */
const NEW_TOPIC_TRIES_MAX = 10;

/** How Kafka writes that a partition has no leader now. */
const NO_LEADER = -1;

export interface ReplicationSettings {
  readonly replicationFactor: 1 | 3;
  readonly minInSyncReplicas: 1 | 2;
}

/** Making and checking topics: partitions, retention, and how many replicas must hold what is acknowledged. */
export class TopicAdministrator {
  constructor(
    private readonly admin: Admin,
    private readonly directory: TopicDirectory,
    private readonly replication: ReplicationSettings,
    /** Answered by the leaders themselves. */
    private readonly askLeaders: (topic: string) => Promise<unknown>,
  ) {}

  async createTopics(topics: readonly TopicSpec[]): Promise<void> {
    const existing = new Set(await this.admin.listTopics());
    const missing = topics.filter(({ name }) => !existing.has(name));
    if (missing.length > 0) {
      // kafkajs' own waiting fails where one broker has not heard of the topic yet, and ends before the leaders know
      // of their office.
      await this.admin.createTopics({ topics: missing.map((spec) => this.topicConfig(spec)), waitForLeaders: false });
      await Promise.all(missing.map(({ name }) => this.untilLed(name)));
    }
    await this.verifyTopics(topics);
  }

  async verifyTopics(topics: readonly TopicSpec[]): Promise<void> {
    const missing: string[] = [];
    const otherCounts: string[] = [];
    const tooFewReplicas: string[] = [];
    for (const { name, partitions } of topics) {
      const found = await this.find(name);
      if (!found) missing.push(name);
      else if (found.length !== partitions) otherCounts.push(`${name} has ${found.length} instead of ${partitions}`);
      else if (found.some(({ replicas }) => replicas < this.replication.replicationFactor)) tooFewReplicas.push(name);
    }
    if (missing.length > 0) throw new DomainError('log.topic-missing', `Missing topics: ${missing.join(', ')}.`);
    if (otherCounts.length > 0) {
      throw new DomainError('log.partition-count', `Other partition counts: ${otherCounts.join('; ')}.`);
    }
    if (tooFewReplicas.length > 0) {
      const detail = `Fewer than ${this.replication.replicationFactor} replicas: ${tooFewReplicas.join(', ')}.`;
      throw new DomainError('log.unsafe-setting', detail);
    }
    await this.verifySettings(topics.map(({ name }) => name));
  }

  /** Returns once the leaders of all partitions answer. */
  private async untilLed(topic: string): Promise<void> {
    for (let nth = 1; ; nth++) {
      try {
        await this.askLeaders(topic);
        return;
      } catch (error) {
        if (nth === NEW_TOPIC_TRIES_MAX || !isUnknownTopic(error as Error)) throw error;
      }
    }
  }

  async condition(topics: readonly TopicSpec[]): Promise<LogCondition> {
    const [{ brokers }, metadata] = await Promise.all([
      this.admin.describeCluster(),
      this.admin.fetchTopicMetadata({ topics: topics.map(({ name }) => name) }),
    ]);
    const partitions = metadata.topics.flatMap((topic) => topic.partitions);
    return {
      brokers: brokers.length,
      underReplicated: partitions.filter(({ isr, replicas }) => isr.length < replicas.length).length,
      withoutLeader: partitions.filter(({ leader }) => leader === NO_LEADER).length,
    };
  }

  private async find(topic: string): Promise<{ replicas: number }[] | null> {
    try {
      const partitions = await this.directory.partitions(topic);
      return partitions.map(({ replicas }) => ({ replicas: replicas.length }));
    } catch (error) {
      if (isUnknownTopic(error as Error)) return null;
      throw error;
    }
  }

  /** An acknowledgement is worth what the topic's own settings make of it, whatever the brokers' defaults say. */
  private async verifySettings(topics: readonly string[]): Promise<void> {
    const names = ['min.insync.replicas', 'unclean.leader.election.enable', 'cleanup.policy'];
    const { resources } = await this.admin.describeConfigs({
      includeSynonyms: false,
      resources: topics.map((name) => ({ type: ConfigResourceTypes.TOPIC, name, configNames: names })),
    });
    const unsafe = resources.flatMap(({ resourceName, configEntries }) => {
      const value = (name: string) => configEntries.find(({ configName }) => configName === name)?.configValue;
      const problems: string[] = [];
      if (Number(value('min.insync.replicas')) < this.replication.minInSyncReplicas) {
        problems.push(`min.insync.replicas below ${this.replication.minInSyncReplicas}`);
      }
      if (value('unclean.leader.election.enable') === 'true') problems.push('unclean leader election');
      if (value('cleanup.policy') !== 'delete') problems.push('compaction');
      return problems.map((problem) => `${resourceName}: ${problem}`);
    });
    if (unsafe.length > 0) throw new DomainError('log.unsafe-setting', `Unsafe topics: ${unsafe.join('; ')}.`);
  }

  private topicConfig({ name, partitions, retentionMs }: TopicSpec): ITopicConfig {
    const settings: Record<string, string> = {
      'cleanup.policy': 'delete',
      'retention.ms': `${retentionMs}`,
      'retention.bytes': '-1',
      'min.insync.replicas': `${this.replication.minInSyncReplicas}`,
      'unclean.leader.election.enable': 'false',
      // Times are the log's, not those of the many producers.
      'message.timestamp.type': 'LogAppendTime',
    };
    return {
      topic: name,
      numPartitions: partitions,
      replicationFactor: this.replication.replicationFactor,
      configEntries: Object.entries(settings).map(([key, value]) => ({ name: key, value })),
    };
  }
}
