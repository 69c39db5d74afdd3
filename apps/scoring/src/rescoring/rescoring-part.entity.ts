import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { DryRunPart } from './dry-run';

const PRIMARY_KEY = 'rescoring_parts_pkey';

/** What a dry run made of one partition, and how far its release has come. */
@Entity('rescoring_parts')
export class RescoringPartEntity {
  @PrimaryColumn({ name: 'rescoring_id', type: 'text', primaryKeyConstraintName: PRIMARY_KEY })
  rescoringId: string;

  @PrimaryColumn({ type: 'integer', primaryKeyConstraintName: PRIMARY_KEY })
  partition: number;

  @Column({ type: 'json' })
  part: DryRunPart;

  /** Offset of the next record whose result is told of. */
  @Column({ name: 'next_offset', type: 'bigint' })
  nextOffset: string;

  @Column({ name: 'end_offset', type: 'bigint' })
  endOffset: string;
}
