import { AttemptTokens, protectRoutes } from '@app/access';
import {
  DatabaseClock,
  type RunningService,
  createHttpApplication,
  listen,
  openServiceLog,
  parseKeys,
  reportFigures,
  postgresClock,
} from '@app/bootstrap';
import { TOPICS } from '@app/contracts';
import { type EventLog, systemRuntime } from '@app/messaging';
import { HealthRegistry } from '@app/observability';
import { type AttemptViews, InProcessAttemptViews, RedisAttemptViews } from '@app/views';
import { type LogLevel, Logger } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { GatewayConfig } from './config';
import { GatewayModule } from './gateway.module';
import { describeApp } from './openapi/describe-app';
import { registerUpstreams } from './upstreams/upstream.proxy';

/** The gateway's own routes besides the answer route take no body; what it passes on is limited by its receiver. */
const BODY_BYTES_MAX = 1_024;

/** One process of the gateway, in front of the other services' processes. */
export async function startGateway(config: GatewayConfig): Promise<RunningService> {
  const log = await openServiceLog(config, 'petabakat-gateway');
  // The gateway works without views, so it neither waits for Redis at the start nor ends with it.
  const views = config.redisUrl ? redisViews(config.redisUrl) : new InProcessAttemptViews();
  const closeStores = () => Promise.all([log.close(), views.close()]);
  try {
    await log.verifyTopics([TOPICS.attempts]);
    const app = await createGateway(config, log, views);
    const url = await listen(app, config);
    const endReports = reportFigures(app, log, systemRuntime, { role: 'gateway', url });
    return {
      url,
      async stop() {
        app.get(HealthRegistry).stopAccepting();
        await endReports();
        // Until balancers have seen that, they go on sending; refused connections would cost clients their requests.
        await systemRuntime.sleep(config.drainSeconds * 1_000);
        await app.close();
        await closeStores();
      },
    };
  } catch (error) {
    await closeStores();
    throw error;
  }
}

function redisViews(url: string): RedisAttemptViews {
  const logger = new Logger('AttemptViews');
  const onConnectionError = ({ message }: Error) =>
    logger.warn('Redis is away, answers go on without views', { reason: message });
  return new RedisAttemptViews({ url, onConnectionError });
}

async function createGateway(
  config: GatewayConfig,
  log: EventLog,
  views: AttemptViews,
): Promise<NestFastifyApplication> {
  const upstreams = {
    assessment: config.assessmentUrl,
    scoring: config.scoringUrl,
    scheduler: config.schedulerUrl,
  };
  const describedUpstreams = Object.values(upstreams);
  const runtime = systemRuntime;
  const clock = new DatabaseClock(postgresClock(config.databaseUrl), runtime);
  const module = GatewayModule.register({ config, log, runtime, views, clock, describedUpstreams });
  const app = await createHttpApplication(module, {
    name: 'gateway',
    bodyLimitBytes: BODY_BYTES_MAX,
    ambientCorrelation: false,
    logLevel: config.logLevel as LogLevel,
  });
  protectRoutes(app, { staff: null, attemptTokens: new AttemptTokens(parseKeys(config.attemptTokenKeys)) });
  registerUpstreams(app.getHttpAdapter().getInstance(), upstreams);
  describeApp(app);
  return app;
}
