import { Column, Entity, PrimaryColumn } from 'typeorm';
import { bigintAsNumber } from './bigint-as-number';

const PRIMARY_KEY = 'consumer_progress_pkey';

/** How far a consumer group has applied a partition to this schema. This row is the position; it is also the fence. */
@Entity('consumer_progress')
export class ConsumerProgress {
  @PrimaryColumn({ name: 'consumer_group', type: 'text', primaryKeyConstraintName: PRIMARY_KEY })
  group: string;

  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: PRIMARY_KEY })
  topic: string;

  @PrimaryColumn({ type: 'integer', primaryKeyConstraintName: PRIMARY_KEY })
  partition: number;

  /** Offset of the first record that is not applied yet. */
  @Column({ name: 'next_offset', type: 'bigint', transformer: bigintAsNumber })
  nextOffset: number;

  @Column({ name: 'updated_at', type: 'timestamptz' })
  updatedAt: Date;
}
