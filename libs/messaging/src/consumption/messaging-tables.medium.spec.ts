import { MessagingDatabase } from './messaging-database.fixture';
import { createMessagingTables, dropMessagingTables } from './messaging-tables';

describe('messaging tables', () => {
  let database: MessagingDatabase;
  beforeAll(async () => void (database = await MessagingDatabase.open()));
  afterAll(() => database.close());

  test('the entities and the migrated tables are the same', async () => {
    const drift = await database.dataSource.driver.createSchemaBuilder().log();
    expect(drift.upQueries.map(({ query }) => query)).toEqual([]);
  });

  test('dropped, they can be made again', async () => {
    const runner = database.dataSource.createQueryRunner();
    await dropMessagingTables(runner);
    await createMessagingTables(runner);
    await runner.release();
    expect(await database.observer.query('SELECT count(*)::int AS rows FROM outbox')).toEqual([{ rows: 0 }]);
  });
});
