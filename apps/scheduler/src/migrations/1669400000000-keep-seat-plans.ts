import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Stored plans of seats, seats that cannot name another sitting than their session has, and further facts of the log. */
export class KeepSeatPlans1669400000000 implements MigrationInterface {
  readonly name = 'KeepSeatPlans1669400000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await queryRunner.query(statement);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const statement of TAKEN_BACK) await queryRunner.query(statement);
  }
}

const STATEMENTS = [
  `CREATE TABLE seat_plans (
     cluster integer NOT NULL CONSTRAINT seat_plans_cluster REFERENCES clusters,
     version integer NOT NULL,
     base integer,
     sitting text NOT NULL,
     session_ids text[] NOT NULL,
     task json NOT NULL,
     input_hash text NOT NULL,
     seed text NOT NULL,
     plan text NOT NULL,
     report json NOT NULL,
     seats_digest text NOT NULL,
     reason_code text NOT NULL,
     in_force_at timestamptz,
     in_force_by text,
     superseded_by integer,
     recorded_by text NOT NULL,
     recorded_at timestamptz NOT NULL,
     PRIMARY KEY (cluster, version)
   )`,
  // A person has one seat per sitting, so a seat may not claim another sitting than its session has.
  `ALTER TABLE sessions ADD CONSTRAINT sessions_one_form UNIQUE (session_id, form_id)`,
  `ALTER TABLE seats DROP CONSTRAINT seats_session`,
  `ALTER TABLE seats ADD CONSTRAINT seats_session FOREIGN KEY (session_id, sitting)
     REFERENCES sessions (session_id, form_id)`,
  `ALTER TABLE seats ADD COLUMN given_at timestamptz`,
  `UPDATE seats SET given_at = recorded_at`,
  `ALTER TABLE seats ALTER COLUMN given_at SET NOT NULL`,
  `ALTER TABLE attempt_results ADD COLUMN released_at timestamptz`,
  `ALTER TABLE attempt_closings
     ADD COLUMN form_id text,
     ADD COLUMN form_version integer,
     ADD COLUMN form_hash text NOT NULL DEFAULT ''`,
  // Of what was counted before, the plan knows the form, and nobody the hash.
  `UPDATE attempt_closings c SET form_id = s.form_id, form_version = s.form_version
   FROM sessions s WHERE s.session_id = c.session_id`,
  `UPDATE attempt_closings SET form_id = '', form_version = 1 WHERE form_id IS NULL`,
  `ALTER TABLE attempt_closings
     ALTER COLUMN form_id SET NOT NULL,
     ALTER COLUMN form_version SET NOT NULL,
     ALTER COLUMN form_hash DROP DEFAULT`,
  `ALTER TABLE process_figures ADD COLUMN stopped boolean NOT NULL DEFAULT false`,
  `ALTER TABLE process_figures ALTER COLUMN stopped DROP DEFAULT`,
  `CREATE INDEX process_figures_reported ON process_figures (reported_at)`,
];

const TAKEN_BACK = [
  'ALTER TABLE attempt_closings DROP COLUMN form_hash, DROP COLUMN form_version, DROP COLUMN form_id',
  'DROP INDEX process_figures_reported',
  'ALTER TABLE process_figures DROP COLUMN stopped',
  'ALTER TABLE attempt_results DROP COLUMN released_at',
  'ALTER TABLE seats DROP COLUMN given_at',
  'ALTER TABLE seats DROP CONSTRAINT seats_session',
  'ALTER TABLE seats ADD CONSTRAINT seats_session FOREIGN KEY (session_id) REFERENCES sessions',
  'ALTER TABLE sessions DROP CONSTRAINT sessions_one_form',
  'DROP TABLE seat_plans',
];
