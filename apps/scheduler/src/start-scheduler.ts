import { type RunningService, type ServiceContext, startConsumingService } from '@app/bootstrap';
import { systemRuntime } from '@app/messaging';
import type { SchedulerConfig } from './config';
import { SchedulerModule, schedulerConsumers } from './scheduler.module';

/** Reference files have some hundred rows; the routes for sessions and seats have a limit of their own. */
const BODY_BYTES_MAX = 1_000_000;

/** One process of the scheduler, listening and consuming. */
export function startScheduler(config: SchedulerConfig, { onFatal }: ServiceContext): Promise<RunningService> {
  return startConsumingService({
    name: 'scheduler',
    config,
    bodyLimitBytes: BODY_BYTES_MAX,
    attemptTokens: null,
    module: (log) => SchedulerModule.register({ config, log, runtime: systemRuntime }),
    consumers: (app) => schedulerConsumers(app, onFatal),
  });
}
