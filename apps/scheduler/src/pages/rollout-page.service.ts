import type { Runtime } from '@app/messaging';
import { Inject, Injectable } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { type BurnUpView, BurnUpService } from '../burn-up/burn-up.service';
import { ClustersRepository } from '../clusters/clusters.repository';
import type { Forecast } from '../forecast/domain/forecast';
import { ForecastService } from '../forecast/forecast.service';
import { GatesRepository } from '../gates/gates.repository';
import { dateAt } from '../plan/domain/local-time';
import { ROLLOUT_TIME_ZONE } from '../plan/rollout-day';
import { SCHEDULER_DATA_SOURCE, SCHEDULER_RUNTIME } from '../scheduler.tokens';
import { type TargetView, TargetsService } from '../targets/targets.service';
import type { BurnUpChart } from './burn-up.chart';
import { type ClusterOnPage, type RolloutPage, type TargetOnPage, renderRolloutPage } from './rollout.page';

/** Evaluations drawn for a cluster: each is drawn only where the outcome turns. */
const EVALUATIONS_DRAWN_MAX = 20_000;

/** Gathers what the page of the rollout shows. */
@Injectable()
export class RolloutPageService {
  constructor(
    @Inject(SCHEDULER_DATA_SOURCE) private readonly dataSource: DataSource,
    @Inject(SCHEDULER_RUNTIME) private readonly runtime: Runtime,
    private readonly burnUp: BurnUpService,
    private readonly forecasts: ForecastService,
    private readonly targets: TargetsService,
    private readonly clusters: ClustersRepository,
    private readonly gates: GatesRepository,
  ) {}

  async render(): Promise<string> {
    return renderRolloutPage(await this.gather());
  }

  /** The page as data: a caller may add a warning, tables of seats or sections of its own. */
  async gather(): Promise<RolloutPage> {
    const on = dateAt(this.runtime.nowMs(), ROLLOUT_TIME_ZONE);
    const clusters = await this.clustersOnPage();
    const targets = await this.targetsOnPage();
    const firsts = clusters.flatMap(({ steps }) => steps.slice(0, 1).map(({ at }) => at.slice(0, 10)));
    const from = [on, ...firsts].sort()[0]!;
    const burnUps = await Promise.all(clusters.map((cluster) => this.burnUpOf(cluster, from, on)));
    const drawn = burnUps.filter(({ lines }) => lines.submitted.length > 0);
    return { from, on, targets, clusters, burnUps: drawn, seats: [], warning: null };
  }

  private async clustersOnPage(): Promise<ClusterOnPage[]> {
    const { manager } = this.dataSource;
    const loaded = await this.clusters.loadAll(manager);
    const names = await this.clusters.latestVersions(manager);
    return Promise.all(
      [...loaded.values()].map(async ({ number, status }) => {
        const evaluations = await this.gates.evaluations(manager, number, EVALUATIONS_DRAWN_MAX);
        const name = names.get(String(number))?.name ?? '';
        return { number, name, steps: status.transitions, evaluations: evaluations.reverse() };
      }),
    );
  }

  private async targetsOnPage(): Promise<TargetOnPage[]> {
    const forecasts = new Map((await this.forecasts.all()).map((view) => [view.targetId, view.forecast]));
    const targets = await this.targets.list();
    return Promise.all(
      targets.map(async (target) => {
        const { targetId, inForce, assessed } = target;
        const view = await this.burnUp.show({ target: targetId });
        const chart = chartOf(`Target ${targetId}`, view, target, forecasts.get(targetId) ?? null);
        return { targetId, people: inForce.people, assessed, chart };
      }),
    );
  }

  private async burnUpOf({ number, name }: ClusterOnPage, from: string, on: string): Promise<BurnUpChart> {
    const { lines } = await this.burnUp.show({ cluster: number });
    const days = Object.values(lines).flatMap((points) => points.map(({ day }) => day));
    const last = [on, ...days].sort().at(-1)!;
    const first = [from, ...days].sort()[0]!;
    const title = name === '' ? `Klaster ${number}` : name;
    return { title, from: first, to: last, on, lines, targets: [], published: [], forecast: null };
  }
}

/** The burn-up of a target beside all its versions and what others published. */
export function chartOf(
  title: string,
  { on, lines }: BurnUpView,
  { inForce, versions, published }: TargetView,
  forecast: Forecast | null,
): BurnUpChart {
  return {
    title,
    from: inForce.fromDate,
    to: inForce.toDate,
    on: on > inForce.toDate ? inForce.toDate : on,
    lines,
    targets: versions.map(({ version, fromDate, toDate, people }) => ({
      version,
      from: fromDate,
      to: toDate,
      people,
      isInForce: version === inForce.version,
    })),
    published: published.map(({ totalId, toDate, people }) => ({ to: toDate, people, label: totalId })),
    forecast,
  };
}
