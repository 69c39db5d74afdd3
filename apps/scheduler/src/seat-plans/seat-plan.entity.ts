import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { ClusterEntity } from '../clusters/cluster.entity';
import type { PlanReport, PlanningTask } from '../planning/planning.task';
import { RecordColumns } from '../record.columns';

/** A plan of seats with all that it was made from. It changes nothing until somebody puts it in force. */
@Entity({ name: 'seat_plans' })
export class SeatPlanEntity extends RecordColumns {
  @ForeignKey(() => ClusterEntity, { name: 'seat_plans_cluster' })
  @PrimaryColumn({ type: 'integer' })
  cluster: number;

  @PrimaryColumn({ type: 'integer' })
  version: number;

  /** The plan that this one was made anew from; null for a plan of its own. */
  @Column({ type: 'integer', nullable: true })
  base: number | null;

  /** The form that everybody sits. */
  @Column({ type: 'text' })
  sitting: string;

  /** Sessions of the window, in order. */
  @Column({ name: 'session_ids', type: 'text', array: true })
  sessionIds: string[];

  /** The files as they were, and the options. */
  @Column({ type: 'json' })
  task: PlanningTask;

  @Column({ name: 'input_hash', type: 'text' })
  inputHash: string;

  @Column({ type: 'text' })
  seed: string;

  /** CSV: personId, sessionId, seat. */
  @Column({ type: 'text' })
  plan: string;

  @Column({ type: 'json' })
  report: PlanReport;

  /** SHA-256 over the seats as they stood when the plan was made: on others it is not put in force. */
  @Column({ name: 'seats_digest', type: 'text' })
  seatsDigest: string;

  @Column({ name: 'reason_code', type: 'text' })
  reasonCode: string;

  @Column({ name: 'in_force_at', type: 'timestamptz', nullable: true })
  inForceAt: Date | null;

  @Column({ name: 'in_force_by', type: 'text', nullable: true })
  inForceBy: string | null;

  /** The later plan over some of the same sessions that was put in force. */
  @Column({ name: 'superseded_by', type: 'integer', nullable: true })
  supersededBy: number | null;
}
