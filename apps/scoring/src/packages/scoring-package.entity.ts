import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { PackageContent } from '../scoring/domain/scoring-package';

const PRIMARY_KEY = 'scoring_packages_pkey';

/** One version of a scoring package. Written once. */
@Entity('scoring_packages')
export class ScoringPackageEntity {
  @PrimaryColumn({ name: 'package_id', type: 'text', primaryKeyConstraintName: PRIMARY_KEY })
  packageId: string;

  @PrimaryColumn({ type: 'integer', primaryKeyConstraintName: PRIMARY_KEY })
  version: number;

  @Column({ name: 'form_id', type: 'text' })
  formId: string;

  @Column({ name: 'form_version', type: 'integer' })
  formVersion: number;

  @Column({ type: 'text' })
  hash: string;

  @Column({ type: 'json' })
  content: PackageContent;

  /** Account of who imported it. */
  @Column({ name: 'imported_by', type: 'text' })
  importedBy: string;

  @Column({ name: 'imported_at', type: 'timestamptz' })
  importedAt: Date;
}
