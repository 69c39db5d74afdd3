import { EVENTS, TOPICS, dataSchemaOf } from '@app/contracts';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { KEPT_TABLES } from '../records/kept-tables';
import { SCHEDULER_GROUP, SCHEDULER_SOURCE } from '../scheduler.tokens';

/** Every change of a kept table goes to the outbox in the transaction that makes it. */
export class KeepRecordsInLog1669900000000 implements MigrationInterface {
  readonly name = 'KeepRecordsInLog1669900000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('CREATE SEQUENCE record_changes');
    await queryRunner.query(KEEP_IN_LOG);
    for (const [table, key] of Object.entries(KEPT_TABLES)) {
      for (const trigger of triggersOf(table, key)) await queryRunner.query(trigger);
    }
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP FUNCTION keep_in_log() CASCADE');
    await queryRunner.query('DROP SEQUENCE record_changes');
  }
}

/** Characters of one part: escaped as text inside JSON, and in UTF-8, it stays below what the log takes. */
const PART_CHARACTERS = 200_000;

/**
 * Writes what a statement changed as one event, in as many parts as its length needs. New rows are told whole, removed
 * ones by their keys, changed ones by their keys and what is different now. Numbers follow the order of the changes of
 * each row, since a row is locked from its change to the commit.
 */
const KEEP_IN_LOG = `
  CREATE FUNCTION keep_in_log() RETURNS trigger LANGUAGE plpgsql SET timezone = 'UTC' AS $$
  DECLARE
    rows text;
    number bigint;
    parts integer;
  BEGIN
    IF current_setting('petabakat.replaying', true) = 'on' THEN RETURN NULL; END IF;
    IF TG_OP = 'INSERT' THEN
      SELECT jsonb_agg(to_jsonb(n))::text INTO rows FROM new_rows n;
    ELSIF TG_OP = 'DELETE' THEN
      SELECT jsonb_agg(identity ORDER BY identity)::text INTO rows FROM (
        SELECT (SELECT jsonb_object_agg(k, to_jsonb(o) -> k) FROM unnest(TG_ARGV) k) AS identity FROM old_rows o) removed;
    ELSE
      SELECT jsonb_agg(difference ORDER BY identity)::text INTO rows
      FROM (SELECT to_jsonb(o) AS before, (SELECT jsonb_object_agg(k, to_jsonb(o) -> k) FROM unnest(TG_ARGV) k) AS identity
            FROM old_rows o) old_row
      JOIN (SELECT to_jsonb(n) AS after, (SELECT jsonb_object_agg(k, to_jsonb(n) -> k) FROM unnest(TG_ARGV) k) AS identity
            FROM new_rows n) new_row USING (identity)
      CROSS JOIN LATERAL (
        SELECT jsonb_object_agg(f.key, f.value) AS difference FROM jsonb_each(after) f
        WHERE f.key = ANY (TG_ARGV) OR f.value IS DISTINCT FROM before -> f.key) changed
      WHERE after <> before;
    END IF;
    IF rows IS NULL THEN RETURN NULL; END IF;
    number := nextval('record_changes');
    parts := (length(rows) - 1) / ${PART_CHARACTERS} + 1;
    INSERT INTO outbox (event_id, topic, key, value)
    SELECT id, '${TOPICS.records.name}', '${SCHEDULER_GROUP}', json_build_object(
      'specversion', '1.0', 'id', id, 'source', '${SCHEDULER_SOURCE}', 'type', '${EVENTS.recordsChanged.type}',
      'subject', '${SCHEDULER_GROUP}',
      'time', to_char(clock_timestamp(), 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
      'datacontenttype', 'application/json', 'dataschema', '${dataSchemaOf(EVENTS.recordsChanged)}',
      'data', json_build_object(
        'service', '${SCHEDULER_GROUP}', 'number', number, 'table', TG_TABLE_NAME, 'operation', lower(TG_OP),
        'part', part, 'parts', parts,
        'rows', substr(rows, (part - 1) * ${PART_CHARACTERS} + 1, ${PART_CHARACTERS})))
    FROM (SELECT part, 'records/' || number || '/' || part AS id FROM generate_series(1, parts) part) numbered
    ORDER BY part;
    RETURN NULL;
  END $$`;

/** A trigger that sees all rows of a statement is made for one kind of statement. */
function triggersOf(table: string, key: readonly string[]): string[] {
  const seen = { INSERT: ['NEW'], UPDATE: ['OLD', 'NEW'], DELETE: ['OLD'] };
  const identity = key.map((column) => `'${column}'`).join(', ');
  return Object.entries(seen).map(([operation, sides]) => {
    const tables = sides.map((side) => `${side} TABLE AS ${side.toLowerCase()}_rows`).join(' ');
    return `CREATE TRIGGER keep_${operation.toLowerCase()} AFTER ${operation} ON ${table} REFERENCING ${tables}
      FOR EACH STATEMENT EXECUTE FUNCTION keep_in_log(${identity})`;
  });
}
