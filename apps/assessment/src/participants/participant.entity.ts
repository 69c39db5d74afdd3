import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A person. The only table with a name and an identity number, both sealed. */
@Entity({ name: 'participants' })
export class ParticipantEntity {
  @PrimaryColumn({ name: 'analytics_id', type: 'text' })
  analyticsId: string;

  @Column({ name: 'participant_number', type: 'text', unique: true })
  participantNumber: string;

  @Column({ name: 'name_sealed', type: 'text' })
  nameSealed: string;

  @Column({ name: 'nip_sealed', type: 'text' })
  nipSealed: string;

  @Column({ name: 'nip_index', type: 'text', unique: true })
  nipIndex: string;

  @Column({ type: 'text' })
  agency: string;

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

  @Column({ type: 'integer' })
  version: number;

  @Column({ name: 'withdrawn_at', type: 'timestamptz', nullable: true })
  withdrawnAt: Date | null;
}
