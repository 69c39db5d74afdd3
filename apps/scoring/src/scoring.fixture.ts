import { protectRoutes, type Staff } from '@app/access';
import { createHttpApplication } from '@app/bootstrap';
import { ALL_TOPICS, type AttemptClosed, buildEvent, decodeRecord, type EventName, TOPICS } from '@app/contracts';
import { type EventLog, MemoryEventLog, type Runtime, systemRuntime } from '@app/messaging';
import { freshDatabase, type FreshDatabase } from '@app/testing';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { DataSource } from 'typeorm';
import { ScoringModule, scoringConsumers } from './scoring.module';
import { SCORING_DATA_SOURCE } from './scoring.tokens';

const PATIENCE_MS = 30_000;
const POLL_MS = 20;
const STAFF: Record<string, Staff> = {
  analyst: { account: 'ana', roles: ['analyst'], sessions: 'all' },
  // One person with both roles, on a second token of the same account.
  secondtoken: { account: 'ana', roles: ['analyst', 'rollout-officer'], sessions: 'all' },
  officer: { account: 'rudi', roles: ['rollout-officer'], sessions: 'all' },
  supervisor: { account: 'sam', roles: ['supervisor'], sessions: 'all' },
};

export interface Published {
  readonly name: EventName;
  readonly id: string;
  readonly data: Record<string, unknown> & { readonly attemptId: string };
}

/** A scoring service over a database of its own and a log in memory. */
export class ScoringService {
  private app: NestFastifyApplication | null = null;
  /** Added to the clock of the service. */
  aheadMs = 0;

  private constructor(
    readonly database: Pick<FreshDatabase, 'url' | 'drop'>,
    readonly log: EventLog,
  ) {}

  /** @param on database and log; a fresh database and a log in memory where absent */
  static async start(on?: Pick<ScoringService, 'database' | 'log'>): Promise<ScoringService> {
    const log = on?.log ?? new MemoryEventLog();
    await log.createTopics(ALL_TOPICS);
    const service = new ScoringService(on?.database ?? (await freshDatabase()), log);
    await service.boot();
    return service;
  }

  /** Ends the process of the service; database and log stay. */
  async halt(): Promise<void> {
    await this.app?.close();
    this.app = null;
  }

  async boot(): Promise<void> {
    const runtime: Runtime = { ...systemRuntime, nowMs: () => systemRuntime.nowMs() + this.aheadMs };
    const config = { databaseUrl: this.database.url };
    const module = ScoringModule.register({ config, log: this.log, runtime });
    const app = await createHttpApplication(module, { name: 'scoring', bodyLimitBytes: 65_536, logLevel: 'fatal' });
    protectRoutes(app, {
      staff: { find: async (token) => STAFF[token.split('_')[1]!.split('.')[0]!] ?? null },
      attemptTokens: null,
    });
    for (const strategy of scoringConsumers(app, (error) => {
      throw error;
    })) {
      app.connectMicroservice({ strategy }, { inheritAppConfig: true });
    }
    await app.startAllMicroservices();
    await app.init();
    await app.getHttpAdapter().getInstance().ready();
    this.app = app;
  }

  async stop(): Promise<void> {
    await this.halt();
    await this.log.close();
    await this.database.drop();
  }

  query<Row>(sql: string): Promise<Row[]> {
    return this.app!.get<DataSource>(SCORING_DATA_SOURCE, { strict: false }).query(sql);
  }

  async close(...closings: readonly AttemptClosed[]): Promise<void> {
    const records = closings.map((closed) => {
      const event = buildEvent('attemptClosed', {
        id: `${closed.attemptId}/closed/${closed.closing}`,
        source: '/petabakat/assessment',
        subject: closed.attemptId,
        time: closed.closedAt,
        data: closed,
      });
      return { key: closed.attemptId, value: JSON.stringify(event) };
    });
    await this.log.append(TOPICS.responses.name, records);
  }

  /** Everything on the topic of results, partition by partition. */
  async published(): Promise<Published[]> {
    const found: Published[] = [];
    for (const [partition, { startOffset, endOffset }] of await this.log.ranges(TOPICS.results.name)) {
      const records = await this.log.read(TOPICS.results.name, partition, startOffset, endOffset - startOffset + 1);
      for (const { key, value } of records) {
        const decoded = decodeRecord(TOPICS.results.name, key, value);
        if (!decoded.ok) throw new Error(decoded.detail);
        found.push({ name: decoded.name, id: decoded.event.id, data: decoded.event.data as Published['data'] });
      }
    }
    return found;
  }

  async publishedOf(name: EventName): Promise<Published['data'][]> {
    return (await this.published()).filter((one) => one.name === name).map(({ data }) => data);
  }

  async call(method: 'GET' | 'POST', url: string, body?: object, account = 'analyst') {
    // The shape of a staff token; whose it is, is up to the directory above.
    const authorization = `Bearer pbk_${account}.${'x'.repeat(43)}`;
    const reply = await this.app!.inject({ method, url, headers: { authorization }, payload: body });
    const isJson = reply.headers['content-type']?.toString().includes('json') ?? false;
    return { status: reply.statusCode, text: reply.body, body: isJson ? reply.json() : undefined };
  }

  async until<T>(look: () => Promise<T>, isThere: (found: T) => boolean, patienceMs = PATIENCE_MS): Promise<T> {
    const endMs = Date.now() + patienceMs;
    for (;;) {
      const found = await look();
      if (isThere(found)) return found;
      if (Date.now() > endMs) throw new Error(`still ${JSON.stringify(found)?.slice(0, 1000)}`);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }
}
