import type { ClusterCast } from '../cast/cast';
import type { Cluster, Counts, Progress } from '../client/platform.client';
import type { PersonReport } from '../verify/person.check';
import type { ScoringReport } from '../verify/theta.check';
import type { Figures } from './figures';

/** One line of the final table, and of the JSON. */
export interface ClusterReport {
  readonly cluster: number;
  readonly registered: number;
  readonly attended: number;
  readonly acknowledged: number;
  readonly stored: number;
  readonly scored: number;
  readonly reconciled: number;
  readonly gate: string;
  readonly gateReason: string;
  readonly gateFigures: Readonly<Record<string, number | null>>;
  readonly state: string;
}

export interface Outage {
  readonly victim: string;
  /** Answers acknowledged before the kill. */
  readonly acknowledgedBefore: number;
  /** From the kill until the system was ready again. */
  readonly durationMs: number;
}

export interface DemoReport {
  readonly passed: boolean;
  readonly people: number;
  readonly log: string;
  readonly durationMs: number;
  readonly clusters: readonly ClusterReport[];
  readonly acknowledged: number;
  readonly receiptsVerified: number;
  readonly unknownOutcomes: number;
  readonly discardedRepeats: number;
  readonly latencyMs: { readonly median: number | null; readonly p99: number | null; readonly slowest: number | null };
  readonly outage: Outage | null;
  /** Sum scores and the scores by the SAT12 package; null where the second scoring broke off. */
  readonly scoring: ScoringReport | null;
  readonly problems: readonly string[];
}

export interface ReportParts {
  readonly casts: readonly ClusterCast[];
  readonly persons: ReadonlyMap<number, readonly PersonReport[]>;
  readonly clusters: readonly Cluster[];
  readonly progress: Progress;
  readonly figures: Figures;
  readonly outage: Outage | null;
  readonly scoring: ScoringReport | null;
  /** What did not come to its end. */
  readonly broken: readonly string[];
  readonly log: string;
  readonly durationMs: number;
}

/** Sums what was found and judges it. */
export function reportOf(parts: ReportParts): DemoReport {
  const { casts, persons, figures, outage, scoring, log, durationMs } = parts;
  const clusters = casts.map((cast) => clusterReport(cast, parts));
  const all = [...persons.values()].flat();
  const problems = [
    ...parts.broken,
    ...all.flatMap((person) => person.problems.map((problem) => `${person.participantNumber}: ${problem}`)),
    ...clusters.flatMap((cluster, index) => clusterProblems(cluster, casts[index]!, index === casts.length - 1)),
    ...(outage === null ? ['nothing was killed'] : []),
  ];
  return {
    passed: problems.length === 0,
    people: all.length,
    log,
    durationMs: Math.round(durationMs),
    clusters,
    acknowledged: figures.acknowledged,
    receiptsVerified: all.reduce((sum, { receipts }) => sum + receipts, 0),
    unknownOutcomes: figures.unknownOutcomes,
    discardedRepeats: figures.discardedRepeats,
    latencyMs: {
      median: rounded(figures.latencyMs(0.5)),
      p99: rounded(figures.latencyMs(0.99)),
      slowest: rounded(figures.latencyMs(1)),
    },
    outage,
    scoring,
    problems,
  };
}

const NOBODY: Counts = { registered: 0, attended: 0, scored: 0, reconciled: 0 };

function clusterReport({ cluster }: ClusterCast, { persons, clusters, progress }: ReportParts): ClusterReport {
  const people = persons.get(cluster) ?? [];
  const counts = progress.clusters.find((one) => one.cluster === cluster) ?? NOBODY;
  const found = clusters.find(({ number }) => number === cluster);
  return {
    cluster,
    registered: counts.registered,
    attended: counts.attended,
    acknowledged: people.reduce((sum, { acknowledged }) => sum + acknowledged, 0),
    stored: people.reduce((sum, { stored }) => sum + stored, 0),
    scored: counts.scored,
    reconciled: counts.reconciled,
    gate: found?.gate?.outcome ?? 'none',
    gateReason: found?.gate?.reasonCode ?? '',
    gateFigures: found?.gate?.figures ?? {},
    state: found?.state ?? 'unknown',
  };
}

/** What the system counts must be what was played; every gate but the last passes. */
function clusterProblems(report: ClusterReport, { registered, attendees }: ClusterCast, isLast: boolean): string[] {
  const expected = {
    registered: registered.length,
    attended: attendees.length,
    scored: attendees.length,
    reconciled: attendees.length,
    gate: isLast ? 'failed' : 'passed',
    state: isLast ? 'held' : 'closed',
  };
  return Object.entries(expected).flatMap(([name, value]) => {
    const given = report[name as keyof typeof expected];
    return given === value ? [] : [`cluster ${report.cluster}: ${name} is ${given} instead of ${value}`];
  });
}

function rounded(value: number | null): number | null {
  return value === null ? null : Math.round(value * 10) / 10;
}
