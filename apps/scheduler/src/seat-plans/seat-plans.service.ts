import { DomainError } from '@app/contracts';
import type { Runtime } from '@app/messaging';
import { Inject, Injectable } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';
import { dateAt } from '../plan/domain/local-time';
import { PlanRepository } from '../plan/plan.repository';
import { ROLLOUT_TIME_ZONE } from '../plan/rollout-day';
import { type PlanDifference, comparePlans } from '../planning/plan-difference';
import { type PlanRow, readPlan } from '../planning/plan.csv';
import { readRosterFile } from '../planning/planning.file';
import { inputHashOf } from '../planning/planning.run';
import { type PlanningTask, lossesOf } from '../planning/planning.task';
import { RosterBarrier } from '../progress/roster-barrier';
import { SCHEDULER_DATA_SOURCE, SCHEDULER_RUNTIME } from '../scheduler.tokens';
import { SeatPlanner } from './seat-planner';
import { digestOfSeats, refuseStrangers, refuseUnseatable, sessionsFile, sessionsIn } from './seat-plan-inputs';
import { SeatPlanEntity } from './seat-plan.entity';
import type { ReplanRequest, SeatPlanRequest } from './seat-plans.dto';
import { type SeatPlanSummary, SeatPlansRepository } from './seat-plans.repository';

export interface Verification {
  readonly verified: true;
  readonly people: number;
  readonly placed: number;
  readonly inputHash: string;
  readonly seed: string;
}

type NewPlan = Pick<SeatPlanEntity, 'base' | 'sitting' | 'sessionIds' | 'task' | 'seatsDigest' | 'reasonCode'>;

/** Makes and keeps plans of seats. A plan changes no seat until it is put in force. */
@Injectable()
export class SeatPlansService {
  constructor(
    @Inject(SCHEDULER_DATA_SOURCE) private readonly dataSource: DataSource,
    @Inject(SCHEDULER_RUNTIME) private readonly runtime: Runtime,
    private readonly plans: SeatPlansRepository,
    private readonly sessions: PlanRepository,
    private readonly roster: RosterBarrier,
    private readonly planner: SeatPlanner,
  ) {}

  list(cluster: number): Promise<SeatPlanSummary[]> {
    return this.plans.list(this.dataSource.manager, cluster);
  }

  async show(cluster: number, version: number): Promise<SeatPlanSummary> {
    const found = (await this.list(cluster)).find((plan) => plan.version === version);
    if (!found) throw new DomainError('plan.unknown');
    return found;
  }

  async seats(cluster: number, version: number): Promise<string> {
    return (await this.find(cluster, version)).plan;
  }

  /** Access needs always go first here. */
  async create(cluster: number, request: SeatPlanRequest, account: string): Promise<SeatPlanSummary> {
    await this.roster.wait();
    const made = await this.dataSource.transaction('REPEATABLE READ', (manager) =>
      this.gather(manager, cluster, request),
    );
    return this.make(cluster, made, request.timeLimitSeconds, account);
  }

  /** Seats the people of lost sites anew; others move only where it cannot be helped. */
  async replan(cluster: number, version: number, request: ReplanRequest, account: string): Promise<SeatPlanSummary> {
    const base = await this.find(cluster, version);
    if (!base.inForceAt || base.supersededBy !== null) {
      const state = base.inForceAt ? `was superseded by plan ${base.supersededBy}` : 'is not in force';
      const problems = [{ at: `plan ${version}`, message: `${state}: plan anew what people have` }];
      throw new DomainError('plan.stale', undefined, { problems });
    }
    const { lost, from, until, reasonCode, timeLimitSeconds } = request;
    const plan = { name: `plan ${version}`, text: base.plan };
    const loss = { plan, lost, from, until: until ?? null, earlier: lossesOf(base.task) };
    const { sitting, sessionIds } = base;
    const task = { ...base.task, loss };
    const seatsDigest = await this.digest(this.dataSource.manager, base);
    const made = { base: version, sitting, sessionIds, task, seatsDigest, reasonCode };
    return this.make(cluster, made, timeLimitSeconds, account);
  }

  /** @throws DomainError `plan.not-reproduced` where the stored inputs give another plan */
  async verify(cluster: number, version: number, timeLimitSeconds: number): Promise<Verification> {
    const stored = await this.find(cluster, version);
    const { task, inputHash, seed, plan } = stored;
    if (inputHashOf(task) !== inputHash) throw new DomainError('plan.inputs-altered');
    const made = await this.planner.plan(task, timeLimitSeconds);
    if (made.plan !== plan) throw new DomainError('plan.not-reproduced');
    const { people, placed } = made.report;
    return { verified: true, people, placed, inputHash, seed };
  }

  async difference(cluster: number, first: number, second: number): Promise<PlanDifference> {
    return comparePlans(rowsOf(await this.find(cluster, first)), rowsOf(await this.find(cluster, second)));
  }

  async find(cluster: number, version: number): Promise<SeatPlanEntity> {
    const plan = await this.plans.find(this.dataSource.manager, cluster, version);
    if (!plan) throw new DomainError('plan.unknown');
    return plan;
  }

  /** Seats of the plan's sessions, and of its people. */
  async digest(
    manager: EntityManager,
    { sessionIds, sitting, task }: Pick<SeatPlanEntity, 'sessionIds' | 'sitting' | 'task'>,
  ): Promise<string> {
    const people = readRosterFile(task.files.roster).map(({ personId }) => personId);
    return digestOfSeats(await this.plans.seats(manager, sessionIds, people, sitting));
  }

  private async gather(manager: EntityManager, cluster: number, request: SeatPlanRequest): Promise<NewPlan> {
    const { agencyDayCap, reserve, seed, reasonCode } = request;
    const nowMs = this.runtime.nowMs();
    const roster = { name: 'roster', text: request.roster };
    const rows = readRosterFile(roster);
    const people = rows.map(({ personId }) => personId);
    const window = { from: request.from ?? null, until: request.until ?? null, formId: request.formId ?? null };
    const sessions = sessionsIn(await this.sessions.sessions(manager, cluster), window, nowMs);
    const sessionIds = sessions.map(({ sessionId }) => sessionId);
    const sitting = sessions[0]!.formId;
    const candidates = await this.plans.candidates(manager, people, sitting, dateAt(nowMs, ROLLOUT_TIME_ZONE));
    refuseUnseatable(roster, rows, candidates, cluster);
    const seats = await this.plans.seats(manager, sessionIds, people, sitting);
    refuseStrangers(roster, sessions, new Set(people), seats);
    const task: PlanningTask = {
      files: {
        roster,
        sites: { name: 'sites', text: request.sites },
        sessions: sessionsFile(sessions),
        distances: { name: 'distances', text: request.distances },
      },
      options: { agencyDayCap, reserve, accessFirst: true, seed },
      loss: null,
    };
    return { base: null, sitting, sessionIds, task, seatsDigest: digestOfSeats(seats), reasonCode };
  }

  private async make(
    cluster: number,
    fields: NewPlan,
    timeLimitSeconds: number,
    account: string,
  ): Promise<SeatPlanSummary> {
    const { plan, report } = await this.planner.plan(fields.task, timeLimitSeconds);
    const version = await this.dataSource.transaction(async (manager) => {
      await this.plans.lock(manager, cluster);
      const next = await this.plans.nextVersion(manager, cluster);
      await this.plans.insert(manager, {
        ...fields,
        cluster,
        version: next,
        plan,
        report,
        inputHash: report.inputHash,
        seed: String(report.seed),
        inForceAt: null,
        inForceBy: null,
        supersededBy: null,
        recordedBy: account,
        recordedAt: new Date(this.runtime.nowMs()),
      });
      return next;
    });
    return this.show(cluster, version);
  }
}

export function rowsOf({ version, plan }: Pick<SeatPlanEntity, 'version' | 'plan'>): PlanRow[] {
  return readPlan({ name: `plan ${version}`, text: plan });
}
