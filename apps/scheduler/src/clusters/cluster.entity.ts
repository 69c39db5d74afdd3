import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { RecordColumns } from '../record.columns';

/** The lock under which everything about a cluster is decided. */
@Entity({ name: 'clusters' })
export class ClusterEntity {
  @PrimaryColumn({ type: 'integer' })
  number: number;
}

/** Whom a cluster is for. A correction is a new version. */
@Entity({ name: 'cluster_versions' })
export class ClusterVersionEntity extends RecordColumns {
  @ForeignKey(() => ClusterEntity, { name: 'cluster_versions_number' })
  @PrimaryColumn({ type: 'integer' })
  number: number;

  @PrimaryColumn({ type: 'integer' })
  version: number;

  @Column({ type: 'text' })
  name: string;

  @Column({ type: 'text' })
  criteria: string;

  @Column({ name: 'effective_from', type: 'date' })
  effectiveFrom: string;

  @Column({ type: 'text' })
  author: string;

  @Column({ type: 'text' })
  source: string;
}

/** Proposals and steps, insert only. The cluster's state is their fold; no version is reached twice. */
@Entity({ name: 'cluster_decisions' })
@Index('cluster_decisions_one_step_per_version', ['cluster', 'version'], {
  unique: true,
  where: `"kind" = 'transition'`,
})
export class ClusterDecisionEntity {
  @ForeignKey(() => ClusterEntity, { name: 'cluster_decisions_cluster' })
  @PrimaryColumn({ type: 'integer' })
  cluster: number;

  @PrimaryColumn({ type: 'integer' })
  sequence: number;

  @Column({ type: 'text' })
  kind: 'proposal' | 'transition';

  @Column({ type: 'integer' })
  version: number;

  /** The decision as `applyDecision` takes it. */
  @Column({ type: 'jsonb' })
  decision: object;
}

/** How a cluster grows, and by which seed its canary is chosen; the highest version is in force until it opens. */
@Entity({ name: 'ramp_plans' })
export class RampPlanEntity extends RecordColumns {
  @ForeignKey(() => ClusterEntity, { name: 'ramp_plans_cluster' })
  @PrimaryColumn({ type: 'integer' })
  cluster: number;

  @PrimaryColumn({ type: 'integer' })
  version: number;

  @Column({ name: 'canary_percent', type: 'double precision', nullable: true })
  canaryPercent: number | null;

  /** Percentages with a blank between them. */
  @Column({ type: 'text' })
  waves: string;

  /** Names of gates with a blank between them. */
  @Column({ type: 'text' })
  gates: string;

  @Column({ type: 'text' })
  seed: string;

  @Column({ type: 'text' })
  author: string;

  @Column({ type: 'text' })
  source: string;
}

/** People chosen for the canary or a wave. Nobody is ever taken out. */
@Entity({ name: 'ramp_members' })
export class RampMemberEntity {
  @ForeignKey(() => ClusterEntity, { name: 'ramp_members_cluster' })
  @PrimaryColumn({ type: 'integer' })
  cluster: number;

  @PrimaryColumn({ name: 'analytics_id', type: 'text' })
  analyticsId: string;

  @Column({ name: 'share_percent', type: 'double precision' })
  sharePercent: number;

  @Column({ name: 'chosen_at', type: 'timestamptz' })
  chosenAt: Date;
}
