import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** An attempt as the fold left it: the header whole, and the columns that queries need. */
@Entity({ name: 'attempts' })
@Index('attempts_of_session', ['sessionId'])
@Index('attempts_running_out', ['deadlineAt'], { where: "(status = 'started'::text)" })
export class AttemptEntity {
  @PrimaryColumn({ name: 'attempt_id', type: 'text' })
  attemptId: string;

  @Column({ name: 'session_id', type: 'text' })
  sessionId: string;

  @Column({ type: 'text' })
  status: string;

  @Column({ name: 'deadline_at', type: 'timestamptz', nullable: true })
  deadlineAt: Date | null;

  @Column({ type: 'integer' })
  closing: number;

  @Column({ type: 'integer' })
  version: number;

  @Column({ type: 'jsonb' })
  header: unknown;
}
