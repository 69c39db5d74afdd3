import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Canaries and waves, the gate table, eligibility, and several versions of who is in which cluster side by side. */
export class StageRollout1669300000000 implements MigrationInterface {
  readonly name = 'StageRollout1669300000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of [...CHANGES, ...TABLES, ...FUNCTIONS, COVERAGE_RULE]) await queryRunner.query(statement);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const statement of TAKEN_BACK) await queryRunner.query(statement);
  }
}

const CHANGES = [
  `DELETE FROM gate_rules`,
  `ALTER TABLE gate_rules
     DROP COLUMN pass_percent,
     DROP COLUMN overdue_minutes,
     ADD COLUMN moments text NOT NULL,
     ADD COLUMN thresholds text NOT NULL,
     ADD COLUMN failure_limit integer NOT NULL,
     ADD COLUMN failure_window_days integer NOT NULL,
     ADD COLUMN inconclusive_limit_days integer`,
  `ALTER TABLE gate_evaluations ADD COLUMN stage text NOT NULL`,
  `ALTER TABLE attempt_closings
     ADD COLUMN credited_seconds integer NOT NULL,
     ADD COLUMN resumes integer NOT NULL`,
  `ALTER TABLE attempt_results
     ADD COLUMN scored_at timestamptz NOT NULL,
     ADD COLUMN ability double precision`,
  `ALTER TABLE session_runs
     ADD COLUMN sealed_root text,
     ADD COLUMN verified boolean`,
  `ALTER TABLE memberships ADD COLUMN edition text NOT NULL`,
  `ALTER TABLE persons ADD COLUMN told_at timestamptz NOT NULL`,
];

const TABLES = [
  `CREATE TABLE ramp_plans (
     cluster integer NOT NULL CONSTRAINT ramp_plans_cluster REFERENCES clusters,
     version integer NOT NULL,
     canary_percent double precision,
     waves text NOT NULL,
     gates text NOT NULL,
     seed text NOT NULL,
     author text NOT NULL,
     source text NOT NULL,
     recorded_by text NOT NULL,
     recorded_at timestamptz NOT NULL,
     PRIMARY KEY (cluster, version)
   )`,
  `CREATE TABLE ramp_members (
     cluster integer NOT NULL CONSTRAINT ramp_members_cluster REFERENCES clusters,
     analytics_id text NOT NULL,
     share_percent double precision NOT NULL,
     chosen_at timestamptz NOT NULL,
     PRIMARY KEY (cluster, analytics_id)
   )`,
  `CREATE TABLE process_figures (
     process text NOT NULL,
     reported_at timestamptz NOT NULL,
     role text NOT NULL,
     acknowledgement_p99_ms double precision,
     versions jsonb NOT NULL,
     PRIMARY KEY (process, reported_at)
   )`,
  `CREATE TABLE attestations (
     attestation_id text PRIMARY KEY,
     kind text NOT NULL,
     site_id text NOT NULL,
     passed boolean NOT NULL,
     image_hash text,
     reason_code text NOT NULL,
     actor text NOT NULL,
     attested_at timestamptz NOT NULL
   )`,
  `CREATE TABLE quality_reports (
     site_id text NOT NULL,
     form_id text NOT NULL,
     form_version integer NOT NULL,
     attempts integer NOT NULL,
     alpha double precision,
     reported_at timestamptz NOT NULL,
     PRIMARY KEY (site_id, form_id, form_version)
   )`,
  `CREATE TABLE membership_editions (
     version integer PRIMARY KEY,
     edition text NOT NULL,
     effective_from date NOT NULL,
     author text NOT NULL,
     source text NOT NULL,
     recorded_by text NOT NULL,
     recorded_at timestamptz NOT NULL
   )`,
  `CREATE TABLE eligibility_rules (
     rule text NOT NULL,
     version integer NOT NULL,
     code text NOT NULL,
     allowed text NOT NULL,
     binding boolean NOT NULL,
     author text NOT NULL,
     source text NOT NULL,
     recorded_by text NOT NULL,
     recorded_at timestamptz NOT NULL,
     PRIMARY KEY (rule, version)
   )`,
  `CREATE TABLE eligibility_decisions (
     analytics_id text NOT NULL,
     version integer NOT NULL,
     eligible boolean NOT NULL,
     reason_code text NOT NULL,
     author text NOT NULL,
     source text NOT NULL,
     recorded_by text NOT NULL,
     recorded_at timestamptz NOT NULL,
     PRIMARY KEY (analytics_id, version)
   )`,
];

/** What was imported without naming another edition. */
const FIRST_EDITION = 'published';

const FUNCTIONS = [
  `CREATE FUNCTION edition_on(on_date date) RETURNS text LANGUAGE sql STABLE AS $$
     SELECT COALESCE((SELECT edition FROM membership_editions WHERE effective_from <= on_date
                      ORDER BY effective_from DESC, version DESC LIMIT 1), '${FIRST_EDITION}')
   $$`,
  `CREATE OR REPLACE FUNCTION memberships_on(on_date date, with_scenarios boolean) RETURNS SETOF memberships
   LANGUAGE sql STABLE AS $$
     SELECT DISTINCT ON (agency_code) *
     FROM memberships
     WHERE effective_from <= on_date AND CASE WHEN scenario THEN with_scenarios ELSE edition = edition_on(on_date) END
     ORDER BY agency_code, scenario DESC, effective_from DESC, version DESC
   $$`,
];

/** The rule to begin with, until rollout officers decide another. A schema made anew says the same, moment included. */
const COVERAGE_RULE = `
  INSERT INTO gate_rules (gate, version, moments, thresholds, failure_limit, failure_window_days, author, source,
                          recorded_by, recorded_at)
  VALUES ('coverage', 1, 'promotion', 'pass=80 overdueMinutes=15', 0, 1, 'Petabakat', 'docs/rollout.md',
          'migration', '2022-11-24T14:26:40Z')`;

const TAKEN_BACK = [
  `CREATE OR REPLACE FUNCTION memberships_on(on_date date, with_scenarios boolean) RETURNS SETOF memberships
   LANGUAGE sql STABLE AS $$
     SELECT DISTINCT ON (agency_code) *
     FROM memberships
     WHERE effective_from <= on_date AND (with_scenarios OR NOT scenario)
     ORDER BY agency_code, scenario DESC, effective_from DESC, version DESC
   $$`,
  'DROP FUNCTION edition_on(date)',
  ...[
    'eligibility_decisions',
    'eligibility_rules',
    'membership_editions',
    'quality_reports',
    'attestations',
    'process_figures',
    'ramp_members',
    'ramp_plans',
  ].map((table) => `DROP TABLE ${table}`),
  'ALTER TABLE persons DROP COLUMN told_at',
  'ALTER TABLE memberships DROP COLUMN edition',
  'ALTER TABLE session_runs DROP COLUMN verified, DROP COLUMN sealed_root',
  'ALTER TABLE attempt_results DROP COLUMN ability, DROP COLUMN scored_at',
  'ALTER TABLE attempt_closings DROP COLUMN resumes, DROP COLUMN credited_seconds',
  'ALTER TABLE gate_evaluations DROP COLUMN stage',
  'DELETE FROM gate_rules',
  `ALTER TABLE gate_rules
     DROP COLUMN inconclusive_limit_days,
     DROP COLUMN failure_window_days,
     DROP COLUMN failure_limit,
     DROP COLUMN thresholds,
     DROP COLUMN moments,
     ADD COLUMN pass_percent double precision NOT NULL,
     ADD COLUMN overdue_minutes integer NOT NULL`,
];
