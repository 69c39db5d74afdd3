import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** One line of the results file. Every run leaves one, failed ones included. */
export interface FaultResult {
  readonly row: string;
  readonly at: string;
  /** Last commit that changed the services, and a mark where the tree differed from it. */
  readonly commit: string;
  readonly seed: number;
  readonly passed: boolean;
  readonly problems: readonly string[];
  readonly seconds: number;
  readonly figures: FaultFigures | null;
}

export interface FaultFigures {
  readonly offered: number;
  readonly offeredPerSecond: number;
  readonly acknowledged: number;
  /** Tries of answers whose outcome nobody could know. */
  readonly unknown: number;
  /** Tries that were refused with 503 and certainly not appended. */
  readonly refused: number;
  readonly hits: readonly string[];
  /** From the healing until five normal seconds; null where the load ended before. */
  readonly secondsToRecover: number | null;
  readonly largestLagRecords: number;
  readonly largestLagSeconds: number;
  /** Share of the sends that left the driver more than 50 ms late: how busy the machine was with other things. */
  readonly laggedShare: number;
  /** Of the checker, by property: how many were looked at. */
  readonly checked: Readonly<Record<string, number>>;
  /** Of the checker, where the row destroys the log and it has to object. */
  readonly broken?: Readonly<Record<string, number>>;
}

export const RESULTS_FILE = join(__dirname, '../results/runs.jsonl');
const PROBLEMS_KEPT = 20;

export function appendResult(result: FaultResult): void {
  mkdirSync(dirname(RESULTS_FILE), { recursive: true });
  const kept = { ...result, problems: result.problems.slice(0, PROBLEMS_KEPT) };
  appendFileSync(RESULTS_FILE, `${JSON.stringify(kept)}\n`);
}

/** Rows that have passed on a commit; a later failure takes that back. */
export function rowsPassed(commit: string): Set<string> {
  const passed = new Set<string>();
  if (!existsSync(RESULTS_FILE)) return passed;
  for (const line of readFileSync(RESULTS_FILE, 'utf8').split('\n').filter(Boolean)) {
    const result = JSON.parse(line) as FaultResult;
    if (result.commit !== commit) continue;
    if (result.passed) passed.add(result.row);
    else passed.delete(result.row);
  }
  return passed;
}

export function describeResult({ row, passed, problems, figures, seconds }: FaultResult): string {
  const lines = [`${row}: ${passed ? 'passed' : 'FAILED'} in ${seconds} s`];
  if (figures) {
    const recovered = figures.secondsToRecover;
    lines.push(
      `  offered ${figures.offered} (${figures.offeredPerSecond}/s), acknowledged ${figures.acknowledged}, ` +
        `unknown ${figures.unknown}, 503 ${figures.refused}`,
      `  recovered ${recovered === null ? 'not before the load ended' : `after ${recovered.toFixed(1)} s`}, ` +
        `largest lag ${figures.largestLagRecords} records, ${figures.largestLagSeconds.toFixed(1)} s`,
      `  hits: ${figures.hits.join('; ') || 'none'}`,
      ...(figures.broken ? [`  the checker objects: ${JSON.stringify(figures.broken)}`] : []),
    );
  }
  return [...lines, ...problems.map((problem) => `  ${problem}`), ''].join('\n');
}
