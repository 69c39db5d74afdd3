import { createHash } from 'node:crypto';
import type { AttemptClosed, ResultScored } from '@app/contracts';
import type { EventLog, PartitionRange } from '@app/messaging';
import type { PackageVersion } from '../packages/packages.repository';
import { ResponsesMalformed } from '../scoring/domain/form-layout';
import { itemsMissingIn, score } from '../scoring/domain/score';
import type { ScoringPackage } from '../scoring/domain/scoring-package';
import { covers, type Scope } from '../scopes/scope';
import { closingIn } from './closings-reader';
import { CreditComparison } from './credit-comparison';
import { differs, type RescoredRow, valuesOf } from './domain/rescored-row';
import { rangesOf, recordsOf } from './log-reader';
import { type PublishedResult, readClusters, readPublishedResults } from './published-results';

export interface EarlierPackage extends PackageVersion {
  readonly attempts: number;
}

/** What came of one partition. */
export interface DryRunPart {
  readonly partition: number;
  /** Records up to here have been read; what comes behind is newer than the dry run. */
  readonly endOffset: number;
  readonly records: number;
  readonly rows: readonly RescoredRow[];
  /** How many of the results before are from which package. */
  readonly earlier: readonly EarlierPackage[];
  /** Closings in scope that the package does not fit, by attempt id. */
  readonly unfit: readonly string[];
  /** Offsets that hold no closing which a consumer would take. */
  readonly unreadable: readonly number[];
}

/** Where finished parts are kept, so that an interrupted run goes on with the others. */
export interface PartStore {
  /** Range of each partition as it was when the run began. */
  readonly ranges: readonly (readonly [number, PartitionRange])[];
  finished(): Promise<readonly number[]>;
  save(part: DryRunPart): Promise<void>;
}

export interface DryRunRequest {
  readonly package: ScoringPackage;
  readonly scope: Scope;
  /** Finds a package that an earlier result was made by; null where nobody has it any more. */
  readonly packageOf: (version: PackageVersion) => Promise<ScoringPackage | null>;
  readonly onProgress?: (records: number) => void;
  readonly signal?: AbortSignal;
}

/** The ranges that a run beginning now reads. */
export function dryRunRanges(log: EventLog): Promise<[number, PartitionRange][]> {
  return rangesOf(log, 'responses');
}

/**
 * Scores what the log holds under another package and compares it with what was published. Reads the log alone, from
 * its first record on, and publishes nothing.
 *
 * @returns whether every partition was read; false: the signal stopped it
 */
export async function dryRun(log: EventLog, request: DryRunRequest, store: PartStore): Promise<boolean> {
  const finished = new Set(await store.finished());
  const left = store.ranges.filter(([partition]) => !finished.has(partition));
  if (left.length === 0) return true;
  const published = await readPublishedResults(log);
  const clusters = request.scope.kind === 'cluster' ? await readClusters(log) : new Map<string, string>();
  for (const [partition, range] of left) {
    const run = new PartitionRun(request, published, clusters);
    for await (const page of recordsOf(log, 'responses', partition, range)) {
      if (request.signal?.aborted) return false;
      for (const record of page) await run.take(record);
      request.onProgress?.(page.length);
    }
    await store.save(run.finish(partition, range));
  }
  return true;
}

/** Folds one partition: the highest closing of every attempt in scope, scored as it comes. */
class PartitionRun {
  private readonly rows = new Map<string, RescoredRow>();
  private readonly closings = new Map<string, number>();
  private readonly unfit = new Set<string>();
  private readonly unreadable: number[] = [];
  private readonly packages = new Map<string, Earlier | null>();

  constructor(
    private readonly request: DryRunRequest,
    private readonly published: ReadonlyMap<string, PublishedResult>,
    private readonly clusters: ReadonlyMap<string, string>,
  ) {}

  async take(record: Parameters<typeof closingIn>[0]): Promise<void> {
    const closed = closingIn(record, ({ attemptId, closing }) => this.published.get(attemptId)?.closing === closing);
    if (closed === null) {
      this.unreadable.push(record.offset);
      return;
    }
    if (!this.isMeant(closed) || closed.closing <= (this.closings.get(closed.attemptId) ?? 0)) return;
    try {
      await this.rescore(closed);
    } catch (error) {
      if (!(error instanceof ResponsesMalformed)) throw error;
      this.unreadable.push(record.offset);
    }
  }

  finish(partition: number, { startOffset, endOffset }: PartitionRange): DryRunPart {
    const { unreadable } = this;
    const rows = [...this.rows.values()];
    return {
      partition,
      endOffset,
      records: endOffset - startOffset,
      rows,
      earlier: this.earlierOf(rows),
      unfit: [...this.unfit],
      unreadable,
    };
  }

  private earlierOf(rows: readonly RescoredRow[]): EarlierPackage[] {
    const counted = new Map<string, EarlierPackage>();
    for (const { attemptId, before } of rows) {
      if (before === null) continue;
      const { packageId, version } = this.published.get(attemptId)!.package;
      const name = `${packageId}/${version}`;
      counted.set(name, { packageId, version, attempts: (counted.get(name)?.attempts ?? 0) + 1 });
    }
    return [...counted.values()];
  }

  private isMeant(closed: AttemptClosed): boolean {
    return isMeant(closed, this.request, this.clusters);
  }

  private async rescore(closed: AttemptClosed): Promise<void> {
    const { attemptId, analyticsId, agency, sessionId, closing } = closed;
    const scoringPackage = this.request.package;
    this.closings.set(attemptId, closing);
    this.rows.delete(attemptId);
    this.unfit.delete(attemptId);
    if (itemsMissingIn(closed, scoringPackage).length > 0) {
      this.unfit.add(attemptId);
      return;
    }
    const after = score(closed, scoringPackage);
    const earlier = await this.earlier(closed);
    const before = earlier && (this.published.get(attemptId)!.said ?? score(closed, earlier.package));
    this.rows.set(attemptId, {
      attemptId,
      analyticsId,
      agency,
      sessionId,
      closing,
      before: before && valuesOf(before),
      after: valuesOf(after),
      changed: before === null || differs(before, after),
      items: earlier?.comparison.itemsOf(closed) ?? [],
      digest: digestOf(after),
    });
  }

  /** The package of the published result of this very closing. */
  private async earlier({ attemptId, closing }: AttemptClosed): Promise<Earlier | null> {
    const published = this.published.get(attemptId);
    if (published?.closing !== closing) return null;
    const name = `${published.package.packageId}/${published.package.version}`;
    let found = this.packages.get(name);
    if (found === undefined) {
      const earlier = await this.request.packageOf(published.package);
      found = earlier && { package: earlier, comparison: new CreditComparison(earlier, this.request.package) };
      this.packages.set(name, found);
    }
    return found;
  }
}

interface Earlier {
  readonly package: ScoringPackage;
  readonly comparison: CreditComparison;
}

/** Whether a rescoring concerns this closing. */
export function isMeant(
  { form, sessionId, agency }: AttemptClosed,
  { package: { form: wanted }, scope }: Pick<DryRunRequest, 'package' | 'scope'>,
  clusters: ReadonlyMap<string, string>,
): boolean {
  const isOfForm = form.formId === wanted.formId && form.version === wanted.version;
  return isOfForm && covers(scope, { sessionId, agency, cluster: clusters.get(sessionId) ?? null });
}

/** One digest over all results, in the order of their attempt ids: replays of the same log give the same. */
export function digestOfRows(rows: readonly RescoredRow[]): string {
  const hash = createHash('sha256');
  const sorted = rows.toSorted((a, b) => (a.attemptId < b.attemptId ? -1 : 1));
  for (const { attemptId, closing, digest } of sorted) hash.update(`${attemptId} ${closing} ${digest}\n`);
  return hash.digest('hex');
}

function digestOf(result: ResultScored): string {
  return createHash('sha256').update(JSON.stringify(result)).digest('hex');
}
