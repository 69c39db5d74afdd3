import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ALL_TOPICS } from '@app/contracts';
import { EmbeddedPostgres } from '@app/database';
import { type EventLog, KafkaEventLog, PostgresEventLog } from '@app/messaging';
import { type AppName, GuardedProcess, type LocalKafka, PlatformProcesses, localKafka } from '@app/testing';

const FOLDER_MODE = 0o711;
const READY_TIMEOUT_MS = 60_000;
const POLL_MS = 50;
const REGISTER = join(__dirname, '../../../tools/register.cjs');
const SECRET_BYTES = 32;

export type LogKind = 'kafka' | 'postgres';

/** A database and a log of its own for one contestant, or for two that share what they write. */
export class BenchParts {
  private readonly programs: GuardedProcess[] = [];
  private services: PlatformProcesses | null = null;

  private constructor(
    private readonly folder: string,
    private readonly postgres: EmbeddedPostgres,
    private readonly kafka: LocalKafka | null,
    readonly log: EventLog,
  ) {}

  static async start(kind: LogKind): Promise<BenchParts> {
    const folder = mkdtempSync(join(tmpdir(), 'petabakat-bench-'));
    chmodSync(folder, FOLDER_MODE);
    const [postgres, kafka] = await Promise.all([
      EmbeddedPostgres.start({ dataDir: join(folder, 'postgres') }),
      kind === 'kafka' ? localKafka({ brokers: 1, harmed: true }) : null,
    ]);
    const log = kafka
      ? await KafkaEventLog.open({
          brokers: kafka.brokers,
          clientId: 'bench',
          replicationFactor: 1,
          minInSyncReplicas: 1,
        })
      : await PostgresEventLog.open({ url: postgres.url });
    await log.createTopics(ALL_TOPICS);
    return new BenchParts(folder, postgres, kafka, log);
  }

  get databaseUrl(): string {
    return this.postgres.url;
  }

  /** All four services, of which only one goes on. */
  async startService(app: AppName, env: NodeJS.ProcessEnv, redisUrl: string): Promise<{ pid: number; url: string }> {
    const services = await PlatformProcesses.start({
      databaseUrl: this.databaseUrl,
      redisUrl,
      ...(this.kafka ? { kafka: { brokers: this.kafka.brokers, replicationFactor: 1 } } : {}),
      env: { [app]: env },
    });
    this.services = services;
    const others = (['assessment', 'scoring', 'scheduler', 'gateway'] as const).filter((name) => name !== app);
    await Promise.all(others.map((name) => services.stop(name)));
    return { pid: services.pidOf(app), url: services.urlOf(app) };
  }

  /** A program of this folder, ready once it listens on its port. */
  async startProgram(file: string, port: number, env: NodeJS.ProcessEnv): Promise<{ pid: number }> {
    const program = GuardedProcess.start({
      command: process.execPath,
      args: ['-r', REGISTER, join(__dirname, file)],
      outputFile: join(this.folder, `${file}.log`),
      folder: join(this.folder, file),
      env: { PATH: process.env.PATH, PORT: String(port), ...this.variables(), ...env },
    });
    this.programs.push(program);
    const deadlineMs = Date.now() + READY_TIMEOUT_MS;
    while (!(await listens(port))) {
      if (program.hasEnded) throw new Error(program.describeEnd());
      if (Date.now() > deadlineMs) throw new Error(`${file} does not listen`);
      await sleep(POLL_MS);
    }
    return { pid: program.pid };
  }

  async stop(): Promise<void> {
    await Promise.all([this.services?.stopAll(), ...this.programs.map((program) => program.stop())]);
    await this.log.close();
    await this.kafka?.stop();
    await this.postgres.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private variables(): NodeJS.ProcessEnv {
    const log = this.kafka ? { PETABAKAT_LOG: 'kafka', PETABAKAT_KAFKA_BROKERS: this.kafka.brokers.join() } : {};
    return { PETABAKAT_DATABASE_URL: this.databaseUrl, PETABAKAT_LOG: 'postgres', ...log };
  }
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

/** Keys that both contestants know. */
export function newGatewaySecrets() {
  const { privateKey } = generateKeyPairSync('ed25519');
  const tokenSecret = randomBytes(SECRET_BYTES);
  return {
    tokenKey: { kid: 'bench', secret: tokenSecret },
    env: {
      PETABAKAT_ATTEMPT_TOKEN_KEYS: `bench:${tokenSecret.toString('base64')}`,
      PETABAKAT_COMMITMENT_SECRET: randomBytes(SECRET_BYTES).toString('base64'),
      PETABAKAT_RECEIPT_PRIVATE_KEY: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    },
  };
}
