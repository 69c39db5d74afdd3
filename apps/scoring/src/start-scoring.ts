import { protectRoutes, StaffDirectory } from '@app/access';
import {
  createHttpApplication,
  listen,
  openServiceLog,
  type RunningService,
  type ServiceContext,
  serveDescription,
} from '@app/bootstrap';
import { ALL_TOPICS } from '@app/contracts';
import { systemRuntime } from '@app/messaging';
import { HealthRegistry } from '@app/observability';
import type { ScoringConfig } from './config';
import { ScoringModule, scoringConsumers } from './scoring.module';

/** Everything but the import of packages, which has a limit of its own, is a query without a body. */
const BODY_BYTES_MAX = 65_536;

/** One process of the scoring service, listening and consuming. */
export async function startScoring(config: ScoringConfig, { onFatal }: ServiceContext): Promise<RunningService> {
  const log = await openServiceLog(config, 'scoring');
  await log.verifyTopics(ALL_TOPICS);
  const staff = await StaffDirectory.open({ url: config.databaseUrl });
  const module = ScoringModule.register({ config, log, runtime: systemRuntime });
  const app = await createHttpApplication(module, { name: 'scoring', bodyLimitBytes: BODY_BYTES_MAX });
  protectRoutes(app, { staff, attemptTokens: null });
  for (const strategy of scoringConsumers(app, onFatal)) {
    app.connectMicroservice({ strategy }, { inheritAppConfig: true });
  }
  await app.startAllMicroservices();
  serveDescription(app);
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
