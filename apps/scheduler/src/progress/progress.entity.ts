import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A registered person, known here by a pseudonym; the codes feed rules about who is eligible. */
@Entity({ name: 'persons' })
@Index('persons_agency', ['agency'])
export class PersonEntity {
  @PrimaryColumn({ name: 'analytics_id', type: 'text' })
  analyticsId: string;

  @Column({ type: 'integer' })
  version: number;

  /** Null only where a withdrawal is all that could be read about the person. */
  @Column({ type: 'text', nullable: true })
  agency: string | null;

  @Column({ name: 'job_level', type: 'text', nullable: true })
  jobLevel: string | null;

  @Column({ type: 'text', nullable: true })
  performance: string | null;

  @Column({ name: 'duty_region', type: 'text', nullable: true })
  dutyRegion: string | null;

  @Column({ type: 'text', nullable: true })
  education: string | null;

  @Column({ name: 'retirement_year', type: 'integer', nullable: true })
  retirementYear: number | null;

  @Column({ type: 'boolean' })
  withdrawn: boolean;

  /** When the roster last said something about the person. */
  @Column({ name: 'told_at', type: 'timestamptz' })
  toldAt: Date;
}

/** The latest closing of an attempt. */
@Entity({ name: 'attempt_closings' })
@Index('attempt_closings_person', ['analyticsId'])
@Index('attempt_closings_session', ['sessionId'])
export class AttemptClosingEntity {
  @PrimaryColumn({ name: 'attempt_id', type: 'text' })
  attemptId: string;

  @Column({ type: 'integer' })
  closing: number;

  @Column({ name: 'analytics_id', type: 'text' })
  analyticsId: string;

  @Column({ name: 'session_id', type: 'text' })
  sessionId: string;

  @Column({ type: 'text' })
  root: string;

  @Column({ name: 'closed_by', type: 'text' })
  closedBy: string;

  @Column({ name: 'closed_at', type: 'timestamptz' })
  closedAt: Date;

  @Column({ name: 'credited_seconds', type: 'integer' })
  creditedSeconds: number;

  @Column({ type: 'integer' })
  resumes: number;

  /** The form as it was delivered. */
  @Column({ name: 'form_id', type: 'text' })
  formId: string;

  @Column({ name: 'form_version', type: 'integer' })
  formVersion: number;

  @Column({ name: 'form_hash', type: 'text' })
  formHash: string;
}

/** The result of an attempt's latest scored closing. */
@Entity({ name: 'attempt_results' })
export class AttemptResultEntity {
  @PrimaryColumn({ name: 'attempt_id', type: 'text' })
  attemptId: string;

  @Column({ type: 'integer' })
  closing: number;

  @Column({ type: 'text' })
  root: string;

  @Column({ name: 'scored_at', type: 'timestamptz' })
  scoredAt: Date;

  /** Of the first scale: theta, or the share of the credits where the package gives no theta. */
  @Column({ type: 'double precision', nullable: true })
  ability: number | null;

  /** When two people released it; null while it is provisional. */
  @Column({ name: 'released_at', type: 'timestamptz', nullable: true })
  releasedAt: Date | null;
}

/** What became of a planned session, as the assessment service tells it. */
@Entity({ name: 'session_runs' })
export class SessionRunEntity {
  @PrimaryColumn({ name: 'session_id', type: 'text' })
  sessionId: string;

  @Column({ type: 'integer' })
  version: number;

  @Column({ name: 'opened_at', type: 'timestamptz', nullable: true })
  openedAt: Date | null;

  @Column({ name: 'sealed_at', type: 'timestamptz', nullable: true })
  sealedAt: Date | null;

  @Column({ name: 'sealed_attempts', type: 'integer', nullable: true })
  sealedAttempts: number | null;

  @Column({ name: 'sealed_root', type: 'text', nullable: true })
  sealedRoot: string | null;

  /** Whether the seal equals the tree over the attempts as they arrived here; null while that is not known. */
  @Column({ type: 'boolean', nullable: true })
  verified: boolean | null;
}

/** A record that went to the dead letters: forgotten once a later record of its key was applied, or dismissed by a person. */
@Entity({ name: 'records_set_aside' })
export class RecordSetAsideEntity {
  @PrimaryColumn({ type: 'text' })
  topic: string;

  @PrimaryColumn({ type: 'integer' })
  partition: number;

  @PrimaryColumn({ type: 'bigint' })
  offset: string;

  @Column({ type: 'text' })
  key: string;

  @Column({ type: 'text' })
  code: string;

  @Column({ name: 'dismissed_by', type: 'text', nullable: true })
  dismissedBy: string | null;

  @Column({ name: 'dismissed_at', type: 'timestamptz', nullable: true })
  dismissedAt: Date | null;

  @Column({ name: 'dismissal_reason', type: 'text', nullable: true })
  dismissalReason: string | null;
}
