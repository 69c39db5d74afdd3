import { AttemptTokens, StaffDirectory, protectRoutes } from '@app/access';
import {
  type RunningService,
  type ServiceContext,
  createHttpApplication,
  listen,
  openServiceLog,
  parseKeys,
  serveDescription,
} from '@app/bootstrap';
import { ALL_TOPICS } from '@app/contracts';
import { systemRuntime } from '@app/messaging';
import { HealthRegistry } from '@app/observability';
import { InProcessAttemptViews, RedisAttemptViews } from '@app/views';
import { AssessmentModule, assessmentConsumers } from './assessment.module';
import type { AssessmentConfig } from './config';

/** Commands are small; imports carry limits of their own. */
const BODY_BYTES_MAX = 65_536;

/** One process of the assessment service, listening and consuming. */
export async function startAssessment(config: AssessmentConfig, { onFatal }: ServiceContext): Promise<RunningService> {
  const log = await openServiceLog(config, 'assessment');
  await log.verifyTopics(ALL_TOPICS);
  const staff = await StaffDirectory.open({ url: config.databaseUrl });
  const views = config.redisUrl ? new RedisAttemptViews({ url: config.redisUrl }) : new InProcessAttemptViews();
  const module = AssessmentModule.register({ config, log, runtime: systemRuntime, views });
  const app = await createHttpApplication(module, { name: 'assessment', bodyLimitBytes: BODY_BYTES_MAX });
  protectRoutes(app, { staff, attemptTokens: new AttemptTokens(parseKeys(config.attemptTokenKeys)) });
  for (const strategy of assessmentConsumers(app, onFatal))
    app.connectMicroservice({ strategy }, { inheritAppConfig: true });
  await app.startAllMicroservices();
  serveDescription(app);
  const url = await listen(app, config);
  return {
    url,
    async stop() {
      app.get(HealthRegistry).stopAccepting();
      await app.close();
      await Promise.all([log.close(), staff.close(), views.close()]);
    },
  };
}
