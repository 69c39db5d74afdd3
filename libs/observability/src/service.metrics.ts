import { Inject, Injectable } from '@nestjs/common';
import { Counter, Gauge, type Metric, type Registry } from 'prom-client';
import { buildVersion } from './build-info';
import { CachedReading } from './cached-reading';
import { METRICS } from './metrics';

/** One partition that this process works on. */
export interface ConsumedPartition {
  readonly topic: string;
  readonly partition: number;
  /** Records of the log that are not applied yet. */
  readonly lagRecords: number;
  /** How long the next record has waited since the log took it; 0 where none waits. */
  readonly lagSeconds: number;
  /** `gap` and `standing` go on only after a person has looked. */
  readonly state: 'running' | 'retrying' | 'gap' | 'standing';
}

/** A consumer group, as far as it runs in this process. */
export interface WatchedConsumer {
  readonly group: string;
  partitions(): readonly ConsumedPartition[];
  /** Records set aside since the process started. */
  deadLettersWritten(): number;
}

/** What a service's database says about the service and about its own clock. */
export interface DatabaseFigures {
  readonly outboxWaiting: number;
  readonly outboxOldestSeconds: number;
  /** This process's clock minus the database's. */
  readonly clockDifferenceSeconds: number;
}

/** What the brokers of the log say of each other. */
export interface LogFigures {
  readonly brokers: number;
  /** Partitions with fewer copies in step than they should have. */
  readonly underReplicated: number;
  /** Partitions that nobody can append to. */
  readonly withoutLeader: number;
}

const PARTITION_STATES = ['running', 'retrying', 'gap', 'standing'] as const;

/**
 * What operations look at beside the figures of requests: each service registers what it has, once. docs/metrics.md
 * lists every metric; docs/operations.md says what to do when an alarm rests on it.
 *
 * A figure that cannot be read is absent, never 0.
 */
@Injectable()
export class ServiceMetrics {
  private readonly consumers: WatchedConsumer[] = [];
  private readonly databases = new Map<string, CachedReading<DatabaseFigures>>();
  private readonly openDeadLetters = new Map<string, CachedReading<number>>();
  private readonly clocks = new Map<string, () => number | null>();

  constructor(@Inject(METRICS) private readonly registry: Registry) {
    this.registerBuild();
    this.registerConsumers();
    this.registerDatabases();
  }

  watchConsumer(consumer: WatchedConsumer): void {
    this.consumers.push(consumer);
  }

  watchDatabase(service: string, read: () => Promise<DatabaseFigures>): void {
    this.databases.set(service, new CachedReading(read));
  }

  /** @param read how many records that were set aside wait for a person's decision */
  watchOpenDeadLetters(service: string, read: () => Promise<number>): void {
    this.openDeadLetters.set(service, new CachedReading(read));
  }

  /** @param read seconds that this process's clock is ahead of the database's; null where it was never compared */
  watchClock(service: string, read: () => number | null): void {
    this.clocks.set(service, read);
  }

  watchLog(read: () => Promise<LogFigures>): void {
    const reading = new CachedReading(read);
    this.gauge('petabakat_log_brokers', 'Brokers that the cluster counts as its own', [], async (gauge) => {
      const figures = await reading.current();
      if (figures) gauge.set(figures.brokers);
    });
    this.gauge(
      'petabakat_log_under_replicated_partitions',
      'Partitions with fewer copies in step than they should have',
      [],
      async (gauge) => {
        const figures = await reading.current();
        if (figures) gauge.set(figures.underReplicated);
      },
    );
    this.gauge(
      'petabakat_log_partitions_without_leader',
      'Partitions that nothing can be appended to',
      [],
      async (gauge) => {
        const figures = await reading.current();
        if (figures) gauge.set(figures.withoutLeader);
      },
    );
  }

  private registerBuild(): void {
    this.gauge('petabakat_build_info', 'Always 1; the labels say what runs', ['version', 'node'], (gauge) =>
      gauge.set({ version: buildVersion(), node: process.versions.node }, 1),
    );
  }

  private registerConsumers(): void {
    const labels = ['group', 'topic', 'partition'];
    this.perPartition('petabakat_consumer_lag_records', 'Records not applied yet', labels, (one) => one.lagRecords);
    this.perPartition(
      'petabakat_consumer_lag_seconds',
      'How long the next record has waited since the log took it; 0 where none waits',
      labels,
      (one) => one.lagSeconds,
    );
    this.gauge(
      'petabakat_consumer_partitions',
      'Partitions that this process works on, by state; those in a gap or standing wait for a person',
      ['group', 'state'],
      (gauge) => {
        for (const consumer of this.consumers) {
          const states = consumer.partitions().map(({ state }) => state);
          for (const state of PARTITION_STATES) {
            gauge.set({ group: consumer.group, state }, states.filter((one) => one === state).length);
          }
        }
      },
    );
    const { consumers } = this;
    new Counter({
      name: 'petabakat_dead_letters_total',
      help: 'Records that this process has set aside',
      labelNames: ['group'],
      registers: [this.registry],
      collect() {
        this.reset();
        for (const consumer of consumers) this.inc({ group: consumer.group }, consumer.deadLettersWritten());
      },
    });
  }

  private registerDatabases(): void {
    this.perDatabase('petabakat_outbox_waiting', 'Events that are not published yet', (one) => one.outboxWaiting);
    this.perDatabase(
      'petabakat_outbox_oldest_seconds',
      'Age of the oldest event that is not published yet; 0 where none waits',
      (one) => one.outboxOldestSeconds,
    );
    this.gauge(
      'petabakat_clock_difference_seconds',
      "This process's clock minus the database's",
      ['service'],
      async (gauge) => {
        for (const [service, reading] of this.databases) {
          const figures = await reading.current();
          if (figures) gauge.set({ service }, figures.clockDifferenceSeconds);
        }
        for (const [service, read] of this.clocks) {
          const difference = read();
          if (difference !== null) gauge.set({ service }, difference);
        }
      },
    );
    this.gauge(
      'petabakat_dead_letters_open',
      'Records that were set aside and wait for a decision',
      ['service'],
      async (gauge) => {
        for (const [service, reading] of this.openDeadLetters) {
          const open = await reading.current();
          if (open !== null) gauge.set({ service }, open);
        }
      },
    );
  }

  private perPartition(name: string, help: string, labels: string[], value: (one: ConsumedPartition) => number): void {
    this.gauge(name, help, labels, (gauge) => {
      for (const { group, ...consumer } of this.consumers.map(withPartitions)) {
        for (const one of consumer.partitions) {
          gauge.set({ group, topic: one.topic, partition: String(one.partition) }, value(one));
        }
      }
    });
  }

  private perDatabase(name: string, help: string, value: (figures: DatabaseFigures) => number): void {
    this.gauge(name, help, ['service'], async (gauge) => {
      for (const [service, reading] of this.databases) {
        const figures = await reading.current();
        if (figures) gauge.set({ service }, value(figures));
      }
    });
  }

  /** A gauge that is filled anew whenever the metrics are read, so that what is gone does not stay. */
  private gauge(
    name: string,
    help: string,
    labelNames: string[],
    fill: (gauge: Gauge) => void | Promise<void>,
  ): Metric {
    return new Gauge({
      name,
      help,
      labelNames,
      registers: [this.registry],
      async collect() {
        // Without labels, a reset would show a 0 that nobody has measured.
        if (labelNames.length > 0) this.reset();
        else this.remove();
        await fill(this);
      },
    });
  }
}

function withPartitions(consumer: WatchedConsumer): { group: string; partitions: readonly ConsumedPartition[] } {
  return { group: consumer.group, partitions: consumer.partitions() };
}
