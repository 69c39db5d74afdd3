import { DomainError, type RecordsChanged, TOPICS, decodeRecord } from '@app/contracts';
import type { EventLog } from '@app/messaging';
import type { DataSource, EntityManager } from 'typeorm';
import { SCHEDULER_GROUP } from '../scheduler.tokens';
import { KEPT_TABLES } from './kept-tables';

/** Records of one read. */
const PAGE_RECORDS = 500;

/**
 * Writes the kept tables anew from the topic of records, in one transaction. Nothing is decided again: recorded
 * evaluations and steps come back as they were. The tables that are told by other topics must be there already, since
 * seats name people.
 *
 * @returns how many changes were applied
 * @throws DomainError `log.tables-differ` where the records do not fit the tables
 */
export async function replayRecords(dataSource: DataSource, log: EventLog): Promise<number> {
  return dataSource.transaction(async (manager) => {
    await manager.query("SELECT set_config('petabakat.replaying', 'on', true)");
    let last = 0;
    let applied = 0;
    for await (const change of changesIn(log)) {
      // A relay that repeats an append whose outcome it did not learn tells a change twice.
      if (change.number <= last) continue;
      await apply(manager, change);
      last = change.number;
      applied += 1;
    }
    if (last > 0) await manager.query("SELECT setval('record_changes', $1)", [last]);
    return applied;
  });
}

type Change = Pick<RecordsChanged, 'number' | 'table' | 'operation' | 'rows'>;

/** Whole changes in the order of their numbers, which is the order in which the rows were changed. */
async function* changesIn(log: EventLog): AsyncGenerator<Change> {
  const parts = new Map<number, RecordsChanged[]>();
  for await (const event of eventsIn(log)) {
    const known = parts.get(event.number) ?? [];
    if (!known.some(({ part }) => part === event.part)) parts.set(event.number, [...known, event]);
  }
  for (const [number, its] of [...parts].sort(([one], [other]) => one - other)) {
    const [{ table, operation, parts: count } = its[0]!] = its;
    if (its.length !== count)
      throw differing(`change ${number}`, `${count - its.length} of ${count} parts are missing`);
    const rows = its
      .sort((one, other) => one.part - other.part)
      .map((part) => part.rows)
      .join('');
    yield { number, table, operation, rows };
  }
}

async function* eventsIn(log: EventLog): AsyncGenerator<RecordsChanged> {
  const topic = TOPICS.records.name;
  for (const [partition, { startOffset, endOffset }] of await log.ranges(topic)) {
    let offset = startOffset;
    while (offset < endOffset) {
      const page = await log.read(topic, partition, offset, PAGE_RECORDS);
      if (page.length === 0) throw differing(`${topic}/${partition}`, `offset ${offset} cannot be read`);
      for (const { key, value } of page) {
        const decoded = decodeRecord(topic, key, value);
        if (!decoded.ok) throw differing(`${topic}/${partition}`, decoded.detail);
        const data = decoded.event.data as RecordsChanged;
        if (data.service === SCHEDULER_GROUP) yield data;
      }
      offset = page.at(-1)!.offset + 1;
    }
  }
}

async function apply(manager: EntityManager, { number, table, operation, rows }: Change): Promise<void> {
  const key = KEPT_TABLES[table];
  if (!key) throw differing(`change ${number}`, `there is no table ${table}`);
  await manager.query(await statementFor(manager, table, key, operation), [rows]);
}

async function statementFor(
  manager: EntityManager,
  table: string,
  key: readonly string[],
  operation: Change['operation'],
): Promise<string> {
  const rows = `jsonb_array_elements($1::jsonb) AS told(row) CROSS JOIN LATERAL jsonb_populate_record(NULL::${table}, row) AS r`;
  const same = key.map((column) => `t.${column} = r.${column}`).join(' AND ');
  if (operation === 'insert') return `INSERT INTO ${table} SELECT r.* FROM ${rows}`;
  if (operation === 'delete') return `DELETE FROM ${table} t USING ${rows} WHERE ${same}`;
  const columns: { name: string }[] = await manager.query(
    `SELECT quote_ident(attname) AS name FROM pg_attribute
     WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped`,
    [table],
  );
  const names = columns.map(({ name }) => name);
  return `UPDATE ${table} t SET (${names.join()}) = (SELECT ${names.map((name) => `p.${name}`).join()}
            FROM jsonb_populate_record(t, row) AS p)
          FROM ${rows} WHERE ${same}`;
}

function differing(at: string, message: string): DomainError {
  return new DomainError('log.tables-differ', undefined, { problems: [{ at, message }] });
}
