import { StaffDirectory, protectRoutes } from '@app/access';
import {
  type RunningService,
  type ServiceContext,
  createHttpApplication,
  listen,
  openServiceLog,
  serveDescription,
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
  const opened: (() => Promise<unknown>)[] = [];
  const closeAll = async () => {
    for (const close of opened.reverse()) await close();
  };
  try {
    const log = await openServiceLog(config, 'scheduler');
    opened.push(() => log.close());
    await log.verifyTopics(ALL_TOPICS);
    const staff = await StaffDirectory.open({ url: config.databaseUrl });
    opened.push(() => staff.close());
    const module = SchedulerModule.register({ config, log, runtime: systemRuntime });
    const app = await createHttpApplication(module, { name: 'scheduler', bodyLimitBytes: BODY_BYTES_MAX });
    opened.push(() => app.close());
    protectRoutes(app, { staff, attemptTokens: null });
    for (const strategy of schedulerConsumers(app, onFatal)) {
      app.connectMicroservice({ strategy }, { inheritAppConfig: true });
    }
    await app.startAllMicroservices();
    serveDescription(app);
    const url = await listen(app, config);
    const stop = () => {
      app.get(HealthRegistry).stopAccepting();
      return closeAll();
    };
    return { url, stop };
  } catch (error) {
    await closeAll();
    throw error;
  }
}
