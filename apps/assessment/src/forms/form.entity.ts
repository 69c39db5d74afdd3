import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A form version. Never changes. */
@Entity({ name: 'forms' })
export class FormEntity {
  @PrimaryColumn({ name: 'form_id', type: 'text' })
  formId: string;

  @PrimaryColumn({ type: 'integer' })
  version: number;

  @Column({ type: 'text' })
  hash: string;

  @Column({ type: 'jsonb' })
  content: unknown;

  @Column({ name: 'created_at', type: 'timestamptz', default: () => 'now()' })
  createdAt: Date;
}
