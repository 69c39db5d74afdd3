import { createMessagingTables, dropMessagingTables } from '@app/messaging';
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateAssessment1669000000000 implements MigrationInterface {
  readonly name = 'CreateAssessment1669000000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await createMessagingTables(queryRunner);
    for (const statement of TABLES) await queryRunner.query(statement);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const table of TABLE_NAMES) await queryRunner.query(`DROP TABLE ${table}`);
    await dropMessagingTables(queryRunner);
  }
}

const TABLE_NAMES = [
  'command_reasons',
  'pending_closures',
  'closings',
  'answer_conflicts',
  'answers',
  'answer_events',
  'attempts',
  'pins',
  'seats',
  'admissions',
  'sessions',
  'forms',
  'participants',
];

const TABLES = [
  `CREATE TABLE participants (
     analytics_id text PRIMARY KEY,
     participant_number text NOT NULL UNIQUE,
     name_sealed text NOT NULL,
     nip_sealed text NOT NULL,
     nip_index text NOT NULL UNIQUE,
     agency text NOT NULL,
     job_level text,
     performance text,
     duty_region text,
     education text,
     retirement_year integer,
     version integer NOT NULL,
     withdrawn_at timestamptz
   )`,
  `CREATE TABLE forms (
     form_id text NOT NULL,
     version integer NOT NULL,
     hash text NOT NULL,
     content jsonb NOT NULL,
     created_at timestamptz NOT NULL DEFAULT now(),
     PRIMARY KEY (form_id, version)
   )`,
  `CREATE TABLE sessions (
     session_id text PRIMARY KEY,
     plan_version integer NOT NULL,
     cluster integer NOT NULL,
     site_id text NOT NULL,
     room text NOT NULL,
     starts_at timestamptz NOT NULL,
     time_zone text NOT NULL,
     duration_seconds integer NOT NULL,
     pin_closes_at timestamptz NOT NULL,
     last_start_at timestamptz NOT NULL,
     seat_count integer NOT NULL,
     form_id text NOT NULL,
     form_version integer NOT NULL,
     cancelled_at timestamptz,
     opened_at timestamptz,
     sealed_at timestamptz,
     sealed_root text,
     state_version integer NOT NULL DEFAULT 0
   )`,
  `CREATE TABLE admissions (
     cluster integer PRIMARY KEY,
     open boolean NOT NULL,
     version integer NOT NULL
   )`,
  // Deferrable: one plan event may swap the seats of two people.
  `CREATE TABLE seats (
     session_id text NOT NULL,
     analytics_id text NOT NULL,
     seat text NOT NULL,
     extra_seconds integer NOT NULL,
     plan_version integer NOT NULL,
     attempt_id text UNIQUE,
     epoch_issued integer NOT NULL DEFAULT 0,
     started_at timestamptz,
     PRIMARY KEY (session_id, analytics_id),
     CONSTRAINT one_person_per_seat UNIQUE (session_id, seat) DEFERRABLE INITIALLY DEFERRED
   )`,
  `CREATE TABLE pins (
     pin_id uuid PRIMARY KEY,
     session_id text NOT NULL,
     analytics_id text NOT NULL,
     seat text NOT NULL,
     pin_hash text NOT NULL,
     issued_at timestamptz NOT NULL,
     issued_by text NOT NULL,
     closes_at timestamptz NOT NULL,
     used_at timestamptz,
     revoked_at timestamptz
   )`,
  `CREATE INDEX pins_of_person ON pins (analytics_id, session_id)`,
  `CREATE TABLE attempts (
     attempt_id text PRIMARY KEY,
     session_id text NOT NULL,
     status text NOT NULL,
     deadline_at timestamptz,
     closing integer NOT NULL,
     version integer NOT NULL,
     header jsonb NOT NULL
   ) WITH (fillfactor = 80)`,
  `CREATE INDEX attempts_of_session ON attempts (session_id)`,
  `CREATE INDEX attempts_running_out ON attempts (deadline_at) WHERE status = 'started'`,
  // The hot table: its primary key only, no foreign keys.
  `CREATE TABLE answer_events (
     attempt_id text NOT NULL,
     seq bigint NOT NULL,
     item_id text NOT NULL,
     response jsonb NOT NULL,
     answered_at text NOT NULL,
     received_at timestamptz NOT NULL,
     commitment text NOT NULL,
     position bigint NOT NULL,
     PRIMARY KEY (attempt_id, seq)
   )`,
  `CREATE TABLE answers (
     attempt_id text NOT NULL,
     item_id text NOT NULL,
     seq bigint NOT NULL,
     response jsonb NOT NULL,
     PRIMARY KEY (attempt_id, item_id)
   ) WITH (fillfactor = 80)`,
  `CREATE TABLE answer_conflicts (
     attempt_id text NOT NULL,
     position bigint NOT NULL,
     seq bigint NOT NULL,
     item_id text NOT NULL,
     response jsonb NOT NULL,
     received_at timestamptz NOT NULL,
     commitment text NOT NULL,
     PRIMARY KEY (attempt_id, position)
   )`,
  `CREATE TABLE closings (
     attempt_id text NOT NULL,
     closing integer NOT NULL,
     closed_by text NOT NULL,
     root text NOT NULL,
     PRIMARY KEY (attempt_id, closing)
   )`,
  `CREATE TABLE pending_closures (
     event_id text PRIMARY KEY,
     attempt_id text NOT NULL,
     at timestamptz NOT NULL,
     due_at timestamptz NOT NULL,
     actor text NOT NULL,
     reason_code text NOT NULL
   )`,
  `CREATE INDEX pending_closures_due ON pending_closures (due_at)`,
  `CREATE TABLE command_reasons (
     event_id text PRIMARY KEY,
     actor text NOT NULL,
     note text NOT NULL,
     recorded_at timestamptz NOT NULL DEFAULT now()
   )`,
];
