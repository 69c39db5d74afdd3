import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { ClusterEntity } from '../clusters/cluster.entity';
import { RecordColumns } from '../record.columns';

@Entity({ name: 'agencies' })
export class AgencyEntity {
  @PrimaryColumn({ type: 'text' })
  code: string;
}

/** What an agency is called and what kind it is. A correction is a new version. */
@Entity({ name: 'agency_versions' })
export class AgencyVersionEntity extends RecordColumns {
  @ForeignKey(() => AgencyEntity, { name: 'agency_versions_code' })
  @PrimaryColumn({ type: 'text' })
  code: string;

  @PrimaryColumn({ type: 'integer' })
  version: number;

  @Column({ type: 'text' })
  name: string;

  @Column({ type: 'text' })
  abbreviation: string;

  @Column({ type: 'text' })
  kind: string;

  @Column({ type: 'text' })
  source: string;

  @Column({ type: 'text' })
  note: string;
}

/** In which cluster an agency is from a date on; null says that the source names none. */
@Entity({ name: 'memberships' })
export class MembershipEntity extends RecordColumns {
  @ForeignKey(() => AgencyEntity, { name: 'memberships_agency' })
  @PrimaryColumn({ name: 'agency_code', type: 'text' })
  agencyCode: string;

  @PrimaryColumn({ type: 'integer' })
  version: number;

  @ForeignKey(() => ClusterEntity, { name: 'memberships_cluster' })
  @Column({ type: 'integer', nullable: true })
  cluster: number | null;

  @Column({ name: 'effective_from', type: 'date' })
  effectiveFrom: string;

  /** Who decided. */
  @Column({ type: 'text' })
  author: string;

  @Column({ type: 'text' })
  source: string;

  @Column({ type: 'text' })
  note: string;

  /** The version of the whole allocation that the record belongs to; one edition is in force at a time. */
  @Column({ type: 'text' })
  edition: string;

  /** Made up for a demonstration; it stays marked wherever it is shown. */
  @Column({ type: 'boolean' })
  scenario: boolean;
}

/** A source that was searched for clusters, and what it says; null where it concerns every agency. */
@Entity({ name: 'searched_sources' })
export class SearchedSourceEntity extends RecordColumns {
  @PrimaryColumn({ name: 'source_id', type: 'text' })
  sourceId: string;

  @PrimaryColumn({ type: 'integer' })
  version: number;

  @ForeignKey(() => AgencyEntity, { name: 'searched_sources_agency' })
  @Column({ name: 'agency_code', type: 'text', nullable: true })
  agencyCode: string | null;

  @Column({ name: 'published_on', type: 'date', nullable: true })
  publishedOn: string | null;

  @Column({ type: 'text' })
  title: string;

  @Column({ type: 'text' })
  address: string;

  @Column({ type: 'text' })
  finding: string;
}

/** Which edition of the allocation is in force from a date on; of two of the same day the later version. */
@Entity({ name: 'membership_editions' })
export class MembershipEditionEntity extends RecordColumns {
  @PrimaryColumn({ type: 'integer' })
  version: number;

  @Column({ type: 'text' })
  edition: string;

  @Column({ name: 'effective_from', type: 'date' })
  effectiveFrom: string;

  @Column({ type: 'text' })
  author: string;

  @Column({ type: 'text' })
  source: string;
}
