import { tableMadeBy, takenAwayBy } from './expansion.rules';

const NONE: ReadonlySet<string> = new Set();

describe('a migration only adds', () => {
  test.each([
    'CREATE TABLE thing (id bigint NOT NULL PRIMARY KEY)',
    'CREATE INDEX thing_by_name ON thing (name)',
    'ALTER TABLE thing ADD COLUMN note text',
    'ALTER TABLE thing ADD COLUMN revision integer NOT NULL DEFAULT 1',
    "ALTER TABLE thing ADD COLUMN a numeric(10, 2), ADD COLUMN b text NOT NULL DEFAULT ''",
    'ALTER TABLE thing ALTER COLUMN name DROP NOT NULL',
    'CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$',
    'UPDATE thing SET note = name',
    '-- no DROP TABLE here\nALTER TABLE thing ADD COLUMN note text',
  ])('where it says %s', (sql) => {
    expect(takenAwayBy(sql, NONE)).toEqual([]);
  });

  test.each([
    'DROP TABLE thing',
    'drop index thing_by_name',
    'TRUNCATE thing',
    'DELETE FROM thing',
    'ALTER TABLE thing DROP COLUMN name',
    'ALTER TABLE thing ALTER COLUMN stopped DROP DEFAULT',
    'ALTER TABLE thing DROP CONSTRAINT thing_pkey',
    'ALTER TABLE thing RENAME COLUMN name TO title',
    'ALTER TABLE thing RENAME TO item',
    'ALTER TABLE thing ADD COLUMN edition text NOT NULL',
    "ALTER TABLE thing\n  ADD COLUMN a text NOT NULL DEFAULT '',\n  ADD COLUMN b text NOT NULL",
    'ALTER TABLE thing ADD COLUMN other bigint REFERENCES other',
    'ALTER TABLE thing ALTER COLUMN name SET NOT NULL',
    'ALTER TABLE thing ALTER COLUMN id TYPE integer',
    'ALTER TABLE thing ALTER COLUMN id SET DATA TYPE integer',
    'ALTER TABLE thing ADD CONSTRAINT one_name UNIQUE (name)',
    'CREATE UNIQUE INDEX one_name ON thing (name)',
  ])('and not where it says %s', (sql) => {
    expect(takenAwayBy(sql, NONE)).toHaveLength(1);
  });

  test('may do anything with a table that it makes itself', () => {
    const made = tableMadeBy('CREATE TABLE thing (id bigint)');
    expect(made).toBe('thing');
    expect(takenAwayBy('ALTER TABLE thing ADD CONSTRAINT one UNIQUE (id)', new Set([made!]))).toEqual([]);
  });
});
