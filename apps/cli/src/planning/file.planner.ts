import { DomainError } from '@app/contracts';
import { comparePlans } from '../../../scheduler/src/planning/plan-difference';
import { readPlan } from '../../../scheduler/src/planning/plan.csv';
import { type PlannerThreadOptions, planInThread } from '../../../scheduler/src/planning/planner.thread';
import {
  type PlanReport,
  type PlanningResult,
  type PlanningTask,
  lossesOf,
} from '../../../scheduler/src/planning/planning.task';
import { type CommandContext, writeTextFile } from '../command-context';
import { readInputsOf, readPlanningFile, writePlan } from './plan.files';
import { renderDifference, renderReport, warnOfUnplaced } from './plan.rendering';
import { type CreateOptions, type ReplanOptions, given, sitesOf } from './planning.options';

/** Plans from files; needs no service. */
export class FilePlanner {
  constructor(private readonly thread: PlannerThreadOptions['thread']) {}

  async create({ console }: CommandContext, options: CreateOptions): Promise<void> {
    const task: PlanningTask = {
      files: {
        roster: readPlanningFile(options.roster),
        sites: readPlanningFile(options.sites),
        sessions: readPlanningFile(given(options.sessions, '--sessions')),
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
    writePlan(given(options.out, '--out'), plan, task);
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
    const loss = {
      plan,
      lost: sitesOf(options),
      from: options.from,
      until: options.until ?? null,
      earlier: lossesOf(stored),
    };
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

export function writeReport(path: string | undefined, report: PlanReport): void {
  if (path !== undefined) writeTextFile(path, `${JSON.stringify(report, null, 2)}\n`);
}

/** As a spreadsheet counts: the header is row 1. */
function firstDifferentRow(made: string, given: string): number {
  const givenLines = given.split('\n');
  const madeLines = made.split('\n');
  const index = madeLines.findIndex((line, at) => line !== givenLines[at]);
  return (index === -1 ? madeLines.length : index) + 1;
}
