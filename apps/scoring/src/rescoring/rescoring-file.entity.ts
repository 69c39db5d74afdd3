import { Column, Entity, PrimaryColumn } from 'typeorm';

const PRIMARY_KEY = 'rescoring_files_pkey';

/** One form of a difference report. Written once. */
@Entity('rescoring_files')
export class RescoringFileEntity {
  @PrimaryColumn({ name: 'rescoring_id', type: 'text', primaryKeyConstraintName: PRIMARY_KEY })
  rescoringId: string;

  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: PRIMARY_KEY })
  name: string;

  @Column({ type: 'text' })
  content: string;
}
