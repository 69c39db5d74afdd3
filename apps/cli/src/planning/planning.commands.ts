import type { Command } from 'commander';
import { DomainError } from '@app/contracts';
import { type PlanDifference, type Place, comparePlans } from '../../../scheduler/src/planning/plan-difference';
import { readPlan } from '../../../scheduler/src/planning/plan.csv';
import {
  PLANNING_TIME_LIMIT_MS,
  type PlannerThreadOptions,
  planInThread,
} from '../../../scheduler/src/planning/planner.thread';
import {
  type PlanReport,
  type PlanningResult,
  type PlanningTask,
  lossesOf,
} from '../../../scheduler/src/planning/planning.task';
import { parseWholeNumber } from '../arguments';
import type { CommandContext, CommandSurroundings } from '../command-context';
import { action } from '../command-group';
import type { Console } from '../console/console';
import { renderFields, renderTable } from '../console/table';
import { readInputsOf, readPlanningFile, writePlan, writeTextFile } from './plan.files';

interface CreateOptions {
  readonly roster: string;
  readonly sites: string;
  readonly sessions: string;
  readonly distances: string;
  readonly agencyDayCap: string;
  readonly reserve: string;
  readonly accessFirst?: true;
  readonly seed: string;
  readonly out: string;
  readonly report?: string;
  readonly timeLimit: number;
}

interface ReplanOptions {
  readonly lost: readonly string[];
  readonly from: string;
  readonly until?: string;
  readonly out?: string;
  readonly report?: string;
  readonly timeLimit: number;
}

const TIME_LIMIT_SECONDS_DEFAULT = PLANNING_TIME_LIMIT_MS / 1000;

/** Adds the planning from files to `plan`. It needs no service. */
export function addPlanningCommands(
  program: Command,
  surroundings: CommandSurroundings,
  thread?: PlannerThreadOptions['thread'],
): void {
  const plan = program.commands.find((command) => command.name() === 'plan')!;
  const planner = new FilePlanner(thread);
  withTimeLimit(plan.command('create'))
    .description('seat the people of one cluster window, from files')
    .requiredOption('--roster <file>', 'people: personId,agency,zone,access[,extraMinutes]')
    .requiredOption('--sites <file>', 'sites: siteId,zone,suits[,capacity]')
    .requiredOption('--sessions <file>', 'sessions: sessionId,siteId,date,startsAt,minutes,seats[,kind]')
    .requiredOption('--distances <file>', 'zone,siteId,km; no row means no way there')
    .option('--agency-day-cap <share>', 'largest part of an agency away on one date, above 0 and at most 1', '1')
    .option('--reserve <share>', 'part of each session that stays free, from 0 to below 1', '0')
    .option('--access-first', 'seat people with access needs before anybody else')
    .requiredOption('--seed <number>', 'decides who of those that are interchangeable gets which seat')
    .requiredOption('--out <file>', 'the plan: personId,sessionId,seat; what it was made from is stored beside it')
    .option('--report <file>', 'the report as JSON')
    .action(
      action(surroundings, (context: CommandContext, options: CreateOptions) => planner.create(context, options)),
    );
  withTimeLimit(plan.command('verify'))
    .description('plan the stored inputs of a plan again; the same bytes must come out')
    .argument('<plan>')
    .action(
      action(surroundings, (context: CommandContext, path: string, options: { timeLimit: number }) =>
        planner.verify(context, path, options),
      ),
    );
  plan
    .command('diff')
    .description('whose seats differ between two plans')
    .argument('<a>')
    .argument('<b>')
    .action(action(surroundings, diff));
  withTimeLimit(plan.command('replan'))
    .description('seat the people of lost sites anew; others move only where it cannot be helped')
    .argument('<plan>')
    .requiredOption('--lost <sites...>', 'ids of the sites, separated by spaces or commas')
    .requiredOption('--from <date>', 'first date on which they cannot be used; nobody else moves within 48 hours of it')
    .option('--until <date>', 'last such date; otherwise they are lost for good')
    .option('--out <file>', 'the new plan; without it the moves are only shown')
    .option('--report <file>', 'the report as JSON')
    .action(
      action(surroundings, (context: CommandContext, path: string, options: ReplanOptions) =>
        planner.replan(context, path, options),
      ),
    );
}

function withTimeLimit(command: Command): Command {
  return command.option(
    '--time-limit <seconds>',
    'without a plan by then there is none',
    parseWholeNumber,
    TIME_LIMIT_SECONDS_DEFAULT,
  );
}

class FilePlanner {
  constructor(private readonly thread: PlannerThreadOptions['thread']) {}

  async create({ console }: CommandContext, options: CreateOptions): Promise<void> {
    const task: PlanningTask = {
      files: {
        roster: readPlanningFile(options.roster),
        sites: readPlanningFile(options.sites),
        sessions: readPlanningFile(options.sessions),
        distances: readPlanningFile(options.distances),
      },
      options: {
        agencyDayCap: options.agencyDayCap,
        reserve: options.reserve,
        accessFirst: options.accessFirst ?? false,
        seed: options.seed,
      },
      loss: null,
    };
    const { plan, report } = await this.run(task, options.timeLimit);
    writePlan(options.out, plan, task);
    writeReport(options.report, report);
    console.show(report, () => renderReport(report));
    warnOfUnplaced(console, report);
  }

  async verify({ console }: CommandContext, path: string, { timeLimit }: { timeLimit: number }): Promise<void> {
    const given = readPlanningFile(path);
    const { plan, report } = await this.run(readInputsOf(path), timeLimit);
    if (plan !== given.text) {
      const problems = [
        { at: `${given.name}, row ${firstDifferentRow(plan, given.text)}`, message: 'is planned otherwise' },
      ];
      throw new DomainError('plan.not-reproduced', undefined, { problems });
    }
    const { people, placed, inputHash, seed } = report;
    const verified = { verified: true, people, placed, inputHash, seed };
    console.fields(verified, verified);
  }

  async replan({ console }: CommandContext, path: string, options: ReplanOptions): Promise<void> {
    const plan = readPlanningFile(path);
    const stored = readInputsOf(path);
    const lost = options.lost.flatMap((ids) => ids.split(',')).filter((id) => id !== '');
    const loss = { plan, lost, from: options.from, until: options.until ?? null, earlier: lossesOf(stored) };
    const task: PlanningTask = { ...stored, loss };
    const made = await this.run(task, options.timeLimit);
    if (options.out !== undefined) writePlan(options.out, made.plan, task);
    writeReport(options.report, made.report);
    const difference = comparePlans(readPlan(plan), readPlan({ name: 'new plan', text: made.plan }));
    console.show({ ...made.report, moves: difference.moves }, () =>
      [renderReport(made.report), renderDifference(difference)].join('\n\n'),
    );
    warnOfUnplaced(console, made.report);
  }

  private run(task: PlanningTask, timeLimitSeconds: number): Promise<PlanningResult> {
    return planInThread(task, { timeLimitMs: timeLimitSeconds * 1000, thread: this.thread });
  }
}

async function diff({ console }: CommandContext, first: string, second: string): Promise<void> {
  const difference = comparePlans(readPlan(readPlanningFile(first)), readPlan(readPlanningFile(second)));
  console.show(difference, () => renderDifference(difference));
}

function writeReport(path: string | undefined, report: PlanReport): void {
  if (path !== undefined) writeTextFile(path, `${JSON.stringify(report, null, 2)}\n`);
}

function warnOfUnplaced(console: Console, { unplaced }: PlanReport): void {
  if (unplaced.length === 0) return;
  console.note(`warning: ${unplaced.length} people have no seat`);
}

function renderReport({ unplaced, ...report }: PlanReport): string {
  const fields = renderFields({ ...report, unplaced: unplaced.length });
  if (unplaced.length === 0) return fields;
  const reasons = new Map<string, number>();
  for (const { reason } of unplaced) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  return `${fields}\n\n${renderTable(
    ['people without a seat', 'reason'],
    [...reasons].map(([reason, people]) => [people, reason]),
  )}`;
}

function renderDifference({ moved, added, removed, unchanged, moves }: PlanDifference): string {
  const counts = `${moved} moved, ${added} added, ${removed} removed, ${unchanged} unchanged`;
  if (moves.length === 0) return counts;
  const rows = moves.map(({ personId, from, to }) => [personId, placeName(from), placeName(to)]);
  return `${counts}\n\n${renderTable(['person', 'from', 'to'], rows)}`;
}

function placeName(place: Place | null): string | null {
  return place && `${place.sessionId} seat ${place.seat}`;
}

/** As a spreadsheet counts: the header is row 1. */
function firstDifferentRow(made: string, given: string): number {
  const givenLines = given.split('\n');
  const madeLines = made.split('\n');
  const index = madeLines.findIndex((line, at) => line !== givenLines[at]);
  return (index === -1 ? madeLines.length : index) + 1;
}
