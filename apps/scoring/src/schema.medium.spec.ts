import { assertNoDrift, migrate } from '@app/database';
import { freshDatabase } from '@app/testing';
import { createScoringDataSource } from './scoring.module';

/** A database each, on a machine that runs other tests besides. */
const TEST_TIMEOUT_MS = 60_000;

jest.setTimeout(TEST_TIMEOUT_MS);

describe('the scoring schema', () => {
  test('the entities and a migrated database say the same', async () => {
    const database = await freshDatabase();
    const dataSource = createScoringDataSource(database.url);
    try {
      await migrate(dataSource);
      await expect(assertNoDrift(dataSource)).resolves.toBeUndefined();
    } finally {
      await dataSource.destroy();
      await database.drop();
    }
  });

  test('the migrations can be taken back', async () => {
    const database = await freshDatabase();
    const dataSource = createScoringDataSource(database.url);
    try {
      await migrate(dataSource);
      for (const _ of dataSource.migrations) await dataSource.undoLastMigration();
      const left = await dataSource.query(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'scoring' ORDER BY 1",
      );
      expect(left).toEqual([{ table_name: 'migrations' }]);
    } finally {
      await dataSource.destroy();
      await database.drop();
    }
  });
});
