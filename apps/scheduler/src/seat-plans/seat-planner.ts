import { DomainError } from '@app/contracts';
import { type PlannerThreadOptions, planInThread } from '../planning/planner.thread';
import type { PlanningResult, PlanningTask } from '../planning/planning.task';

/** A client waits for the plan, and clients give up after a minute. */
export const PLAN_TIME_LIMIT_SECONDS_MAX = 50;

/** Makes plans in a thread beside the service, one at a time: a second one would only slow down both. */
export class SeatPlanner {
  private isBusy = false;

  constructor(private readonly thread: PlannerThreadOptions['thread']) {}

  /** @throws DomainError `plan.planner-busy`, `plan.time-limit`, `plan.input-invalid`, `plan.option-invalid` */
  async plan(task: PlanningTask, timeLimitSeconds: number): Promise<PlanningResult> {
    if (this.isBusy) throw new DomainError('plan.planner-busy');
    this.isBusy = true;
    try {
      return await planInThread(task, { timeLimitMs: timeLimitSeconds * 1_000, thread: this.thread });
    } finally {
      this.isBusy = false;
    }
  }
}
