import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { StaffDirectory } from '@app/access';
import { ALL_TOPICS } from '@app/contracts';
import { EmbeddedPostgres } from '@app/database';
import { type EventLog, KafkaEventLog, PostgresEventLog } from '@app/messaging';
import {
  type AppName,
  type LocalKafka,
  type LocalKafkaOptions,
  type LocalRedis,
  PlatformProcesses,
  localKafka,
  localRedis,
} from '@app/testing';

/** PostgreSQL runs under an account of its own, which must be able to pass through to its folder. */
const FOLDER_MODE = 0o711;

const DATA = 'postgres';
const COPY = 'postgres-copy';

/** Processes of a server that was killed may write for a moment longer. */
const REMOVAL = { recursive: true, force: true, maxRetries: 5, retryDelay: 200 } as const;

export interface LoadPlatformOptions {
  readonly log: 'postgres' | 'kafka';
  /** Of Kafka. */
  readonly brokers: 1 | 3;
  /** How the brokers are set up, where that matters. */
  readonly cluster?: Pick<LocalKafkaOptions, 'controllerApart' | 'settings'>;
  /** PostgreSQL gets a disk of its own of this size, which can be filled. Only root can make one. */
  readonly diskMegabytes?: number;
  readonly counts: Partial<Record<AppName, number>>;
  /** Where `dist` is, for a build of another tree. */
  readonly root?: string;
  readonly env?: Partial<Record<AppName, NodeJS.ProcessEnv>>;
}

export interface StaffTokens {
  readonly operations: string;
  readonly analyst: string;
  readonly supervisor: string;
  readonly firstOfficer: string;
  readonly secondOfficer: string;
}

/** A whole platform of real parts on this machine: its own databases, brokers and services, gone with this process. */
export class LoadPlatform {
  private constructor(
    private server: EmbeddedPostgres,
    readonly redis: LocalRedis,
    /** Null where the log stands in PostgreSQL. */
    readonly kafka: LocalKafka | null,
    /** A client of our own, which sees the log as it is. */
    readonly log: EventLog,
    readonly processes: PlatformProcesses,
    readonly staff: StaffTokens,
    /** Of PostgreSQL's data. */
    readonly folder: string,
  ) {}

  static async start(options: LoadPlatformOptions): Promise<LoadPlatform> {
    const folder = mkdtempSync(join(tmpdir(), 'petabakat-load-'));
    if (options.diskMegabytes !== undefined) mountDisk(folder, options.diskMegabytes);
    chmodSync(folder, FOLDER_MODE);
    const [postgres, redis, kafka] = await Promise.all([
      startServer(folder),
      localRedis({ harmed: true }),
      options.log === 'kafka' ? localKafka({ brokers: options.brokers, harmed: true, ...options.cluster }) : null,
    ]);
    const log = await openLog(postgres, kafka, options);
    await log.createTopics(ALL_TOPICS);
    const processes = await PlatformProcesses.start({
      ...options,
      databaseUrl: postgres.url,
      redisUrl: redis.url,
      ...(kafka ? { kafka: { brokers: kafka.brokers, replicationFactor: options.brokers } } : {}),
    });
    return new LoadPlatform(postgres, redis, kafka, log, processes, await hireStaff(postgres.url), folder);
  }

  get gatewayUrls(): string[] {
    return this.processes.namesOf('gateway').map((name) => this.processes.urlOf(name));
  }

  get postgres(): EmbeddedPostgres {
    return this.server;
  }

  /** SIGKILL of the server's first process; the others follow it. */
  async killPostgres(): Promise<void> {
    process.kill(this.server.pid, 'SIGKILL');
    await this.server.ended;
    await this.server.stop();
  }

  /** On the data and the port of the one that ended. */
  async startPostgres(): Promise<void> {
    const port = Number(new URL(this.server.url).port);
    this.server = await startServer(this.folder, port);
  }

  /** A cold copy: PostgreSQL is stopped for it. */
  async copyPostgres(): Promise<void> {
    await this.server.stop();
    copyFolder(join(this.folder, DATA), join(this.folder, COPY));
    await this.startPostgres();
  }

  /** Sets PostgreSQL back to its copy; what it has written since is gone. */
  async restorePostgres(): Promise<void> {
    await this.server.stop();
    rmSync(join(this.folder, DATA), REMOVAL);
    copyFolder(join(this.folder, COPY), join(this.folder, DATA));
    await this.startPostgres();
  }

  async stop(): Promise<void> {
    await this.processes.stopAll();
    await this.log.close();
    await Promise.all([this.redis.stop(), this.kafka?.stop()]);
    await this.server.stop();
    remove(this.folder);
  }
}

/** Owners and modes are kept: the server refuses a folder of somebody else. */
function copyFolder(from: string, to: string): void {
  execFileSync('cp', ['--archive', from, to]);
}

/** In memory, gone with its unmounting. */
function mountDisk(folder: string, megabytes: number): void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'petabakat-disk', folder]);
}

/** A disk of its own is found by its device, also where this process no longer knows that it made one. */
function remove(folder: string): void {
  const isMounted = statSync(folder).dev !== statSync(dirname(folder)).dev;
  // Lazily: processes of a server that was killed may hold it for a moment longer.
  if (isMounted) execFileSync('umount', ['--lazy', folder]);
  rmSync(folder, REMOVAL);
}

/** The server has a process group of its own, so nothing but us ends it when this process ends in the middle of a run. */
async function startServer(folder: string, port = 0): Promise<EmbeddedPostgres> {
  const server = await EmbeddedPostgres.start({ dataDir: join(folder, DATA), port });
  const kill = () => {
    process.kill(server.pid, 'SIGKILL');
    remove(folder);
  };
  process.once('exit', kill);
  void server.ended.then(() => process.off('exit', kill));
  return server;
}

function openLog(
  postgres: EmbeddedPostgres,
  kafka: LocalKafka | null,
  { brokers }: LoadPlatformOptions,
): Promise<EventLog> {
  if (!kafka) return PostgresEventLog.open({ url: postgres.url });
  const minInSyncReplicas = brokers === 3 ? 2 : 1;
  return KafkaEventLog.open({
    brokers: kafka.brokers,
    clientId: 'load',
    replicationFactor: brokers,
    minInSyncReplicas,
  });
}

async function hireStaff(databaseUrl: string): Promise<StaffTokens> {
  const directory = await StaffDirectory.open({ url: databaseUrl });
  const hire = (account: string, role: 'analyst' | 'operations' | 'rollout-officer' | 'supervisor') =>
    directory.add({ account, roles: [role], sessions: 'all' });
  try {
    return {
      operations: await hire('load-operations', 'operations'),
      analyst: await hire('load-analyst', 'analyst'),
      supervisor: await hire('load-supervisor', 'supervisor'),
      firstOfficer: await hire('load-officer-1', 'rollout-officer'),
      secondOfficer: await hire('load-officer-2', 'rollout-officer'),
    };
  } finally {
    await directory.close();
  }
}
