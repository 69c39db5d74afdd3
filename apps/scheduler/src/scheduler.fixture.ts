import { type Role, type Staff, protectRoutes } from '@app/access';
import { createHttpApplication } from '@app/bootstrap';
import {
  ALL_TOPICS,
  type AttemptClosed,
  type EventName,
  type Problem,
  type ResultScored,
  TOPICS,
  type TopicAlias,
  buildEvent,
  decodeRecord,
} from '@app/contracts';
import { MemoryEventLog, type Runtime, systemRuntime } from '@app/messaging';
import { type FreshDatabase, freshDatabase } from '@app/testing';
import type { Type } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { DataSource } from 'typeorm';
import type { ClusterHistoryView } from './clusters/cluster-views';
import { SOURCE_THREAD } from './planning/planning.fixture';
import type { ProgressView } from './progress/progress.service';
import { SchedulerModule, schedulerConsumers } from './scheduler.module';
import { SCHEDULER_DATA_SOURCE } from './scheduler.tokens';
import type { ImportReport } from './versioned-records';

const PATIENCE_MS = 15_000;
const POLL_MS = 20;

/** Accounts are named for their role, so that a test says who acts: `operations`, `rollout-officer.rini` ... */
const ROLE_OF_ACCOUNT: Readonly<Record<string, Role>> = {
  tono: 'operations',
  rini: 'rollout-officer',
  budi: 'rollout-officer',
  ana: 'analyst',
  sam: 'supervisor',
};
export type Account = 'tono' | 'rini' | 'budi' | 'ana' | 'sam';

export interface Reply<Body> {
  readonly status: number;
  readonly body: Body;
}

export interface Refusal {
  readonly code: string;
  readonly problems: readonly Problem[];
}

export interface Published<Data> {
  readonly name: EventName;
  readonly key: string;
  readonly data: Data;
}

export const NO_ROOT = '0'.repeat(64);
export const rootOf = (text: string): string => Buffer.from(text.padEnd(32, '.')).toString('hex').slice(0, 64);

/** The scheduler as one process on a real database and a log in memory, under a clock that the test can move. */
export class SchedulerUnderTest {
  private shiftMs = 0;
  private readonly versions = new Map<string, number>();

  private constructor(
    private readonly database: FreshDatabase,
    readonly log: MemoryEventLog,
    private app: NestFastifyApplication,
  ) {}

  static async start(startAt?: string): Promise<SchedulerUnderTest> {
    const database = await freshDatabase();
    const log = new MemoryEventLog();
    await log.createTopics(ALL_TOPICS);
    const scheduler = new SchedulerUnderTest(database, log, undefined as unknown as NestFastifyApplication);
    if (startAt) scheduler.shiftMs = Date.parse(startAt) - Date.now();
    await scheduler.boot();
    return scheduler;
  }

  get dataSource(): DataSource {
    return this.app.get<DataSource>(SCHEDULER_DATA_SOURCE, { strict: false });
  }

  get databaseUrl(): string {
    return this.database.url;
  }

  get nowMs(): number {
    return Date.now() + this.shiftMs;
  }

  at(): string {
    return new Date(this.nowMs).toISOString();
  }

  passHours(hours: number): void {
    this.shiftMs += hours * 3_600_000;
  }

  /** @param between what happens to the database while no process runs */
  async restart(between: (databaseUrl: string) => Promise<void> = async () => {}): Promise<void> {
    await this.app.close();
    await between(this.database.url);
    await this.boot();
  }

  async stop(): Promise<void> {
    await this.app.close();
    await this.log.close();
    await this.database.drop();
  }

  /** A call that may be refused. */
  async call<Body = Refusal>(
    method: 'GET' | 'POST',
    url: string,
    account: Account,
    payload?: object | string,
  ): Promise<Reply<Body>> {
    const authorization = `Bearer pbk_${account}.${'x'.repeat(43)}`;
    const headers: Record<string, string> = { authorization };
    if (payload !== undefined) headers['content-type'] = typeof payload === 'string' ? 'text/csv' : 'application/json';
    const reply = await this.app.inject({ method, url, headers, payload });
    return { status: reply.statusCode, body: (reply.body === '' ? {} : reply.json()) as Body };
  }

  /** A page as text. */
  async text(url: string, account: Account): Promise<string> {
    const authorization = `Bearer pbk_${account}.${'x'.repeat(43)}`;
    const reply = await this.app.inject({ method: 'GET', url, headers: { authorization } });
    if (reply.statusCode !== 200) throw new Error(`${url}: ${reply.statusCode} ${reply.body}`);
    return reply.body;
  }

  service<T>(type: Type<T>): T {
    return this.app.get(type, { strict: false });
  }

  /** A call that must succeed. */
  async ok<Body = ImportReport>(
    method: 'GET' | 'POST',
    url: string,
    account: Account,
    payload?: object | string,
  ): Promise<Body> {
    const { status, body } = await this.call<Body>(method, url, account, payload);
    if (status >= 300) throw new Error(`${method} ${url}: ${status} ${JSON.stringify(body)}`);
    return body;
  }

  /** What the scheduler has published on a topic, by partition and in order. */
  async published<Data>(topic: TopicAlias): Promise<Published<Data>[]> {
    const { name: topicName, partitions } = TOPICS[topic];
    const numbers = Array.from({ length: partitions }, (_, partition) => partition);
    const records = await Promise.all(numbers.map((partition) => this.log.read(topicName, partition, 0, 10_000)));
    return records.flat().map(({ key, value }) => {
      const decoded = decodeRecord(topicName, key, value);
      if (!decoded.ok) throw new Error(decoded.detail);
      return { name: decoded.name, key, data: decoded.event.data as Data };
    });
  }

  async until<T>(look: () => Promise<T>, isThere: (found: T) => boolean): Promise<T> {
    const endMs = Date.now() + PATIENCE_MS;
    for (;;) {
      const found = await look();
      if (isThere(found)) return found;
      if (Date.now() > endMs) throw new Error(`still ${JSON.stringify(found)}`);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  /** Waits until every record that was appended so far is counted. */
  async caughtUp(): Promise<void> {
    const topics: TopicAlias[] = ['roster', 'responses', 'results', 'sessions', 'figures'];
    const ends = await Promise.all(
      topics.map(async (alias) => [TOPICS[alias].name, await this.log.ranges(TOPICS[alias].name)] as const),
    );
    await this.until(
      async () => (await this.ok<ProgressView>('GET', '/v1/progress', 'ana')).positions,
      (positions) =>
        ends.every(([topic, ranges]) =>
          [...ranges].every(([partition, { endOffset }]) =>
            positions.some((at) => at.topic === topic && at.partition === partition && at.offset === endOffset),
          ),
        ),
    );
  }

  async cluster(number: number): Promise<ClusterHistoryView> {
    return this.ok('GET', `/v1/clusters/${number}`, 'ana');
  }

  async register(analyticsId: string, agency: string): Promise<void> {
    const version = this.nextVersion(analyticsId);
    const codes = { jobLevel: null, performance: null, dutyRegion: null, education: null, retirementYear: null };
    const name = version === 1 ? 'participantRegistered' : 'participantChanged';
    await this.append('roster', name, analyticsId, { analyticsId, version, agency, ...codes });
  }

  async withdraw(analyticsId: string): Promise<void> {
    const version = this.nextVersion(analyticsId);
    await this.append('roster', 'participantWithdrawn', analyticsId, {
      analyticsId,
      version,
      reasonCode: 'left-agency',
    });
  }

  async closeAttempt(
    analyticsId: string,
    sessionId: string,
    fields: Partial<Pick<AttemptClosed, 'closing' | 'root' | 'closedAt' | 'attemptId' | 'form'>> = {},
  ): Promise<void> {
    const attemptId = fields.attemptId ?? `a-${analyticsId}`;
    const closed: AttemptClosed = {
      attemptId,
      closing: 1,
      analyticsId,
      sessionId,
      agency: 'kemenkeu',
      form: { formId: 'form-1', version: 1, hash: NO_ROOT, sections: [{ sectionId: 's', itemIds: ['i1'] }] },
      jobLevel: null,
      performance: null,
      closedBy: 'submitted',
      startedAt: this.at(),
      closedAt: this.at(),
      creditedSeconds: 0,
      resumes: 0,
      itemIds: ['i1'],
      responses: ['A'],
      seqs: [1_048_577],
      answeredAt: [this.at()],
      receivedAt: [this.at()],
      revisions: [1],
      counts: { recorded: 1, counted: 1, superseded: 0, late: 0, olderEpoch: 0, unexpected: 0, conflicts: 0 },
      root: rootOf(attemptId),
      ...fields,
    };
    await this.append('responses', 'attemptClosed', attemptId, closed);
  }

  async score(
    analyticsId: string,
    sessionId: string,
    fields: Partial<Pick<ResultScored, 'closing' | 'root' | 'attemptId' | 'scales'>> = {},
  ): Promise<void> {
    const attemptId = fields.attemptId ?? `a-${analyticsId}`;
    const scored: ResultScored = {
      analyticsId,
      attemptId,
      sessionId,
      agency: 'kemenkeu',
      formId: 'form-1',
      formVersion: 1,
      closing: 1,
      root: rootOf(attemptId),
      package: { packageId: 'package-1', version: 1, hash: NO_ROOT },
      estimator: 'sum',
      scales: [{ scaleId: 'all', score: 1, maximum: 1, answered: 1, omitted: 0, notReached: 0 }],
      closedAt: this.at(),
      jobLevel: null,
      performance: null,
      ...fields,
    };
    await this.append('results', 'resultScored', analyticsId, scored);
  }

  async seal(sessionId: string, attempts: number, root = NO_ROOT): Promise<void> {
    const version = this.nextVersion(`session ${sessionId}`);
    const data = { sessionId, version, actor: 'sam', at: this.at(), attempts, root };
    await this.append('sessions', 'sessionSealed', sessionId, data);
  }

  async openSession(sessionId: string): Promise<void> {
    const version = this.nextVersion(`session ${sessionId}`);
    await this.append('sessions', 'sessionOpened', sessionId, { sessionId, version, actor: 'sam', at: this.at() });
  }

  async append(topic: TopicAlias, name: EventName, key: string, data: object): Promise<void> {
    const event = buildEvent(name, {
      id: `${name}/${key}/${JSON.stringify(data).length}/${this.versions.get(key) ?? 0}`,
      source: '/petabakat/tests',
      subject: key,
      time: this.at(),
      data,
    });
    await this.appendText(topic, key, JSON.stringify(event));
  }

  async appendText(topic: TopicAlias, key: string, value: string): Promise<void> {
    const [outcome] = await this.log.append(TOPICS[topic].name, [{ key, value }]);
    if (outcome?.status !== 'appended') throw new Error('the log refused a record of the test');
  }

  private nextVersion(key: string): number {
    const version = (this.versions.get(key) ?? 0) + 1;
    this.versions.set(key, version);
    return version;
  }

  private async boot(): Promise<void> {
    const runtime: Runtime = { ...systemRuntime, nowMs: () => this.nowMs };
    const module = SchedulerModule.register({
      config: { databaseUrl: this.database.url },
      log: this.log,
      runtime,
      plannerThread: SOURCE_THREAD,
    });
    this.app = await createHttpApplication(module, { name: 'scheduler', bodyLimitBytes: 1_000_000, logLevel: 'fatal' });
    protectRoutes(this.app, { staff: { find: async (token) => staffOf(token) }, attemptTokens: null });
    for (const strategy of schedulerConsumers(this.app, failTheRun)) {
      this.app.connectMicroservice({ strategy }, { inheritAppConfig: true });
    }
    await this.app.startAllMicroservices();
    await this.app.init();
    await this.app.getHttpAdapter().getInstance().ready();
  }
}

/** The test process itself: an error that no test awaits must not pass. */
function failTheRun(error: Error): void {
  throw error;
}

function staffOf(token: string): Staff | null {
  const account = token.split('_')[1]?.split('.')[0] ?? '';
  const role = ROLE_OF_ACCOUNT[account];
  return role ? { account, roles: [role], sessions: 'all' } : null;
}
