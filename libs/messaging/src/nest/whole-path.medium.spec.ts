import { ALL_TOPICS, TOPICS } from '@app/contracts';
import { Controller, Inject, type INestApplication, Logger, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { DataSource } from 'typeorm';
import { BatchTransaction } from '../consumption/batch-transaction';
import type { EventBatch } from '../consumption/event-batch';
import { eventually, MessagingDatabase, recordEvents } from '../consumption/messaging-database.fixture';
import { PositionStore } from '../consumption/position-store';
import { startedEvent } from '../consumption/started-events.fixture';
import { systemRuntime } from '../log/runtime';
import { addToOutbox } from '../outbox/add-to-outbox';
import { OutboxRelay } from '../outbox/outbox-relay';
import { OutboxWaiter } from '../outbox/outbox-waiter';
import { PostgresEventLog } from '../postgres/postgres-event-log';
import { BatchHandler } from './batch-handler.decorator';
import { BatchServer } from './batch-server';

const DATA_SOURCE = Symbol('DATA_SOURCE');
const GROUP = 'whole-path';
const EVENTS = 400;

beforeAll(() => Logger.overrideLogger(false));

@Controller()
class AttemptsConsumer {
  private readonly transactions: BatchTransaction;

  constructor(@Inject(DATA_SOURCE) dataSource: DataSource) {
    this.transactions = new BatchTransaction(dataSource);
  }

  @BatchHandler('attempts', GROUP)
  onAttempts(batch: EventBatch): Promise<void> {
    return this.transactions.run(batch, recordEvents);
  }
}

/** One process of a service: its pool, its view of the log, its consumer. */
class ServiceProcess {
  private constructor(
    private readonly app: INestApplication,
    private readonly log: PostgresEventLog,
  ) {}

  static async start(dataSource: DataSource, logUrl: string): Promise<ServiceProcess> {
    const log = await PostgresEventLog.open({ url: logUrl, poolSize: 4 });
    @Module({ controllers: [AttemptsConsumer], providers: [{ provide: DATA_SOURCE, useValue: dataSource }] })
    class ServiceModule {}
    const app = await NestFactory.create(ServiceModule, new FastifyAdapter(), { logger: false });
    const positions = new PositionStore(dataSource, systemRuntime);
    const onFatal = (error: Error) => {
      throw error;
    };
    const strategy = new BatchServer({ group: GROUP, log, positions, expects: ['attempts'], onFatal });
    app.connectMicroservice({ strategy }, { inheritAppConfig: true });
    await app.startAllMicroservices();
    return new ServiceProcess(app, log);
  }

  async stop(): Promise<void> {
    await this.app.close();
    await this.log.close();
  }
}

describe('from the outbox through the PostgreSQL log into two processes of a service', () => {
  let database: MessagingDatabase;
  let log: PostgresEventLog;

  beforeAll(async () => {
    database = await MessagingDatabase.open();
    log = await PostgresEventLog.open({ url: database.url, poolSize: 4 });
    await log.createTopics(ALL_TOPICS);
  });
  afterAll(async () => {
    await log.close();
    await database.close();
  });

  test('every event is applied once, although connections break and a process leaves on the way', async () => {
    const pools = [await database.another('process-1'), await database.another('process-2')];
    const processes = await Promise.all(pools.map((pool) => ServiceProcess.start(pool, database.url)));
    const relay = new OutboxRelay({ dataSource: database.dataSource, log, runtime: systemRuntime, schema: 'service' });
    relay.start();

    const waiter = new OutboxWaiter(database.dataSource, systemRuntime);
    for (let nth = 0; nth < EVENTS; nth += 20) {
      const added = Array.from({ length: 20 }, (_, index) => startedEvent(`attempt-${nth + index}`));
      await addToOutbox(
        database.dataSource.manager,
        added.map((event) => ({ topic: 'attempts', key: event.subject, event })),
      );
      if (nth === 100) await database.killConnectionsOf('process-1');
      if (nth === 200) await processes.shift()!.stop();
      const places = await waiter.published(
        added.map(({ id }) => id),
        10_000,
      );
      expect(places.size).toBe(20);
    }

    await eventually(async () => (await database.applied()).length >= EVENTS);
    await relay.stop();
    await Promise.all(processes.map((process) => process.stop()));
    const keys = (await database.applied()).map(({ key }) => key);
    expect(new Set(keys).size).toBe(EVENTS);
    // The relay's own connection was never broken, so nothing stands in the log twice either.
    const ranges = await log.ranges(TOPICS.attempts.name);
    expect([...ranges.values()].reduce((sum, { endOffset }) => sum + endOffset, 0)).toBe(EVENTS);
    expect(keys).toHaveLength(EVENTS);
  }, 60_000);
});
