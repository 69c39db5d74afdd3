import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

/** One issued token. Rows stay after a revocation: they say who could act in whose name, and when. */
@Entity('staff_token')
@Index('staff_token_active_account', ['account'], { unique: true, where: 'revoked_at IS NULL' })
export class StaffTokenEntity {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'staff_token_pkey',
  })
  id: string;

  @Column('text')
  account: string;

  @Column('text', { array: true })
  roles: string[];

  /** null: all sessions. */
  @Column('text', { array: true, nullable: true })
  sessions: string[] | null;

  @Index('staff_token_hash', { unique: true })
  @Column('text', { name: 'token_hash' })
  tokenHash: string;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt: Date;

  @Column('timestamptz', { name: 'revoked_at', nullable: true })
  revokedAt: Date | null;
}
