import { ConfigResourceTypes, type Admin, type ITopicConfig } from 'kafkajs';
import { DomainError, recordBytesMaxOf, type TopicSpec } from '@app/contracts';
import type { LogCondition } from '../log/event-log';
import type { Runtime } from '../log/runtime';
import { isUnknownTopic } from './cluster.retry';
import type { TopicDirectory } from './topic.directory';
import { isUnsettled } from './unsettled';

/** A hundred partitions get their leaders within seconds; a machine with a slow disk and one core was seen to take 20 s. */
const SETTLE_BUDGET_MS = 60_000;
/** Elections are over in tenths of a second. */
const SETTLE_FIRST_PAUSE_MS = 200;
/** Whoever waits for topics notices a second; a broker that is busy with them does not notice one more look. */
const SETTLE_LONGEST_PAUSE_MS = 2_000;

/** Around the records of one batch: what Kafka's own default of 1,048,588 bytes leaves above ours. */
const BATCH_OVERHEAD_BYTES = 48_588;

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
    private readonly runtime: Runtime,
  ) {}

  /**
   * Makes what is missing, and returns once every leader answers. A broker that is slow, or an election under way, is
   * waited for.
   *
   * @throws DomainError `log.topics-not-made` where the brokers refuse, or do not settle in time
   */
  async createTopics(topics: readonly TopicSpec[]): Promise<void> {
    const startedAtMs = this.runtime.monotonicMs();
    for (let pauseMs = SETTLE_FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, SETTLE_LONGEST_PAUSE_MS)) {
      try {
        await this.createMissing(topics);
        return await this.verifyTopics(topics);
      } catch (error) {
        const passedMs = this.runtime.monotonicMs() - startedAtMs + pauseMs;
        if (!isUnsettled(error) || passedMs > SETTLE_BUDGET_MS) throw codedFrom(error);
        await this.runtime.sleep(pauseMs);
      }
    }
  }

  private async createMissing(topics: readonly TopicSpec[]): Promise<void> {
    const existing = new Set(await this.admin.listTopics());
    const missing = topics.filter(({ name }) => !existing.has(name));
    if (missing.length > 0) {
      // kafkajs' own waiting fails where one broker has not heard of the topic yet, and ends before the leaders know
      // of their office.
      await this.admin.createTopics({ topics: missing.map((spec) => this.topicConfig(spec)), waitForLeaders: false });
    }
    // Also of topics that an earlier try has made.
    await Promise.all(topics.map(({ name }) => this.askLeaders(name)));
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
    const names = ['max.message.bytes', 'min.insync.replicas', 'unclean.leader.election.enable', 'cleanup.policy'];
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
    const tooSmall = resources.flatMap(({ resourceName, configEntries }) => {
      const entry = configEntries.find(({ configName }) => configName === 'max.message.bytes');
      const neededBytes = messageBytesOf(resourceName);
      return Number(entry?.configValue) < neededBytes ? [`${resourceName} needs ${neededBytes}`] : [];
    });
    if (tooSmall.length > 0) throw new DomainError('log.record-limit', `Bytes per message: ${tooSmall.join('; ')}.`);
    if (unsafe.length > 0) throw new DomainError('log.unsafe-setting', `Unsafe topics: ${unsafe.join('; ')}.`);
  }

  private topicConfig({ name, partitions, retentionMs }: TopicSpec): ITopicConfig {
    const settings: Record<string, string> = {
      'cleanup.policy': 'delete',
      'retention.ms': `${retentionMs}`,
      'retention.bytes': '-1',
      'max.message.bytes': `${messageBytesOf(name)}`,
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

function messageBytesOf(topic: string): number {
  return recordBytesMaxOf(topic) + BATCH_OVERHEAD_BYTES;
}

/** Refusals that have a code keep it; what the brokers say is told with ours. */
function codedFrom(error: unknown): unknown {
  if (error instanceof DomainError) return error;
  const reasons = (error as { errors?: readonly Error[] }).errors ?? [error as Error];
  const detail = [...new Set(reasons.map(({ message }) => message))].join('; ');
  return new DomainError('log.topics-not-made', `The brokers have not made all topics: ${detail}`, { cause: error });
}
