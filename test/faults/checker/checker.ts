import type { Evidence } from './evidence';
import { type Finding, type PropertyCheck } from './findings';
import { type JudgedEvidence, sentAnswers } from './judged.evidence';
import { judgeLog } from './log.judge';
import {
  checkNothingDoubled,
  checkNothingInvented,
  checkNothingLost,
  checkReceipts,
} from './properties/answers.properties';
import { checkCommands } from './properties/command.properties';
import { checkClosings, checkHighestCounts } from './properties/fold.properties';
import { checkBoundedWaiting, checkHonesty, checkLiveness } from './properties/run.properties';
import { checkClock, checkOrder, checkReads } from './properties/time.properties';

const CHECKS: readonly ((evidence: JudgedEvidence) => PropertyCheck)[] = [
  checkNothingLost,
  checkNothingDoubled,
  checkNothingInvented,
  checkHighestCounts,
  checkClosings,
  checkOrder,
  checkLiveness,
  checkBoundedWaiting,
  checkHonesty,
  checkReceipts,
  checkReads,
  checkClock,
  checkCommands,
];

export interface CheckReport {
  readonly acknowledged: number;
  readonly unknown: number;
  readonly findings: readonly Finding[];
  readonly broken: number;
}

/** Judges a run by what it left behind: its history, its log and its tables. */
export async function checkEvidence({
  history,
  log,
  tables,
  commitmentSecret,
  isUnsigned,
}: Evidence): Promise<CheckReport> {
  const judged: JudgedEvidence = {
    history,
    log: await judgeLog(log),
    tables,
    answers: sentAnswers(history),
    ...(commitmentSecret ? { commitmentSecret } : {}),
    ...(isUnsigned ? { isUnsigned } : {}),
  };
  const findings = CHECKS.map((check) => check(judged).finding());
  const count = (outcome: string) => judged.answers.filter(({ operation }) => operation.outcome === outcome).length;
  return {
    acknowledged: count('ok'),
    unknown: count('unknown'),
    findings,
    broken: findings.reduce((sum, { broken }) => sum + broken, 0),
  };
}
