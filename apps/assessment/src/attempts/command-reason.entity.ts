import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What a supervisor wrote about a command. Stays here: events carry a code only. */
@Entity({ name: 'command_reasons' })
export class CommandReasonEntity {
  @PrimaryColumn({ name: 'event_id', type: 'text' })
  eventId: string;

  @Column({ type: 'text' })
  actor: string;

  @Column({ type: 'text' })
  note: string;

  @Column({ name: 'recorded_at', type: 'timestamptz', default: () => 'now()' })
  recordedAt: Date;
}
