import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** Which closing of an attempt gives its result now: the highest. */
@Entity('current_results')
@Index('current_results_of_person', ['analyticsId'])
@Index('current_results_of_session', ['sessionId', 'attemptId'])
@Index('current_results_of_agency', ['agency', 'attemptId'])
export class CurrentResultEntity {
  @PrimaryColumn({ name: 'attempt_id', type: 'text', primaryKeyConstraintName: 'current_results_pkey' })
  attemptId: string;

  @Column({ type: 'integer' })
  closing: number;

  @Column({ name: 'analytics_id', type: 'text' })
  analyticsId: string;

  @Column({ name: 'session_id', type: 'text' })
  sessionId: string;

  @Column({ type: 'text' })
  agency: string;
}
