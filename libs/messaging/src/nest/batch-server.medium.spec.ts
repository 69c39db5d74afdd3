import { ALL_TOPICS, deadLetterTopicOf, TOPICS } from '@app/contracts';
import {
  type ArgumentsHost,
  type CallHandler,
  type CanActivate,
  Catch,
  Controller,
  type ExceptionFilter,
  type ExecutionContext,
  Inject,
  Injectable,
  type INestApplication,
  Logger,
  Module,
  type NestInterceptor,
  type OnApplicationShutdown,
  type PipeTransform,
  type Provider,
} from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, APP_PIPE, NestFactory } from '@nestjs/core';
import { Ctx, Payload } from '@nestjs/microservices';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { EMPTY, type Observable } from 'rxjs';
import { DataSource } from 'typeorm';
import { BatchTransaction } from '../consumption/batch-transaction';
import type { EventBatch } from '../consumption/event-batch';
import { eventually, MessagingDatabase, recordEvents } from '../consumption/messaging-database.fixture';
import { startedRecord } from '../consumption/started-events.fixture';
import { PositionStore } from '../consumption/position-store';
import { systemRuntime } from '../log/runtime';
import { MemoryEventLog } from '../memory/memory-event-log';
import { BatchContext } from './batch-context';
import { BatchHandler } from './batch-handler.decorator';
import { BatchServer } from './batch-server';

const TOPIC = TOPICS.attempts;

beforeAll(() => Logger.overrideLogger(false));

const DATA_SOURCE = Symbol('DATA_SOURCE');

@Controller()
class WritingConsumer {
  static seen: EventBatch[] = [];
  static before: () => Promise<void>;
  private readonly transactions: BatchTransaction;

  constructor(@Inject(DATA_SOURCE) dataSource: DataSource) {
    this.transactions = new BatchTransaction(dataSource);
  }

  @BatchHandler('attempts', 'writing')
  async onAttempts(batch: EventBatch): Promise<void> {
    WritingConsumer.seen.push(batch);
    await WritingConsumer.before();
    await this.transactions.run(batch, recordEvents);
  }
}

@Controller()
class CountingConsumer {
  static counted = 0;
  static contexts: BatchContext[] = [];
  private readonly transactions: BatchTransaction;

  constructor(@Inject(DATA_SOURCE) dataSource: DataSource) {
    this.transactions = new BatchTransaction(dataSource);
  }

  @BatchHandler('attempts', 'counting')
  async onAttempts(@Payload() batch: EventBatch, @Ctx() context?: BatchContext): Promise<void> {
    if (context) CountingConsumer.contexts.push(context);
    await this.transactions.run(batch, async (_, fresh) => void (CountingConsumer.counted += fresh.events.length));
  }
}

describe('BatchServer in a Nest app on PostgreSQL', () => {
  let database: MessagingDatabase;
  let log: MemoryEventLog;
  let app: INestApplication | null = null;

  beforeAll(async () => void (database = await MessagingDatabase.open()));
  beforeEach(async () => {
    await database.clear();
    log = new MemoryEventLog();
    await log.createTopics(ALL_TOPICS);
    WritingConsumer.seen = [];
    WritingConsumer.before = async () => undefined;
    CountingConsumer.counted = 0;
    CountingConsumer.contexts = [];
  });
  afterEach(async () => {
    database.proxy.heal();
    await app?.close();
    app = null;
    await log.close();
  });
  afterAll(() => database.close());

  function serverOf(group: string): BatchServer {
    return new BatchServer({
      group,
      log,
      positions: new PositionStore(database.dataSource, systemRuntime),
      expects: ['attempts'],
      onFatal: (error) => {
        throw error;
      },
    });
  }

  async function start(providers: Provider[] = [], servers = [serverOf('writing')]): Promise<BatchServer> {
    @Module({
      controllers: [WritingConsumer, CountingConsumer],
      providers: [{ provide: DATA_SOURCE, useValue: database.dataSource }, ...providers],
    })
    class TestModule {}
    app = await NestFactory.create(TestModule, new FastifyAdapter(), { logger: false });
    for (const strategy of servers) app.connectMicroservice({ strategy }, { inheritAppConfig: true });
    await app.startAllMicroservices();
    return servers[0]!;
  }

  const append = (...attempts: string[]) =>
    log.append(
      TOPIC.name,
      attempts.map((attemptId) => startedRecord(0, attemptId)),
    );
  const attempts = (count: number) => Array.from({ length: count }, (_, index) => `attempt-${index}`);
  const appliedKeys = async () => (await database.applied()).map(({ key }) => key).sort();

  async function deadLetters(): Promise<{ key: string; reason: string }[]> {
    const topic = deadLetterTopicOf(TOPIC.name);
    const all = await Promise.all([0, 1, 2].map((partition) => log.read(topic, partition, 0, 1_000)));
    return all.flat().map(({ value }) => (JSON.parse(value) as { data: { key: string; reason: string } }).data);
  }

  test('records of all partitions reach the handler and are applied', async () => {
    await start();
    await append(...attempts(200));
    await eventually(async () => (await database.applied()).length === 200);
    expect(await appliedKeys()).toEqual(attempts(200).sort());
  });

  test('two groups of one app each get every record of a topic', async () => {
    await start([], [serverOf('writing'), serverOf('counting')]);
    await append(...attempts(50));
    await eventually(async () => CountingConsumer.counted === 50 && (await database.applied()).length === 50);
    expect(CountingConsumer.contexts[0]!.recordBatch.topic).toBe(TOPIC.name);
  });

  test('global guards, pipes and interceptors run around a handler, in the RPC context', async () => {
    const seen: string[] = [];
    const guard: CanActivate = { canActivate: (context) => Boolean(seen.push(`guard ${context.getType()}`)) };
    const pipe: PipeTransform = { transform: (value) => (seen.push('pipe'), value) };
    const interceptor: NestInterceptor = {
      intercept: (_: ExecutionContext, next: CallHandler): Observable<unknown> => (
        seen.push('interceptor'),
        next.handle()
      ),
    };
    await start(
      [
        { provide: APP_GUARD, useValue: guard },
        { provide: APP_PIPE, useValue: pipe },
        { provide: APP_INTERCEPTOR, useValue: interceptor },
      ],
      [serverOf('counting')],
    );
    await append('attempt-1');
    await eventually(() => CountingConsumer.counted === 1);
    expect(seen).toEqual(['guard rpc', 'interceptor', 'pipe', 'pipe']);
  });

  test('a guard that refuses the RPC context makes partitions stand still and sets nothing aside', async () => {
    const guard: CanActivate = { canActivate: () => false };
    const server = await start([{ provide: APP_GUARD, useValue: guard }]);
    await append('attempt-1');
    await eventually(() => server.standing().length === 1);
    expect(await deadLetters()).toEqual([]);
    expect(WritingConsumer.seen).toEqual([]);
  });

  test('an interceptor that answers in place of the handler does not move the position', async () => {
    const interceptor: NestInterceptor = { intercept: () => EMPTY };
    const server = await start([{ provide: APP_INTERCEPTOR, useValue: interceptor }]);
    await append('attempt-1');
    await eventually(() => server.standing().length === 1);
    const moved = await database.observer.query('SELECT 1 FROM consumer_progress WHERE next_offset > 0');
    expect(moved).toEqual([]);
  });

  test('a global filter does not swallow the error of a handler', async () => {
    @Catch()
    @Injectable()
    class SwallowingFilter implements ExceptionFilter {
      catch(_error: unknown, _host: ArgumentsHost): Observable<never> {
        return EMPTY;
      }
    }
    await start([{ provide: APP_FILTER, useClass: SwallowingFilter }]);
    await append('poison-1', 'attempt-1');
    await eventually(async () => (await deadLetters()).length === 1);
    await eventually(async () => (await database.applied()).length === 1);
  });

  test('one record that the database refuses is set aside; the rest of its partition is applied once', async () => {
    // One partition, so that the poison stands in the middle of a slice.
    const partitionKey = 'attempt-1';
    const records = [...Array(60).keys()].map(() => startedRecord(0, partitionKey));
    await log.append(TOPIC.name, records);
    await database.observer.query('CREATE UNIQUE INDEX applied_once ON applied ("offset")');
    WritingConsumer.before = async () => undefined;
    const refuse = `ALTER TABLE applied ADD CONSTRAINT no_33 CHECK ("offset" <> 33)`;
    await database.observer.query(refuse);
    await start();
    await eventually(async () => (await database.applied()).length === 59);
    await database.observer.query('ALTER TABLE applied DROP CONSTRAINT no_33; DROP INDEX applied_once');
    expect(await database.appliedOffsets()).toEqual([...Array(60).keys()].filter((offset) => offset !== 33));
    expect(await deadLetters()).toMatchObject([{ key: partitionKey, reason: 'record.not-applicable' }]);
    const rejected = WritingConsumer.seen.flatMap((batch) => batch.rejected);
    expect(rejected).toMatchObject([{ offset: 33, code: 'record.not-applicable' }]);
  });

  test('an outage of the database pauses and sets nothing aside; afterwards everything is applied once', async () => {
    await start();
    await append(...attempts(20));
    await eventually(async () => (await database.applied()).length === 20);
    database.proxy.refuse();
    const callsBefore = WritingConsumer.seen.length;
    await append('attempt-20', 'attempt-21');
    await eventually(() => WritingConsumer.seen.length >= callsBefore + 3);
    expect(await deadLetters()).toEqual([]);
    database.proxy.heal();
    await eventually(async () => (await database.applied()).length === 22);
    expect(await appliedKeys()).toEqual(attempts(22).sort());
    expect(await deadLetters()).toEqual([]);
  });

  test('commits whose answers are lost, takeovers and redelivery leave every record applied once', async () => {
    let commits = 0;
    database.proxy.onRequest = (chunk) =>
      chunk.includes('COMMIT') && ++commits % 4 === 0 ? 'cut-after-forward' : 'forward';
    log.setFaults({ seed: 11, takeover: 0.3, redelivery: 0.3 });
    await start();
    for (let round = 0; round < 10; round++) await append(...attempts(30));
    await eventually(async () => (await database.applied()).length >= 300);
    await app!.close();
    expect(await database.applied()).toHaveLength(300);
    expect(await deadLetters()).toEqual([]);
  });

  test('a close lets the batch in work commit before the data source goes', async () => {
    const dataSource = await database.another('closing');
    let letGo: () => void = () => undefined;
    const order: string[] = [];
    WritingConsumer.before = () =>
      new Promise((resolve) => {
        letGo = () => (order.push('handler goes on'), resolve());
      });

    @Injectable()
    class DataSourceCloser implements OnApplicationShutdown {
      async onApplicationShutdown(): Promise<void> {
        order.push('data source closed');
        await dataSource.destroy();
      }
    }
    await start([DataSourceCloser, { provide: DATA_SOURCE, useValue: dataSource }]);
    await append('attempt-1');
    await eventually(() => WritingConsumer.seen.length === 1);
    const closing = app!.close();
    app = null;
    await append('attempt-1');
    letGo();
    await closing;
    expect(order).toEqual(['handler goes on', 'data source closed']);
    expect(await database.appliedOffsets()).toEqual([0]);
    expect(WritingConsumer.seen).toHaveLength(1);
  });
});
