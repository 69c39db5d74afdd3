import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Each time an attempt's final responses were published. */
@Entity({ name: 'closings' })
export class ClosingEntity {
  @PrimaryColumn({ name: 'attempt_id', type: 'text' })
  attemptId: string;

  @PrimaryColumn({ type: 'integer' })
  closing: number;

  @Column({ name: 'closed_by', type: 'text' })
  closedBy: string;

  @Column({ type: 'text' })
  root: string;
}
