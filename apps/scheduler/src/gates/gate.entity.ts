import { Column, Entity, Index, ForeignKey, PrimaryColumn } from 'typeorm';
import { ClusterEntity } from '../clusters/cluster.entity';
import { RecordColumns } from '../record.columns';

/** A row of the gate table; of each gate the highest version is in force. */
@Entity({ name: 'gate_rules' })
export class GateRuleEntity extends RecordColumns {
  @PrimaryColumn({ type: 'text' })
  gate: string;

  @PrimaryColumn({ type: 'integer' })
  version: number;

  /** When the gate is asked: moments with a blank between them. */
  @Column({ type: 'text' })
  moments: string;

  /** Such as `pass=98 fail=95`. */
  @Column({ type: 'text' })
  thresholds: string;

  @Column({ name: 'failure_limit', type: 'integer' })
  failureLimit: number;

  @Column({ name: 'failure_window_days', type: 'integer' })
  failureWindowDays: number;

  @Column({ name: 'inconclusive_limit_days', type: 'integer', nullable: true })
  inconclusiveLimitDays: number | null;

  @Column({ type: 'text' })
  author: string;

  @Column({ type: 'text' })
  source: string;
}

/** Every evaluation whose outcome or figures differ from the one before, with the positions it was made at. */
@Entity({ name: 'gate_evaluations' })
export class GateEvaluationEntity {
  @ForeignKey(() => ClusterEntity, { name: 'gate_evaluations_cluster' })
  @PrimaryColumn({ type: 'integer' })
  cluster: number;

  @PrimaryColumn({ type: 'text' })
  gate: string;

  @PrimaryColumn({ type: 'integer' })
  evaluation: number;

  /** Where the cluster stood. */
  @Column({ type: 'text' })
  stage: string;

  @Column({ type: 'text' })
  outcome: string;

  @Column({ name: 'reason_code', type: 'text' })
  reasonCode: string;

  /** `json` keeps the order in which the figures are read. */
  @Column({ type: 'json' })
  figures: object;

  @Column({ type: 'jsonb' })
  positions: object;

  @Column({ name: 'evaluated_at', type: 'timestamptz' })
  evaluatedAt: Date;
}

/** What a process reported of itself. */
@Entity({ name: 'process_figures' })
@Index('process_figures_reported', ['reportedAt'])
export class ProcessFiguresEntity {
  @PrimaryColumn({ type: 'text' })
  process: string;

  @PrimaryColumn({ name: 'reported_at', type: 'timestamptz' })
  reportedAt: Date;

  @Column({ type: 'text' })
  role: string;

  @Column({ name: 'acknowledgement_p99_ms', type: 'double precision', nullable: true })
  acknowledgementP99Ms: number | null;

  @Column({ type: 'jsonb' })
  versions: object;

  /** The process took its leave with this report. */
  @Column({ type: 'boolean' })
  stopped: boolean;
}

/** What a person vouched for at a site; the latest of each site and kind is in force. */
@Entity({ name: 'attestations' })
export class AttestationEntity {
  @PrimaryColumn({ name: 'attestation_id', type: 'text' })
  attestationId: string;

  @Column({ type: 'text' })
  kind: string;

  @Column({ name: 'site_id', type: 'text' })
  siteId: string;

  @Column({ type: 'boolean' })
  passed: boolean;

  @Column({ name: 'image_hash', type: 'text', nullable: true })
  imageHash: string | null;

  @Column({ name: 'reason_code', type: 'text' })
  reasonCode: string;

  @Column({ type: 'text' })
  actor: string;

  @Column({ name: 'attested_at', type: 'timestamptz' })
  attestedAt: Date;
}

/** The latest analysis of one form at one site. */
@Entity({ name: 'quality_reports' })
export class QualityReportEntity {
  @PrimaryColumn({ name: 'site_id', type: 'text' })
  siteId: string;

  @PrimaryColumn({ name: 'form_id', type: 'text' })
  formId: string;

  @PrimaryColumn({ name: 'form_version', type: 'integer' })
  formVersion: number;

  @Column({ type: 'integer' })
  attempts: number;

  @Column({ type: 'double precision', nullable: true })
  alpha: number | null;

  @Column({ name: 'reported_at', type: 'timestamptz' })
  reportedAt: Date;
}
