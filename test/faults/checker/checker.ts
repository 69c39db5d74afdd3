import type { CommonTables, Evidence, HistoryEvidence } from './evidence';
import { type Finding, type PropertyCheck, mergeFindings } from './findings';
import { type CommonEvidence, type JudgedEvidence, sentAnswers } from './judged.evidence';
import { LogFold } from './log.judge';
import { LogShapes } from './log.shapes';
import {
  checkNothingDoubled,
  checkNothingInvented,
  checkNothingLost,
  checkReceipts,
} from './properties/answers.properties';
import { checkCommands, checkPublications } from './properties/command.properties';
import { checkClosings, checkHighestCounts } from './properties/fold.properties';
import { checkRollout } from './properties/rollout.properties';
import { checkBoundedWaiting, checkHonesty, checkLiveness } from './properties/run.properties';
import { checkClock, checkOffsets, checkOrder, checkReads } from './properties/time.properties';
import { RolloutJudge } from './rollout.judge';
import { ATTEMPT_TOPICS } from './topics';

const ATTEMPT_CHECKS: readonly ((evidence: JudgedEvidence) => PropertyCheck)[] = [
  checkNothingLost,
  checkNothingDoubled,
  checkNothingInvented,
  checkHighestCounts,
  checkClosings,
  checkOrder,
  checkBoundedWaiting,
  checkHonesty,
  checkReceipts,
  checkReads,
  checkClock,
  checkCommands,
];

const COMMON_CHECKS: readonly ((evidence: CommonEvidence) => PropertyCheck)[] = [
  checkOffsets,
  checkRollout,
  checkLiveness,
  checkPublications,
];

export interface CheckReport {
  readonly acknowledged: number;
  readonly unknown: number;
  readonly findings: readonly Finding[];
  readonly broken: number;
}

/** Judges a run by what it left behind: its history, its log and its tables. */
export async function checkEvidence({ history, log, tables, ...proofs }: Evidence): Promise<CheckReport> {
  const [fold, common] = [new LogFold(), new CommonFold()];
  for await (const entry of log) {
    if (ATTEMPT_TOPICS.includes(entry.topic)) fold.take(entry);
    common.take(entry);
  }
  const ofAttempts = judgeAttempts({ history, log: fold, tables, answers: sentAnswers(history), ...proofs });
  return mergeReports([ofAttempts, common.judge(history.faults, tables, fold.eventIds)]);
}

/** Judges attempts, all of them or some, with everything that belongs to them. */
export function judgeAttempts(judged: JudgedEvidence): CheckReport {
  const findings = ATTEMPT_CHECKS.map((check) => check(judged).finding());
  const count = (outcome: string) => judged.answers.filter(({ operation }) => operation.outcome === outcome).length;
  return { acknowledged: count('ok'), unknown: count('unknown'), findings, broken: brokenIn(findings) };
}

/** Takes the whole log, and judges what belongs to no attempt alone. */
export class CommonFold {
  private readonly shapes = new LogShapes();
  private readonly rollout = new RolloutJudge();

  take(entry: Parameters<LogShapes['take']>[0]): void {
    this.shapes.take(entry);
    this.rollout.take(entry);
  }

  /** @param eventIds of all events on the topics of attempts that are no answers, by position */
  judge(faults: HistoryEvidence['faults'], tables: CommonTables, eventIds: ReadonlyMap<string, string>): CheckReport {
    const { rollout, shapes } = this;
    const all = new Map([...rollout.eventIds, ...eventIds]);
    const common: CommonEvidence = { ...tables, faults, rollout, shapes: shapes.partitions, eventIds: all };
    const findings = COMMON_CHECKS.map((check) => check(common).finding());
    return { acknowledged: 0, unknown: 0, findings, broken: brokenIn(findings) };
  }
}

export function mergeReports(reports: readonly CheckReport[]): CheckReport {
  const findings = mergeFindings(reports.flatMap((report) => report.findings));
  return {
    acknowledged: reports.reduce((sum, { acknowledged }) => sum + acknowledged, 0),
    unknown: reports.reduce((sum, { unknown }) => sum + unknown, 0),
    findings,
    broken: brokenIn(findings),
  };
}

function brokenIn(findings: readonly Finding[]): number {
  return findings.reduce((sum, { broken }) => sum + broken, 0);
}
