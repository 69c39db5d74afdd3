import { AttemptTokens } from '@app/access';
import { DatabaseClock, parseKeys } from '@app/bootstrap';
import { TOPICS } from '@app/contracts';
import { ACCUMULATOR_LIMITS, Accumulator, type EventLog, type Runtime } from '@app/messaging';
import { METRICS } from '@app/observability';
import { Commitments } from '@app/receipts';
import type { AttemptViews } from '@app/views';
import { type DynamicModule, Module, type NestModule, type Provider } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';
import type { Registry } from 'prom-client';
import { AnswerRouteHooks } from './answers/answer-route.hooks';
import { AnswersController } from './answers/answers.controller';
import { AnswersMetrics } from './answers/answers.metrics';
import { AnswersService } from './answers/answers.service';
import { AttemptRateLimiter } from './answers/attempt-rate-limiter';
import { AttemptViewCache } from './answers/attempt-view.cache';
import { EventLoopDelay, LoadShedder } from './answers/load-shedder';
import { type GatewayConfig, furtherReceiptKeys } from './config';
import { ContractsController } from './contracts/contracts.controller';
import { GatewayLifecycle } from './gateway.lifecycle';
import { GATEWAY_LOG } from './gateway.tokens';
import { LogProbe } from './health/log-probe';
import { KeysController } from './keys/keys.controller';
import { ReceiptKeyRing } from './keys/receipt-key-ring';
import { OpenApiController } from './openapi/openapi.controller';
import { OpenApiDocuments } from './openapi/openapi.documents';

export const GATEWAY_CONTROLLERS = [AnswersController, ContractsController, KeysController, OpenApiController];

export interface GatewayModuleOptions {
  readonly config: Pick<
    GatewayConfig,
    | 'answerQueueRecordsMax'
    | 'answerRateBurst'
    | 'answerRatePerSecond'
    | 'attemptTokenKeys'
    | 'commitmentSecret'
    | 'eventLoopDelayMaxMs'
    | 'receiptFurtherKeys'
    | 'receiptKeyId'
    | 'receiptPrivateKey'
  >;
  readonly log: EventLog;
  readonly runtime: Runtime;
  readonly views: AttemptViews;
  /** Base addresses of services whose routes are described together with those of this app; none in standalone. */
  readonly describedUpstreams?: readonly string[];
  /** Stamps the answers; started and stopped with the app. */
  readonly clock: DatabaseClock;
}

/** The edge: takes answers into the log and gives receipts for them. */
@Module({})
export class GatewayModule implements NestModule {
  constructor(
    private readonly adapterHost: HttpAdapterHost,
    private readonly answerRoute: AnswerRouteHooks,
  ) {}

  static register(options: GatewayModuleOptions): DynamicModule {
    return {
      module: GatewayModule,
      controllers: GATEWAY_CONTROLLERS,
      providers: [...surroundings(options), ...answerProviders(options), GatewayLifecycle],
    };
  }

  /** Nest calls this before it registers any route. */
  configure(): void {
    const fastify = this.adapterHost.httpAdapter.getInstance<FastifyInstance>();
    this.answerRoute.install(fastify);
  }
}

function surroundings(options: GatewayModuleOptions): Provider[] {
  const { config, log, runtime, clock, describedUpstreams = [] } = options;
  const { receiptKeyId: kid, receiptPrivateKey: privateKey } = config;
  return [
    { provide: GATEWAY_LOG, useValue: log },
    { provide: AttemptTokens, useFactory: () => new AttemptTokens(parseKeys(config.attemptTokenKeys)) },
    { provide: DatabaseClock, useValue: clock },
    { provide: EventLoopDelay, useFactory: () => new EventLoopDelay(runtime) },
    { provide: LogProbe, useFactory: () => new LogProbe(log, runtime) },
    {
      provide: ReceiptKeyRing,
      useFactory: () => new ReceiptKeyRing({ kid, privateKey, furtherKeys: furtherReceiptKeys(config) }),
    },
    { provide: OpenApiDocuments, useFactory: () => new OpenApiDocuments(describedUpstreams, runtime) },
  ];
}

function answerProviders({ config, log, runtime, views, clock }: GatewayModuleOptions): Provider[] {
  const commitments = new Commitments(Buffer.from(config.commitmentSecret, 'base64'));
  const rate = { perSecond: config.answerRatePerSecond, burst: config.answerRateBurst };
  const limits = { queuedRecordsMax: config.answerQueueRecordsMax, eventLoopDelayMaxMs: config.eventLoopDelayMaxMs };
  return [
    {
      provide: AnswersMetrics,
      inject: [METRICS],
      useFactory: (registry: Registry) => new AnswersMetrics(registry),
    },
    {
      provide: Accumulator,
      inject: [AnswersMetrics, LogProbe],
      useFactory: (metrics: AnswersMetrics, probe: LogProbe) => {
        const accumulator = new Accumulator(log, TOPICS.attempts.name, ACCUMULATOR_LIMITS, runtime, (batch) => {
          metrics.observeBatch(batch);
          if (batch.appended > 0) probe.noteAppended();
        });
        metrics.watchQueue(() => accumulator.figures.queuedRecords);
        return accumulator;
      },
    },
    {
      provide: LoadShedder,
      inject: [Accumulator, EventLoopDelay],
      useFactory: (accumulator: Accumulator, delay: EventLoopDelay) =>
        new LoadShedder(
          {
            queuedRecords: () => accumulator.figures.queuedRecords,
            eventLoopDelayMs: () => delay.currentMs(),
          },
          limits,
          runtime,
        ),
    },
    {
      provide: AnswerRouteHooks,
      inject: [AttemptTokens, LoadShedder, AnswersMetrics],
      useFactory: (tokens: AttemptTokens, shedder: LoadShedder, metrics: AnswersMetrics) =>
        new AnswerRouteHooks({ tokens, shedder, metrics, clock, limiter: new AttemptRateLimiter(rate, runtime) }),
    },
    {
      provide: AnswersService,
      inject: [Accumulator, ReceiptKeyRing, LoadShedder, AnswersMetrics],
      useFactory: (
        accumulator: Accumulator,
        { signer }: ReceiptKeyRing,
        shedder: LoadShedder,
        metrics: AnswersMetrics,
      ) => {
        const cache = new AttemptViewCache(views, runtime);
        return new AnswersService({ accumulator, views: cache, commitments, signer, shedder, metrics, clock, runtime });
      },
    },
  ];
}
