import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { ResultStatus } from '../publication/publication.repository';

/** Which result of an attempt is the result now: the latest of its highest closing. */
@Entity('current_results')
@Index('current_results_of_person', ['analyticsId'])
@Index('current_results_of_session', ['sessionId', 'attemptId'])
@Index('current_results_of_agency', ['agency', 'attemptId'])
export class CurrentResultEntity {
  @PrimaryColumn({ name: 'attempt_id', type: 'text', primaryKeyConstraintName: 'current_results_pkey' })
  attemptId: string;

  @Column({ type: 'integer' })
  closing: number;

  @Column({ type: 'integer', default: 1 })
  revision: number;

  @Column({ type: 'text', default: 'provisional' })
  status: ResultStatus;

  @Column({ name: 'analytics_id', type: 'text' })
  analyticsId: string;

  @Column({ name: 'session_id', type: 'text' })
  sessionId: string;

  @Column({ type: 'text' })
  agency: string;
}
