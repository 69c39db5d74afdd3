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
import type { ScoringConfig } from './config';
import { CreateScoring1669100000000 } from './migrations/1669100000000-create-scoring';
import { PackageInForceEntity } from './packages/package-in-force.entity';
import { PackagesController } from './packages/packages.controller';
import { PackagesRepository } from './packages/packages.repository';
import { PackagesService } from './packages/packages.service';
import { ScoringPackageEntity } from './packages/scoring-package.entity';
import { AddRescoring1669200000000 } from './migrations/1669200000000-add-rescoring';
import { PublicationController } from './publication/publication.controller';
import { PublicationRepository } from './publication/publication.repository';
import { PublicationService } from './publication/publication.service';
import { PublicationSteps } from './publication/publication.steps';
import { ReleaseEntity } from './publication/release.entity';
import { WithholdingEntity } from './publication/withholding.entity';
import { QualityController } from './quality/quality.controller';
import { QualityService } from './quality/quality.service';
import { RescoringEntity } from './rescoring/rescoring.entity';
import { RescoringFileEntity } from './rescoring/rescoring-file.entity';
import { RescoringPartEntity } from './rescoring/rescoring-part.entity';
import { RescoringRepositories } from './rescoring/rescoring.repositories';
import { RescoringSteps } from './rescoring/rescoring.steps';
import { RescoringsController } from './rescoring/rescorings.controller';
import { RescoringsRepository } from './rescoring/rescorings.repository';
import { RescoringsService } from './rescoring/rescorings.service';
import { PlanConsumer } from './scopes/plan.consumer';
import { PlannedSessionEntity } from './scopes/planned-session.entity';
import { PlannedSessionsRepository } from './scopes/planned-sessions.repository';
import { BackgroundWorker } from './work/background-worker';
import { ScoringWork } from './work/scoring-work';
import { CurrentResultEntity } from './results/current-result.entity';
import { PendingClosingEntity } from './results/pending-closing.entity';
import { ResultEntity } from './results/result.entity';
import { ResultsController } from './results/results.controller';
import { ResultsRepository } from './results/results.repository';
import { ScoringLifecycle } from './scoring.lifecycle';
import { SCORING_DATA_SOURCE, SCORING_GROUP, SCORING_LOG, SCORING_RELAY, SCORING_RUNTIME } from './scoring.tokens';
import { ClosingsScorer } from './scoring/closings.scorer';
import { PendingScorer } from './scoring/pending-scorer';
import { ResponsesConsumer } from './scoring/responses.consumer';

export const SCORING_ENTITIES = [
  CurrentResultEntity,
  PackageInForceEntity,
  PendingClosingEntity,
  PlannedSessionEntity,
  ReleaseEntity,
  RescoringEntity,
  RescoringFileEntity,
  RescoringPartEntity,
  ResultEntity,
  ScoringPackageEntity,
  WithholdingEntity,
  ...MESSAGING_ENTITIES,
];

export const SCORING_CONTROLLERS = [
  PackagesController,
  PlanConsumer,
  PublicationController,
  QualityController,
  RescoringsController,
  ResponsesConsumer,
  ResultsController,
];

export interface ScoringModuleOptions {
  readonly config: Pick<ScoringConfig, 'databaseUrl'>;
  readonly log: EventLog;
  readonly runtime: Runtime;
}

export function createScoringDataSource(url: string): DataSource {
  return createDataSource({
    url,
    schema: 'scoring',
    entities: SCORING_ENTITIES,
    migrations: [CreateScoring1669100000000, AddRescoring1669200000000],
    poolSize: PROCESS_CONNECTIONS.scoring.tables,
    applicationName: 'petabakat scoring',
  });
}

/** Turns closed attempts into results. */
@Module({})
export class ScoringModule {
  static register(options: ScoringModuleOptions): DynamicModule {
    return {
      module: ScoringModule,
      controllers: SCORING_CONTROLLERS,
      providers: [
        ...sharedProviders(options),
        PackagesRepository,
        PackagesService,
        PlannedSessionsRepository,
        PublicationRepository,
        PublicationService,
        PublicationSteps,
        QualityService,
        RescoringRepositories,
        RescoringSteps,
        RescoringsRepository,
        RescoringsService,
        ResultsRepository,
        ClosingsScorer,
        PendingScorer,
        ScoringWork,
        ScoringLifecycle,
      ],
    };
  }
}

/** The consumer group of the service, to be connected to the app. */
export function scoringConsumers(app: INestApplicationContext, onFatal: (error: Error) => void): BatchServer[] {
  const dataSource = app.get<DataSource>(SCORING_DATA_SOURCE, { strict: false });
  const runtime = app.get<Runtime>(SCORING_RUNTIME, { strict: false });
  const log = app.get<EventLog>(SCORING_LOG, { strict: false });
  const positions = new PositionStore(dataSource, runtime);
  const server = new BatchServer({
    group: SCORING_GROUP,
    log,
    positions,
    runtime,
    expects: ['plan', 'responses'],
    onFatal,
  });
  app.get(ServiceMetrics, { strict: false }).watchConsumer(server);
  return [server];
}

function sharedProviders({ config, log, runtime }: ScoringModuleOptions): Provider[] {
  return [
    { provide: SCORING_LOG, useValue: log },
    { provide: SCORING_RUNTIME, useValue: runtime },
    { provide: BackgroundWorker, useValue: new BackgroundWorker(runtime) },
    { provide: SCORING_DATA_SOURCE, useFactory: () => openDatabase(config.databaseUrl) },
    {
      provide: BatchTransaction,
      inject: [SCORING_DATA_SOURCE],
      useFactory: (dataSource: DataSource) => new BatchTransaction(dataSource),
    },
    {
      provide: SCORING_RELAY,
      inject: [SCORING_DATA_SOURCE],
      useFactory: (dataSource: DataSource) => new OutboxRelay({ dataSource, log, runtime, schema: 'scoring' }),
    },
  ];
}

async function openDatabase(url: string): Promise<DataSource> {
  const dataSource = createScoringDataSource(url);
  await migrate(dataSource);
  return dataSource;
}
