import { createMessagingTables, dropMessagingTables } from '@app/messaging';
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateScheduler1669200000000 implements MigrationInterface {
  readonly name = 'CreateScheduler1669200000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await createMessagingTables(queryRunner);
    for (const statement of [...TABLES, MEMBERSHIPS_ON, PERSON_STANDING, FIRST_COVERAGE_RULE]) {
      await queryRunner.query(statement);
    }
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP VIEW person_standing');
    await queryRunner.query('DROP FUNCTION memberships_on(date, boolean)');
    for (const table of TABLE_NAMES) await queryRunner.query(`DROP TABLE ${table}`);
    await dropMessagingTables(queryRunner);
  }
}

const TABLE_NAMES = [
  'records_set_aside',
  'session_runs',
  'attempt_results',
  'attempt_closings',
  'seats',
  'sessions',
  'persons',
  'published_totals',
  'target_versions',
  'gate_evaluations',
  'gate_rules',
  'searched_sources',
  'memberships',
  'agency_versions',
  'agencies',
  'cluster_decisions',
  'cluster_versions',
  'clusters',
];

const TABLES = [
  `CREATE TABLE clusters (
     number integer PRIMARY KEY
   )`,
  `CREATE TABLE cluster_versions (
     number integer NOT NULL CONSTRAINT cluster_versions_number REFERENCES clusters,
     version integer NOT NULL,
     name text NOT NULL,
     criteria text NOT NULL,
     effective_from date NOT NULL,
     author text NOT NULL,
     source text NOT NULL,
     recorded_by text NOT NULL,
     recorded_at timestamptz NOT NULL,
     PRIMARY KEY (number, version)
   )`,
  `CREATE TABLE cluster_decisions (
     cluster integer NOT NULL CONSTRAINT cluster_decisions_cluster REFERENCES clusters,
     sequence integer NOT NULL,
     kind text NOT NULL,
     version integer NOT NULL,
     decision jsonb NOT NULL,
     PRIMARY KEY (cluster, sequence)
   )`,
  `CREATE UNIQUE INDEX cluster_decisions_one_step_per_version
     ON cluster_decisions (cluster, version) WHERE kind = 'transition'`,
  `CREATE TABLE agencies (
     code text PRIMARY KEY
   )`,
  `CREATE TABLE agency_versions (
     code text NOT NULL CONSTRAINT agency_versions_code REFERENCES agencies,
     version integer NOT NULL,
     name text NOT NULL,
     abbreviation text NOT NULL,
     kind text NOT NULL,
     source text NOT NULL,
     note text NOT NULL,
     recorded_by text NOT NULL,
     recorded_at timestamptz NOT NULL,
     PRIMARY KEY (code, version)
   )`,
  `CREATE TABLE memberships (
     agency_code text NOT NULL CONSTRAINT memberships_agency REFERENCES agencies,
     version integer NOT NULL,
     cluster integer CONSTRAINT memberships_cluster REFERENCES clusters,
     effective_from date NOT NULL,
     author text NOT NULL,
     source text NOT NULL,
     note text NOT NULL,
     scenario boolean NOT NULL,
     recorded_by text NOT NULL,
     recorded_at timestamptz NOT NULL,
     PRIMARY KEY (agency_code, version)
   )`,
  `CREATE TABLE searched_sources (
     source_id text NOT NULL,
     version integer NOT NULL,
     agency_code text CONSTRAINT searched_sources_agency REFERENCES agencies,
     published_on date,
     title text NOT NULL,
     address text NOT NULL,
     finding text NOT NULL,
     recorded_by text NOT NULL,
     recorded_at timestamptz NOT NULL,
     PRIMARY KEY (source_id, version)
   )`,
  `CREATE TABLE gate_rules (
     gate text NOT NULL,
     version integer NOT NULL,
     pass_percent double precision NOT NULL,
     overdue_minutes integer NOT NULL,
     author text NOT NULL,
     source text NOT NULL,
     recorded_by text NOT NULL,
     recorded_at timestamptz NOT NULL,
     PRIMARY KEY (gate, version)
   )`,
  `CREATE TABLE gate_evaluations (
     cluster integer NOT NULL CONSTRAINT gate_evaluations_cluster REFERENCES clusters,
     gate text NOT NULL,
     evaluation integer NOT NULL,
     outcome text NOT NULL,
     reason_code text NOT NULL,
     figures json NOT NULL,
     positions jsonb NOT NULL,
     evaluated_at timestamptz NOT NULL,
     PRIMARY KEY (cluster, gate, evaluation)
   )`,
  `CREATE TABLE target_versions (
     target_id text NOT NULL,
     version integer NOT NULL,
     from_date date NOT NULL,
     to_date date NOT NULL,
     people integer NOT NULL,
     author text NOT NULL,
     source text NOT NULL,
     note text NOT NULL,
     recorded_by text NOT NULL,
     recorded_at timestamptz NOT NULL,
     PRIMARY KEY (target_id, version)
   )`,
  `CREATE TABLE published_totals (
     total_id text NOT NULL,
     version integer NOT NULL,
     from_date date NOT NULL,
     to_date date NOT NULL,
     people integer NOT NULL,
     source text NOT NULL,
     note text NOT NULL,
     recorded_by text NOT NULL,
     recorded_at timestamptz NOT NULL,
     PRIMARY KEY (total_id, version)
   )`,
  `CREATE TABLE persons (
     analytics_id text PRIMARY KEY,
     version integer NOT NULL,
     agency text,
     job_level text,
     performance text,
     duty_region text,
     education text,
     retirement_year integer,
     withdrawn boolean NOT NULL
   )`,
  `CREATE INDEX persons_agency ON persons (agency)`,
  `CREATE TABLE sessions (
     session_id text PRIMARY KEY,
     version integer NOT NULL,
     cluster integer NOT NULL CONSTRAINT sessions_cluster REFERENCES clusters,
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
     recorded_by text NOT NULL,
     recorded_at timestamptz NOT NULL
   )`,
  `CREATE TABLE seats (
     session_id text NOT NULL CONSTRAINT seats_session REFERENCES sessions,
     seat text NOT NULL,
     analytics_id text NOT NULL CONSTRAINT seats_person REFERENCES persons,
     sitting text NOT NULL,
     extra_seconds integer NOT NULL,
     recorded_by text NOT NULL,
     recorded_at timestamptz NOT NULL,
     CONSTRAINT seats_one_person_per_seat PRIMARY KEY (session_id, seat),
     CONSTRAINT seats_one_per_person_and_sitting UNIQUE (analytics_id, sitting)
   )`,
  `CREATE TABLE attempt_closings (
     attempt_id text PRIMARY KEY,
     closing integer NOT NULL,
     analytics_id text NOT NULL,
     session_id text NOT NULL,
     root text NOT NULL,
     closed_by text NOT NULL,
     closed_at timestamptz NOT NULL
   )`,
  `CREATE INDEX attempt_closings_person ON attempt_closings (analytics_id)`,
  `CREATE INDEX attempt_closings_session ON attempt_closings (session_id)`,
  `CREATE TABLE attempt_results (
     attempt_id text PRIMARY KEY,
     closing integer NOT NULL,
     root text NOT NULL
   )`,
  `CREATE TABLE session_runs (
     session_id text PRIMARY KEY,
     version integer NOT NULL,
     opened_at timestamptz,
     sealed_at timestamptz,
     sealed_attempts integer
   )`,
  `CREATE TABLE records_set_aside (
     topic text NOT NULL,
     partition integer NOT NULL,
     "offset" bigint NOT NULL,
     key text NOT NULL,
     code text NOT NULL,
     dismissed_by text,
     dismissed_at timestamptz,
     dismissal_reason text,
     PRIMARY KEY (topic, partition, "offset")
   )`,
];

/**
 * The membership in force on a date: the record that took effect last, of these the latest version. A scenario, where
 * one was imported, goes before the published record.
 */
const MEMBERSHIPS_ON = `
  CREATE FUNCTION memberships_on(on_date date, with_scenarios boolean) RETURNS SETOF memberships LANGUAGE sql STABLE AS $$
    SELECT DISTINCT ON (agency_code) *
    FROM memberships
    WHERE effective_from <= on_date AND (with_scenarios OR NOT scenario)
    ORDER BY agency_code, scenario DESC, effective_from DESC, version DESC
  $$`;

/**
 * Where each person stands, counted once whatever number of attempts. \`pending_since\` is the oldest submission that
 * still waits for a result; a result that is ahead of its closing waits for the closing instead.
 */
const PERSON_STANDING = `
  CREATE VIEW person_standing AS
  WITH attempt AS (
    SELECT c.analytics_id, c.closed_at,
           r.closing IS NOT DISTINCT FROM c.closing AS scored,
           COALESCE(r.closing = c.closing AND r.root = c.root, false) AS reconciled,
           COALESCE(r.closing = c.closing AND r.root <> c.root, false) AS differing,
           COALESCE(r.closing < c.closing, true) AS waiting
    FROM attempt_closings c LEFT JOIN attempt_results r USING (attempt_id)
  ), attempts AS (
    SELECT analytics_id, bool_or(scored) AS scored, bool_or(reconciled) AS reconciled, bool_or(differing) AS differing,
           NOT bool_or(reconciled) AND bool_or(NOT scored) AS pending,
           min(closed_at) FILTER (WHERE waiting) AS pending_since
    FROM attempt GROUP BY analytics_id
  )
  SELECT p.analytics_id, p.agency, p.withdrawn,
         EXISTS (SELECT FROM seats s WHERE s.analytics_id = p.analytics_id) AS seated,
         a.analytics_id IS NOT NULL AS attended,
         COALESCE(a.scored, false) AS scored, COALESCE(a.reconciled, false) AS reconciled,
         COALESCE(a.differing, false) AS differing, COALESCE(a.pending, false) AS pending, a.pending_since
  FROM persons p LEFT JOIN attempts a USING (analytics_id)`;

/** The threshold to begin with, until rollout officers decide another. A schema made anew says the same, moment included. */
const FIRST_COVERAGE_RULE = `
  INSERT INTO gate_rules (gate, version, pass_percent, overdue_minutes, author, source, recorded_by, recorded_at)
  VALUES ('coverage', 1, 80, 15, 'Petabakat', 'docs/rollout.md', 'migration', '2022-11-23T10:40:00Z')`;
