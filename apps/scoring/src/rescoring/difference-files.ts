import type { Scope } from '../scopes/scope';
import type { ScoringPackage } from '../scoring/domain/scoring-package';
import { renderDifferences } from './difference.csv';
import { renderPage } from './difference.page';
import { type DifferenceReport, reportDifferences } from './domain/difference-report';
import { digestOfRows, type DryRunPart, type EarlierPackage } from './dry-run';
import { changedItems } from './package-changes';

/** What a dry run is about, as every form of its report says. */
export interface DifferenceSummary extends DifferenceReport {
  readonly package: { readonly packageId: string; readonly version: number; readonly hash: string };
  readonly illustrative: boolean;
  /** What the package says of its parameters. */
  readonly statement: string | null;
  readonly earlierPackages: readonly EarlierPackage[];
  readonly scope: Scope;
  readonly records: number;
  /** Attempts that the package does not fit: they keep the result that they have. */
  readonly unfit: readonly string[];
  readonly unreadable: readonly { readonly partition: number; readonly offset: number }[];
  /** SHA-256 over all new results. */
  readonly digest: string;
}

export interface DifferenceFiles {
  readonly summary: DifferenceSummary;
  /** Contents by file name. */
  readonly files: ReadonlyMap<string, string>;
}

export interface DifferenceInput {
  readonly package: ScoringPackage;
  readonly earlier: readonly ScoringPackage[];
  readonly scope: Scope;
  readonly parts: readonly DryRunPart[];
}

export const REPORT_FILES = ['differences.json', 'differences.csv', 'differences.html'] as const;

/** The report of a finished dry run, for programs, for spreadsheets and for people. */
export function differenceFiles({ package: scoringPackage, earlier, scope, parts }: DifferenceInput): DifferenceFiles {
  const rows = parts.flatMap((part) => part.rows);
  const { packageId, version, hash, illustrative = false, calibration } = scoringPackage;
  const summary: DifferenceSummary = {
    package: { packageId, version, hash },
    illustrative,
    statement: calibration?.statement ?? null,
    earlierPackages: addedUp(parts.flatMap((part) => part.earlier)),
    scope,
    records: parts.reduce((sum, { records }) => sum + records, 0),
    ...reportDifferences(rows, changedItems(earlier, scoringPackage)),
    unfit: parts.flatMap(({ unfit }) => unfit).toSorted(),
    unreadable: parts.flatMap(({ partition, unreadable }) => unreadable.map((offset) => ({ partition, offset }))),
    digest: digestOfRows(rows),
  };
  const [json, csv, html] = REPORT_FILES;
  const files = new Map<string, string>([
    [json, `${JSON.stringify(summary, null, 2)}\n`],
    [csv, renderDifferences(rows, illustrative)],
    [html, renderPage(summary)],
  ]);
  return { summary, files };
}

function addedUp(earlier: readonly EarlierPackage[]): EarlierPackage[] {
  const total = new Map<string, EarlierPackage>();
  for (const { packageId, version, attempts } of earlier) {
    const name = `${packageId}/${version}`;
    total.set(name, { packageId, version, attempts: attempts + (total.get(name)?.attempts ?? 0) });
  }
  return [...total].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
}
