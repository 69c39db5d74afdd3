import type { PlanDifference } from '../../../scheduler/src/planning/plan-difference';
import type { PlanReport } from '../../../scheduler/src/planning/planning.task';
import { refusedOption } from '../../../scheduler/src/planning/planning.problems';
import { type CommandContext, readTextFile, writeTextFile } from '../command-context';
import { renderFields } from '../console/table';
import { pathOf } from '../http/api-client';
import { writeReport } from './file.planner';
import { renderDifference, renderReport, warnOfUnplaced } from './plan.rendering';
import { type CreateOptions, type ReplanOptions, given, notGiven, sitesOf } from './planning.options';

interface StoredPlan {
  readonly cluster: number;
  readonly version: number;
  readonly base: number | null;
  readonly sessions: number;
  readonly sitting: string;
  readonly report: PlanReport;
  readonly inputHash: string;
  readonly seed: string;
  readonly reasonCode: string;
  readonly recordedBy: string;
  readonly recordedAt: string;
  readonly inForceAt: string | null;
  readonly inForceBy: string | null;
  readonly supersededBy: number | null;
}

interface Adoption {
  readonly cluster: number;
  readonly version: number;
  readonly inForceAt: string;
  readonly given: number;
  readonly moved: number;
  readonly released: number;
  readonly unchanged: number;
}

/** Plans in the running system: people, sessions and seats are those that it has. */
export class SystemPlanner {
  async create(context: CommandContext, cluster: number, options: CreateOptions): Promise<void> {
    notGiven(options.sessions, '--sessions');
    const plan = await context.api().post<StoredPlan>(pathOfPlans(cluster), {
      roster: readTextFile(options.roster),
      sites: readTextFile(options.sites),
      distances: readTextFile(options.distances),
      agencyDayCap: options.agencyDayCap,
      reserve: options.reserve,
      seed: options.seed,
      from: options.from,
      until: options.until,
      formId: options.form,
      reasonCode: given(options.reason, '--reason'),
      timeLimitSeconds: withinRequest(options.timeLimit),
    });
    await keep(context, plan, options);
  }

  async verify(context: CommandContext, cluster: number, plan: string): Promise<void> {
    const verified = await context
      .api()
      .post<Record<string, string | number | boolean>>(pathOfPlan(cluster, plan, 'verification'));
    context.console.fields(verified, verified);
  }

  async diff(context: CommandContext, cluster: number, first: string, second: string): Promise<void> {
    const path = pathOfPlan(cluster, first, 'difference', versionOf(second));
    const difference = await context.api().get<PlanDifference>(path);
    context.console.show(difference, () => renderDifference(difference));
  }

  async replan(context: CommandContext, cluster: number, base: string, options: ReplanOptions): Promise<void> {
    const plan = await context.api().post<StoredPlan>(pathOfPlan(cluster, base, 'replanning'), {
      lost: sitesOf(options),
      from: options.from,
      until: options.until,
      reasonCode: given(options.reason, '--reason'),
      timeLimitSeconds: withinRequest(options.timeLimit),
    });
    await keep(context, plan, options);
    const difference = await context.api().get<PlanDifference>(pathOfPlan(cluster, base, 'difference', plan.version));
    context.console.note(`\n${renderDifference(difference)}`);
  }

  async list(context: CommandContext, cluster: number): Promise<void> {
    const plans = await context.api().get<StoredPlan[]>(pathOfPlans(cluster));
    const rows = plans.map((plan) => [
      plan.version,
      plan.base,
      plan.sessions,
      plan.report.placed,
      plan.report.unplaced.length,
      plan.report.totalKm,
      plan.seed,
      plan.inputHash.slice(0, 12),
      plan.recordedBy,
      plan.recordedAt,
      stateOf(plan),
    ]);
    const headings = ['plan', 'from', 'sessions', 'placed', 'unplaced', 'km', 'seed', 'inputs', 'by', 'at', 'state'];
    context.console.table(plans, headings, rows, `Cluster ${cluster} has no plan: petabakat plan create --help`);
  }

  async putInForce(context: CommandContext, cluster: number, plan: string): Promise<void> {
    const adoption = await context.api().post<Adoption>(pathOfPlan(cluster, plan, 'in-force'));
    const { version, inForceAt, given: seated, moved, released, unchanged } = adoption;
    const counts = { 'given a seat': seated, moved, 'without a seat now': released, unchanged };
    context.console.show(adoption, () => renderFields({ plan: version, 'in force since': inForceAt, ...counts }));
  }
}

/** Shows a plan that was made, and writes it where it was asked for. */
async function keep(
  context: CommandContext,
  plan: StoredPlan,
  { out, report }: Pick<CreateOptions, 'out' | 'report'>,
): Promise<void> {
  if (out !== undefined) {
    writeTextFile(out, await context.api().get<string>(pathOfPlan(plan.cluster, String(plan.version), 'seats')));
  }
  writeReport(report, plan.report);
  const { version, sessions, sitting } = plan;
  const fields = { plan: version, sessions, form: sitting, state: stateOf(plan) };
  context.console.show(plan, () => `${renderFields(fields)}\n\n${renderReport(plan.report)}`);
  warnOfUnplaced(context.console, plan.report);
}

function stateOf({ inForceAt, inForceBy, supersededBy }: StoredPlan): string {
  if (!inForceAt) return 'not in force';
  return supersededBy === null ? `in force since ${inForceAt}, by ${inForceBy}` : `superseded by plan ${supersededBy}`;
}

/** A service answers within a minute or not at all. */
const REQUEST_SECONDS = 50;

function withinRequest(seconds: number): number {
  return Math.min(seconds, REQUEST_SECONDS);
}

function pathOfPlans(cluster: number): string {
  return pathOf('v1', 'plan', 'clusters', cluster, 'plans');
}

function pathOfPlan(cluster: number, version: string, ...rest: (string | number)[]): string {
  return pathOf('v1', 'plan', 'clusters', cluster, 'plans', versionOf(version), ...rest);
}

function versionOf(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw refusedOption('<plan>', 'must be the version of a plan, such as 1');
  return Number(text);
}
