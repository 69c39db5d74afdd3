import { AttemptTokens, protectRoutes } from '@app/access';
import { type RunningService, createHttpApplication, listen, openServiceLog, parseKeys } from '@app/bootstrap';
import { TOPICS } from '@app/contracts';
import { systemRuntime } from '@app/messaging';
import { HealthRegistry } from '@app/observability';
import { InProcessAttemptViews, RedisAttemptViews } from '@app/views';
import type { GatewayConfig } from './config';
import { GatewayModule } from './gateway.module';
import { describeApp } from './openapi/describe-app';
import { registerUpstreams } from './upstreams/upstream.proxy';

/** The gateway's own routes besides the answer route take no body; what it passes on is limited by its receiver. */
const BODY_BYTES_MAX = 1_024;

/** One process of the gateway, in front of the other services' processes. */
export async function startGateway(config: GatewayConfig): Promise<RunningService> {
  const log = await openServiceLog(config, 'petabakat-gateway');
  await log.verifyTopics([TOPICS.attempts]);
  const views = config.redisUrl ? new RedisAttemptViews({ url: config.redisUrl }) : new InProcessAttemptViews();
  const upstreams = {
    assessment: config.assessmentUrl,
    scoring: config.scoringUrl,
    scheduler: config.schedulerUrl,
  };
  const describedUpstreams = Object.values(upstreams);
  const module = GatewayModule.register({ config, log, runtime: systemRuntime, views, describedUpstreams });
  const app = await createHttpApplication(module, { name: 'gateway', bodyLimitBytes: BODY_BYTES_MAX });
  protectRoutes(app, { staff: null, attemptTokens: new AttemptTokens(parseKeys(config.attemptTokenKeys)) });
  registerUpstreams(app.getHttpAdapter().getInstance(), upstreams);
  describeApp(app);
  const url = await listen(app, config);
  return {
    url,
    async stop() {
      app.get(HealthRegistry).stopAccepting();
      await app.close();
      await Promise.all([log.close(), views.close()]);
    },
  };
}
