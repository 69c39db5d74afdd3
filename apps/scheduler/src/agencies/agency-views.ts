import type { Runtime } from '@app/messaging';
import { DomainError } from '@app/contracts';
import { Inject, Injectable } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { dateAt } from '../plan/domain/local-time';
import { ROLLOUT_TIME_ZONE } from '../plan/rollout-day';
import { SCHEDULER_DATA_SOURCE, SCHEDULER_RUNTIME } from '../scheduler.tokens';
import type { AgencyVersionEntity, MembershipEditionEntity, SearchedSourceEntity } from './agency.entity';
import { AgenciesRepository, type MembershipRecord } from './agencies.repository';

/** A decision about an agency's cluster, or the finding that there is none. */
export interface MembershipView {
  /** Null: the source names no cluster. */
  readonly cluster: number | null;
  readonly since: string;
  readonly author: string;
  readonly source: string;
  readonly note: string;
  /** Made up for a demonstration. */
  readonly scenario: boolean;
  /** The version of the whole allocation that the record belongs to. */
  readonly edition: string;
  readonly version: number;
  readonly recordedBy: string;
  readonly recordedAt: string;
}

export interface SearchedSourceView {
  readonly title: string;
  readonly address: string;
  readonly publishedOn: string | null;
  readonly finding: string;
}

export interface AgencyView {
  readonly code: string;
  readonly name: string;
  readonly abbreviation: string;
  readonly kind: string;
  /** The date asked about. */
  readonly on: string;
  readonly cluster: number | null;
  readonly scenario: boolean;
  /** By whose decision, since when; null before the first record took effect. */
  readonly decision: MembershipView | null;
}

export interface AgencyHistoryView extends AgencyView {
  /** What stands without the scenario, where one is shown. */
  readonly published: MembershipView | null;
  /** The edition of the allocation that is in force on the date. */
  readonly editionInForce: string;
  /** What the other editions say of the agency on that date. */
  readonly otherEditions: readonly MembershipView[];
  /** Where a cluster was looked for, shown where no published source names one. */
  readonly sourcesSearched: readonly SearchedSourceView[];
  readonly history: readonly MembershipView[];
}

/** Answers which cluster an agency is in on a date, since when, and by whose decision. */
@Injectable()
export class AgencyViews {
  constructor(
    @Inject(SCHEDULER_DATA_SOURCE) private readonly dataSource: DataSource,
    @Inject(SCHEDULER_RUNTIME) private readonly runtime: Runtime,
    private readonly agencies: AgenciesRepository,
  ) {}

  async list(on = this.today()): Promise<AgencyView[]> {
    const { manager } = this.dataSource;
    const memberships = await this.agencies.membershipsOn(manager, on, true);
    const byCode = new Map(memberships.map((membership) => [membership.code, membership]));
    const agencies = [...(await this.agencies.agencies(manager)).values()];
    return agencies
      .sort((a, b) => (a.code < b.code ? -1 : 1))
      .map((agency) => viewOf(agency, on, byCode.get(agency.code) ?? null));
  }

  async show(code: string, on = this.today()): Promise<AgencyHistoryView> {
    const { manager } = this.dataSource;
    const agency = await this.agencies.agency(manager, code.toLowerCase());
    if (!agency) throw new DomainError('agency.unknown');
    const inForce = await this.agencies.membershipOn(manager, agency.code, on, true);
    const published = await this.agencies.membershipOn(manager, agency.code, on, false);
    const sources = published?.cluster ? [] : await this.agencies.sources(manager);
    const editionInForce = await this.agencies.editionOn(manager, on);
    const everyEdition = await this.agencies.everyEditionOn(manager, agency.code, on);
    const history = await this.agencies.history(manager, agency.code);
    return {
      ...viewOf(agency, on, inForce),
      published: published && membershipViewOf(published),
      sourcesSearched: sources.filter((source) => concerns(source, agency.code)).map(sourceViewOf),
      editionInForce,
      otherEditions: everyEdition.filter(({ edition }) => edition !== editionInForce).map(membershipViewOf),
      history: history.map(membershipViewOf),
    };
  }

  editions(): Promise<MembershipEditionEntity[]> {
    return this.agencies.editions(this.dataSource.manager);
  }

  private today(): string {
    return dateAt(this.runtime.nowMs(), ROLLOUT_TIME_ZONE);
  }
}

function viewOf(agency: AgencyVersionEntity, on: string, membership: MembershipRecord | null): AgencyView {
  const { code, name, abbreviation, kind } = agency;
  const cluster = membership?.cluster ?? null;
  const decision = membership && membershipViewOf(membership);
  return { code, name, abbreviation, kind, on, cluster, scenario: membership?.scenario ?? false, decision };
}

function membershipViewOf(record: MembershipRecord): MembershipView {
  const { code: _, effectiveFrom, recordedAt, ...view } = record;
  return { ...view, since: effectiveFrom, recordedAt: recordedAt.toISOString() };
}

function concerns(source: SearchedSourceEntity, code: string): boolean {
  return source.agencyCode === null || source.agencyCode === code;
}

function sourceViewOf({ title, address, publishedOn, finding }: SearchedSourceEntity): SearchedSourceView {
  return { title, address, publishedOn, finding };
}
