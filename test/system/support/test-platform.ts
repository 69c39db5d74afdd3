import { randomBytes } from 'node:crypto';
import { ROLES, type Role, StaffDirectory } from '@app/access';
import { ALL_TOPICS } from '@app/contracts';
import { KafkaEventLog, type EventLog, PostgresEventLog } from '@app/messaging';
import {
  type FreshDatabase,
  type LocalKafka,
  type LocalRedis,
  APPS,
  PlatformProcesses,
  freshDatabase,
  localKafka,
  localRedis,
} from '@app/testing';

export interface Reply {
  readonly status: number;
  // Replies of any route; each test knows what it asked for.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any;
}

/** Staff of every role, the second of those that need two people, and requests in their names. */
export class Staff {
  private constructor(private readonly tokens: ReadonlyMap<string, string>) {}

  static async hire(databaseUrl: string): Promise<Staff> {
    const directory = await StaffDirectory.open({ url: databaseUrl });
    const tokens = new Map<string, string>();
    for (const role of ROLES) {
      for (const account of [role, `${role}-2`]) {
        tokens.set(
          account,
          await directory.add({
            account: `${account}-${randomBytes(3).toString('hex')}`,
            roles: [role],
            sessions: 'all',
          }),
        );
      }
    }
    await directory.close();
    return new Staff(tokens);
  }

  tokenOf(account: Role | `${Role}-2`): string {
    return this.tokens.get(account)!;
  }
}

export async function call(
  method: string,
  url: string,
  options: { token?: string; json?: unknown; csv?: string } = {},
): Promise<Reply> {
  const body = options.csv ?? (options.json === undefined ? undefined : JSON.stringify(options.json));
  const type = options.csv === undefined ? 'application/json' : 'text/csv';
  const response = await fetch(url, {
    method,
    headers: {
      ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
      ...(body === undefined ? {} : { 'content-type': type }),
    },
    ...(body === undefined ? {} : { body }),
  });
  const text = await response.text();
  return {
    status: response.status,
    body: text !== '' && response.headers.get('content-type')?.includes('json') ? JSON.parse(text) : text,
  };
}

/** Repeats until the condition gives something; fails by its own deadline, with the last refusal. */
export async function until<T>(
  what: string,
  condition: () => Promise<T | null | undefined | false>,
  timeoutMs = 60_000,
): Promise<T> {
  const deadlineMs = Date.now() + timeoutMs;
  for (;;) {
    const found = await condition();
    if (found) return found;
    if (Date.now() > deadlineMs) throw new Error(`${what}: not within ${timeoutMs} ms`);
    await new Promise((wake) => setTimeout(wake, 50));
  }
}

/** What a test needs of a platform, however it is composed. */
export interface PlatformUnderTest {
  readonly url: string;
  as(
    account: Parameters<Staff['tokenOf']>[0],
    method: string,
    path: string,
    options?: { json?: unknown; csv?: string },
  ): Promise<Reply>;
}

/** The four services as separate processes over real parts. */
export class TestPlatform implements PlatformUnderTest {
  private constructor(
    readonly processes: PlatformProcesses,
    readonly log: EventLog,
    readonly staff: Staff,
    readonly database: FreshDatabase,
    private readonly redis: LocalRedis,
    private readonly kafka: LocalKafka | null,
  ) {}

  /** @param env variables of all services, over those that they get anyway */
  static async start(brokers: 0 | 1 | 3, env: NodeJS.ProcessEnv = {}): Promise<TestPlatform> {
    const [database, redis, kafka] = await Promise.all([
      freshDatabase(),
      localRedis(),
      brokers === 0 ? null : localKafka({ brokers }),
    ]);
    const replicationFactor = brokers === 3 ? 3 : 1;
    const log = kafka
      ? await KafkaEventLog.open({
          brokers: kafka.brokers,
          clientId: 'test',
          replicationFactor,
          minInSyncReplicas: brokers === 3 ? 2 : 1,
        })
      : await PostgresEventLog.open({ url: database.url });
    await log.createTopics(ALL_TOPICS);
    const processes = await PlatformProcesses.start({
      databaseUrl: database.url,
      redisUrl: redis.url,
      env: Object.fromEntries(APPS.map((app) => [app, env])),
      ...(kafka ? { kafka: { brokers: kafka.brokers, replicationFactor } } : {}),
    });
    return new TestPlatform(processes, log, await Staff.hire(database.url), database, redis, kafka);
  }

  get url(): string {
    return this.processes.urlOf('gateway');
  }

  as(
    account: Parameters<Staff['tokenOf']>[0],
    method: string,
    path: string,
    options: { json?: unknown; csv?: string } = {},
  ): Promise<Reply> {
    return call(method, this.url + path, { ...options, token: this.staff.tokenOf(account) });
  }

  async stop(): Promise<void> {
    await this.processes.stopAll();
    await this.log.close();
    await Promise.all([this.redis.stop(), this.kafka?.stop()]);
    await this.database.drop();
  }
}
