import { AttemptTokens, protectRoutes, StaffDirectory } from '@app/access';
import {
  createHttpApplication,
  listen,
  Opened,
  parseKeys,
  reportFigures,
  type RunningService,
  type ServiceContext,
} from '@app/bootstrap';
import { ALL_TOPICS } from '@app/contracts';
import { EmbeddedPostgres } from '@app/database';
import { type EventLog, PostgresEventLog, systemRuntime } from '@app/messaging';
import { HealthRegistry } from '@app/observability';
import { InProcessAttemptViews } from '@app/views';
import type { INestApplicationContext } from '@nestjs/common';
import { assessmentConsumers } from '../../assessment/src/assessment.module';
import { describeApp } from '../../gateway/src/openapi/describe-app';
import { schedulerConsumers } from '../../scheduler/src/scheduler.module';
import { scoringConsumers } from '../../scoring/src/scoring.module';
import type { StandaloneConfig } from './config';
import { DataFolder } from './data-folder';
import { watchDatabase } from './database.watch';
import { StandaloneModule } from './standalone.module';

/** What commands need; routes that take more, such as imports, carry limits of their own. */
const BODY_BYTES_MAX = 65_536;
/**
 * How long the partitions of a killed process stay closed to the next. Short, because the data folder belongs to one
 * process: nobody else is waiting to take partitions from one that only paused.
 */
const LEASE_MS = 2_000;

/** Runs the whole platform in this process, on its own PostgreSQL. */
export async function startStandalone(config: StandaloneConfig, context: ServiceContext): Promise<RunningService> {
  const opened = new Opened();
  try {
    return await start(config, context, opened);
  } catch (error) {
    await opened.close();
    throw error;
  }
}

async function start(config: StandaloneConfig, context: ServiceContext, opened: Opened): Promise<RunningService> {
  const folder = new DataFolder(config.dataFolder);
  await folder.prepare();
  // Ends a PostgreSQL that a killed process left behind; from here on the folder is this process's alone.
  const postgres = await EmbeddedPostgres.start({ dataDir: folder.database, port: config.databasePort });
  opened.add(() => postgres.stop());
  opened.add(watchDatabase(postgres.pid, context.onFatal));
  const secrets = await folder.secrets();
  await folder.publishDatabaseUrl(postgres.url);
  opened.add(() => folder.withdrawDatabaseUrl());
  const log = await openLog(postgres.url);
  opened.add(() => log.close());
  const staff = await StaffDirectory.open({ url: postgres.url });
  opened.add(() => staff.close());
  const views = new InProcessAttemptViews();
  opened.add(() => views.close());
  const databaseUrl = postgres.url;
  const module = StandaloneModule.register({ databaseUrl, secrets, log, runtime: systemRuntime, views });
  const app = await createHttpApplication(module, { name: 'standalone', bodyLimitBytes: BODY_BYTES_MAX });
  opened.add(() => app.close());
  protectRoutes(app, { staff, attemptTokens: new AttemptTokens(parseKeys([...secrets.attemptTokenKeys])) });
  for (const strategy of consumers(app, context.onFatal)) {
    app.connectMicroservice({ strategy }, { inheritAppConfig: true });
  }
  await app.startAllMicroservices();
  describeApp(app);
  const url = await listen(app, config);
  opened.add(reportFigures(app, log, systemRuntime, { role: 'standalone', url }));
  return {
    url,
    async stop() {
      app.get(HealthRegistry).stopAccepting();
      await opened.close();
    },
  };
}

async function openLog(url: string): Promise<EventLog> {
  const log = await PostgresEventLog.open({ url, leaseMs: LEASE_MS });
  await log.createTopics(ALL_TOPICS);
  return log;
}

/** The consumer groups that the services have in processes of their own. */
function consumers(app: INestApplicationContext, onFatal: (error: Error) => void) {
  return [...assessmentConsumers(app, onFatal), ...scoringConsumers(app, onFatal), ...schedulerConsumers(app, onFatal)];
}
