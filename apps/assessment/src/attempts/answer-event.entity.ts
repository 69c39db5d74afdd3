import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The first record of each `seq`. Inserted, never changed. */
@Entity({ name: 'answer_events' })
export class AnswerEventEntity {
  @PrimaryColumn({ name: 'attempt_id', type: 'text' })
  attemptId: string;

  @PrimaryColumn({ type: 'bigint' })
  seq: string;

  @Column({ name: 'item_id', type: 'text' })
  itemId: string;

  @Column({ type: 'jsonb' })
  response: unknown;

  @Column({ name: 'answered_at', type: 'text' })
  answeredAt: string;

  @Column({ name: 'received_at', type: 'timestamptz' })
  receivedAt: Date;

  @Column({ type: 'text' })
  commitment: string;

  @Column({ type: 'bigint' })
  position: string;
}
