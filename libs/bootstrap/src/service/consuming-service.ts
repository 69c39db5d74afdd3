import { type AttemptTokens, StaffDirectory, protectRoutes } from '@app/access';
import { ALL_TOPICS } from '@app/contracts';
import { type EventLog, systemRuntime } from '@app/messaging';
import { HealthRegistry } from '@app/observability';
import type { DynamicModule, INestApplicationContext, LogLevel } from '@nestjs/common';
import type { CustomTransportStrategy } from '@nestjs/microservices';
import type { ServiceConfig } from '../config/service.config';
import { createHttpApplication, listen } from '../http/http-application';
import { serveDescription } from '../http/openapi';
import { reportFigures } from './figures-reporter';
import { openServiceLog } from './open-service-log';
import { Opened } from './opened';
import type { RunningService } from './run-service';

export interface ConsumingService {
  readonly name: string;
  readonly config: ServiceConfig;
  /** What a route takes that has no limit of its own. */
  readonly bodyLimitBytes: number;
  /** Null where participants have no routes. */
  readonly attemptTokens: AttemptTokens | null;
  /** What the module needs besides the log; closed after the app. */
  readonly resources?: readonly { close(): Promise<unknown> }[];
  module(log: EventLog): DynamicModule;
  /** One per consumer group. */
  consumers(app: INestApplicationContext): (CustomTransportStrategy & { close(): unknown })[];
}

/**
 * Starts a process that serves staff over HTTP and consumes the log. It listens once its consumers run, so that a
 * process that is ready is whole; a start that fails closes what it had opened.
 */
export async function startConsumingService(service: ConsumingService): Promise<RunningService> {
  const opened = new Opened();
  for (const resource of service.resources ?? []) opened.add(() => resource.close());
  try {
    return await start(service, opened);
  } catch (error) {
    await opened.close();
    throw error;
  }
}

async function start(service: ConsumingService, opened: Opened): Promise<RunningService> {
  const { name, config, bodyLimitBytes, attemptTokens } = service;
  const log = await openServiceLog(config, name);
  opened.add(() => log.close());
  await log.verifyTopics(ALL_TOPICS);
  const staff = await StaffDirectory.open({ url: config.databaseUrl });
  opened.add(() => staff.close());
  const app = await createHttpApplication(service.module(log), {
    name,
    bodyLimitBytes,
    logLevel: config.logLevel as LogLevel,
  });
  opened.add(() => app.close());
  protectRoutes(app, { staff, attemptTokens });
  for (const strategy of service.consumers(app)) app.connectMicroservice({ strategy }, { inheritAppConfig: true });
  await app.startAllMicroservices();
  serveDescription(app);
  const url = await listen(app, config);
  opened.add(reportFigures(app, log, systemRuntime, { role: name, url }));
  return {
    url,
    async stop() {
      app.get(HealthRegistry).stopAccepting();
      // Gateways keep connections: each ends with its next reply, or by itself, before the server closes under a request.
      await systemRuntime.sleep(config.drainSeconds * 1_000);
      await opened.close();
    },
  };
}
