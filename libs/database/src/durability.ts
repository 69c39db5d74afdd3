import { DomainError } from '@app/contracts';

/** Settings without which PostgreSQL acknowledges a commit that a crash can take back, and the values that are safe. */
const SAFE_VALUES: Readonly<Record<string, readonly string[]>> = {
  fsync: ['on'],
  full_page_writes: ['on'],
  // 'local' waits for this server's disk only, and a failover would lose what it acknowledged.
  synchronous_commit: ['on', 'remote_write', 'remote_apply'],
};

interface Setting {
  readonly name: string;
  readonly setting: string;
}

/** What a TypeORM data source or entity manager offers. */
export interface RowSource {
  query(sql: string, parameters?: unknown[]): Promise<unknown>;
}

/** Refuses `log.unsafe-setting`, naming every setting under which an acknowledged commit could be lost. */
export async function assertDurable(source: RowSource): Promise<void> {
  const result = await source.query('SELECT name, setting FROM pg_settings WHERE name = ANY($1)', [
    Object.keys(SAFE_VALUES),
  ]);
  const problems = rowsOf(result)
    .filter(({ name, setting }) => !SAFE_VALUES[name]?.includes(setting))
    .map(({ name, setting }) => ({ at: name, message: `is ${setting}` }));
  if (problems.length === 0) return;
  const detail = problems.map(({ at, message }) => `${at} ${message}`).join(', ');
  throw new DomainError('log.unsafe-setting', `PostgreSQL could lose what it has committed: ${detail}.`, { problems });
}

/** TypeORM answers with the rows, node-postgres with an object that holds them. */
function rowsOf(result: unknown): Setting[] {
  return Array.isArray(result) ? result : (result as { rows: Setting[] }).rows;
}
