import type { Command } from 'commander';
import { comparePlans } from '../../../scheduler/src/planning/plan-difference';
import { readPlan } from '../../../scheduler/src/planning/plan.csv';
import { PLANNING_TIME_LIMIT_MS, type PlannerThreadOptions } from '../../../scheduler/src/planning/planner.thread';
import { parseWholeNumber } from '../arguments';
import type { CommandContext, CommandSurroundings } from '../command-context';
import { action } from '../command-group';
import { FilePlanner } from './file.planner';
import { readPlanningFile } from './plan.files';
import { renderDifference } from './plan.rendering';
import type { CreateOptions, ReplanOptions } from './planning.options';
import { SystemPlanner } from './system.planner';

interface ClusterOption {
  readonly cluster?: number;
}

const TIME_LIMIT_SECONDS_DEFAULT = PLANNING_TIME_LIMIT_MS / 1000;

/** Adds the planning of seats to `plan`: from files, which needs no service, or with --cluster in the running system. */
export function addPlanningCommands(
  program: Command,
  surroundings: CommandSurroundings,
  thread?: PlannerThreadOptions['thread'],
): void {
  const plan = program.commands.find((command) => command.name() === 'plan')!;
  const files = new FilePlanner(thread);
  const system = new SystemPlanner();
  addCreate(plan, surroundings, files, system);
  withTimeLimit(withCluster(plan.command('verify')))
    .description('plan the stored inputs of a plan again; the same bytes must come out')
    .argument('<plan>', 'file of the plan, or its version with --cluster')
    .action(
      action(surroundings, (context, given: string, { cluster, timeLimit }: ClusterOption & { timeLimit: number }) =>
        cluster === undefined ? files.verify(context, given, { timeLimit }) : system.verify(context, cluster, given),
      ),
    );
  withCluster(plan.command('diff'))
    .description('whose seats differ between two plans')
    .argument('<a>', 'file or version')
    .argument('<b>', 'file or version')
    .action(
      action(surroundings, (context, a: string, b: string, { cluster }: ClusterOption) =>
        cluster === undefined ? diff(context, a, b) : system.diff(context, cluster, a, b),
      ),
    );
  addReplan(plan, surroundings, files, system);
  plan
    .command('list')
    .description('the plans of a cluster in the running system, and which is in force')
    .requiredOption('--cluster <number>', 'the cluster', parseWholeNumber)
    .action(action(surroundings, (context, { cluster }: { cluster: number }) => system.list(context, cluster)));
  plan
    .command('put-in-force')
    .description('give the seats of a plan: all or none; once the cluster has opened, by another person than made it')
    .argument('<plan>', 'version of the plan')
    .requiredOption('--cluster <number>', 'the cluster', parseWholeNumber)
    .action(
      action(surroundings, (context, given: string, { cluster }: { cluster: number }) =>
        system.putInForce(context, cluster, given),
      ),
    );
}

function addCreate(plan: Command, surroundings: CommandSurroundings, files: FilePlanner, system: SystemPlanner): void {
  withTimeLimit(withCluster(plan.command('create')))
    .description('seat the people of one cluster window')
    .requiredOption('--roster <file>', 'people: personId,agency,zone,access[,extraMinutes]')
    .requiredOption('--sites <file>', 'sites: siteId,zone,suits[,capacity]')
    .option('--sessions <file>', 'sessions: sessionId,siteId,date,startsAt,minutes,seats[,kind]; not with --cluster')
    .requiredOption('--distances <file>', 'zone,siteId,km; no row means no way there')
    .option('--agency-day-cap <share>', 'largest part of an agency away on one date, above 0 and at most 1', '1')
    .option('--reserve <share>', 'part of each session that stays free, from 0 to below 1', '0')
    .option('--access-first', 'seat people with access needs before anybody else; always so with --cluster')
    .requiredOption('--seed <number>', 'decides who of those that are interchangeable gets which seat')
    .option('--out <file>', 'the plan: personId,sessionId,seat; from files, what it was made from is stored beside it')
    .option('--report <file>', 'the report as JSON')
    .option('--reason <code>', 'with --cluster: why, as a code, such as first-plan')
    .option('--from <date>', 'with --cluster: first date of the window')
    .option('--until <date>', 'with --cluster: last date of the window')
    .option('--form <id>', 'with --cluster: the form, where the window has sessions over several')
    .action(
      action(surroundings, (context: CommandContext, options: CreateOptions) =>
        options.cluster === undefined
          ? files.create(context, options)
          : system.create(context, options.cluster, options),
      ),
    );
}

function addReplan(plan: Command, surroundings: CommandSurroundings, files: FilePlanner, system: SystemPlanner): void {
  withTimeLimit(withCluster(plan.command('replan')))
    .description('seat the people of lost sites anew; others move only where it cannot be helped')
    .argument('<plan>', 'file of the plan, or its version with --cluster')
    .requiredOption('--lost <sites...>', 'ids of the sites, separated by spaces or commas')
    .requiredOption('--from <date>', 'first date on which they cannot be used; nobody else moves within 48 hours of it')
    .option('--until <date>', 'last such date; otherwise they are lost for good')
    .option('--out <file>', 'the new plan; without it the moves are only shown')
    .option('--report <file>', 'the report as JSON')
    .option('--reason <code>', 'with --cluster: why, as a code, such as site-lost')
    .action(
      action(surroundings, (context: CommandContext, given: string, options: ReplanOptions) =>
        options.cluster === undefined
          ? files.replan(context, given, options)
          : system.replan(context, options.cluster, given, options),
      ),
    );
}

function withCluster(command: Command): Command {
  return command.option('--cluster <number>', 'in the running system, for this cluster', parseWholeNumber);
}

function withTimeLimit(command: Command): Command {
  return command.option(
    '--time-limit <seconds>',
    'without a plan by then there is none',
    parseWholeNumber,
    TIME_LIMIT_SECONDS_DEFAULT,
  );
}

async function diff({ console }: CommandContext, first: string, second: string): Promise<void> {
  const difference = comparePlans(readPlan(readPlanningFile(first)), readPlan(readPlanningFile(second)));
  console.show(difference, () => renderDifference(difference));
}
