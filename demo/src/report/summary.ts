import type { ClusterReport, DemoReport } from './demo-report';
import type { ScoringReport } from '../verify/theta.check';
import { table } from './table';

/** A system that failed everywhere says so often enough. */
const PROBLEMS_PRINTED_MAX = 25;

/** The end of the demonstration, for a person. */
export function summaryOf(report: DemoReport, whereToLook: readonly string[]): string {
  const { latencyMs, outage } = report;
  const failed = report.clusters.filter(({ gate }) => gate === 'failed');
  return [
    '',
    clusterTable(report.clusters),
    '',
    ...failed.map(describeFailedGate),
    `  ${report.acknowledged} answers of ${report.people} people acknowledged; ${report.receiptsVerified} receipts verified`,
    `  acknowledgement: median ${milliseconds(latencyMs.median)}, 99 % within ${milliseconds(latencyMs.p99)}, slowest ${milliseconds(latencyMs.slowest)}${outage ? ' (the outage included)' : ''}`,
    `  ${report.unknownOutcomes} requests with unknown outcome, all settled; ${report.discardedRepeats} repeats discarded`,
    ...(outage
      ? [
          `  ${outage.victim} was killed after ${outage.acknowledgedBefore} answers and was back after ${milliseconds(outage.durationMs)}`,
        ]
      : []),
    ...(report.scoring ? describeScoring(report.scoring) : []),
    `  ${(report.durationMs / 1_000).toFixed(1)} s in all`,
    '',
    verdict(report),
    ...whereToLook.map((place) => `  ${place}`),
    '',
  ].join('\n');
}

function clusterTable(clusters: readonly ClusterReport[]): string {
  const header = [
    'cluster',
    'registered',
    'attended',
    'acknowledged',
    'stored',
    'scored',
    'reconciled',
    'gate',
    'state',
  ];
  return table(
    header,
    clusters.map((one) => [
      one.cluster,
      one.registered,
      one.attended,
      one.acknowledged,
      one.stored,
      one.scored,
      one.reconciled,
      one.gate,
      one.state,
    ]),
  );
}

function describeFailedGate({ cluster, gateReason, gateFigures }: ClusterReport): string {
  const { reconciled, registered, reconciledPercent, passPercent } = gateFigures;
  return `  cluster ${cluster} failed its gate (${gateReason}): ${reconciled} of ${registered} reconciled, ${reconciledPercent} % where ${passPercent} % are needed\n`;
}

/** The same answers scored twice: by counting, and by the item parameters that come with the platform. */
function describeScoring({ people, sumScore, theta, package: used, largestDifference }: ScoringReport): string[] {
  const { mean, sd, standardErrorFrom, standardErrorTo } = theta;
  return [
    `  sum score: mean ${sumScore.mean.toFixed(2)} of ${sumScore.maximum}, SD ${sumScore.sd.toFixed(2)}`,
    `  SAT12 package (${used}, two-parameter model, in-sample): theta mean ${mean.toFixed(3)}, SD ${sd.toFixed(3)}, standard errors ${standardErrorFrom.toFixed(2)} to ${standardErrorTo.toFixed(2)};`,
    `  thetas of ${people} people computed again from the CSV differ by at most ${largestDifference.toExponential(1)}`,
  ];
}

function verdict({ passed, problems, people }: DemoReport): string {
  if (passed) {
    return `  PASSED: for each of ${people} people every acknowledged answer is stored exactly once, there is one result,\n  and its sum score and its theta are those computed from the CSV.`;
  }
  const printed = problems.slice(0, PROBLEMS_PRINTED_MAX).map((problem) => `    ${problem}`);
  const rest = problems.length - printed.length;
  return ['  FAILED:', ...printed, ...(rest > 0 ? [`    … and ${rest} more`] : [])].join('\n');
}

function milliseconds(value: number | null): string {
  if (value === null) return 'unknown';
  return value < 1_000 ? `${value.toFixed(1)} ms` : `${(value / 1_000).toFixed(2)} s`;
}
