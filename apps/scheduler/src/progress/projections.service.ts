import type {
  AttemptClosed,
  AttestationRecorded,
  EventName,
  FiguresReported,
  ParticipantRegistered,
  ParticipantWithdrawn,
  QualityReported,
  ResultReleased,
  ResultScored,
  SessionOpened,
  SessionSealed,
} from '@app/contracts';
import { BatchTransaction, type EventBatch } from '@app/messaging';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { GateWatch } from '../gates/gate-watch';
import { ProjectionsRepository, type SessionRun, type Told } from './projections.repository';

/** Applies batches of the log to what the scheduler counts: people, closed attempts, results, runs of sessions. */
@Injectable()
export class ProjectionsService {
  constructor(
    private readonly transaction: BatchTransaction,
    private readonly projections: ProjectionsRepository,
    private readonly watch: GateWatch,
  ) {}

  async applyRoster(batch: EventBatch): Promise<void> {
    await this.apply(batch, async (manager, fresh) => {
      const told = [
        ...toldBy<ParticipantRegistered>(fresh, 'participantRegistered'),
        ...toldBy<ParticipantRegistered>(fresh, 'participantChanged'),
      ];
      const withdrawn = toldBy<ParticipantWithdrawn>(fresh, 'participantWithdrawn');
      const idOf = ({ analyticsId }: { readonly analyticsId: string }) => analyticsId;
      // A withdrawal says less than a registration, so both are written: the higher version decides.
      await this.projections.upsertPersons(manager, highest(told, idOf, versionOf));
      await this.projections.withdrawPersons(manager, highest(withdrawn, idOf, versionOf));
    });
  }

  async applyResponses(batch: EventBatch): Promise<void> {
    await this.apply(batch, async (manager, fresh) => {
      const closings = dataOf<AttemptClosed>(fresh, 'attemptClosed');
      await this.projections.upsertClosings(manager, highest(closings, attemptOf, closingOf));
    });
  }

  async applyResults(batch: EventBatch): Promise<void> {
    await this.apply(batch, async (manager, fresh) => {
      const results = toldBy<ResultScored>(fresh, 'resultScored');
      await this.projections.upsertResults(manager, highest(results, attemptOf, closingOf));
      const releases = dataOf<ResultReleased>(fresh, 'resultReleased');
      await this.projections.markReleased(manager, highest(releases, attemptOf, closingOf));
      const reports = dataOf<QualityReported>(fresh, 'qualityReported');
      await this.projections.upsertQuality(manager, highest(reports, siteAndFormOf, reportedAtOf));
    });
  }

  async applySessions(batch: EventBatch): Promise<void> {
    await this.apply(batch, async (manager, fresh) => {
      const opened = dataOf<SessionOpened>(fresh, 'sessionOpened').map(openedRun);
      const sealed = dataOf<SessionSealed>(fresh, 'sessionSealed').map(sealedRun);
      const sessionOf = ({ sessionId }: SessionRun) => sessionId;
      await this.projections.upsertRuns(manager, highest(opened, sessionOf, versionOf));
      await this.projections.upsertRuns(manager, highest(sealed, sessionOf, versionOf));
    });
  }

  async applyFigures(batch: EventBatch): Promise<void> {
    await this.apply(batch, async (manager, fresh) => {
      await this.projections.insertFigures(manager, dataOf<FiguresReported>(fresh, 'figuresReported'));
      await this.projections.insertAttestations(manager, dataOf<AttestationRecorded>(fresh, 'attestationRecorded'));
    });
  }

  private async apply(
    batch: EventBatch,
    work: (manager: EntityManager, fresh: EventBatch) => Promise<void>,
  ): Promise<void> {
    await this.transaction.run(batch, async (manager, fresh) => {
      await work(manager, fresh);
      await this.projections.noteSetAside(manager, fresh);
    });
    this.watch.wake();
  }
}

/** The data of one kind of event, as their schema (checked before a handler sees them) says. */
function dataOf<Data>(batch: EventBatch, name: EventName): Data[] {
  return batch.events.filter((record) => record.name === name).map((record) => record.event.data as Data);
}

/** The same with the time of each event. */
function toldBy<Data>(batch: EventBatch, name: EventName): Told<Data>[] {
  return batch.events
    .filter((record) => record.name === name)
    .map(({ event }) => ({ ...(event.data as Data), toldAt: event.time }));
}

/** Of each key the row with the highest number: a batch may tell several versions of one thing. */
export function highest<Row>(rows: readonly Row[], keyOf: (row: Row) => string, numberOf: (row: Row) => number): Row[] {
  const latest = new Map<string, Row>();
  for (const row of rows) {
    const before = latest.get(keyOf(row));
    if (!before || numberOf(row) > numberOf(before)) latest.set(keyOf(row), row);
  }
  return [...latest.values()];
}

function versionOf({ version }: { readonly version: number }): number {
  return version;
}

function attemptOf({ attemptId }: { readonly attemptId: string }): string {
  return attemptId;
}

function closingOf({ closing }: { readonly closing: number }): number {
  return closing;
}

function siteAndFormOf({ siteId, formId, formVersion }: QualityReported): string {
  return `${siteId} ${formId} ${formVersion}`;
}

function reportedAtOf({ at }: QualityReported): number {
  return Date.parse(at);
}

function openedRun({ sessionId, version, at }: SessionOpened): SessionRun {
  return { sessionId, version, openedAt: at, sealedAt: null, sealedAttempts: null, sealedRoot: null };
}

function sealedRun({ sessionId, version, at, attempts, root }: SessionSealed): SessionRun {
  return { sessionId, version, openedAt: null, sealedAt: at, sealedAttempts: attempts, sealedRoot: root };
}
