import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A one-time PIN, bound to person, session and seat; only its keyed hash is kept. */
@Entity({ name: 'pins' })
@Index('pins_of_person', ['analyticsId', 'sessionId'])
export class PinEntity {
  @PrimaryColumn({ name: 'pin_id', type: 'uuid' })
  pinId: string;

  @Column({ name: 'session_id', type: 'text' })
  sessionId: string;

  @Column({ name: 'analytics_id', type: 'text' })
  analyticsId: string;

  @Column({ type: 'text' })
  seat: string;

  @Column({ name: 'pin_hash', type: 'text' })
  pinHash: string;

  @Column({ name: 'issued_at', type: 'timestamptz' })
  issuedAt: Date;

  @Column({ name: 'issued_by', type: 'text' })
  issuedBy: string;

  @Column({ name: 'closes_at', type: 'timestamptz' })
  closesAt: Date;

  @Column({ name: 'used_at', type: 'timestamptz', nullable: true })
  usedAt: Date | null;

  @Column({ name: 'revoked_at', type: 'timestamptz', nullable: true })
  revokedAt: Date | null;
}
