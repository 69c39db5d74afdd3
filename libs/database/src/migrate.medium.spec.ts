import { type FreshDatabase, freshDatabase } from '@app/testing';
import type { DataSource, MigrationInterface, QueryRunner } from 'typeorm';
import { createDataSource } from './data-source';
import { assertDurable } from './durability';
import { migrate } from './migrate';
import { isTransientDatabaseError } from './transient-error';

class MakeThings1700000000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('CREATE TABLE thing (id bigint PRIMARY KEY)');
    await queryRunner.query('INSERT INTO thing VALUES (1)');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE thing');
  }
}

describe('migrations', () => {
  let database: FreshDatabase;
  const open: DataSource[] = [];

  const dataSourceOf = (schema: string, poolSize = 2): DataSource => {
    const options = { schema, poolSize, entities: [], migrations: [MakeThings1700000000000], applicationName: 'test' };
    const dataSource = createDataSource({ url: database.url, ...options });
    open.push(dataSource);
    return dataSource;
  };

  beforeAll(async () => {
    database = await freshDatabase();
  });

  afterAll(async () => {
    await Promise.all(open.filter((dataSource) => dataSource.isInitialized).map((dataSource) => dataSource.destroy()));
    await database.drop();
  });

  test('five processes that start at once migrate a schema once', async () => {
    const dataSources = Array.from({ length: 5 }, () => dataSourceOf('shared', 1));
    await Promise.all(dataSources.map((dataSource) => migrate(dataSource)));
    const rows = await dataSources[0]!.query<{ id: string }[]>('SELECT id FROM thing');
    expect(rows).toEqual([{ id: '1' }]);
  });

  test('raw SQL sees the tables of its own schema only', async () => {
    const first = dataSourceOf('first');
    const second = dataSourceOf('second');
    await migrate(first);
    await migrate(second);
    await first.query('INSERT INTO thing VALUES (2)');
    expect(await second.query('SELECT id FROM thing')).toEqual([{ id: '1' }]);
  });

  test('a schema name that would need quoting is refused', () => {
    expect(() => dataSourceOf('log; DROP SCHEMA x')).toThrow(RangeError);
  });

  test('a server with safe settings passes, a session with synchronous_commit off does not', async () => {
    const dataSource = dataSourceOf('durable', 1);
    await migrate(dataSource);
    await assertDurable(dataSource);
    await dataSource.query('SET synchronous_commit = off');
    await expect(assertDurable(dataSource)).rejects.toMatchObject({ code: 'log.unsafe-setting' });
  });

  test('a connection that the server ends in the middle of a transaction is a transient error', async () => {
    const dataSource = dataSourceOf('broken');
    await migrate(dataSource);
    const failure = dataSource.transaction(async (manager) => {
      const [{ pid }] = await manager.query<[{ pid: number }]>('SELECT pg_backend_pid() AS pid');
      await dataSource.query('SELECT pg_terminate_backend($1)', [pid]);
      await manager.query('SELECT 1');
      await manager.query('SELECT 1');
    });
    const error: unknown = await failure.catch((reason: unknown) => reason);
    expect(isTransientDatabaseError(error)).toBe(true);
  });
});
