import { Column, Entity, PrimaryColumn, Unique } from 'typeorm';

/** Who sits where; the attempt that came of it and the epochs given out for it. */
@Entity({ name: 'seats' })
@Unique('one_person_per_seat', ['sessionId', 'seat'], { deferrable: 'INITIALLY DEFERRED' })
export class SeatEntity {
  @PrimaryColumn({ name: 'session_id', type: 'text' })
  sessionId: string;

  @PrimaryColumn({ name: 'analytics_id', type: 'text' })
  analyticsId: string;

  @Column({ type: 'text' })
  seat: string;

  @Column({ name: 'extra_seconds', type: 'integer' })
  extraSeconds: number;

  @Column({ name: 'plan_version', type: 'integer' })
  planVersion: number;

  @Column({ name: 'attempt_id', type: 'text', nullable: true, unique: true })
  attemptId: string | null;

  @Column({ name: 'epoch_issued', type: 'integer', default: 0 })
  epochIssued: number;

  /** Set by the first start command, so that every repeat of it names the same moment. */
  @Column({ name: 'started_at', type: 'timestamptz', nullable: true })
  startedAt: Date | null;
}
