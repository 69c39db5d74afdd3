import { PROCESS_CONNECTIONS } from '@app/contracts';
import { createDataSource, migrate } from '@app/database';
import {
  BatchServer,
  BatchTransaction,
  type EventLog,
  MESSAGING_ENTITIES,
  OutboxRelay,
  PositionStore,
  type Runtime,
} from '@app/messaging';
import { ServiceMetrics } from '@app/observability';
import { type DynamicModule, type INestApplicationContext, Module, type Provider } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { AgenciesController } from './agencies/agencies.controller';
import { AgenciesRepository } from './agencies/agencies.repository';
import { AgenciesService } from './agencies/agencies.service';
import { AgencyViews } from './agencies/agency-views';
import {
  AgencyEntity,
  AgencyVersionEntity,
  MembershipEditionEntity,
  MembershipEntity,
  SearchedSourceEntity,
} from './agencies/agency.entity';
import { BurnUpController } from './burn-up/burn-up.controller';
import { BurnUpRepository } from './burn-up/burn-up.repository';
import { BurnUpService } from './burn-up/burn-up.service';
import { ClusterDecisions } from './clusters/cluster-decisions.service';
import { ClusterViews } from './clusters/cluster-views';
import { EvidenceReader } from './clusters/cluster-evidence';
import {
  ClusterDecisionEntity,
  ClusterEntity,
  ClusterVersionEntity,
  RampMemberEntity,
  RampPlanEntity,
} from './clusters/cluster.entity';
import { ClustersController } from './clusters/clusters.controller';
import { ClustersRepository } from './clusters/clusters.repository';
import { ClustersService } from './clusters/clusters.service';
import { RampRepository } from './clusters/ramp.repository';
import type { SchedulerConfig } from './config';
import { EligibilityController } from './eligibility/eligibility.controller';
import { EligibilityDecisionEntity, EligibilityRuleEntity } from './eligibility/eligibility.entity';
import { EligibilityRepository } from './eligibility/eligibility.repository';
import { EligibilityService } from './eligibility/eligibility.service';
import { ForecastRepository } from './forecast/forecast.repository';
import { ForecastService } from './forecast/forecast.service';
import { GateWatch } from './gates/gate-watch';
import {
  AttestationEntity,
  GateEvaluationEntity,
  GateRuleEntity,
  ProcessFiguresEntity,
  QualityReportEntity,
} from './gates/gate.entity';
import { GateFiguresRepository } from './gates/gate-figures.repository';
import { GateTable } from './gates/gate-table.service';
import { GatesRepository } from './gates/gates.repository';
import { GateRepositories, GatesService } from './gates/gates.service';
import { CreateScheduler1669200000000 } from './migrations/1669200000000-create-scheduler';
import { StageRollout1669300000000 } from './migrations/1669300000000-stage-rollout';
import { KeepRecordsInLog1669900000000 } from './migrations/1669900000000-keep-records-in-log';
import { KeepSeatPlans1669400000000 } from './migrations/1669400000000-keep-seat-plans';
import { RolloutPageService } from './pages/rollout-page.service';
import { PlanController } from './plan/plan.controller';
import { SeatEntity, SessionEntity } from './plan/plan.entity';
import { PlanRepository } from './plan/plan.repository';
import { PlanService } from './plan/plan.service';
import type { PlannerThreadOptions } from './planning/planner.thread';
import { ProgressConsumer } from './progress/progress.consumer';
import { ProgressController } from './progress/progress.controller';
import {
  AttemptClosingEntity,
  AttemptResultEntity,
  PersonEntity,
  RecordSetAsideEntity,
  SessionRunEntity,
} from './progress/progress.entity';
import { ProgressRepository } from './progress/progress.repository';
import { ProgressService } from './progress/progress.service';
import { ProjectionsRepository } from './progress/projections.repository';
import { ProjectionsService } from './progress/projections.service';
import { RosterBarrier } from './progress/roster-barrier';
import { RollbacksController } from './rollbacks/rollbacks.controller';
import { RollbacksRepository } from './rollbacks/rollbacks.repository';
import { RollbacksService } from './rollbacks/rollbacks.service';
import { SchedulerLifecycle } from './scheduler.lifecycle';
import { SeatPlanAdoption } from './seat-plans/seat-plan-adoption.service';
import { SeatPlanEntity } from './seat-plans/seat-plan.entity';
import { SeatPlanner } from './seat-plans/seat-planner';
import { SeatPlansController } from './seat-plans/seat-plans.controller';
import { SeatPlansRepository } from './seat-plans/seat-plans.repository';
import { SeatPlansService } from './seat-plans/seat-plans.service';
import {
  SCHEDULER_DATA_SOURCE,
  SCHEDULER_GROUP,
  SCHEDULER_LOG,
  SCHEDULER_RELAY,
  SCHEDULER_RUNTIME,
  SCHEDULER_WATCH_RUNTIME,
} from './scheduler.tokens';
import { PublishedTotalEntity, TargetVersionEntity } from './targets/target.entity';
import { TargetsController } from './targets/targets.controller';
import { TargetsRepository } from './targets/targets.repository';
import { TargetsService } from './targets/targets.service';

export const SCHEDULER_ENTITIES = [
  AgencyEntity,
  AgencyVersionEntity,
  AttemptClosingEntity,
  AttemptResultEntity,
  AttestationEntity,
  ClusterDecisionEntity,
  ClusterEntity,
  ClusterVersionEntity,
  EligibilityDecisionEntity,
  EligibilityRuleEntity,
  GateEvaluationEntity,
  GateRuleEntity,
  MembershipEditionEntity,
  MembershipEntity,
  PersonEntity,
  ProcessFiguresEntity,
  PublishedTotalEntity,
  QualityReportEntity,
  RampMemberEntity,
  RampPlanEntity,
  RecordSetAsideEntity,
  SearchedSourceEntity,
  SeatEntity,
  SeatPlanEntity,
  SessionEntity,
  SessionRunEntity,
  TargetVersionEntity,
  ...MESSAGING_ENTITIES,
];

export const SCHEDULER_CONTROLLERS = [
  AgenciesController,
  BurnUpController,
  ClustersController,
  EligibilityController,
  PlanController,
  ProgressConsumer,
  ProgressController,
  RollbacksController,
  SeatPlansController,
  TargetsController,
];

export interface SchedulerModuleOptions {
  readonly config: Pick<SchedulerConfig, 'databaseUrl'>;
  readonly log: EventLog;
  readonly runtime: Runtime;
  /** Timers of the gate watch where they are not those of the runtime: a player of months steps them by hand. */
  readonly watchRuntime?: Runtime;
  /** How the planner's thread is started; only tests that run sources say so. */
  readonly plannerThread?: PlannerThreadOptions['thread'];
}

export function createSchedulerDataSource(url: string): DataSource {
  return createDataSource({
    url,
    schema: 'scheduler',
    entities: SCHEDULER_ENTITIES,
    migrations: [
      CreateScheduler1669200000000,
      StageRollout1669300000000,
      KeepSeatPlans1669400000000,
      KeepRecordsInLog1669900000000,
    ],
    poolSize: PROCESS_CONNECTIONS.scheduler.tables,
    applicationName: 'petabakat scheduler',
  });
}

/** Plans sessions, counts people, and advances the clusters on evidence. */
@Module({})
export class SchedulerModule {
  static register(options: SchedulerModuleOptions): DynamicModule {
    return {
      module: SchedulerModule,
      controllers: SCHEDULER_CONTROLLERS,
      providers: [
        ...sharedProviders(options),
        AgenciesRepository,
        AgenciesService,
        AgencyViews,
        BurnUpRepository,
        BurnUpService,
        ClusterDecisions,
        ClusterViews,
        ClustersRepository,
        ClustersService,
        EligibilityRepository,
        EligibilityService,
        EvidenceReader,
        ForecastRepository,
        ForecastService,
        GateFiguresRepository,
        GateRepositories,
        GatesRepository,
        GatesService,
        GateTable,
        GateWatch,
        PlanRepository,
        PlanService,
        ProgressRepository,
        ProgressService,
        ProjectionsRepository,
        ProjectionsService,
        RampRepository,
        RollbacksRepository,
        RollbacksService,
        RolloutPageService,
        RosterBarrier,
        SeatPlanAdoption,
        { provide: SeatPlanner, useFactory: () => new SeatPlanner(options.plannerThread) },
        SeatPlansRepository,
        SeatPlansService,
        TargetsRepository,
        TargetsService,
        SchedulerLifecycle,
      ],
    };
  }
}

/** The consumer group of the service, to be connected to the app. */
export function schedulerConsumers(app: INestApplicationContext, onFatal: (error: Error) => void): BatchServer[] {
  const dataSource = app.get<DataSource>(SCHEDULER_DATA_SOURCE, { strict: false });
  const runtime = app.get<Runtime>(SCHEDULER_RUNTIME, { strict: false });
  const log = app.get<EventLog>(SCHEDULER_LOG, { strict: false });
  const positions = new PositionStore(dataSource, runtime);
  const expects = ['roster', 'responses', 'results', 'sessions', 'figures'] as const;
  const server = new BatchServer({ group: SCHEDULER_GROUP, log, positions, runtime, expects: [...expects], onFatal });
  app.get(ServiceMetrics, { strict: false }).watchConsumer(server);
  return [server];
}

function sharedProviders({ config, log, runtime, watchRuntime = runtime }: SchedulerModuleOptions): Provider[] {
  return [
    { provide: SCHEDULER_LOG, useValue: log },
    { provide: SCHEDULER_RUNTIME, useValue: runtime },
    { provide: SCHEDULER_WATCH_RUNTIME, useValue: watchRuntime },
    { provide: SCHEDULER_DATA_SOURCE, useFactory: () => openDatabase(config.databaseUrl) },
    {
      provide: BatchTransaction,
      inject: [SCHEDULER_DATA_SOURCE],
      useFactory: (dataSource: DataSource) => new BatchTransaction(dataSource),
    },
    {
      provide: SCHEDULER_RELAY,
      inject: [SCHEDULER_DATA_SOURCE],
      useFactory: (dataSource: DataSource) => new OutboxRelay({ dataSource, log, runtime, schema: 'scheduler' }),
    },
  ];
}

async function openDatabase(url: string): Promise<DataSource> {
  const dataSource = createSchedulerDataSource(url);
  await migrate(dataSource);
  return dataSource;
}
