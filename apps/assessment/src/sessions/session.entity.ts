import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A session as the plan gives it, and whether it has been opened and sealed. */
@Entity({ name: 'sessions' })
export class SessionEntity {
  @PrimaryColumn({ name: 'session_id', type: 'text' })
  sessionId: string;

  @Column({ name: 'plan_version', type: 'integer' })
  planVersion: number;

  @Column({ type: 'integer' })
  cluster: number;

  @Column({ name: 'site_id', type: 'text' })
  siteId: string;

  @Column({ type: 'text' })
  room: string;

  @Column({ name: 'starts_at', type: 'timestamptz' })
  startsAt: Date;

  @Column({ name: 'time_zone', type: 'text' })
  timeZone: string;

  @Column({ name: 'duration_seconds', type: 'integer' })
  durationSeconds: number;

  @Column({ name: 'pin_closes_at', type: 'timestamptz' })
  pinClosesAt: Date;

  @Column({ name: 'last_start_at', type: 'timestamptz' })
  lastStartAt: Date;

  @Column({ name: 'seat_count', type: 'integer' })
  seatCount: number;

  @Column({ name: 'form_id', type: 'text' })
  formId: string;

  @Column({ name: 'form_version', type: 'integer' })
  formVersion: number;

  @Column({ name: 'cancelled_at', type: 'timestamptz', nullable: true })
  cancelledAt: Date | null;

  @Column({ name: 'opened_at', type: 'timestamptz', nullable: true })
  openedAt: Date | null;

  @Column({ name: 'sealed_at', type: 'timestamptz', nullable: true })
  sealedAt: Date | null;

  @Column({ name: 'sealed_root', type: 'text', nullable: true })
  sealedRoot: string | null;

  @Column({ name: 'state_version', type: 'integer', default: 0 })
  stateVersion: number;
}
