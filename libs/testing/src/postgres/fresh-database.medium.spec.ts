import { Client } from 'pg';
import { freshDatabase } from './fresh-database';

describe('a fresh database', () => {
  test('comes from a template that is prepared once, however many ask at the same moment', async () => {
    let prepared = 0;
    const template = {
      name: 'Fresh Database Spec',
      prepare: async (url: string) => {
        prepared += 1;
        await queryOn(url, 'CREATE TABLE given AS SELECT 1 AS one');
      },
    };
    const databases = await Promise.all(Array.from({ length: 3 }, () => freshDatabase({ template })));
    expect(prepared).toBe(1);
    await queryOn(databases[0]!.url, 'DELETE FROM given');
    expect(await queryOn(databases[1]!.url, 'SELECT * FROM given')).toEqual([{ one: 1 }]);
    await Promise.all(databases.map((database) => database.drop()));
    await expect(queryOn(databases[1]!.url, 'SELECT 1')).rejects.toMatchObject({ code: '3D000' });
  });

  test('a template whose preparation failed is made anew', async () => {
    let prepared = 0;
    const template = {
      name: 'failing once',
      prepare: (url: string) => {
        prepared += 1;
        return prepared === 1
          ? Promise.reject(new Error('half-way'))
          : queryOn(url, 'CREATE TABLE given (one integer)');
      },
    };
    await expect(freshDatabase({ template })).rejects.toThrow('half-way');
    const database = await freshDatabase({ template });
    expect(await queryOn(database.url, 'SELECT * FROM given')).toEqual([]);
    await database.drop();
  });
});

async function queryOn(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows as unknown[];
  } finally {
    await client.end();
  }
}
