import { buildEvent, DomainError, type QualityReported } from '@app/contracts';
import { addToOutbox, type EventLog, type OutboxEvent, type Runtime, wakeOutbox } from '@app/messaging';
import { PsychometricsError } from '@app/psychometrics';
import { Inject, Injectable } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { type FormVersion, PackagesRepository } from '../packages/packages.repository';
import type { ScoringPackage } from '../scoring/domain/scoring-package';
import { SCORING_DATA_SOURCE, SCORING_LOG, SCORING_RUNTIME, SCORING_SOURCE } from '../scoring.tokens';
import { answersHashOf, collectAnswers, type CollectedAttempt, countingItems } from './collected-answers';
import { reportDif, reportScale, type ScaleAnswers, type ScaleDif, type ScaleReport } from './domain/quality-report';

export const GROUPINGS = ['agency', 'cluster', 'site', 'job-level'] as const;
export type Grouping = (typeof GROUPINGS)[number];

export interface QualityReport {
  readonly form: FormVersion;
  readonly package: { readonly packageId: string; readonly version: number; readonly hash: string };
  readonly illustrative: boolean;
  readonly attempts: number;
  readonly answersHash: string;
  /** Scales that nobody answered are left out. */
  readonly scales: readonly ScaleReport[];
}

export interface DifReport {
  readonly form: FormVersion;
  readonly by: Grouping;
  readonly focal: string;
  readonly focalAttempts: number;
  readonly referenceAttempts: number;
  /** Attempts whose group is not known. */
  readonly leftOut: number;
  readonly scales: readonly ScaleDif[];
}

/** Analysis of the items over the answers that the log holds so far. */
@Injectable()
export class QualityService {
  constructor(
    @Inject(SCORING_DATA_SOURCE) private readonly dataSource: DataSource,
    @Inject(SCORING_LOG) private readonly log: EventLog,
    private readonly packages: PackagesRepository,
    @Inject(SCORING_RUNTIME) private readonly runtime: Runtime,
  ) {}

  /** @throws DomainError `package.unknown`, `quality.no-answers` */
  async report(form: FormVersion): Promise<QualityReport> {
    const { scoringPackage, attempts } = await this.collect(form);
    return reportOf(form, scoringPackage, attempts);
  }

  /** @throws DomainError `package.unknown`, `quality.no-answers`, `dif.one-group` */
  async dif(form: FormVersion, by: Grouping, focal: string, purify: boolean): Promise<DifReport> {
    const { scoringPackage, attempts } = await this.collect(form);
    const known = attempts.filter((attempt) => groupOf(attempt, by) !== null);
    const focalAttempts = known.filter((attempt) => groupOf(attempt, by) === focal).length;
    const scales = scoringPackage.scales.flatMap((scale, at) => {
      const delivered = known.filter((attempt) => attempt.scales[at] !== null);
      const isFocal = delivered.map((attempt) => groupOf(attempt, by) === focal);
      const items = countingItems(scoringPackage, scale);
      return refusing(() => reportDif(scale.scaleId, items, answersOf(delivered, at), isFocal, purify));
    });
    const leftOut = attempts.length - known.length;
    return { form, by, focal, focalAttempts, referenceAttempts: known.length - focalAttempts, leftOut, scales };
  }

  /**
   * Tells the rollout how the measurement went at every site. The same answers tell it once.
   *
   * @throws DomainError `package.unknown`, `quality.no-answers`
   */
  async publish(form: FormVersion): Promise<QualityReported[]> {
    const { scoringPackage, attempts } = await this.collect(form);
    const bySite = new Map<string, CollectedAttempt[]>();
    for (const attempt of attempts) {
      if (attempt.site !== null) bySite.set(attempt.site, [...(bySite.get(attempt.site) ?? []), attempt]);
    }
    const at = new Date(this.runtime.nowMs()).toISOString();
    const reports = [...bySite].map(([siteId, own]) =>
      siteReport(siteId, reportOf(form, scoringPackage, own), own, at),
    );
    await this.dataSource.transaction((manager) => addToOutbox(manager, reports.map(reportedEvent)));
    wakeOutbox(this.dataSource);
    return reports;
  }

  private async collect(form: FormVersion) {
    const [inForce] = await this.packages.inForce(this.dataSource.manager, [form]);
    if (!inForce) throw new DomainError('package.unknown');
    const scoringPackage = await this.packages.load(this.dataSource.manager, inForce);
    const attempts = await collectAnswers(this.log, scoringPackage);
    if (attempts.length === 0) throw new DomainError('quality.no-answers');
    return { scoringPackage, attempts };
  }
}

function reportOf(
  form: FormVersion,
  scoringPackage: ScoringPackage,
  attempts: readonly CollectedAttempt[],
): QualityReport {
  const { packageId, version, hash, illustrative = false } = scoringPackage;
  return {
    form,
    package: { packageId, version, hash },
    illustrative,
    attempts: attempts.length,
    answersHash: answersHashOf(attempts),
    scales: scoringPackage.scales.flatMap((scale, at) => {
      const answers = answersOf(attempts, at);
      return answers.length === 0 ? [] : [reportScale(scale.scaleId, countingItems(scoringPackage, scale), answers)];
    }),
  };
}

function siteReport(
  siteId: string,
  { form, package: used, scales, attempts, answersHash }: QualityReport,
  own: readonly CollectedAttempt[],
  at: string,
): QualityReported {
  const alphas = scales.map(({ test }) => test.alpha);
  const complete = own.filter((attempt) => attempt.scales.every((scale) => scale !== null)).length;
  const flaggedItems = scales.flatMap(({ items }) => items.filter(({ flags }) => flags.length > 0));
  return {
    siteId,
    formId: form.formId,
    formVersion: form.version,
    package: used,
    attempts,
    attemptsLeftOut: attempts - complete,
    alpha: alphas.length === 0 || alphas.includes(null) ? null : Math.min(...(alphas as number[])),
    meanScoreShare: meanOf(scales.map(({ meanScoreShare }) => meanScoreShare)),
    omittedShare: meanOf(scales.map(({ omittedShare }) => omittedShare)),
    notReachedShare: meanOf(scales.map(({ notReachedShare }) => notReachedShare)),
    flaggedItems: flaggedItems.map(({ itemId, flags }) => ({ itemId, flags: [...flags] })),
    answersHash,
    at,
  };
}

function reportedEvent(data: QualityReported): OutboxEvent {
  const { siteId, formId, formVersion, package: used, answersHash, at } = data;
  const id = `${siteId}/quality/${formId}/${formVersion}/${used.hash}/${answersHash}`;
  const event = buildEvent('qualityReported', { id, source: SCORING_SOURCE, subject: siteId, time: at, data });
  return { topic: 'results', key: siteId, event };
}

function answersOf(attempts: readonly CollectedAttempt[], scale: number): ScaleAnswers[] {
  return attempts.flatMap(({ scales }) => scales[scale] ?? []);
}

function groupOf({ agency, cluster, site, jobLevel }: CollectedAttempt, by: Grouping): string | null {
  return { agency, cluster, site, 'job-level': jobLevel }[by];
}

function meanOf(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Says in a request's terms what the library refuses. */
function refusing<Result>(analyse: () => Result): Result {
  try {
    return analyse();
  } catch (error) {
    if (error instanceof PsychometricsError && error.code === 'dif.one-group') throw new DomainError('dif.one-group');
    throw error;
  }
}
