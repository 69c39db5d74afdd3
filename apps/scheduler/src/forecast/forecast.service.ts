import { DomainError } from '@app/contracts';
import type { Runtime } from '@app/messaging';
import { Inject, Injectable } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { ClustersRepository, type LoadedCluster } from '../clusters/clusters.repository';
import { dateAt } from '../plan/domain/local-time';
import { ROLLOUT_TIME_ZONE } from '../plan/rollout-day';
import { SCHEDULER_DATA_SOURCE, SCHEDULER_RUNTIME } from '../scheduler.tokens';
import { type TargetView, TargetsService } from '../targets/targets.service';
import { FORECAST_RUNS, type Forecast, type ObservedWeek, type PlannedWeek, forecast } from './domain/forecast';
import { observedWeeks, plannedWeeks } from './domain/weeks';
import { ForecastRepository, type PlannedSeats } from './forecast.repository';

export interface ForecastView {
  readonly targetId: string;
  /** Version of the target. */
  readonly version: number;
  readonly people: number;
  readonly from: string;
  readonly to: string;
  /** The day of the forecast. */
  readonly on: string;
  /** Distinct people with a closed attempt in the period so far. */
  readonly assessed: number;
  readonly missing: number;
  readonly forecast: Forecast;
  /** Weeks that are over, the oldest first. */
  readonly observed: readonly ObservedWeek[];
  /** Weeks to come, with the seats planned. */
  readonly planned: readonly PlannedWeek[];
}

/** Says when targets will be met, from the seats planned and from what weeks have brought so far. */
@Injectable()
export class ForecastService {
  constructor(
    @Inject(SCHEDULER_DATA_SOURCE) private readonly dataSource: DataSource,
    @Inject(SCHEDULER_RUNTIME) private readonly runtime: Runtime,
    private readonly repository: ForecastRepository,
    private readonly clusters: ClustersRepository,
    private readonly targets: TargetsService,
  ) {}

  /** @throws DomainError `target.unknown` */
  async show(targetId: string): Promise<ForecastView> {
    const found = (await this.all()).find((view) => view.targetId === targetId);
    if (!found) throw new DomainError('target.unknown');
    return found;
  }

  async all(): Promise<ForecastView[]> {
    const { manager } = this.dataSource;
    const on = dateAt(this.runtime.nowMs(), ROLLOUT_TIME_ZONE);
    const clusters = await this.clusters.loadAll(manager);
    const seats = await this.repository.plannedSeats(manager);
    const offered = seats.map((one) => ({ ...one, wasHeld: wasHeldAt(clusters.get(one.cluster), one) }));
    const observed = observedWeeks(offered, await this.repository.submittedPerDay(manager), on);
    const open = offered.filter(({ startsAt }) => startsAt.getTime() > this.runtime.nowMs());
    return (await this.targets.list()).map((target) => this.view(target, on, observed, open));
  }

  private view(
    { targetId, inForce, assessed }: TargetView,
    on: string,
    observed: readonly ObservedWeek[],
    offered: Parameters<typeof plannedWeeks>[0],
  ): ForecastView {
    const { version, people, fromDate: from, toDate: to } = inForce;
    const missing = Math.max(0, people - assessed);
    const planned = plannedWeeks(offered, on, from);
    const input = { history: observed, planned, missing, until: to, seed: seedOf(on), runs: FORECAST_RUNS };
    const found: Forecast = missing > 0 && on > to ? { kind: 'missed' } : forecast(input);
    return { targetId, version, people, from, to, on, assessed, missing, forecast: found, observed, planned };
  }
}

/** The same day gives the same forecast. */
function seedOf(day: string): number {
  return Number(day.replaceAll('-', ''));
}

function wasHeldAt(cluster: LoadedCluster | undefined, { startsAt }: PlannedSeats): boolean {
  const at = startsAt.toISOString();
  return cluster?.status.transitions.findLast((step) => step.at <= at)?.to === 'held';
}
