import { DatabaseClock, postgresClock } from '@app/bootstrap';
import type { EventLog, Runtime } from '@app/messaging';
import type { AttemptViews } from '@app/views';
import { type DynamicModule, Module } from '@nestjs/common';
import { AssessmentModule } from '../../assessment/src/assessment.module';
import { GatewayConfig } from '../../gateway/src/config';
import { GatewayModule } from '../../gateway/src/gateway.module';
import { SchedulerModule } from '../../scheduler/src/scheduler.module';
import { ScoringModule } from '../../scoring/src/scoring.module';
import type { Secrets } from './secrets';

export interface StandaloneModuleOptions {
  readonly databaseUrl: string;
  readonly secrets: Secrets;
  readonly log: EventLog;
  readonly runtime: Runtime;
  readonly views: AttemptViews;
}

/** The four services in one app. They meet in the log, as they do in four processes: none calls another. */
@Module({})
export class StandaloneModule {
  static register({ databaseUrl, secrets, log, runtime, views }: StandaloneModuleOptions): DynamicModule {
    const config = { databaseUrl, ...secrets, attemptTokenKeys: [...secrets.attemptTokenKeys] };
    // One clock for both who stamp times: it starts and stops with the first of them that asks.
    const clock = new DatabaseClock(postgresClock(databaseUrl), runtime);
    return {
      module: StandaloneModule,
      imports: [
        GatewayModule.register({ config: Object.assign(new GatewayConfig(), config), log, runtime, views, clock }),
        AssessmentModule.register({ config, log, runtime, views, clock }),
        ScoringModule.register({ config, log, runtime }),
        SchedulerModule.register({ config, log, runtime }),
      ],
    };
  }
}
