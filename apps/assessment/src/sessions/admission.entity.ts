import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Whether sessions of a cluster may be opened. */
@Entity({ name: 'admissions' })
export class AdmissionEntity {
  @PrimaryColumn({ type: 'integer' })
  cluster: number;

  @Column({ type: 'boolean' })
  open: boolean;

  @Column({ type: 'integer' })
  version: number;
}
