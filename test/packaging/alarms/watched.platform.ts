import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { APPS, type AppName, TcpProxy } from '@app/testing';
import { Client } from 'pg';
import { LoadPlatform } from '../../load/platform/load.platform';
import { ITEMS, type Login, openCluster, planSession, prepareRollout, sitDown } from '../../system/support/sitting';
import { type PlatformUnderTest, Staff, call } from '../../system/support/test-platform';
import { textOf } from '../monitoring-files';
import { PrometheusProcess } from '../prometheus.process';

const run = promisify(execFile);
const ROOT = join(__dirname, '../../..');
const PRELOADS = join(ROOT, 'test/faults/harness/preload');
const BROKERS = [1, 2, 3];
const SESSION = 'session-1';
const PEOPLE = 2;
/** So many that every window of a rate holds some. */
const ANSWER_INTERVAL_MS = 250;
/** Longer than the gateway's own limits. */
const ANSWER_TIMEOUT_MS = 30_000;
const COMMAND_TIMEOUT_MS = 60_000;
/** The windows of the rules' own rates are minutes, which nobody waits for here. */
const TEST_WINDOW = '[15s]';

/** The rules with their thresholds and conditions as they are; only their waiting is shortened. */
export function impatientRules(): string {
  return textOf('deploy', 'observability', 'alerts.yml')
    .replaceAll(/^( +)for: \S+$/gm, '$1for: 1s')
    .replaceAll('[5m]', TEST_WINDOW);
}

/** Three brokers, a database, four services, a participant who answers all the time, and a Prometheus that watches. */
export class WatchedPlatform {
  private counter = 0;
  private isAnswering = true;
  private readonly answering: Promise<void>;

  private constructor(
    readonly parts: LoadPlatform,
    readonly prometheus: PrometheusProcess,
    readonly people: PlatformUnderTest,
    readonly proxies: readonly TcpProxy[],
    private readonly operationsToken: string,
    private readonly login: Login,
    private readonly folder: string,
  ) {
    this.answering = this.answerOnAndOn();
  }

  static async start(): Promise<WatchedPlatform> {
    const folder = mkdtempSync(join(tmpdir(), 'petabakat-alarms-'));
    const clockFile = join(folder, 'ahead-ms');
    writeFileSync(clockFile, '0');
    const gateway: NodeJS.ProcessEnv = {
      FAULT_TEST_CLOCK_FILE: clockFile,
      NODE_OPTIONS: `--require ${join(PRELOADS, 'jumping-clock.cjs')}`,
    };
    const parts = await LoadPlatform.start({ log: 'kafka', brokers: 3, counts: {}, env: { gateway } });
    const proxies = await proxiesBefore(parts, gateway);
    await parts.processes.stop('gateway');
    await parts.processes.start('gateway');
    const staff = await Staff.hire(parts.postgres.url);
    const url = parts.processes.urlOf('gateway');
    const people: PlatformUnderTest = {
      url,
      as: (account, method, path, options = {}) =>
        call(method, url + path, { ...options, token: staff.tokenOf(account) }),
    };
    await prepareRollout(people, PEOPLE);
    await openCluster(people);
    await planSession(people, SESSION);
    const login = await sitDown(people, SESSION, 'a1');
    const targets = new Map(APPS.map((app) => [app, parts.processes.urlOf(app)]));
    const prometheus = await PrometheusProcess.start(targets, { rules: impatientRules() });
    return new WatchedPlatform(parts, prometheus, people, proxies, staff.tokenOf('operations'), login, folder);
  }

  get attemptId(): string {
    return this.login.attemptId;
  }

  async isFiring(alarm: string): Promise<boolean> {
    const firing = `ALERTS{alertname="${alarm}",alertstate="firing"}`;
    return (await this.prometheus.query(firing).catch(() => [])).length > 0;
  }

  /** An answer that nobody has sent. */
  nextAnswer(): { itemId: string; seq: number; response: string; answeredAt: string } {
    this.counter += 1;
    const itemId = ITEMS[this.counter % ITEMS.length]!;
    const seq = this.login.firstSeq + this.counter - 1;
    return { itemId, seq, response: 'A', answeredAt: new Date().toISOString() };
  }

  /** @returns the path of a file that holds the text, gone with the platform */
  fileOf(name: string, text: string): string {
    const path = join(this.folder, name);
    writeFileSync(path, text);
    return path;
  }

  /** One answer; whatever becomes of it. @returns the status; 0 where there was no reply */
  async answerOnce(): Promise<number> {
    const json = { answers: [this.nextAnswer()] };
    const path = `${this.people.url}/v1/attempts/${this.attemptId}/answers`;
    const reply = call('POST', path, { token: this.login.token, json }).then(
      ({ status }) => status,
      () => 0,
    );
    return Promise.race([reply, sleep(ANSWER_TIMEOUT_MS, 0, { ref: false })]);
  }

  /** So many answers as fast as they are taken. */
  async answerMany(count: number): Promise<void> {
    for (let sent = 0; sent < count; sent += 1) {
      while ((await this.answerOnce()) !== 200) await sleep(ANSWER_INTERVAL_MS);
    }
  }

  setGatewayClockAhead(milliseconds: number): void {
    writeFileSync(join(this.folder, 'ahead-ms'), String(milliseconds));
    this.parts.processes.signal('gateway', 'SIGUSR2');
  }

  /** `petabakat …`, as somebody of operations types it. */
  async command(...words: string[]): Promise<string> {
    const kafka = this.parts.kafka!;
    const { stdout } = await run(
      process.execPath,
      ['-r', join(ROOT, 'tools/register.cjs'), join(ROOT, 'apps/cli/src/main.ts'), ...words],
      {
        cwd: ROOT,
        timeout: COMMAND_TIMEOUT_MS,
        env: {
          PATH: process.env.PATH,
          PETABAKAT_DATABASE_URL: this.parts.postgres.url,
          PETABAKAT_LOG: 'kafka',
          PETABAKAT_KAFKA_BROKERS: kafka.brokers.join(','),
          PETABAKAT_KAFKA_REPLICATION_FACTOR: '3',
          PETABAKAT_KAFKA_MIN_IN_SYNC_REPLICAS: '2',
          PETABAKAT_URL: this.people.url,
          PETABAKAT_TOKEN: this.operationsToken,
        },
      },
    );
    return stdout;
  }

  async query(sql: string): Promise<void> {
    await this.onDatabase(async (client) => void (await client.query(sql)));
  }

  /** Holds a table from everybody until it is let go. */
  async holdTable(table: string): Promise<() => Promise<void>> {
    const client = new Client({ connectionString: this.parts.postgres.url });
    client.on('error', () => undefined);
    await client.connect();
    await client.query('BEGIN');
    await client.query(`LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
    return () => client.end();
  }

  async killBrokers(numbers: readonly number[] = BROKERS): Promise<void> {
    await Promise.all(numbers.map((broker) => this.parts.kafka!.kill(broker)));
  }

  async startBrokers(numbers: readonly number[] = BROKERS): Promise<void> {
    await Promise.all(numbers.map((broker) => this.parts.kafka!.restart(broker)));
  }

  async freezeBrokers(): Promise<void> {
    await Promise.all(BROKERS.map((broker) => this.parts.kafka!.freeze(broker)));
  }

  async unfreezeBrokers(): Promise<void> {
    await Promise.all(BROKERS.map((broker) => this.parts.kafka!.unfreeze(broker)));
  }

  async restart(app: AppName, between: () => Promise<void>): Promise<void> {
    await this.parts.processes.stop(app);
    await between();
    await this.parts.processes.start(app);
  }

  async stop(): Promise<void> {
    this.isAnswering = false;
    await this.answering;
    await this.prometheus.stop();
    for (const proxy of this.proxies) await proxy.stop();
    await this.parts.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async answerOnAndOn(): Promise<void> {
    while (this.isAnswering) {
      // Not one after the other: an answer that waits must not keep the next one from being sent.
      void this.answerOnce();
      await sleep(ANSWER_INTERVAL_MS);
    }
  }

  private async onDatabase(work: (client: Client) => Promise<void>): Promise<void> {
    const client = new Client({ connectionString: this.parts.postgres.url });
    await client.connect();
    try {
      await work(client);
    } finally {
      await client.end();
    }
  }
}

/** The gateway reaches the brokers through proxies from its next start on. */
async function proxiesBefore(parts: LoadPlatform, gateway: NodeJS.ProcessEnv): Promise<TcpProxy[]> {
  const ports = parts.kafka!.brokers.map((address) => Number(address.split(':')[1]));
  const proxies = await Promise.all(ports.map((port) => TcpProxy.start({ host: '127.0.0.1', port })));
  gateway.NODE_OPTIONS += ` --require ${join(PRELOADS, 'redirected-connections.cjs')}`;
  gateway.FAULT_TEST_REDIRECTED_PORTS = JSON.stringify(
    Object.fromEntries(ports.map((port, nth) => [port, proxies[nth]!.port])),
  );
  return proxies;
}
