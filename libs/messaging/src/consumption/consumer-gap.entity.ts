import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import { bigintAsNumber } from './bigint-as-number';

/** A gap that a person accepted: which records a group went on without, who said so, and why. */
@Entity('consumer_gaps')
export class ConsumerGap {
  @PrimaryGeneratedColumn({ type: 'bigint', primaryKeyConstraintName: 'consumer_gaps_pkey' })
  id: string;

  @Column({ name: 'consumer_group', type: 'text' })
  group: string;

  @Column({ type: 'text' })
  topic: string;

  @Column({ type: 'integer' })
  partition: number;

  @Column({ name: 'from_offset', type: 'bigint', transformer: bigintAsNumber })
  fromOffset: number;

  @Column({ name: 'to_offset', type: 'bigint', transformer: bigintAsNumber })
  toOffset: number;

  @Column({ type: 'text' })
  actor: string;

  @Column({ type: 'text' })
  reason: string;

  @Column({ name: 'accepted_at', type: 'timestamptz' })
  acceptedAt: Date;
}
