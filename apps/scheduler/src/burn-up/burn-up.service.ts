import { DomainError } from '@app/contracts';
import type { Runtime } from '@app/messaging';
import { Inject, Injectable } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { dateAt } from '../plan/domain/local-time';
import { ROLLOUT_TIME_ZONE } from '../plan/rollout-day';
import { SCHEDULER_DATA_SOURCE, SCHEDULER_RUNTIME } from '../scheduler.tokens';
import { type TargetView, TargetsService } from '../targets/targets.service';
import { BurnUpRepository, type BurnUpLines } from './burn-up.repository';

export interface BurnUpView {
  /** The day whose memberships are in force. */
  readonly on: string;
  readonly cluster: number | null;
  readonly agency: string | null;
  /** The target whose period it is, with all its versions and what others published; null without one. */
  readonly target: TargetView | null;
  readonly lines: BurnUpLines;
}

export interface BurnUpQuery {
  readonly cluster?: number;
  readonly agency?: string;
  readonly target?: string;
}

/** How far people are, day by day, beside the line of the target. */
@Injectable()
export class BurnUpService {
  constructor(
    @Inject(SCHEDULER_DATA_SOURCE) private readonly dataSource: DataSource,
    @Inject(SCHEDULER_RUNTIME) private readonly runtime: Runtime,
    private readonly repository: BurnUpRepository,
    private readonly targets: TargetsService,
  ) {}

  /** @throws DomainError `target.unknown` */
  async show({ cluster, agency, target: targetId }: BurnUpQuery): Promise<BurnUpView> {
    const on = dateAt(this.runtime.nowMs(), ROLLOUT_TIME_ZONE);
    const target = targetId === undefined ? null : await this.find(targetId);
    const period = target && { from: target.inForce.fromDate, to: target.inForce.toDate };
    const scope = { cluster: cluster ?? null, agency: agency ?? null, period };
    const lines = await this.repository.lines(this.dataSource.manager, scope, on);
    return { on, cluster: scope.cluster, agency: scope.agency, target, lines };
  }

  private async find(targetId: string): Promise<TargetView> {
    const found = (await this.targets.list()).find((target) => target.targetId === targetId);
    if (!found) throw new DomainError('target.unknown');
    return found;
  }
}
