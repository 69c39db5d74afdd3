import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { ScopeKind } from '../scopes/scope';

/** Two people's decision that the results of a scope may be shown. */
@Entity('releases')
export class ReleaseEntity {
  @PrimaryColumn({ name: 'release_id', type: 'text', primaryKeyConstraintName: 'releases_pkey' })
  releaseId: string;

  @Column({ name: 'scope_kind', type: 'text' })
  scopeKind: ScopeKind;

  @Column({ name: 'scope_id', type: 'text' })
  scopeId: string;

  @Column({ name: 'reason_code', type: 'text' })
  reasonCode: string;

  @Column({ name: 'proposed_by', type: 'text' })
  proposedBy: string;

  @Column({ name: 'proposed_at', type: 'timestamptz' })
  proposedAt: Date;

  @Column({ name: 'confirmed_by', type: 'text', nullable: true })
  confirmedBy: string | null;

  @Column({ name: 'confirmed_at', type: 'timestamptz', nullable: true })
  confirmedAt: Date | null;

  /** Attempts up to this one have been told of. */
  @Column({ name: 'published_to', type: 'text', default: '' })
  publishedTo: string;

  @Column({ type: 'integer', default: 0 })
  published: number;

  @Column({ name: 'finished_at', type: 'timestamptz', nullable: true })
  finishedAt: Date | null;
}
