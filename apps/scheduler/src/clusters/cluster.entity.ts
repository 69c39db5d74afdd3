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
