import type { Admin, Kafka, Producer } from 'kafkajs';
import type { TopicSpec } from '@app/contracts';
import type {
  AppendOptions,
  AppendOutcome,
  EventLog,
  LogCondition,
  LogRecord,
  NewRecord,
  PartitionRange,
  RunningSubscription,
  Subscription,
} from '../log/event-log';
import { type Runtime, systemRuntime } from '../log/runtime';
import { GroupSubscription } from './group.subscription';
import {
  CONSUMER_RETRY,
  kafkaClient,
  kafkaCluster,
  type KafkaConnection,
  type LogSink,
  SHORT_RETRY,
  silentSink,
} from './kafka.client';
import type { Cluster } from './kafkajs.internals';
import { PartitionReader } from './partition.reader';
import { ProduceWitness } from './produce.witness';
import { RecordAppender, watchingPartitioner } from './record.appender';
import { type ReplicationSettings, TopicAdministrator } from './topic.administrator';
import { TopicDirectory } from './topic.directory';

export interface KafkaEventLogOptions extends KafkaConnection, ReplicationSettings {
  readonly runtime?: Runtime;
}

/**
 * The log on Kafka, through kafkajs 2.2.4, which is fenced in on all sides: see `record.appender.ts` for what may be
 * acknowledged, `partition.consumer.ts` for who holds the position, and `request-queue.patch.ts` for its idle timer.
 */
export class KafkaEventLog implements EventLog {
  private readonly subscriptions = new Set<RunningSubscription>();
  private readonly logger: LogSink;
  private readonly runtime: Runtime;
  private readonly producer: Producer;
  private readonly admin: Admin;
  private readonly cluster: Cluster;
  private readonly consumers: Kafka;
  private readonly appender: RecordAppender;
  private readonly reader: PartitionReader;
  private readonly administrator: TopicAdministrator;
  private closing: Promise<void> | null = null;

  private constructor(options: KafkaEventLogOptions) {
    this.logger = options.logger ?? silentSink;
    this.runtime = options.runtime ?? systemRuntime;
    const witness = new ProduceWitness();
    const client = kafkaClient(options, SHORT_RETRY, witness.socketFactory);
    this.cluster = kafkaCluster(options, client, witness.socketFactory);
    const directory = new TopicDirectory(this.cluster, this.runtime);
    this.admin = client.admin();
    this.producer = client.producer({
      // Its idempotent producer can acknowledge records that it never wrote.
      idempotent: false,
      allowAutoTopicCreation: false,
      createPartitioner: watchingPartitioner(directory),
      // Its own retries skip brokers that have answered before, and drop what moved there. `RecordAppender` retries.
      retry: { retries: 0 },
    });
    this.consumers = kafkaClient(options, CONSUMER_RETRY);
    this.appender = new RecordAppender(this.producer, directory, witness, this.runtime);
    this.reader = new PartitionReader(this.cluster, directory, this.runtime);
    const askLeaders = (topic: string) => this.reader.ranges(topic);
    this.administrator = new TopicAdministrator(this.admin, directory, options, askLeaders, this.runtime);
  }

  static async open(options: KafkaEventLogOptions): Promise<KafkaEventLog> {
    const log = new KafkaEventLog(options);
    try {
      await Promise.all([log.producer.connect(), log.admin.connect(), log.cluster.connect()]);
    } catch (error) {
      await log.close();
      throw error;
    }
    return log;
  }

  append(topic: string, records: readonly NewRecord[], options?: AppendOptions): Promise<AppendOutcome[]> {
    if (this.closing) {
      const error = new Error('the log is closed');
      return Promise.resolve(records.map(() => ({ status: 'refused', error })));
    }
    return this.appender.append(topic, records, options);
  }

  laneOf(topic: string, key: string): string {
    return this.appender.laneOf(topic, key);
  }

  async subscribe(subscription: Subscription): Promise<RunningSubscription> {
    if (this.closing) throw new Error('the log is closed');
    const group = await GroupSubscription.start({
      kafka: this.consumers,
      subscription,
      ranges: (topic) => this.reader.ranges(topic),
      runtime: this.runtime,
      logger: this.logger,
    });
    const running: RunningSubscription = {
      progress: () => group.progress(),
      stop: async () => {
        await group.stop();
        this.subscriptions.delete(running);
      },
    };
    this.subscriptions.add(running);
    return running;
  }

  ranges(topic: string, partitions?: readonly number[]): Promise<Map<number, PartitionRange>> {
    return this.reader.ranges(topic, partitions);
  }

  read(topic: string, partition: number, fromOffset: number, limit: number): Promise<LogRecord[]> {
    return this.reader.read(topic, partition, fromOffset, limit);
  }

  createTopics(topics: readonly TopicSpec[]): Promise<void> {
    return this.administrator.createTopics(topics);
  }

  verifyTopics(topics: readonly TopicSpec[]): Promise<void> {
    return this.administrator.verifyTopics(topics);
  }

  condition(topics: readonly TopicSpec[]): Promise<LogCondition> {
    return this.administrator.condition(topics);
  }

  close(): Promise<void> {
    this.closing ??= this.shutDown();
    return this.closing;
  }

  private async shutDown(): Promise<void> {
    await Promise.all([...this.subscriptions].map((subscription) => subscription.stop()));
    const ends = [this.producer.disconnect(), this.admin.disconnect(), this.cluster.disconnect()];
    for (const end of await Promise.allSettled(ends)) {
      if (end.status === 'rejected')
        this.logger.warn('a connection did not end well', { error: end.reason as unknown });
    }
  }
}
