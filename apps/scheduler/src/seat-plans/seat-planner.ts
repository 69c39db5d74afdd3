import { DomainError } from '@app/contracts';
import type { OnApplicationShutdown } from '@nestjs/common';
import { PlannerThread, type PlannerThreadOptions } from '../planning/planner.thread';
import type { PlanningResult, PlanningTask } from '../planning/planning.task';

/** A client waits for the plan, and clients give up after a minute. */
export const PLAN_TIME_LIMIT_SECONDS_MAX = 50;

/** Makes plans in a thread beside the service, one at a time: a second one would only slow down both. */
export class SeatPlanner implements OnApplicationShutdown {
  private readonly planner: PlannerThread;
  private isBusy = false;

  constructor(thread: PlannerThreadOptions['thread']) {
    this.planner = new PlannerThread(thread);
  }

  /** @throws DomainError `plan.planner-busy`, `plan.time-limit`, `plan.input-invalid`, `plan.option-invalid` */
  async plan(task: PlanningTask, timeLimitSeconds: number): Promise<PlanningResult> {
    if (this.isBusy) throw new DomainError('plan.planner-busy');
    this.isBusy = true;
    try {
      return await this.planner.plan(task, timeLimitSeconds * 1_000);
    } finally {
      this.isBusy = false;
    }
  }

  onApplicationShutdown(): Promise<void> {
    return this.planner.stop();
  }
}
