import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { ScopeKind } from '../scopes/scope';

/** One person's decision to keep the results of a scope back. It ends when the same scope is released. */
@Entity('withholdings')
export class WithholdingEntity {
  @PrimaryColumn({ name: 'withholding_id', type: 'text', primaryKeyConstraintName: 'withholdings_pkey' })
  withholdingId: string;

  @Column({ name: 'scope_kind', type: 'text' })
  scopeKind: ScopeKind;

  @Column({ name: 'scope_id', type: 'text' })
  scopeId: string;

  @Column({ name: 'reason_code', type: 'text' })
  reasonCode: string;

  @Column({ type: 'text' })
  actor: string;

  @Column({ type: 'timestamptz' })
  at: Date;

  /** When every result that was there already had been told of. */
  @Column({ name: 'swept_at', type: 'timestamptz', nullable: true })
  sweptAt: Date | null;

  @Column({ name: 'lifted_at', type: 'timestamptz', nullable: true })
  liftedAt: Date | null;
}
