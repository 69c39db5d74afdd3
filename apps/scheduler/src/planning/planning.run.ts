import { hash } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { isCalendarDate } from '../csv-cells';
import { type ExactDecimal, parseDecimal } from './domain/exact-decimal';
import { outcomeOf } from './domain/plan-outcome';
import { type SeatPlan, planSeats } from './domain/plan-seats';
import type { PlanningProblem, PlanningRules } from './domain/planning-problem';
import { type Replan, replanSeats } from './domain/replan-seats';
import { type Seating, UNPLACED } from './domain/seat-dealing';
import { renderPlan, seatingOf } from './plan.csv';
import { readPlanningFiles } from './planning.file';
import { refusedOption } from './planning.problems';
import type { LossRequest, PlanReport, PlanningOptions, PlanningResult, PlanningTask } from './planning.task';
import { drawFrom } from './seed-draw';

/**
 * From files to a plan. The same task gives the same plan, byte for byte.
 *
 * @throws DomainError `plan.input-invalid`, `plan.option-invalid`
 */
export function runPlanning(task: PlanningTask): PlanningResult {
  const rules = rulesOf(task.options);
  const seed = seedOf(task.options);
  const problem = readPlanningFiles(task.files);
  const base = task.loss ? seatingOf(task.loss.plan, problem) : null;
  if (task.loss) requireLoss(task.loss, problem);

  const startedAtMs = performance.now();
  const made: Made =
    base && task.loss ? replanned(problem, rules, seed, base, task.loss) : planSeats(problem, rules, drawFrom(seed));
  const seconds = Math.round(performance.now() - startedAtMs) / 1000;

  const change = base && made.displaced ? changeOf(base, made.seating, made.displaced) : {};
  const report = { ...reportOf(made), inputHash: inputHashOf(task), seed: Number(seed), seconds, ...change };
  return { plan: renderPlan(made.window, made.seating), report };
}

/** What a plan follows from beside its seed: SHA-256 over the options and the bytes of the files. */
export function inputHashOf({ files, options, loss }: PlanningTask): string {
  const { agencyDayCap, reserve, accessFirst } = rulesOf(options);
  const digests = Object.fromEntries(
    (['roster', 'sites', 'sessions', 'distances'] as const).map((name) => [name, sha256(files[name].text)]),
  );
  const { plan, ...lost } = loss ?? { plan: null };
  const base = plan === null ? {} : { loss: { ...lost, plan: sha256(plan.text) } };
  return sha256(JSON.stringify({ agencyDayCap, reserve, accessFirst, ...digests, ...base }));
}

function sha256(text: string): string {
  return hash('sha256', text);
}

function replanned(
  problem: PlanningProblem,
  rules: PlanningRules,
  seed: string,
  base: Seating,
  loss: LossRequest,
): Replan {
  const losses = [...loss.earlier, loss].map(({ lost, from, until }) => ({ sites: new Set(lost), from, until }));
  return replanSeats(problem, rules, drawFrom(seed), base, losses);
}

/** A new plan, or one for a loss. */
type Made = SeatPlan & Partial<Pick<Replan, 'displaced' | 'isOpen'>>;

type Outcome = Omit<PlanReport, 'inputHash' | 'seed' | 'seconds'>;

function reportOf({ window, seating, uncappedUnits, isOpen }: Made): Outcome {
  const { placed, unplaced, totalUnits, worstAgencyDayShare } = outcomeOf(window, seating, isOpen);
  const { people, unitsPerKm } = window.problem;
  return {
    people: people.length,
    placed,
    unplaced: unplaced.map(({ person, reason }) => ({ personId: people[person]!.personId, reason })),
    totalKm: totalUnits / unitsPerKm,
    worstAgencyDayShare,
    extraKm: (totalUnits - uncappedUnits) / unitsPerKm,
  };
}

function changeOf(
  base: Seating,
  seating: Seating,
  displaced: readonly number[],
): Pick<PlanReport, 'displaced' | 'moved'> {
  const moved = seating.sessionOf.filter(
    (session, person) =>
      session !== UNPLACED && (session !== base.sessionOf[person] || seating.seatOf[person] !== base.seatOf[person]),
  );
  return { displaced: displaced.length, moved: moved.length };
}

function rulesOf({ agencyDayCap, reserve, accessFirst }: PlanningOptions): PlanningRules {
  return {
    agencyDayCap: decimalOf('--agency-day-cap', agencyDayCap, 'must be above 0 and at most 1', isShare),
    reserve: decimalOf('--reserve', reserve, 'must be at least 0 and below 1', isPartKept),
    accessFirst,
  };
}

function isShare({ numerator, denominator }: ExactDecimal): boolean {
  return numerator > 0 && numerator <= denominator;
}

function isPartKept({ numerator, denominator }: ExactDecimal): boolean {
  return numerator < denominator;
}

function decimalOf(
  option: string,
  text: string,
  message: string,
  isAllowed: (given: ExactDecimal) => boolean,
): ExactDecimal {
  const decimal = parseDecimal(text);
  if (!decimal || !isAllowed(decimal)) throw refusedOption(option, message);
  return decimal;
}

function seedOf({ seed }: PlanningOptions): string {
  if (!/^\d{1,15}$/.test(seed)) throw refusedOption('--seed', 'must be a whole number of at most 15 digits');
  return String(Number(seed));
}

function requireLoss({ lost, from, until }: LossRequest, { sites }: PlanningProblem): void {
  const known = new Set(sites.map(({ siteId }) => siteId));
  if (lost.length === 0) throw refusedOption('--lost', 'must name a site');
  if (lost.some((siteId) => !known.has(siteId))) throw refusedOption('--lost', 'must name sites of the plan');
  requireDate('--from', from);
  if (until === null) return;
  requireDate('--until', until);
  if (until < from) throw refusedOption('--until', 'must not be before --from');
}

function requireDate(option: string, date: string): void {
  const isDate = /^\d{4}-\d\d-\d\d$/.test(date) && isCalendarDate(date);
  if (!isDate) throw refusedOption(option, 'must be a date such as 2022-10-05');
}
