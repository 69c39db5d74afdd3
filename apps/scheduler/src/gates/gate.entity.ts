import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { ClusterEntity } from '../clusters/cluster.entity';
import { RecordColumns } from '../record.columns';

/** Thresholds of a gate; the highest version is in force. */
@Entity({ name: 'gate_rules' })
export class GateRuleEntity extends RecordColumns {
  @PrimaryColumn({ type: 'text' })
  gate: string;

  @PrimaryColumn({ type: 'integer' })
  version: number;

  @Column({ name: 'pass_percent', type: 'double precision' })
  passPercent: number;

  @Column({ name: 'overdue_minutes', type: 'integer' })
  overdueMinutes: number;

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
