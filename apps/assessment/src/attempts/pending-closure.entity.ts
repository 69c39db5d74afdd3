import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A forced finish whose marker is not due yet. */
@Entity({ name: 'pending_closures' })
@Index('pending_closures_due', ['dueAt'])
export class PendingClosureEntity {
  @PrimaryColumn({ name: 'event_id', type: 'text' })
  eventId: string;

  @Column({ name: 'attempt_id', type: 'text' })
  attemptId: string;

  @Column({ type: 'timestamptz' })
  at: Date;

  @Column({ name: 'due_at', type: 'timestamptz' })
  dueAt: Date;

  @Column({ type: 'text' })
  actor: string;

  @Column({ name: 'reason_code', type: 'text' })
  reasonCode: string;
}
