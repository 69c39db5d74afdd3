import { createMessagingTables, dropMessagingTables } from '@app/messaging';
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateScoring1669100000000 implements MigrationInterface {
  readonly name = 'CreateScoring1669100000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await createMessagingTables(queryRunner);
    for (const statement of STATEMENTS) await queryRunner.query(statement);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const table of TABLES) await queryRunner.query(`DROP TABLE ${table}`);
    await dropMessagingTables(queryRunner);
  }
}

const TABLES = ['pending_closings', 'current_results', 'results', 'packages_in_force', 'scoring_packages'];

const STATEMENTS = [
  `CREATE TABLE scoring_packages (
     package_id   text        NOT NULL,
     version      integer     NOT NULL,
     form_id      text        NOT NULL,
     form_version integer     NOT NULL,
     hash         text        NOT NULL,
     content      json        NOT NULL,
     imported_by  text        NOT NULL,
     imported_at  timestamptz NOT NULL,
     CONSTRAINT scoring_packages_pkey PRIMARY KEY (package_id, version)
   )`,
  `CREATE TABLE packages_in_force (
     form_id         text        NOT NULL,
     form_version    integer     NOT NULL,
     package_id      text        NOT NULL,
     package_version integer     NOT NULL,
     since           timestamptz NOT NULL,
     CONSTRAINT packages_in_force_pkey PRIMARY KEY (form_id, form_version)
   )`,
  `CREATE TABLE results (
     attempt_id   text        NOT NULL,
     closing      integer     NOT NULL,
     form_id      text        NOT NULL,
     form_version integer     NOT NULL,
     result       json        NOT NULL,
     scored_at    timestamptz NOT NULL,
     CONSTRAINT results_pkey PRIMARY KEY (attempt_id, closing)
   )`,
  // Whether a form has any result decides whether an import may still change its package.
  'CREATE INDEX results_of_form ON results (form_id, form_version)',
  `CREATE TABLE current_results (
     attempt_id   text    NOT NULL,
     closing      integer NOT NULL,
     analytics_id text    NOT NULL,
     session_id   text    NOT NULL,
     agency       text    NOT NULL,
     CONSTRAINT current_results_pkey PRIMARY KEY (attempt_id)
   )`,
  'CREATE INDEX current_results_of_person ON current_results (analytics_id)',
  'CREATE INDEX current_results_of_session ON current_results (session_id, attempt_id)',
  'CREATE INDEX current_results_of_agency ON current_results (agency, attempt_id)',
  `CREATE TABLE pending_closings (
     attempt_id   text        NOT NULL,
     closing      integer     NOT NULL,
     form_id      text        NOT NULL,
     form_version integer     NOT NULL,
     unfit_package_id      text,
     unfit_package_version integer,
     closed       json        NOT NULL,
     held_at      timestamptz NOT NULL,
     CONSTRAINT pending_closings_pkey PRIMARY KEY (attempt_id, closing)
   )`,
  'CREATE INDEX pending_closings_of_form ON pending_closings (form_id, form_version)',
];
