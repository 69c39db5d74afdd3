import type { AttemptClosed } from '@app/contracts';
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

const PRIMARY_KEY = 'pending_closings_pkey';

/** A closing that no package can score yet. It waits here, so that a forgotten import loses and stops nothing. */
@Entity('pending_closings')
@Index('pending_closings_of_form', ['formId', 'formVersion'])
export class PendingClosingEntity {
  @PrimaryColumn({ name: 'attempt_id', type: 'text', primaryKeyConstraintName: PRIMARY_KEY })
  attemptId: string;

  @PrimaryColumn({ type: 'integer', primaryKeyConstraintName: PRIMARY_KEY })
  closing: number;

  @Column({ name: 'form_id', type: 'text' })
  formId: string;

  @Column({ name: 'form_version', type: 'integer' })
  formVersion: number;

  /** The package in force that counts items which the form does not have; null: no package was in force. */
  @Column({ name: 'unfit_package_id', type: 'text', nullable: true })
  unfitPackageId: string | null;

  @Column({ name: 'unfit_package_version', type: 'integer', nullable: true })
  unfitPackageVersion: number | null;

  @Column({ type: 'json' })
  closed: AttemptClosed;

  @Column({ name: 'held_at', type: 'timestamptz' })
  heldAt: Date;
}
