import { DomainError, type Problem, buildEvent } from '@app/contracts';
import { type OutboxEvent, type Runtime, addToOutbox, wakeOutbox } from '@app/messaging';
import { Inject, Injectable } from '@nestjs/common';
import { type DataSource, type EntityManager, QueryFailedError } from 'typeorm';
import { ClustersRepository } from '../clusters/clusters.repository';
import { RUNNING_STATES } from '../clusters/domain/cluster-status';
import { GateWatch } from '../gates/gate-watch';
import { dateAt, wallClockAt } from '../plan/domain/local-time';
import { eventsOfReleases, eventsOfSeats } from '../plan/plan-events';
import { PlanRepository, type SessionStanding } from '../plan/plan.repository';
import { ROLLOUT_TIME_ZONE } from '../plan/rollout-day';
import { readRosterFile } from '../planning/planning.file';
import { type LostSites, lossesOf } from '../planning/planning.task';
import { SCHEDULER_DATA_SOURCE, SCHEDULER_RUNTIME, SCHEDULER_SOURCE } from '../scheduler.tokens';
import {
  type ChangeCounts,
  type GivenSeat,
  type SeatChange,
  type SessionAtHand,
  changesBetween,
  countChanges,
  problemsOf,
} from './domain/seat-changes';
import { digestOfSeats } from './seat-plan-inputs';
import type { SeatPlanEntity } from './seat-plan.entity';
import { SeatPlansRepository } from './seat-plans.repository';
import { rowsOf } from './seat-plans.service';

/** SQLSTATE of a violated unique constraint: somebody else gave a seat at the same moment. */
const UNIQUE_VIOLATION = '23505';
/** As for every decision of two people: later, what the plan was made from is another day's. */
const CONFIRMED_WITHIN_MS = 24 * 60 * 60 * 1000;

export interface Adoption extends ChangeCounts {
  readonly cluster: number;
  readonly version: number;
  readonly inForceAt: Date;
}

/**
 * Puts plans in force: all of a plan's seats or none of them. Whatever refuses it, the plan in force stays.
 * Events go out for the people whose seat changes, and for nobody else.
 */
@Injectable()
export class SeatPlanAdoption {
  constructor(
    @Inject(SCHEDULER_DATA_SOURCE) private readonly dataSource: DataSource,
    @Inject(SCHEDULER_RUNTIME) private readonly runtime: Runtime,
    private readonly plans: SeatPlansRepository,
    private readonly sessions: PlanRepository,
    private readonly clusters: ClustersRepository,
    private readonly watch: GateWatch,
  ) {}

  /** A second press does nothing. @throws DomainError `plan.*` */
  async putInForce(cluster: number, version: number, account: string): Promise<Adoption> {
    try {
      const adoption = await this.dataSource.transaction((manager) => this.adopt(manager, cluster, version, account));
      wakeOutbox(this.dataSource);
      this.watch.wake();
      return adoption;
    } catch (error) {
      const code = error instanceof QueryFailedError && (error.driverError as { code?: string }).code;
      if (code !== UNIQUE_VIOLATION) throw error;
      throw staleBecause(version, 'a seat of it was given away at this very moment');
    }
  }

  private async adopt(manager: EntityManager, cluster: number, version: number, account: string): Promise<Adoption> {
    await this.plans.lock(manager, cluster);
    const plan = await this.plans.find(manager, cluster, version);
    if (!plan) throw new DomainError('plan.unknown');
    const people = readRosterFile(plan.task.files.roster).map(({ personId }) => personId);
    if (plan.inForceAt && plan.supersededBy === null) {
      const nothing = { given: 0, moved: 0, released: 0, unchanged: people.length };
      return { cluster, version, inForceAt: plan.inForceAt, ...nothing };
    }
    const at = new Date(this.runtime.nowMs());
    await this.requireSecondPerson(manager, plan, account, at);
    const { sitting, sessionIds } = plan;
    const before = await this.plans.seats(manager, sessionIds, people, sitting);
    const touched = [...new Set([...sessionIds, ...before.map(({ sessionId }) => sessionId)])];
    const standing = await this.sessions.lockSessions(manager, touched);
    const seats = await this.plans.seats(manager, sessionIds, people, sitting);
    if (digestOfSeats(seats) !== plan.seatsDigest) throw staleBecause(version, 'seats were given or taken since');
    const changes = changesBetween(people, seats, seatsOf(plan));
    await this.refuseImpossible(manager, plan, changes, standing);
    const recording = { recordedBy: account, recordedAt: at };
    await this.plans.applyChanges(manager, changes, sitting, recording);
    await this.plans.putInForce(manager, plan, account, at);
    const counts = countChanges(people.length, changes);
    await this.publish(manager, plan, changes, standing, { account, counts, at });
    return { cluster, version, inForceAt: at, ...counts };
  }

  /** Before a cluster opens nobody is told anything that another person should have looked at. */
  private async requireSecondPerson(
    manager: EntityManager,
    { cluster, version, recordedBy, recordedAt }: SeatPlanEntity,
    account: string,
    at: Date,
  ): Promise<void> {
    const state = (await this.clusters.loadAll(manager)).get(cluster)?.status.state;
    if (state === undefined) throw new DomainError('cluster.unknown');
    if (state === 'closed' || state === 'aborted') throw staleBecause(version, `cluster ${cluster} is ${state}`);
    if (!RUNNING_STATES.includes(state) && state !== 'held') return;
    if (recordedBy === account) throw new DomainError('plan.second-person-needed');
    if (at.getTime() - recordedAt.getTime() > CONFIRMED_WITHIN_MS) {
      throw staleBecause(version, `it was made at ${recordedAt.toISOString()}, more than 24 hours ago`);
    }
  }

  private async refuseImpossible(
    manager: EntityManager,
    plan: SeatPlanEntity,
    changes: readonly SeatChange[],
    standing: ReadonlyMap<string, SessionStanding>,
  ): Promise<void> {
    const losses = lossesOf(plan.task);
    const atHand = new Map([...standing].map(([id, session]) => [id, sessionAtHand(session, losses)]));
    const gone = await this.problemsOfPeople(manager, plan, changes);
    const problems = [...gone, ...problemsOf(changes, atHand, this.runtime.nowMs())];
    if (problems.length > 0) throw new DomainError('plan.moves-refused', undefined, { problems });
  }

  /** People may have been withdrawn, or have sat, since the plan was made. */
  private async problemsOfPeople(
    manager: EntityManager,
    { version, sitting }: SeatPlanEntity,
    changes: readonly SeatChange[],
  ): Promise<Problem[]> {
    const seated = changes.flatMap(({ analyticsId, to }) => (to ? [analyticsId] : []));
    const onDate = dateAt(this.runtime.nowMs(), ROLLOUT_TIME_ZONE);
    const candidates = await this.plans.candidates(manager, seated, sitting, onDate);
    const counts = [
      [candidates.filter(({ withdrawn }) => withdrawn).length, 'have been withdrawn since it was made'],
      [candidates.filter(({ attended }) => attended).length, 'have sat since it was made'],
    ] as const;
    return counts.flatMap(([people, message]) =>
      people === 0 ? [] : [{ at: `plan ${version}`, message: `${people} people ${message}` }],
    );
  }

  private async publish(
    manager: EntityManager,
    plan: SeatPlanEntity,
    changes: readonly SeatChange[],
    standing: ReadonlyMap<string, SessionStanding>,
    by: { readonly account: string; readonly counts: ChangeCounts; readonly at: Date },
  ): Promise<void> {
    const events: OutboxEvent[] = [];
    const versions = new Map<string, number>();
    // Who stays in the session is told the new seat by one event; a release before it would take the old one away.
    const left = groupBySession(
      changes.flatMap(({ from, to }) => (from && from.sessionId !== to?.sessionId ? [from] : [])),
    );
    const given = groupBySession(changes.flatMap(({ to }) => (to ? [to] : [])));
    for (const sessionId of [...new Set([...left.keys(), ...given.keys()])].sort()) {
      const { version } = standing.get(sessionId)!;
      const releases = eventsOfReleases(sessionId, version, left.get(sessionId) ?? [], plan.reasonCode, by.at);
      const afterReleases = version + releases.length;
      const assigned = eventsOfSeats(sessionId, afterReleases, given.get(sessionId) ?? [], by.at);
      events.push(...releases, ...assigned);
      versions.set(sessionId, afterReleases + assigned.length);
    }
    await this.plans.raiseVersions(manager, versions);
    await addToOutbox(manager, [...events, eventOfAdoption(plan, by)]);
  }
}

function seatsOf(plan: SeatPlanEntity): GivenSeat[] {
  const extra = new Map(
    readRosterFile(plan.task.files.roster).map(({ personId, extraMinutes }) => [personId, extraMinutes * 60]),
  );
  return rowsOf(plan).map(({ personId, sessionId, seat }) => ({
    sessionId,
    seat: String(seat),
    analyticsId: personId,
    extraSeconds: extra.get(personId) ?? 0,
  }));
}

function sessionAtHand(session: SessionStanding, losses: readonly LostSites[]): SessionAtHand {
  const startsAtMs = session.startsAt.getTime();
  const { date } = wallClockAt(startsAtMs, session.timeZone);
  return {
    sessionId: session.sessionId,
    seatCount: session.seatCount,
    startsAtMs,
    isCancelled: session.cancelledAt !== null,
    isOpened: session.openedAt !== null || session.sealedAt !== null,
    isLost: losses.some(
      ({ lost, from, until }) => lost.includes(session.siteId) && date >= from && (until === null || date <= until),
    ),
  };
}

function groupBySession(seats: readonly GivenSeat[]): Map<string, GivenSeat[]> {
  const groups = new Map<string, GivenSeat[]>();
  for (const seat of seats) {
    const group = groups.get(seat.sessionId);
    if (group) group.push(seat);
    else groups.set(seat.sessionId, [seat]);
  }
  return groups;
}

function eventOfAdoption(
  { cluster, version, inputHash, seed, recordedBy, reasonCode }: SeatPlanEntity,
  { account, counts, at }: { readonly account: string; readonly counts: ChangeCounts; readonly at: Date },
): OutboxEvent {
  const key = String(cluster);
  const time = at.toISOString();
  const actors = [...new Set([recordedBy, account])];
  const data = { cluster, plan: version, inputHash, seed: Number(seed), actors, reasonCode, ...counts, at: time };
  const id = `cluster/${cluster}/seat-plan/${version}/${time}`;
  const event = buildEvent('seatPlanAdopted', { id, source: SCHEDULER_SOURCE, subject: key, time, data });
  return { topic: 'rollout', key, event };
}

function staleBecause(version: number, message: string): DomainError {
  return new DomainError('plan.stale', undefined, { problems: [{ at: `plan ${version}`, message }] });
}
