import { Column, Entity, Index, PrimaryGeneratedColumn, Unique } from 'typeorm';
import { bigintAsNumber } from '../consumption/bigint-as-number';

/** An event that was decided in the same transaction as the state it tells of, and its place in the log once there. */
@Entity('outbox')
@Unique('outbox_event_id_key', ['eventId'])
@Index('outbox_waiting', ['id'], { where: 'published_at IS NULL' })
export class OutboxRow {
  @PrimaryGeneratedColumn({ type: 'bigint', primaryKeyConstraintName: 'outbox_pkey' })
  id: string;

  @Column({ name: 'event_id', type: 'text' })
  eventId: string;

  @Column({ type: 'text' })
  topic: string;

  @Column({ type: 'text' })
  key: string;

  @Column({ type: 'text' })
  value: string;

  @Column({ name: 'created_at', type: 'timestamptz', default: () => 'now()' })
  createdAt: Date;

  @Column({ name: 'published_at', type: 'timestamptz', nullable: true })
  publishedAt: Date | null;

  @Column({ type: 'integer', nullable: true })
  partition: number | null;

  @Column({ type: 'bigint', nullable: true, transformer: bigintAsNumber })
  offset: number | null;
}
