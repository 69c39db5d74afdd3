import { Column, Entity, PrimaryColumn } from 'typeorm';
import { RecordColumns } from '../record.columns';

/** How many people are to be assessed in a period. A revision is a new version; the highest is in force. */
@Entity({ name: 'target_versions' })
export class TargetVersionEntity extends RecordColumns {
  @PrimaryColumn({ name: 'target_id', type: 'text' })
  targetId: string;

  @PrimaryColumn({ type: 'integer' })
  version: number;

  @Column({ name: 'from_date', type: 'date' })
  fromDate: string;

  @Column({ name: 'to_date', type: 'date' })
  toDate: string;

  @Column({ type: 'integer' })
  people: number;

  @Column({ type: 'text' })
  author: string;

  @Column({ type: 'text' })
  source: string;

  @Column({ type: 'text' })
  note: string;
}

/** A total that somebody published; sources disagree, so several may speak about one period. */
@Entity({ name: 'published_totals' })
export class PublishedTotalEntity extends RecordColumns {
  @PrimaryColumn({ name: 'total_id', type: 'text' })
  totalId: string;

  @PrimaryColumn({ type: 'integer' })
  version: number;

  @Column({ name: 'from_date', type: 'date' })
  fromDate: string;

  @Column({ name: 'to_date', type: 'date' })
  toDate: string;

  @Column({ type: 'integer' })
  people: number;

  @Column({ type: 'text' })
  source: string;

  @Column({ type: 'text' })
  note: string;
}
