import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The same `seq` with another payload: evidence, without effect. */
@Entity({ name: 'answer_conflicts' })
export class AnswerConflictEntity {
  @PrimaryColumn({ name: 'attempt_id', type: 'text' })
  attemptId: string;

  @PrimaryColumn({ type: 'bigint' })
  position: string;

  @Column({ type: 'bigint' })
  seq: string;

  @Column({ name: 'item_id', type: 'text' })
  itemId: string;

  @Column({ type: 'jsonb' })
  response: unknown;

  @Column({ name: 'received_at', type: 'timestamptz' })
  receivedAt: Date;

  @Column({ type: 'text' })
  commitment: string;
}
