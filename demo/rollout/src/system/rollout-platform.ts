import { join } from 'node:path';
import { protectRoutes, type Role, StaffDirectory } from '@app/access';
import { createHttpApplication } from '@app/bootstrap';
import { ALL_TOPICS, TOPICS, type TopicAlias } from '@app/contracts';
import { EmbeddedPostgres } from '@app/database';
import { type LogRecord, type NewRecord, PostgresEventLog } from '@app/messaging';
import { Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Client } from 'pg';
import { GateWatch } from '../../../../apps/scheduler/src/gates/gate-watch';
import { RolloutPageService } from '../../../../apps/scheduler/src/pages/rollout-page.service';
import type { RolloutPage } from '../../../../apps/scheduler/src/pages/rollout.page';
import { replayRecords } from '../../../../apps/scheduler/src/records/records.replay';
import { SchedulerModule, schedulerConsumers } from '../../../../apps/scheduler/src/scheduler.module';
import { SCHEDULER_DATA_SOURCE } from '../../../../apps/scheduler/src/scheduler.tokens';
import { ScoringModule, scoringConsumers } from '../../../../apps/scoring/src/scoring.module';
import type { DemoClock } from './demo-clock';
import { fileLogger } from './service.log';
import { SteppedTimers } from './stepped-timers';

/** The accounts of a small operation; what needs two people has two. */
const ACCOUNTS: Readonly<Record<Account, Role>> = {
  officerRini: 'rollout-officer',
  officerBudi: 'rollout-officer',
  operationsTono: 'operations',
  analystAna: 'analyst',
};
export type Account = 'officerRini' | 'officerBudi' | 'operationsTono' | 'analystAna';

/** Nothing trickles here: a batch is whatever has been appended. */
const BATCH_SPACING_MS = 1;
/** Looks while something is under way; a look costs a millisecond of the database. */
const LOOK_EVERY_MS = 10;
/** A day takes a second; whatever takes a minute has stopped. */
const PATIENCE_MS = 120_000;
/** Reference files; the routes for sessions, seats and plans have limits of their own. */
const BODY_BYTES_MAX = 1_000_000;
/** Records of one read of the log. */
const READ_RECORDS = 5_000;
/** Partitions that the two groups consume, which all have a position once both are at work. */
const CONSUMED: readonly TopicAlias[] = ['roster', 'responses', 'results', 'sessions', 'figures', 'plan', 'responses'];

/** Nothing waits in an outbox and every consumer stands at the log's end, seen in one snapshot. */
const AT_REST = `
  WITH position AS (
    SELECT topic, partition, next_offset FROM scheduler.consumer_progress
    UNION ALL SELECT topic, partition, next_offset FROM scoring.consumer_progress
  )
  SELECT NOT EXISTS (SELECT FROM scheduler.outbox WHERE published_at IS NULL)
     AND NOT EXISTS (SELECT FROM scoring.outbox WHERE published_at IS NULL)
     AND NOT EXISTS (SELECT FROM position p JOIN log.topic t ON t.name = p.topic
                     JOIN log.head h ON h.topic_id = t.topic_id AND h.partition = p.partition
                     WHERE p.next_offset < h.next_offset)
     AND (SELECT count(*) FROM position) = $1 AS rest`;

export interface PlatformOptions {
  readonly folder: string;
  readonly clock: DemoClock;
  readonly seed: number;
  /** A database of its own that runs already; null starts one in the folder. */
  readonly databaseUrl: string | null;
  /** How the planner's thread is started where sources run; null: as built. */
  readonly plannerThread?: { readonly execArgv: string[] };
}

/** Scheduler and scoring as they are, on a PostgreSQL log and a database of their own, under the demonstration's clock. */
export class RolloutPlatform {
  private readonly timers = new SteppedTimers();
  private readonly tokens = new Map<Account, string>();
  private app: NestFastifyApplication | null = null;
  /** Where the time goes, in milliseconds. */
  readonly spentMs = new Map<string, number>();
  private fatal: Error | null = null;
  private calls = 0;

  private constructor(
    private readonly options: PlatformOptions,
    private readonly postgres: EmbeddedPostgres | null,
    readonly databaseUrl: string,
    readonly log: PostgresEventLog,
    private readonly staff: StaffDirectory,
    /** For looking, never for writing. */
    readonly reader: Client,
  ) {}

  static async start(options: PlatformOptions): Promise<RolloutPlatform> {
    const postgres = options.databaseUrl
      ? null
      : await EmbeddedPostgres.start({ dataDir: join(options.folder, 'postgres') });
    const url = options.databaseUrl ?? postgres!.url;
    const log = await PostgresEventLog.open({ url, batchSpacingMs: BATCH_SPACING_MS });
    await log.createTopics(ALL_TOPICS);
    const staff = await StaffDirectory.open({ url });
    const reader = new Client({ connectionString: url });
    await reader.connect();
    const platform = new RolloutPlatform(options, postgres, url, log, staff, reader);
    for (const [account, role] of Object.entries(ACCOUNTS) as [Account, Role][]) {
      const name = account.replace(/[A-Z]/, (letter) => `.${letter.toLowerCase()}`);
      platform.tokens.set(account, await staff.add({ account: name, roles: [role], sessions: 'all' }));
    }
    await platform.boot();
    return platform;
  }

  async stop(): Promise<void> {
    await this.app?.close();
    await this.log.close();
    await this.staff.close();
    await this.reader.end();
    await this.postgres?.stop();
  }

  /** A request of a member of staff, through the routes with their guards. @throws Error with the refusal */
  async call<Body>(account: Account, method: 'GET' | 'POST', url: string, payload?: object | string): Promise<Body> {
    this.calls += 1;
    const headers: Record<string, string> = {
      authorization: `Bearer ${this.tokens.get(account)}`,
      // Events carry it; drawn by chance it would make every play another.
      'x-correlation-id': `00000000-0000-4000-8000-${String(this.calls).padStart(12, '0')}`,
    };
    if (payload !== undefined) headers['content-type'] = typeof payload === 'string' ? 'text/csv' : 'application/json';
    const reply = await this.timed(kindOf(method, url), () => this.app!.inject({ method, url, headers, payload }));
    if (reply.statusCode >= 300) throw new CommandRefused(`${method} ${url}`, reply.statusCode, reply.body);
    const isJson = String(reply.headers['content-type']).includes('json');
    return (isJson && reply.body !== '' ? reply.json() : reply.body) as Body;
  }

  async append(topic: TopicAlias, records: readonly NewRecord[]): Promise<void> {
    if (records.length === 0) return;
    const outcomes = await this.timed('generator: append', () => this.log.append(TOPICS[topic].name, records));
    const failed = outcomes.find(({ status }) => status !== 'appended');
    if (failed) throw new Error(`the log did not take what the generator appended: ${JSON.stringify(failed)}`);
  }

  /** What a topic has beyond the positions given; they are moved. */
  async readOn(topic: TopicAlias, positions: Map<number, number>): Promise<LogRecord[]> {
    const { name } = TOPICS[topic];
    const found: LogRecord[] = [];
    for (const [partition, { endOffset }] of await this.log.ranges(name)) {
      let offset = positions.get(partition) ?? 0;
      while (offset < endOffset) {
        const page = await this.log.read(name, partition, offset, READ_RECORDS);
        found.push(...page);
        offset = page.at(-1)!.offset + 1;
      }
      positions.set(partition, offset);
    }
    return found;
  }

  /** Resolves when everything that was appended has been consumed, and everything that followed from it as well. */
  async atRest(): Promise<void> {
    await this.timed('consumers: to the end of the log', async () => {
      const partitions = CONSUMED.reduce((sum, alias) => sum + TOPICS[alias].partitions, 0);
      const untilMs = performance.now() + PATIENCE_MS;
      for (;;) {
        if (this.fatal) throw this.fatal;
        const { rows } = await this.reader.query<{ rest: boolean }>({
          name: 'at-rest',
          text: AT_REST,
          values: [partitions],
        });
        if (rows[0]!.rest) return;
        if (performance.now() > untilMs) throw new Error('the consumers do not reach the end of the log');
        await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
      }
    });
  }

  /** The gate watch looks once, at figures that no longer move. */
  async evaluateGates(): Promise<void> {
    this.app!.get(GateWatch, { strict: false }).wake();
    await this.timed('gates: evaluation', () => this.timers.step());
    await this.atRest();
  }

  /** Stops the services, drops the scheduler's schema and lets the log make it anew. @returns changes of records applied */
  async replayScheduler(): Promise<number> {
    await this.app!.close();
    await this.reader.query('DROP SCHEMA scheduler CASCADE');
    await this.boot();
    await this.atRest();
    const dataSource = this.app!.get(SCHEDULER_DATA_SOURCE, { strict: false });
    const changes = await this.timed('replay: records', () => replayRecords(dataSource, this.log));
    await this.evaluateGates();
    return changes;
  }

  /** What the scheduler's own page shows. */
  page(): Promise<RolloutPage> {
    return this.app!.get(RolloutPageService, { strict: false }).gather();
  }

  async timed<T>(what: string, work: () => Promise<T>): Promise<T> {
    const startedAtMs = performance.now();
    try {
      return await work();
    } finally {
      this.spentMs.set(what, (this.spentMs.get(what) ?? 0) + performance.now() - startedAtMs);
    }
  }

  private async boot(): Promise<void> {
    const { clock, seed, folder, plannerThread } = this.options;
    const config = { databaseUrl: this.databaseUrl };
    const log = this.log;
    const runtime = clock.runtime(seed);
    const watchRuntime = this.timers.runtime(clock);
    const scheduler = SchedulerModule.register({ config, log, runtime, watchRuntime, plannerThread });
    const scoring = ScoringModule.register({ config, log, runtime });
    const root = { module: RolloutServices, imports: [scheduler, scoring] };
    const logger = fileLogger(join(folder, 'services.log'));
    const app = await createHttpApplication(root, { name: 'rollout', bodyLimitBytes: BODY_BYTES_MAX, logger });
    protectRoutes(app, { staff: this.staff, attemptTokens: null });
    const onFatal = (error: Error) => void (this.fatal ??= error);
    for (const strategy of [...schedulerConsumers(app, onFatal), ...scoringConsumers(app, onFatal)]) {
      app.connectMicroservice({ strategy }, { inheritAppConfig: true });
    }
    await app.startAllMicroservices();
    await app.init();
    await app.getHttpAdapter().getInstance().ready();
    this.app = app;
  }
}

/** The two services of which a rollout is made; gateway and assessment do not run here. */
@Module({})
class RolloutServices {}

export class CommandRefused extends Error {
  constructor(
    command: string,
    readonly status: number,
    readonly body: string,
  ) {
    super(`${command} was refused (${status}): ${body}`);
    this.name = 'CommandRefused';
  }
}

/** Names a route without its parameters. */
function kindOf(method: string, url: string): string {
  const path = url
    .split('?')[0]!
    .replace(/\/\d+(?=\/|$)/g, '/:n')
    .replace(/sessions\/[^/]+/, 'sessions/:id');
  return `staff: ${method} ${path}`;
}
