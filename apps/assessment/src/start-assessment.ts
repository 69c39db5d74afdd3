import { AttemptTokens } from '@app/access';
import { type RunningService, type ServiceContext, parseKeys, startConsumingService } from '@app/bootstrap';
import { systemRuntime } from '@app/messaging';
import { InProcessAttemptViews, RedisAttemptViews } from '@app/views';
import { AssessmentModule, assessmentConsumers } from './assessment.module';
import type { AssessmentConfig } from './config';

/** Commands are small; imports carry limits of their own. */
const BODY_BYTES_MAX = 65_536;

/** One process of the assessment service, listening and consuming. */
export function startAssessment(config: AssessmentConfig, { onFatal }: ServiceContext): Promise<RunningService> {
  const views = config.redisUrl ? new RedisAttemptViews({ url: config.redisUrl }) : new InProcessAttemptViews();
  return startConsumingService({
    name: 'assessment',
    config,
    bodyLimitBytes: BODY_BYTES_MAX,
    attemptTokens: new AttemptTokens(parseKeys(config.attemptTokenKeys)),
    resources: [views],
    module: (log) => AssessmentModule.register({ config, log, runtime: systemRuntime, views }),
    consumers: (app) => assessmentConsumers(app, onFatal),
  });
}
