import { AttemptTokens } from '@app/access';
import { DatabaseClock, parseKeys, withClock } from '@app/bootstrap';
import { PROCESS_CONNECTIONS } from '@app/contracts';
import { createDataSource, migrate } from '@app/database';
import {
  BatchServer,
  BatchTransaction,
  type EventLog,
  MESSAGING_ENTITIES,
  OutboxRelay,
  OutboxWaiter,
  PositionStore,
  type Runtime,
} from '@app/messaging';
import { ServiceMetrics } from '@app/observability';
import { Commitments } from '@app/receipts';
import type { AttemptViews } from '@app/views';
import { type DynamicModule, type INestApplicationContext, Module, type Provider } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { AssessmentLifecycle } from './assessment.lifecycle';
import {
  ASSESSMENT_CLOCKED_RUNTIME,
  ASSESSMENT_DATA_SOURCE,
  ASSESSMENT_GROUP,
  ASSESSMENT_LOG,
  ASSESSMENT_RUNTIME,
  ASSESSMENT_VIEWS,
  ATTEMPT_STORE,
} from './assessment.tokens';
import { AnswerConflictEntity } from './attempts/answer-conflict.entity';
import { AnswerEventEntity } from './attempts/answer-event.entity';
import { AnswerEntity } from './attempts/answer.entity';
import { AttemptBarrier } from './attempts/attempt-barrier';
import { AttemptBatchService } from './attempts/attempt-batch.service';
import { AttemptCommandsService } from './attempts/attempt-commands.service';
import { AttemptReader } from './attempts/attempt-reader.service';
import { AttemptEntity } from './attempts/attempt.entity';
import { AttemptsConsumer } from './attempts/attempts.consumer';
import { AttemptsController } from './attempts/attempts.controller';
import { AttemptsRepository } from './attempts/attempts.repository';
import { ClosingEntity } from './attempts/closing.entity';
import { CommandReasonEntity } from './attempts/command-reason.entity';
import { AttemptDeadLettersController } from './attempts/dead-letters.controller';
import { AttemptDeadLettersService } from './attempts/dead-letters.service';
import { DeadlineSweeper } from './attempts/deadline-sweeper';
import { SqlAttemptStore } from './attempts/sql-attempt.store';
import { PendingClosureEntity } from './attempts/pending-closure.entity';
import { SupervisionController } from './attempts/supervision.controller';
import { SupervisionService } from './attempts/supervision.service';
import type { AssessmentConfig } from './config';
import { ControlEventPublisher } from './control-events.publisher';
import { FormEntity } from './forms/form.entity';
import { FormsController } from './forms/forms.controller';
import { FormsRepository } from './forms/forms.repository';
import { FormsService } from './forms/forms.service';
import { LoginsController } from './logins/logins.controller';
import { LoginsRepository } from './logins/logins.repository';
import { LoginsService } from './logins/logins.service';
import { PinEntity } from './logins/pin.entity';
import { PinsService } from './logins/pins.service';
import { WrongPinLimiter } from './logins/wrong-pin-limiter';
import { CreateAssessment1669000000000 } from './migrations/1669000000000-create-assessment';
import { ParticipantEntity } from './participants/participant.entity';
import { ParticipantsController } from './participants/participants.controller';
import { ParticipantsRepository } from './participants/participants.repository';
import { ParticipantsService } from './participants/participants.service';
import { IdentityVault } from './secrets/identity-vault';
import { AdmissionEntity } from './sessions/admission.entity';
import { PlanConsumer } from './sessions/plan.consumer';
import { SeatEntity } from './sessions/seat.entity';
import { SessionEntity } from './sessions/session.entity';
import { SessionsController } from './sessions/sessions.controller';
import { SessionsRepository } from './sessions/sessions.repository';
import { SessionsService } from './sessions/sessions.service';

/** All partitions of the attempts topic: their batches share transactions, so those of one fetch must come together. */
const HANDLERS_MAX = 24;

export const ASSESSMENT_ENTITIES = [
  AdmissionEntity,
  AnswerConflictEntity,
  AnswerEntity,
  AnswerEventEntity,
  AttemptEntity,
  ClosingEntity,
  CommandReasonEntity,
  FormEntity,
  ParticipantEntity,
  PendingClosureEntity,
  PinEntity,
  SeatEntity,
  SessionEntity,
  ...MESSAGING_ENTITIES,
];

export interface AssessmentModuleOptions {
  readonly config: Pick<AssessmentConfig, 'databaseUrl' | 'attemptTokenKeys' | 'commitmentSecret' | 'identitySecret'>;
  readonly log: EventLog;
  readonly runtime: Runtime;
  readonly views: AttemptViews;
  /** Stamps logins, starts and everything else that decides about time; started and stopped with the app. */
  readonly clock: DatabaseClock;
}

export function createAssessmentDataSource(url: string): DataSource {
  return createDataSource({
    url,
    schema: 'assessment',
    entities: ASSESSMENT_ENTITIES,
    migrations: [CreateAssessment1669000000000],
    poolSize: PROCESS_CONNECTIONS.assessment.tables,
    applicationName: 'petabakat assessment',
  });
}

/** Runs sittings: who sits what, when, and what of it counts. */
@Module({})
export class AssessmentModule {
  static register(options: AssessmentModuleOptions): DynamicModule {
    return {
      module: AssessmentModule,
      controllers: [
        AttemptDeadLettersController,
        AttemptsConsumer,
        AttemptsController,
        FormsController,
        LoginsController,
        ParticipantsController,
        PlanConsumer,
        SessionsController,
        SupervisionController,
      ],
      providers: [...sharedProviders(options), ...repositories(), ...attemptProviders(), ...peopleProviders()],
    };
  }
}

/** The consumer group of the service, to be connected to the app. */
export function assessmentConsumers(app: INestApplicationContext, onFatal: (error: Error) => void): BatchServer[] {
  const dataSource = app.get<DataSource>(ASSESSMENT_DATA_SOURCE, { strict: false });
  const runtime = app.get<Runtime>(ASSESSMENT_RUNTIME, { strict: false });
  const log = app.get<EventLog>(ASSESSMENT_LOG, { strict: false });
  const positions = new PositionStore(dataSource, runtime);
  const server = new BatchServer({
    group: ASSESSMENT_GROUP,
    log,
    positions,
    runtime,
    concurrency: HANDLERS_MAX,
    expects: ['attempts', 'plan'],
    onFatal,
  });
  app.get(ServiceMetrics, { strict: false }).watchConsumer(server);
  return [server];
}

function sharedProviders({ config, log, runtime, views, clock }: AssessmentModuleOptions): Provider[] {
  return [
    { provide: ASSESSMENT_LOG, useValue: log },
    { provide: DatabaseClock, useValue: clock },
    { provide: ASSESSMENT_RUNTIME, useValue: runtime },
    { provide: ASSESSMENT_CLOCKED_RUNTIME, useValue: withClock(runtime, clock) },
    { provide: ASSESSMENT_VIEWS, useValue: views },
    { provide: ASSESSMENT_DATA_SOURCE, useFactory: () => openDatabase(config.databaseUrl) },
    provide(BatchTransaction, [ASSESSMENT_DATA_SOURCE]),
    provide(OutboxWaiter, [ASSESSMENT_DATA_SOURCE, ASSESSMENT_RUNTIME]),
    provide(ControlEventPublisher, [ASSESSMENT_DATA_SOURCE, OutboxWaiter]),
    provide(DeadlineSweeper, [ATTEMPT_STORE, ASSESSMENT_CLOCKED_RUNTIME]),
    {
      provide: OutboxRelay,
      inject: [ASSESSMENT_DATA_SOURCE],
      useFactory: (dataSource: DataSource) => new OutboxRelay({ dataSource, log, runtime, schema: 'assessment' }),
    },
    { provide: Commitments, useFactory: () => new Commitments(Buffer.from(config.commitmentSecret, 'base64')) },
    { provide: IdentityVault, useFactory: () => new IdentityVault(Buffer.from(config.identitySecret, 'base64')) },
    { provide: AttemptTokens, useFactory: () => new AttemptTokens(parseKeys(config.attemptTokenKeys)) },
    AssessmentLifecycle,
  ];
}

function repositories(): Provider[] {
  return [AttemptsRepository, FormsRepository, LoginsRepository, ParticipantsRepository, SessionsRepository].map(
    (repository) => provide(repository, []),
  );
}

function attemptProviders(): Provider[] {
  return [
    AttemptBatchService,
    {
      provide: ATTEMPT_STORE,
      inject: [ASSESSMENT_DATA_SOURCE, BatchTransaction, AttemptsRepository],
      useFactory: (dataSource: DataSource, transaction: BatchTransaction, repository: AttemptsRepository) =>
        new SqlAttemptStore(dataSource, transaction, repository),
    },
    provide(AttemptBarrier, [ASSESSMENT_DATA_SOURCE, ASSESSMENT_LOG, ASSESSMENT_RUNTIME]),
    provide(AttemptReader, [
      ASSESSMENT_DATA_SOURCE,
      AttemptsRepository,
      AttemptBarrier,
      Commitments,
      ASSESSMENT_CLOCKED_RUNTIME,
    ]),
    provideWith(AttemptCommandsService, {
      dataSource: ASSESSMENT_DATA_SOURCE,
      publisher: ControlEventPublisher,
      attempts: AttemptsRepository,
      logins: LoginsRepository,
      sessions: SessionsRepository,
      forms: FormsRepository,
      vault: IdentityVault,
      runtime: ASSESSMENT_CLOCKED_RUNTIME,
    }),
    provideWith(SupervisionService, {
      publisher: ControlEventPublisher,
      reader: AttemptReader,
      logins: LoginsRepository,
      sessions: SessionsRepository,
      runtime: ASSESSMENT_CLOCKED_RUNTIME,
    }),
    provide(AttemptDeadLettersService, [
      ASSESSMENT_LOG,
      AttemptReader,
      ControlEventPublisher,
      Commitments,
      ASSESSMENT_CLOCKED_RUNTIME,
    ]),
  ];
}

function peopleProviders(): Provider[] {
  return [
    provide(FormsService, [ASSESSMENT_DATA_SOURCE, FormsRepository]),
    provide(WrongPinLimiter, [ASSESSMENT_RUNTIME]),
    provideWith(LoginsService, {
      logins: LoginsRepository,
      sessions: SessionsRepository,
      forms: FormsRepository,
      publisher: ControlEventPublisher,
      vault: IdentityVault,
      tokens: AttemptTokens,
      limiter: WrongPinLimiter,
      runtime: ASSESSMENT_CLOCKED_RUNTIME,
    }),
    provide(PinsService, [
      ASSESSMENT_DATA_SOURCE,
      LoginsRepository,
      SessionsRepository,
      IdentityVault,
      ASSESSMENT_CLOCKED_RUNTIME,
    ]),
    provide(ParticipantsService, [
      ASSESSMENT_DATA_SOURCE,
      ParticipantsRepository,
      ControlEventPublisher,
      IdentityVault,
      ASSESSMENT_CLOCKED_RUNTIME,
    ]),
    provide(SessionsService, [
      ASSESSMENT_DATA_SOURCE,
      SessionsRepository,
      ControlEventPublisher,
      ASSESSMENT_CLOCKED_RUNTIME,
    ]),
  ];
}

async function openDatabase(url: string): Promise<DataSource> {
  const dataSource = createAssessmentDataSource(url);
  await migrate(dataSource);
  return dataSource;
}

type Token = symbol | (new (...parts: never[]) => unknown);

/** A class whose constructor takes these parts in this order. */
function provide(target: new (...parts: never[]) => unknown, inject: Token[]): Provider {
  return { provide: target, inject, useFactory: (...parts: never[]) => new target(...parts) };
}

/** A class whose constructor takes one object with these parts. */
function provideWith(target: new (parts: never) => unknown, parts: Record<string, Token>): Provider {
  const names = Object.keys(parts);
  return {
    provide: target,
    inject: Object.values(parts),
    useFactory: (...given: unknown[]) =>
      new target(Object.fromEntries(names.map((name, index) => [name, given[index]])) as never),
  };
}
