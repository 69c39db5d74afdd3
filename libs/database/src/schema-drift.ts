import type { DataSource } from 'typeorm';

/**
 * Entities and migrations say the same thing twice. Throws with the SQL that would bring the migrated database to what
 * the entities say, where the two differ. For tests; it changes nothing.
 */
export async function assertNoDrift(dataSource: DataSource): Promise<void> {
  const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
  if (upQueries.length === 0) return;
  const statements = upQueries.map(({ query }) => `  ${query}`).join('\n');
  throw new Error(`The migrated schema differs from the entities:\n${statements}`);
}
