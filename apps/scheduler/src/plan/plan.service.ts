import { DomainError } from '@app/contracts';
import { type Runtime, addToOutbox, wakeOutbox } from '@app/messaging';
import { Inject, Injectable } from '@nestjs/common';
import { type DataSource, type EntityManager, QueryFailedError } from 'typeorm';
import { ClustersRepository } from '../clusters/clusters.repository';
import { FileProblems } from '../file-problems';
import { GateWatch } from '../gates/gate-watch';
import { RosterBarrier } from '../progress/roster-barrier';
import { SCHEDULER_DATA_SOURCE, SCHEDULER_RUNTIME } from '../scheduler.tokens';
import { type ImportReport, type Recording, reportOf } from '../versioned-records';
import { type SeatRequest, type SeatableSession, type SeatedPerson, seatPeople } from './domain/seating';
import { eventOfCancellation, eventOfSession, eventsOfSeats } from './plan-events';
import { type SessionRow, readSeats, readSessions } from './plan.file';
import { PlanRepository, type PlannedSession, type SessionStanding } from './plan.repository';

/** SQLSTATE of a violated unique constraint. */
const UNIQUE_VIOLATION = '23505';

/** Plans sessions and seats. Whatever is published is decided under the lock of its session. */
@Injectable()
export class PlanService {
  constructor(
    @Inject(SCHEDULER_DATA_SOURCE) private readonly dataSource: DataSource,
    @Inject(SCHEDULER_RUNTIME) private readonly runtime: Runtime,
    private readonly plan: PlanRepository,
    private readonly clusters: ClustersRepository,
    private readonly roster: RosterBarrier,
    private readonly watch: GateWatch,
  ) {}

  async importSessions(text: string, account: string): Promise<ImportReport> {
    const rows = readSessions(text);
    return this.publishing(account, async (manager, recording) => {
      const known = await this.plan.lockSessions(
        manager,
        rows.map(({ sessionId }) => sessionId),
      );
      refuseImpossible(rows, known, await this.clusters.numbers(manager));
      const planned = rows.flatMap((row) => replanned(row, known.get(row.sessionId)));
      await this.plan.upsertSessions(manager, planned, recording);
      await addToOutbox(
        manager,
        planned.map((session) => eventOfSession(session, recording.recordedAt)),
      );
      return reportOf(rows, planned.length);
    });
  }

  async importSeats(text: string, account: string): Promise<ImportReport> {
    const requests = readSeats(text);
    await this.roster.wait();
    return this.publishing(account, async (manager, recording) => {
      const sessionIds = [...new Set(requests.map(({ sessionId }) => sessionId))];
      const sessions = await this.plan.lockSessions(manager, sessionIds);
      const assigned = await this.seat(manager, requests, sessions);
      await this.plan.upsertSeats(manager, assigned, recording);
      for (const session of sessions.values()) await this.publishSeats(manager, session, assigned, recording);
      return reportOf(requests, assigned.length);
    });
  }

  /** A second press does nothing. */
  async cancel(sessionId: string, reasonCode: string, account: string): Promise<void> {
    await this.publishing(account, async (manager, { recordedAt }) => {
      const session = (await this.plan.lockSessions(manager, [sessionId])).get(sessionId);
      if (!session) throw new DomainError('session.unknown');
      if (session.cancelledAt) return reportOf([sessionId], 0);
      if (session.openedAt) throw new DomainError('plan.session-opened');
      const version = session.version + 1;
      await this.plan.cancel(manager, sessionId, version, recordedAt);
      await addToOutbox(manager, [eventOfCancellation(sessionId, version, reasonCode, recordedAt)]);
      return reportOf([sessionId], 1);
    });
  }

  private async seat(
    manager: EntityManager,
    requests: readonly SeatRequest[],
    sessions: ReadonlyMap<string, SessionStanding>,
  ): Promise<readonly SeatedPerson[]> {
    const analyticsIds = [...new Set(requests.map(({ analyticsId }) => analyticsId))];
    const { assigned, problems } = seatPeople(requests, {
      sessions: new Map([...sessions].map(([sessionId, session]) => [sessionId, seatable(session)])),
      registered: await this.plan.registered(manager, analyticsIds),
      taken: await this.plan.seatsTaken(manager, [...sessions.keys()], analyticsIds),
    });
    const found = new FileProblems();
    for (const { row, column, message } of problems) found.add(row, column, message);
    found.refuseIfAny();
    return assigned;
  }

  private async publishSeats(
    manager: EntityManager,
    { sessionId, version }: SessionStanding,
    assigned: readonly SeatedPerson[],
    { recordedAt }: Recording,
  ): Promise<void> {
    const seats = assigned.filter((seat) => seat.sessionId === sessionId);
    const events = eventsOfSeats(sessionId, version, seats, recordedAt);
    await this.plan.raiseVersion(manager, sessionId, version + events.length);
    await addToOutbox(manager, events);
  }

  private async publishing(
    account: string,
    work: (manager: EntityManager, recording: Recording) => Promise<ImportReport>,
  ): Promise<ImportReport> {
    const recording = { recordedBy: account, recordedAt: new Date(this.runtime.nowMs()) };
    const report = await this.againAfterRace(() => this.dataSource.transaction((manager) => work(manager, recording)));
    wakeOutbox(this.dataSource);
    this.watch.wake();
    return report;
  }

  /** Two files may give one person two seats at the same moment. The constraint stops the second; read again, it sees why. */
  private async againAfterRace<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const isRace =
        error instanceof QueryFailedError && (error.driverError as { code?: string }).code === UNIQUE_VIOLATION;
      if (!isRace) throw error;
      return work();
    }
  }
}

function refuseImpossible(
  rows: readonly SessionRow[],
  known: ReadonlyMap<string, SessionStanding>,
  clusters: ReadonlySet<number>,
): void {
  const problems = new FileProblems();
  for (const row of rows) {
    if (!clusters.has(row.cluster)) problems.add(row.row, 'cluster', 'is not a cluster; import clusters first');
    const session = known.get(row.sessionId);
    if (!session || replanned(row, session).length === 0) continue;
    const closed = closedBecause(session);
    if (closed) problems.add(row.row, 'sessionId', closed);
    if (row.seatCount < session.seatsTaken)
      problems.add(row.row, 'seats', `is below the ${session.seatsTaken} seats given`);
    if (row.formId !== session.formId && session.seatsTaken > 0) {
      problems.add(row.row, 'formId', 'cannot change after seats were given');
    }
  }
  problems.refuseIfAny();
}

/** The session as the row plans it, or nothing where it stands so already. */
function replanned(row: SessionRow, known: SessionStanding | undefined): PlannedSession[] {
  const { row: _, startsAtMs, pinClosesAtMs, lastStartAtMs, ...columns } = row;
  const planned = {
    ...columns,
    startsAt: new Date(startsAtMs),
    pinClosesAt: new Date(pinClosesAtMs),
    lastStartAt: new Date(lastStartAtMs),
    cancelledAt: null,
  };
  if (known && isPlannedAs(known, planned)) return [];
  return [{ ...planned, version: (known?.version ?? 0) + 1 }];
}

function isPlannedAs(known: SessionStanding, planned: Omit<PlannedSession, 'version'>): boolean {
  return (Object.keys(planned) as (keyof typeof planned)[]).every((name) => {
    if (name === 'cancelledAt') return true;
    return known[name].valueOf() === planned[name].valueOf();
  });
}

function seatable(session: SessionStanding): SeatableSession {
  const { sessionId, seatCount, formId } = session;
  return { sessionId, seatCount, sitting: formId, closedBecause: closedBecause(session) };
}

function closedBecause(session: SessionStanding): string | null {
  if (session.cancelledAt) return 'was cancelled';
  return session.openedAt || session.sealedAt ? 'was opened already' : null;
}
