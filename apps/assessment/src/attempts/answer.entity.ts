import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The answer that counts for an item by the header now in force. */
@Entity({ name: 'answers' })
export class AnswerEntity {
  @PrimaryColumn({ name: 'attempt_id', type: 'text' })
  attemptId: string;

  @PrimaryColumn({ name: 'item_id', type: 'text' })
  itemId: string;

  @Column({ type: 'bigint' })
  seq: string;

  @Column({ type: 'jsonb' })
  response: unknown;
}
