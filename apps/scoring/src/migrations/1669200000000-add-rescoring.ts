import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Several results of one closing, who may see them, and rescorings. */
export class AddRescoring1669200000000 implements MigrationInterface {
  readonly name = 'AddRescoring1669200000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of UP) await queryRunner.query(statement);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const statement of DOWN) await queryRunner.query(statement);
  }
}

const UP = [
  'ALTER TABLE results ADD COLUMN revision integer NOT NULL DEFAULT 1',
  'ALTER TABLE results DROP CONSTRAINT results_pkey',
  'ALTER TABLE results ADD CONSTRAINT results_pkey PRIMARY KEY (attempt_id, closing, revision)',
  'ALTER TABLE current_results ADD COLUMN revision integer NOT NULL DEFAULT 1',
  `ALTER TABLE current_results ADD COLUMN status text NOT NULL DEFAULT 'provisional'`,
  `CREATE TABLE planned_sessions (
     session_id text    NOT NULL,
     version    integer NOT NULL,
     cluster    text    NOT NULL,
     site_id    text    NOT NULL,
     CONSTRAINT planned_sessions_pkey PRIMARY KEY (session_id)
   )`,
  `CREATE TABLE withholdings (
     withholding_id text        NOT NULL,
     scope_kind     text        NOT NULL,
     scope_id       text        NOT NULL,
     reason_code    text        NOT NULL,
     actor          text        NOT NULL,
     at             timestamptz NOT NULL,
     swept_at       timestamptz,
     lifted_at      timestamptz,
     CONSTRAINT withholdings_pkey PRIMARY KEY (withholding_id)
   )`,
  `CREATE TABLE releases (
     release_id   text        NOT NULL,
     scope_kind   text        NOT NULL,
     scope_id     text        NOT NULL,
     reason_code  text        NOT NULL,
     proposed_by  text        NOT NULL,
     proposed_at  timestamptz NOT NULL,
     confirmed_by text,
     confirmed_at timestamptz,
     published_to text        NOT NULL DEFAULT '',
     published    integer     NOT NULL DEFAULT 0,
     finished_at  timestamptz,
     CONSTRAINT releases_pkey PRIMARY KEY (release_id)
   )`,
  `CREATE TABLE rescorings (
     rescoring_id     text        NOT NULL,
     package_id       text        NOT NULL,
     package_version  integer     NOT NULL,
     scope_kind       text        NOT NULL,
     scope_id         text        NOT NULL,
     state            text        NOT NULL,
     created_by       text        NOT NULL,
     created_at       timestamptz NOT NULL,
     in_force_id      text,
     in_force_version integer,
     ranges           json        NOT NULL,
     records_read     integer     NOT NULL DEFAULT 0,
     lease_until      timestamptz,
     digest           text,
     reason_code      text,
     proposed_by      text,
     proposed_at      timestamptz,
     confirmed_by     text,
     confirmed_at     timestamptz,
     published        integer     NOT NULL DEFAULT 0,
     finished_at      timestamptz,
     CONSTRAINT rescorings_pkey PRIMARY KEY (rescoring_id)
   )`,
  `CREATE TABLE rescoring_parts (
     rescoring_id text    NOT NULL,
     partition    integer NOT NULL,
     part         json    NOT NULL,
     next_offset  bigint  NOT NULL,
     end_offset   bigint  NOT NULL,
     CONSTRAINT rescoring_parts_pkey PRIMARY KEY (rescoring_id, partition)
   )`,
  `CREATE TABLE rescoring_files (
     rescoring_id text NOT NULL,
     name         text NOT NULL,
     content      text NOT NULL,
     CONSTRAINT rescoring_files_pkey PRIMARY KEY (rescoring_id, name)
   )`,
];

const DOWN = [
  'DROP TABLE rescoring_files',
  'DROP TABLE rescoring_parts',
  'DROP TABLE rescorings',
  'DROP TABLE releases',
  'DROP TABLE withholdings',
  'DROP TABLE planned_sessions',
  'ALTER TABLE current_results DROP COLUMN status',
  'ALTER TABLE current_results DROP COLUMN revision',
  'DELETE FROM results WHERE revision > 1',
  'ALTER TABLE results DROP CONSTRAINT results_pkey',
  'ALTER TABLE results ADD CONSTRAINT results_pkey PRIMARY KEY (attempt_id, closing)',
  'ALTER TABLE results DROP COLUMN revision',
];
