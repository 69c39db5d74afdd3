import { Column, Entity, PrimaryColumn } from 'typeorm';

const PRIMARY_KEY = 'packages_in_force_pkey';

/** Which package scores the closings of a form. */
@Entity('packages_in_force')
export class PackageInForceEntity {
  @PrimaryColumn({ name: 'form_id', type: 'text', primaryKeyConstraintName: PRIMARY_KEY })
  formId: string;

  @PrimaryColumn({ name: 'form_version', type: 'integer', primaryKeyConstraintName: PRIMARY_KEY })
  formVersion: number;

  @Column({ name: 'package_id', type: 'text' })
  packageId: string;

  @Column({ name: 'package_version', type: 'integer' })
  packageVersion: number;

  @Column({ type: 'timestamptz' })
  since: Date;
}
