import { type FreshDatabase, freshDatabase } from '@app/testing';
import { STAFF_CACHE_MS, StaffDirectory } from './staff-directory';

describe('the staff directory', () => {
  let database: FreshDatabase;
  let directory: StaffDirectory;
  let nowMs = 0;

  beforeAll(async () => {
    database = await freshDatabase();
    directory = await StaffDirectory.open({ url: database.url, nowMs: () => nowMs });
  });

  afterAll(async () => {
    await directory.close();
    await database.drop();
  });

  test('a token finds its account, and only its hash is stored', async () => {
    const token = await directory.add({ account: 'sari.w', roles: ['supervisor'], sessions: ['s-1', 's-2'] });
    expect(token).toMatch(/^pbk_sari\.w\.[A-Za-z0-9_-]{43}$/);
    expect(await directory.find(token)).toEqual({ account: 'sari.w', roles: ['supervisor'], sessions: ['s-1', 's-2'] });
    const rows = await directory.dataSource.query<object[]>('SELECT * FROM staff_token');
    expect(JSON.stringify(rows)).not.toContain(token.slice(-43));
  });

  test('a token with another secret or without form finds nobody', async () => {
    const token = await directory.add({ account: 'budi', roles: ['analyst'], sessions: 'all' });
    expect(await directory.find(`${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`)).toBeNull();
    expect(await directory.find(`pbk_other.${token.slice(-43)}`)).toBeNull();
    expect(await directory.find('pbk_budi')).toBeNull();
  });

  test('a revoked token stops working within the time of the cache, in other processes too', async () => {
    const token = await directory.add({ account: 'tono', roles: ['operations'], sessions: 'all' });
    const other = await StaffDirectory.open({ url: database.url, nowMs: () => nowMs });
    expect(await other.find(token)).toMatchObject({ account: 'tono' });
    await directory.revoke('tono');
    expect(await directory.find(token)).toBeNull();
    nowMs += STAFF_CACHE_MS;
    expect(await other.find(token)).toBeNull();
    await other.close();
  });

  test('an account has one token at a time; its history stays', async () => {
    const first = await directory.add({ account: 'rina', roles: ['analyst'], sessions: 'all' });
    const again = { account: 'rina', roles: ['operations' as const], sessions: 'all' as const };
    await expect(directory.add(again)).rejects.toMatchObject({ code: 'staff.account-exists' });
    await directory.revoke('rina');
    const second = await directory.add(again);
    expect(await directory.find(first)).toBeNull();
    expect(await directory.find(second)).toMatchObject({ roles: ['operations'] });
    const listed = await directory.list({ revoked: true });
    expect(listed.filter(({ account }) => account === 'rina').map(({ revokedAt }) => revokedAt === null)).toEqual([
      false,
      true,
    ]);
    expect((await directory.list()).filter(({ account }) => account === 'rina')).toHaveLength(1);
  });

  test('an account that cannot be is refused with all that is wrong', async () => {
    const refused = directory.add({ account: 'Sari Wulandari', roles: [], sessions: [] });
    await expect(refused).rejects.toMatchObject({
      code: 'request.invalid',
      options: { problems: [{ at: 'account' }, { at: 'roles' }, { at: 'sessions' }] },
    });
    await expect(directory.revoke('nobody')).rejects.toMatchObject({ code: 'staff.unknown-account' });
  });

  test('the entity and the migrated table do not differ', async () => {
    const { upQueries } = await directory.dataSource.driver.createSchemaBuilder().log();
    expect(upQueries.map(({ query }) => query)).toEqual([]);
  });
});
