import { Column, Entity, ForeignKey, PrimaryColumn, Unique } from 'typeorm';
import { ClusterEntity } from '../clusters/cluster.entity';
import { PersonEntity } from '../progress/progress.entity';
import { RecordColumns } from '../record.columns';

/** A session as planned. Each published change raises the version under this row's lock. */
@Entity({ name: 'sessions' })
@Unique('sessions_one_form', ['sessionId', 'formId'])
export class SessionEntity extends RecordColumns {
  @PrimaryColumn({ name: 'session_id', type: 'text' })
  sessionId: string;

  @Column({ type: 'integer' })
  version: number;

  @ForeignKey(() => ClusterEntity, { name: 'sessions_cluster' })
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
}

/**
 * Who sits where. A person has one seat per sitting, a sitting being one attempt over one form; which that is, the
 * session says.
 */
@Entity({ name: 'seats' })
@Unique('seats_one_per_person_and_sitting', ['analyticsId', 'sitting'])
@ForeignKey(() => SessionEntity, ['sessionId', 'sitting'], ['sessionId', 'formId'], { name: 'seats_session' })
export class SeatEntity extends RecordColumns {
  @PrimaryColumn({ name: 'session_id', type: 'text', primaryKeyConstraintName: 'seats_one_person_per_seat' })
  sessionId: string;

  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'seats_one_person_per_seat' })
  seat: string;

  @ForeignKey(() => PersonEntity, { name: 'seats_person' })
  @Column({ name: 'analytics_id', type: 'text' })
  analyticsId: string;

  @Column({ type: 'text' })
  sitting: string;

  @Column({ name: 'extra_seconds', type: 'integer' })
  extraSeconds: number;

  /** When the person was first given a seat of the sitting, wherever it was. */
  @Column({ name: 'given_at', type: 'timestamptz' })
  givenAt: Date;
}
