import { AttemptTokens } from '@app/access';
import {
  DatabaseClock,
  type RunningService,
  type ServiceContext,
  parseKeys,
  postgresClock,
  startConsumingService,
} from '@app/bootstrap';
import { systemRuntime } from '@app/messaging';
import { InProcessAttemptViews, RedisAttemptViews } from '@app/views';
import { AssessmentModule, assessmentConsumers } from './assessment.module';
import type { AssessmentConfig } from './config';

/** Commands are small; imports carry limits of their own. */
const BODY_BYTES_MAX = 65_536;

/** One process of the assessment service, listening and consuming. */
export function startAssessment(config: AssessmentConfig, { onFatal }: ServiceContext): Promise<RunningService> {
  const views = config.redisUrl ? new RedisAttemptViews({ url: config.redisUrl }) : new InProcessAttemptViews();
  const clock = new DatabaseClock(postgresClock(config.databaseUrl), systemRuntime);
  return startConsumingService({
    name: 'assessment',
    config,
    bodyLimitBytes: BODY_BYTES_MAX,
    attemptTokens: new AttemptTokens(parseKeys(config.attemptTokenKeys)),
    resources: [views],
    module: (log) => AssessmentModule.register({ config, log, runtime: systemRuntime, views, clock }),
    consumers: (app) => assessmentConsumers(app, onFatal),
  });
}
