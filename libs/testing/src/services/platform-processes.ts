import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { freePort, freePorts } from '../parts/free-port';
import { GuardedProcess } from '../parts/guarded-process';

export const APPS = ['assessment', 'scoring', 'scheduler', 'gateway'] as const;
export type AppName = (typeof APPS)[number];
/** The first process of an app has the app's name, the others a number: `gateway`, `gateway-2`, `gateway-3`. */
export type ProcessName = AppName | `${AppName}-${number}`;

/** Migrations, topics and a consumer group on two busy cores. */
const READY_TIMEOUT_MS = 90_000;
const READY_POLL_MS = 100;

export interface PlatformOptions {
  readonly databaseUrl: string;
  /** Left out: the log stands in the database. */
  readonly kafka?: { readonly brokers: readonly string[]; readonly replicationFactor: 1 | 3 };
  readonly redisUrl?: string;
  /** Where `dist` is, for a build of another tree. */
  readonly root?: string;
  /** Runs the TypeScript of `root` as it stands, where nothing is built: each start takes some seconds longer. */
  readonly fromSources?: boolean;
  /** How many processes of an app run; one where nothing is said. */
  readonly counts?: Partial<Record<AppName, number>>;
  /** Variables of single apps, over those that all get. */
  readonly env?: Partial<Record<AppName, NodeJS.ProcessEnv>>;
}

/**
 * The four services as separate processes of the built tree, one or several of each, each on a port that it keeps over
 * restarts. They end when this process ends, however it ends.
 */
export class PlatformProcesses {
  private readonly processes = new Map<ProcessName, GuardedProcess>();
  private readonly folder = mkdtempSync(join(tmpdir(), 'petabakat-services-'));

  private constructor(
    private readonly options: PlatformOptions,
    private readonly ports: Map<ProcessName, number>,
    private readonly secrets: NodeJS.ProcessEnv,
  ) {}

  /** Topics must exist. Resolves when all are ready. */
  static async start(options: PlatformOptions): Promise<PlatformProcesses> {
    const names = APPS.flatMap((app) => namesOf(app, options.counts?.[app] ?? 1));
    const ports = await freePorts(names.length);
    const platform = new PlatformProcesses(
      options,
      new Map(names.map((name, nth) => [name, ports[nth]!])),
      newSecrets(),
    );
    try {
      await platform.startFirstOfEach();
      await Promise.all(names.filter((name) => !isAppName(name)).map((name) => platform.start(name)));
    } catch (error) {
      await platform.stopAll();
      throw error;
    }
    return platform;
  }

  /** All processes of an app, in the order of their numbers. */
  namesOf(app: AppName): ProcessName[] {
    return namesOf(app, this.options.counts?.[app] ?? 1);
  }

  urlOf(app: ProcessName): string {
    return `http://127.0.0.1:${this.ports.get(app)}`;
  }

  pidOf(app: ProcessName): number {
    return this.processOf(app).pid;
  }

  /** Everything that the app has printed, over all its lives. */
  logOf(app: ProcessName): string {
    return readFileSync(this.logFile(app), 'utf8');
  }

  /** Starts an app that does not run and waits until it is ready. */
  async start(app: ProcessName): Promise<void> {
    const process_ = GuardedProcess.start({
      command: process.execPath,
      args: this.programOf(app),
      outputFile: this.logFile(app),
      folder: join(this.folder, app),
      env: this.environmentOf(app),
    });
    this.processes.set(app, process_);
    await this.untilReady(app, process_);
  }

  /** Starts one more process of an app beside those that there are, as a rolling upgrade does. @returns its name */
  async startAnother(app: AppName): Promise<ProcessName> {
    const numbers = [...this.ports.keys()].filter((name) => appOf(name) === app).length;
    const name = `${app}-${numbers + 1}` as const;
    this.ports.set(name, await freePort());
    await this.start(name);
    return name;
  }

  /** SIGKILL: what a crash looks like. */
  kill(app: ProcessName): Promise<void> {
    return this.processOf(app).kill();
  }

  /** SIGTERM, and waits for the ordered stop. */
  stop(app: ProcessName): Promise<void> {
    return this.processOf(app).stop();
  }

  signal(app: ProcessName, signal: NodeJS.Signals): void {
    this.processOf(app).signal(signal);
  }

  async stopAll(): Promise<void> {
    await Promise.all([...this.processes.values()].map((one) => one.stop()));
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** They make the tables; a second process of an app finds them. */
  private async startFirstOfEach(): Promise<void> {
    await Promise.all(APPS.map((app) => this.start(app)));
  }

  private async untilReady(app: ProcessName, started: GuardedProcess): Promise<void> {
    const deadlineMs = Date.now() + READY_TIMEOUT_MS;
    while (!(await answers(`${this.urlOf(app)}/health/ready`))) {
      if (started.hasEnded) throw new Error(started.describeEnd());
      if (Date.now() > deadlineMs) throw new Error(`${app} did not become ready: ${this.logOf(app).slice(-2_000)}`);
      await new Promise((wake) => setTimeout(wake, READY_POLL_MS));
    }
  }

  private programOf(app: ProcessName): string[] {
    const { root = process.cwd(), fromSources = false } = this.options;
    if (!fromSources) return [resolve(root, `dist/apps/${appOf(app)}/src/main.js`)];
    return ['-r', resolve(root, 'tools/register.cjs'), resolve(root, `apps/${appOf(app)}/src/main.ts`)];
  }

  private environmentOf(name: ProcessName): NodeJS.ProcessEnv {
    const app = appOf(name);
    const { databaseUrl, kafka, redisUrl, env = {} } = this.options;
    const own = app === 'assessment' || app === 'gateway' ? participantSecrets(this.secrets) : {};
    return {
      PATH: process.env.PATH,
      HOST: '127.0.0.1',
      PORT: String(this.ports.get(name)),
      PETABAKAT_DATABASE_URL: databaseUrl,
      PETABAKAT_LOG: kafka ? 'kafka' : 'postgres',
      ...(kafka ? kafkaVariables(kafka) : {}),
      ...own,
      ...(app === 'assessment' ? { PETABAKAT_IDENTITY_SECRET: this.secrets.PETABAKAT_IDENTITY_SECRET } : {}),
      ...(app === 'gateway' ? this.gatewayVariables() : {}),
      ...(redisUrl && (app === 'assessment' || app === 'gateway') ? { PETABAKAT_REDIS_URL: redisUrl } : {}),
      ...env[app],
    };
  }

  private gatewayVariables(): NodeJS.ProcessEnv {
    return {
      PETABAKAT_RECEIPT_KEY_ID: 'test',
      PETABAKAT_RECEIPT_PRIVATE_KEY: this.secrets.PETABAKAT_RECEIPT_PRIVATE_KEY,
      PETABAKAT_ASSESSMENT_URL: this.urlOf('assessment'),
      PETABAKAT_SCORING_URL: this.urlOf('scoring'),
      PETABAKAT_SCHEDULER_URL: this.urlOf('scheduler'),
    };
  }

  private processOf(app: ProcessName): GuardedProcess {
    const found = this.processes.get(app);
    if (!found) throw new Error(`${app} was never started`);
    return found;
  }

  private logFile(app: ProcessName): string {
    return join(this.folder, `${app}.log`);
  }
}

function namesOf(app: AppName, count: number): ProcessName[] {
  return Array.from({ length: count }, (_, index) => (index === 0 ? app : (`${app}-${index + 1}` as const)));
}

function isAppName(name: ProcessName): name is AppName {
  return (APPS as readonly string[]).includes(name);
}

function appOf(name: ProcessName): AppName {
  return name.split('-')[0] as AppName;
}

function newSecrets(): NodeJS.ProcessEnv {
  const secret = () => randomBytes(32).toString('base64');
  const { privateKey } = generateKeyPairSync('ed25519');
  return {
    PETABAKAT_ATTEMPT_TOKEN_KEYS: `k1:${secret()}`,
    PETABAKAT_COMMITMENT_SECRET: secret(),
    PETABAKAT_IDENTITY_SECRET: secret(),
    PETABAKAT_RECEIPT_PRIVATE_KEY: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

function participantSecrets({ PETABAKAT_ATTEMPT_TOKEN_KEYS, PETABAKAT_COMMITMENT_SECRET }: NodeJS.ProcessEnv) {
  return { PETABAKAT_ATTEMPT_TOKEN_KEYS, PETABAKAT_COMMITMENT_SECRET };
}

function kafkaVariables({ brokers, replicationFactor }: NonNullable<PlatformOptions['kafka']>): NodeJS.ProcessEnv {
  return {
    PETABAKAT_KAFKA_BROKERS: brokers.join(','),
    PETABAKAT_KAFKA_REPLICATION_FACTOR: String(replicationFactor),
    PETABAKAT_KAFKA_MIN_IN_SYNC_REPLICAS: replicationFactor === 3 ? '2' : '1',
  };
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}
