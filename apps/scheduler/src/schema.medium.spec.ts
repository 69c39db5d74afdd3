import { migrate } from '@app/database';
import { freshDatabase } from '@app/testing';
import { createSchedulerDataSource } from './scheduler.module';

describe('the scheduler schema', () => {
  test('the entities and a migrated database say the same', async () => {
    const database = await freshDatabase();
    const dataSource = createSchedulerDataSource(database.url);
    try {
      await migrate(dataSource);
      const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
      expect(upQueries.map(({ query }) => query)).toEqual([]);
    } finally {
      await dataSource.destroy();
      await database.drop();
    }
  });

  test('the migrations can be taken back', async () => {
    const database = await freshDatabase();
    const dataSource = createSchedulerDataSource(database.url);
    try {
      await migrate(dataSource);
      for (const _ of dataSource.migrations) await dataSource.undoLastMigration();
      const left = await dataSource.query(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'scheduler' ORDER BY 1",
      );
      expect(left).toEqual([{ table_name: 'migrations' }]);
    } finally {
      await dataSource.destroy();
      await database.drop();
    }
  });
});
