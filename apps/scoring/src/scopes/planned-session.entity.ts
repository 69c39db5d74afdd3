import { Column, Entity, PrimaryColumn } from 'typeorm';

/** For which cluster and where a session was planned, by the latest plan. */
@Entity('planned_sessions')
export class PlannedSessionEntity {
  @PrimaryColumn({ name: 'session_id', type: 'text', primaryKeyConstraintName: 'planned_sessions_pkey' })
  sessionId: string;

  @Column({ type: 'integer' })
  version: number;

  @Column({ type: 'text' })
  cluster: string;

  @Column({ name: 'site_id', type: 'text' })
  siteId: string;
}
