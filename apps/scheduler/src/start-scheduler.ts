import { StaffDirectory, protectRoutes } from '@app/access';
import {
  type RunningService,
  type ServiceContext,
  createHttpApplication,
  listen,
  openServiceLog,
} from '@app/bootstrap';
import { ALL_TOPICS } from '@app/contracts';
import { systemRuntime } from '@app/messaging';
import { HealthRegistry } from '@app/observability';
import type { SchedulerConfig } from './config';
import { SchedulerModule, schedulerConsumers } from './scheduler.module';

/** Reference files have some hundred rows; the routes for sessions and seats have a limit of their own. */
const BODY_BYTES_MAX = 1_000_000;

/** One process of the scheduler, listening and consuming. */
export async function startScheduler(config: SchedulerConfig, { onFatal }: ServiceContext): Promise<RunningService> {
  const log = await openServiceLog(config, 'scheduler');
  await log.verifyTopics(ALL_TOPICS);
  const staff = await StaffDirectory.open({ url: config.databaseUrl });
  const module = SchedulerModule.register({ config, log, runtime: systemRuntime });
  const app = await createHttpApplication(module, { name: 'scheduler', bodyLimitBytes: BODY_BYTES_MAX });
  protectRoutes(app, { staff, attemptTokens: null });
  for (const strategy of schedulerConsumers(app, onFatal)) {
    app.connectMicroservice({ strategy }, { inheritAppConfig: true });
  }
  await app.startAllMicroservices();
  const url = await listen(app, config);
  return {
    url,
    async stop() {
      app.get(HealthRegistry).stopAccepting();
      await app.close();
      await Promise.all([log.close(), staff.close()]);
    },
  };
}
