import type { PartitionRange } from '@app/messaging';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { ScopeKind } from '../scopes/scope';
import type { RescoringState } from './rescorings.repository';

/** One rescoring from its dry run to its release. */
@Entity('rescorings')
export class RescoringEntity {
  @PrimaryColumn({ name: 'rescoring_id', type: 'text', primaryKeyConstraintName: 'rescorings_pkey' })
  rescoringId: string;

  @Column({ name: 'package_id', type: 'text' })
  packageId: string;

  @Column({ name: 'package_version', type: 'integer' })
  packageVersion: number;

  @Column({ name: 'scope_kind', type: 'text' })
  scopeKind: ScopeKind;

  @Column({ name: 'scope_id', type: 'text' })
  scopeId: string;

  @Column({ type: 'text' })
  state: RescoringState;

  @Column({ name: 'created_by', type: 'text' })
  createdBy: string;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt: Date;

  /** The package in force when the dry run began; null where none was. */
  @Column({ name: 'in_force_id', type: 'text', nullable: true })
  inForceId: string | null;

  @Column({ name: 'in_force_version', type: 'integer', nullable: true })
  inForceVersion: number | null;

  /** Ranges of the log that the dry run reads, by partition. */
  @Column({ type: 'json' })
  ranges: [number, PartitionRange][];

  @Column({ name: 'records_read', type: 'integer', default: 0 })
  recordsRead: number;

  /** Until when the process that runs it is taken to be alive. */
  @Column({ name: 'lease_until', type: 'timestamptz', nullable: true })
  leaseUntil: Date | null;

  @Column({ type: 'text', nullable: true })
  digest: string | null;

  @Column({ name: 'reason_code', type: 'text', nullable: true })
  reasonCode: string | null;

  @Column({ name: 'proposed_by', type: 'text', nullable: true })
  proposedBy: string | null;

  @Column({ name: 'proposed_at', type: 'timestamptz', nullable: true })
  proposedAt: Date | null;

  @Column({ name: 'confirmed_by', type: 'text', nullable: true })
  confirmedBy: string | null;

  @Column({ name: 'confirmed_at', type: 'timestamptz', nullable: true })
  confirmedAt: Date | null;

  @Column({ type: 'integer', default: 0 })
  published: number;

  @Column({ name: 'finished_at', type: 'timestamptz', nullable: true })
  finishedAt: Date | null;
}
