import type { ResultScored } from '@app/contracts';
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

const PRIMARY_KEY = 'results_pkey';

/** One result of one closing. Only ever added to. */
@Entity('results')
@Index('results_of_form', ['formId', 'formVersion'])
export class ResultEntity {
  @PrimaryColumn({ name: 'attempt_id', type: 'text', primaryKeyConstraintName: PRIMARY_KEY })
  attemptId: string;

  @PrimaryColumn({ type: 'integer', primaryKeyConstraintName: PRIMARY_KEY })
  closing: number;

  /** Counts the results of one closing: 1 is the first, each rescoring adds one. */
  @PrimaryColumn({ type: 'integer', default: 1, primaryKeyConstraintName: PRIMARY_KEY })
  revision: number;

  @Column({ name: 'form_id', type: 'text' })
  formId: string;

  @Column({ name: 'form_version', type: 'integer' })
  formVersion: number;

  /** `json`, not `jsonb`: the bytes of the event, in their order. */
  @Column({ type: 'json' })
  result: ResultScored;

  @Column({ name: 'scored_at', type: 'timestamptz' })
  scoredAt: Date;
}
