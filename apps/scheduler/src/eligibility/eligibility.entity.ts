import { Column, Entity, PrimaryColumn } from 'typeorm';
import { RecordColumns } from '../record.columns';

/** What a code of the roster must be; of each rule the highest version is in force. */
@Entity({ name: 'eligibility_rules' })
export class EligibilityRuleEntity extends RecordColumns {
  @PrimaryColumn({ type: 'text' })
  rule: string;

  @PrimaryColumn({ type: 'integer' })
  version: number;

  /** The code that the rule reads. */
  @Column({ type: 'text' })
  code: string;

  /** What the code may be, with a blank between them. */
  @Column({ type: 'text' })
  allowed: string;

  /** A rule that does not bind is counted for information only. */
  @Column({ type: 'boolean' })
  binding: boolean;

  @Column({ type: 'text' })
  author: string;

  @Column({ type: 'text' })
  source: string;
}

/** A person's decision about one person: it goes before every rule. */
@Entity({ name: 'eligibility_decisions' })
export class EligibilityDecisionEntity extends RecordColumns {
  @PrimaryColumn({ name: 'analytics_id', type: 'text' })
  analyticsId: string;

  @PrimaryColumn({ type: 'integer' })
  version: number;

  @Column({ type: 'boolean' })
  eligible: boolean;

  @Column({ name: 'reason_code', type: 'text' })
  reasonCode: string;

  @Column({ type: 'text' })
  author: string;

  @Column({ type: 'text' })
  source: string;
}
