import { Column } from 'typeorm';

/** Who entered a record, and when: not who decided what it says, which is its `author`. */
export abstract class RecordColumns {
  @Column({ name: 'recorded_by', type: 'text' })
  recordedBy: string;

  @Column({ name: 'recorded_at', type: 'timestamptz' })
  recordedAt: Date;
}
