import { ALL_TOPICS, TOPICS } from '@app/contracts';
import { Controller, type INestApplication, Logger, Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { EventPattern, MessagePattern } from '@nestjs/microservices';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { markSettled } from '../consumption/batch-settlement';
import type { EventBatch } from '../consumption/event-batch';
import { startedRecord } from '../consumption/started-events.fixture';
import type { Positions } from '../consumption/position-store';
import type { LogGap, RunningSubscription, Subscription } from '../log/event-log';
import { MemoryEventLog } from '../memory/memory-event-log';
import { VirtualRuntime } from '../memory/virtual-runtime';
import { BatchHandler } from './batch-handler.decorator';
import { BatchServer, type BatchServerOptions, SERVER_LIMITS } from './batch-server';
import { WATCHDOG_LIMITS } from './progress-watchdog';

const GROUP = 'assessment';
const TOPIC = TOPICS.attempts.name;
const SILENCE_MS = WATCHDOG_LIMITS.silenceMaxMs + 2 * WATCHDOG_LIMITS.lookEveryMs;

beforeAll(() => Logger.overrideLogger(false));

/** Positions without a database: these tests are about the transport. */
class KnownPositions implements Positions {
  known = 0;

  async position(): Promise<number> {
    return this.known;
  }
}

@Controller()
class AttemptsConsumer {
  static behaviour: (batch: EventBatch) => Promise<void>;

  @BatchHandler('attempts', GROUP)
  onAttempts(batch: EventBatch): Promise<void> {
    return AttemptsConsumer.behaviour(batch);
  }
}

@Controller()
class SecondAttemptsConsumer {
  @BatchHandler('attempts', GROUP)
  async onAttempts(batch: EventBatch): Promise<void> {
    markSettled(batch);
  }
}

@Controller()
class AttemptsConsumerOfAnotherGroup {
  @BatchHandler('attempts', 'scoring')
  async onAttempts(batch: EventBatch): Promise<void> {
    markSettled(batch);
  }
}

@Controller()
class ResultsConsumer {
  @BatchHandler('results', GROUP)
  async onResults(batch: EventBatch): Promise<void> {
    markSettled(batch);
  }
}

@Controller()
class ConsumerOfEveryTransport {
  @EventPattern<string>('a stray pattern')
  onAnything(): void {}
}

@Controller()
class MessageConsumer {
  @MessagePattern(TOPIC, {})
  answer(): string {
    return 'answers have nobody to go to';
  }
}

const apps: INestApplication[] = [];

async function appWith(controllers: Type[], server: BatchServer): Promise<INestApplication> {
  @Module({ controllers })
  class TestModule {}
  const app = await NestFactory.create(TestModule, new FastifyAdapter(), { logger: false });
  apps.push(app);
  app.connectMicroservice({ strategy: server }, { inheritAppConfig: true });
  return app;
}

async function scene(options: Partial<BatchServerOptions> = {}) {
  const runtime = new VirtualRuntime();
  const log = new MemoryEventLog({ runtime });
  await log.createTopics(ALL_TOPICS);
  const positions = new KnownPositions();
  const fatal: Error[] = [];
  const server = new BatchServer({
    group: GROUP,
    log,
    positions,
    runtime,
    expects: ['attempts'],
    onFatal: (error) => fatal.push(error),
    ...options,
  });
  return { runtime, log, positions, fatal, server };
}

beforeEach(() => {
  AttemptsConsumer.behaviour = async (batch) => markSettled(batch);
});
afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.close()));
});

describe('BatchServer at boot', () => {
  test.each([
    ['a topic without handler', [AttemptsConsumer], ['attempts', 'results'], 'petabakat.results.v1 has no handler'],
    ['a handler that nobody expects', [AttemptsConsumer, ResultsConsumer], ['attempts'], 'is not expected'],
    ['two handlers of one topic', [AttemptsConsumer, SecondAttemptsConsumer], ['attempts'], 'more than one handler'],
    ['a handler without a group', [AttemptsConsumer, ConsumerOfEveryTransport], ['attempts'], 'is not expected'],
    ['a handler that answers messages', [MessageConsumer], ['attempts'], 'have a @BatchHandler'],
  ] as [string, Type[], BatchServerOptions['expects'], string][])(
    '%s is refused by name',
    async (_, controllers, expects, complaint) => {
      const { server } = await scene({ expects });
      const app = await appWith(controllers, server);
      await expect(app.startAllMicroservices()).rejects.toThrow(complaint);
    },
  );

  test('a handler of the same topic in another group does not count', async () => {
    const { server } = await scene();
    const app = await appWith([AttemptsConsumer, AttemptsConsumerOfAnotherGroup], server);
    await app.startAllMicroservices();
    expect(server.progress()).toHaveLength(TOPICS.attempts.partitions);
  });

  test('a log that cannot be subscribed to fails the start', async () => {
    const { server } = await scene({ log: new MemoryEventLog() });
    const app = await appWith([AttemptsConsumer], server);
    await expect(app.startAllMicroservices()).rejects.toMatchObject({ code: 'log.topic-missing' });
  });
});

describe('BatchServer in time', () => {
  const append = (log: MemoryEventLog) => log.append(TOPIC, [startedRecord(0)]);

  test('a handler that hangs for 30 s ends the process', async () => {
    AttemptsConsumer.behaviour = () => new Promise(() => undefined);
    const { runtime, log, server, fatal } = await scene();
    await (await appWith([AttemptsConsumer], server)).startAllMicroservices();
    await append(log);
    await runtime.advance(SILENCE_MS);
    expect(fatal).toEqual([]);
    await runtime.advance(SERVER_LIMITS.restartStopMs);
    expect(fatal).toMatchObject([{ message: expect.stringContaining('makes no progress') }]);
    // What hangs for ever cannot be closed either.
    apps.length = 0;
  });

  test('a subscription that dies silently is restarted, but not for ever', async () => {
    const { runtime, log, server, fatal } = await scene();
    let subscriptions = 0;
    jest.spyOn(log, 'subscribe').mockImplementation(async () => {
      subscriptions++;
      return deadSubscription() as Awaited<ReturnType<MemoryEventLog['subscribe']>>;
    });
    await (await appWith([AttemptsConsumer], server)).startAllMicroservices();
    await Promise.all([append(log), runtime.settle()]);
    await runtime.advance(SILENCE_MS);
    expect([subscriptions, fatal.length]).toEqual([2, 0]);
    await runtime.advance(SILENCE_MS * SERVER_LIMITS.restartsMax);
    expect(subscriptions).toBe(1 + SERVER_LIMITS.restartsMax);
    expect(fatal).toHaveLength(1);
  });

  function deadSubscription(): RunningSubscription {
    const partitions = [...Array(TOPICS.attempts.partitions).keys()];
    return {
      progress: () =>
        partitions.map((partition) => ({
          topic: TOPIC,
          partition,
          nextOffset: 0,
          endOffset: 0,
          lastAdvancedAtMs: 0,
          state: 'running',
        })),
      stop: async () => undefined,
    };
  }

  test('a restarted subscription goes on where the position stands', async () => {
    const { runtime, log, server, fatal } = await scene();
    const subscribe = log.subscribe.bind(log);
    jest.spyOn(log, 'subscribe').mockImplementationOnce(async () => {
      return deadSubscription() as Awaited<ReturnType<MemoryEventLog['subscribe']>>;
    });
    const applied: number[] = [];
    AttemptsConsumer.behaviour = async (batch) => {
      applied.push(...batch.events.map(({ offset }) => offset));
      markSettled(batch);
    };
    await (await appWith([AttemptsConsumer], server)).startAllMicroservices();
    jest.spyOn(log, 'subscribe').mockImplementation((subscription: Subscription) => subscribe(subscription));
    await append(log);
    await runtime.until(() => applied.length === 1);
    expect(fatal).toEqual([]);
  });

  test('a gap waits until the stored position is moved, then reading goes on from there', async () => {
    const { runtime, log, positions, server } = await scene();
    const applied: number[] = [];
    AttemptsConsumer.behaviour = async (batch) => {
      applied.push(...batch.events.map(({ offset }) => offset));
      markSettled(batch);
    };
    await append(log);
    await append(log);
    const [{ partition } = { partition: -1 }] = (await append(log)) as { partition: number }[];
    log.trim(TOPIC, partition, 2);
    await (await appWith([AttemptsConsumer], server)).startAllMicroservices();
    await runtime.advance(60_000);
    expect(applied).toEqual([]);
    expect(server.progress().filter(({ state }) => state === 'gap')).toMatchObject([{ partition }]);
    positions.known = 2;
    await runtime.until(() => applied.length === 1);
    expect(applied).toEqual([2]);
  });

  test('a handler that comes back without its transaction makes its partition stand still, by name', async () => {
    AttemptsConsumer.behaviour = async () => undefined;
    const { runtime, log, server, fatal } = await scene();
    await (await appWith([AttemptsConsumer], server)).startAllMicroservices();
    await append(log);
    await runtime.advance(10 * SILENCE_MS);
    expect(server.standing()).toMatchObject([{ topic: TOPIC, reason: expect.stringContaining('batch transaction') }]);
    expect(fatal).toEqual([]);
  });

  test('what the log calls fatal is fatal', async () => {
    const { log, server, fatal } = await scene();
    const subscribe = jest.spyOn(log, 'subscribe');
    await (await appWith([AttemptsConsumer], server)).startAllMicroservices();
    const error = new Error('the group is gone');
    subscribe.mock.calls[0]![0].onFatal(error);
    expect(fatal).toEqual([error]);
  });

  test('a gap is answered with null while nobody has decided', async () => {
    const { log, server } = await scene();
    const subscribe = jest.spyOn(log, 'subscribe');
    await (await appWith([AttemptsConsumer], server)).startAllMicroservices();
    const gap: LogGap = {
      topic: TOPIC,
      partition: 0,
      kind: 'ends-before-position',
      position: 0,
      logStartOffset: 0,
      logEndOffset: 0,
    };
    expect(await subscribe.mock.calls[0]![0].onGap(gap)).toBeNull();
  });
});
