import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { EmbeddedPostgres } from '@app/database';
import { APPS, type LocalKafka, localKafka, PlatformProcesses } from '@app/testing';
import type { DemoSystem } from './demo-system';
import { built, project } from './project';

const run = promisify(execFile);

/** Four processes on a real Kafka and a PostgreSQL, all of this machine unless brokers are given. */
export class KafkaSystem implements DemoSystem {
  readonly victim = 'the assessment service';
  private postgres: EmbeddedPostgres | null = null;
  private kafka: LocalKafka | null = null;
  private services: PlatformProcesses | null = null;

  constructor(
    private readonly folder: string,
    private readonly givenBrokers: readonly string[],
  ) {}

  get url(): string {
    return this.running.urlOf('gateway');
  }

  get cliEnvironment(): NodeJS.ProcessEnv {
    return { PETABAKAT_DATABASE_URL: this.postgres!.url };
  }

  get whereToLook(): readonly string[] {
    return [`the gateway listens on ${this.url}`, `Kafka listens on ${this.brokers.join(', ')}`];
  }

  async start(): Promise<void> {
    const [postgres, kafka] = await Promise.all([
      EmbeddedPostgres.start({ dataDir: join(this.folder, 'postgres') }),
      this.givenBrokers.length > 0 ? null : localKafka({ brokers: 1 }),
    ]);
    this.postgres = postgres;
    this.kafka = kafka;
    await this.createTopics();
    this.services = await PlatformProcesses.start({
      databaseUrl: postgres.url,
      kafka: { brokers: this.brokers, replicationFactor: 1 },
      root: project,
    });
  }

  async kill(): Promise<void> {
    await this.running.kill('assessment');
  }

  restart(): Promise<void> {
    return this.running.start('assessment');
  }

  async stop(): Promise<void> {
    this.keepLogs();
    await this.services?.stopAll();
    await Promise.all([this.kafka?.stop(), this.postgres?.stop()]);
  }

  /** The services' own folder goes with them. */
  private keepLogs(): void {
    for (const app of this.services ? APPS : []) {
      writeFileSync(join(this.folder, `${app}.log`), this.running.logOf(app), { mode: 0o600 });
    }
  }

  private get brokers(): readonly string[] {
    return this.kafka?.brokers ?? this.givenBrokers;
  }

  private get running(): PlatformProcesses {
    if (!this.services) throw new Error('the services were never started');
    return this.services;
  }

  private async createTopics(): Promise<void> {
    await run(process.execPath, [built('cli'), 'topics', 'create'], {
      env: {
        PATH: process.env.PATH,
        PETABAKAT_LOG: 'kafka',
        PETABAKAT_KAFKA_BROKERS: this.brokers.join(),
        ...this.cliEnvironment,
      },
    });
  }
}
