import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SchedulerUnderTest } from '../scheduler.fixture';
import type { AgencyHistoryView, AgencyView } from './agency-views';

const DATA = join(__dirname, '../../data');
const dataFile = (name: string) => readFileSync(join(DATA, name), 'utf8');
const AGENCIES = '/v1/agencies?effectiveFrom=2022-03-18&author=MenPANRB%20Tjahjo%20Kumolo';

/** A test starts the whole service; on a busy machine that takes a while. */
jest.setTimeout(60_000);

describe('agencies and their clusters', () => {
  let scheduler: SchedulerUnderTest;

  beforeAll(async () => {
    scheduler = await SchedulerUnderTest.start();
    await scheduler.ok('POST', '/v1/clusters', 'tono', dataFile('clusters.csv'));
    await scheduler.ok('POST', AGENCIES, 'tono', dataFile('agencies.csv'));
    await scheduler.ok('POST', '/v1/agencies/sources', 'tono', dataFile('searched-sources.csv'));
  });

  afterAll(() => scheduler.stop());

  const membershipCount = async () => {
    const [row] = await scheduler.dataSource.query('SELECT count(*)::integer AS count FROM memberships');
    return row.count as number;
  };

  test('the 101 real agencies are in the clusters of the file: 36, 5, 14 and 46 in none', async () => {
    const agencies = await scheduler.ok<AgencyView[]>('GET', '/v1/agencies?on=2022-10-05', 'ana');
    const counts = new Map<number | null, number>();
    for (const { cluster } of agencies) counts.set(cluster, (counts.get(cluster) ?? 0) + 1);
    expect(agencies).toHaveLength(101);
    expect(Object.fromEntries(counts)).toEqual({ 1: 36, 2: 5, 3: 14, null: 46 });
  });

  test('an agency says which cluster it is in, since when, by whose decision', async () => {
    expect(await scheduler.ok<AgencyHistoryView>('GET', '/v1/agencies/kemenkes?on=2022-10-05', 'ana')).toMatchObject({
      code: 'kemenkes',
      cluster: 2,
      scenario: false,
      decision: {
        since: '2022-03-18',
        author: 'MenPANRB Tjahjo Kumolo',
        source: expect.stringContaining('kontan.co.id'),
        recordedBy: 'tono',
        version: 1,
      },
      sourcesSearched: [],
    });
  });

  test('BP Tapera is in no cluster, and says where that was looked for', async () => {
    const answer = await scheduler.ok<AgencyHistoryView>('GET', '/v1/agencies/BP-TAPERA', 'ana');
    expect(answer).toMatchObject({
      code: 'bp-tapera',
      cluster: null,
      decision: { cluster: null, since: '2022-03-18' },
    });
    const titles = answer.sourcesSearched.map(({ title }) => title);
    expect(titles).toContain('Perpres 9/2018 on BP Tapera');
    expect(titles).toContain('MenPANRB Tjahjo Kumolo in Kontan');
    expect(titles.length).toBeGreaterThan(8);
  });

  test('the sources of another agency are not shown', async () => {
    const answer = await scheduler.ok<AgencyHistoryView>('GET', '/v1/agencies/brin', 'ana');
    expect(answer.sourcesSearched.map(({ title }) => title)).not.toContain('Perpres 9/2018 on BP Tapera');
  });

  test('before its first record took effect an agency is in no cluster', async () => {
    expect(await scheduler.ok<AgencyHistoryView>('GET', '/v1/agencies/kemenkes?on=2022-03-17', 'ana')).toMatchObject({
      cluster: null,
      decision: null,
    });
  });

  test('the same file again records nothing', async () => {
    const before = await membershipCount();
    expect(await scheduler.ok('POST', AGENCIES, 'rini', dataFile('agencies.csv'))).toEqual({
      rows: 101,
      recorded: 0,
      unchanged: 101,
    });
    expect(await membershipCount()).toBe(before);
    expect(await scheduler.ok('POST', '/v1/clusters', 'tono', dataFile('clusters.csv'))).toMatchObject({ recorded: 0 });
    const sources = await scheduler.ok('POST', '/v1/agencies/sources', 'tono', dataFile('searched-sources.csv'));
    expect(sources).toMatchObject({ recorded: 0 });
  });

  test('a later decision holds from its day, and a correction is a new version', async () => {
    const header = 'code,cluster,effectiveFrom,author,source,note\n';
    const decide = (row: string) => scheduler.ok('POST', '/v1/agencies/memberships', 'rini', header + row);
    await decide('klhk,3,2023-01-01,Bappenas,decree 1,moved');
    await decide('klhk,1,2023-01-01,Bappenas,decree 1,corrected');
    const on = async (date: string) =>
      (await scheduler.ok<AgencyHistoryView>('GET', `/v1/agencies/klhk?on=${date}`, 'ana')).cluster;
    expect([await on('2022-12-31'), await on('2023-01-01')]).toEqual([2, 1]);
    const { history } = await scheduler.ok<AgencyHistoryView>('GET', '/v1/agencies/klhk', 'ana');
    expect(history.map((entry) => [entry.version, entry.cluster, entry.author])).toEqual([
      [1, 2, 'MenPANRB Tjahjo Kumolo'],
      [2, 3, 'Bappenas'],
      [3, 1, 'Bappenas'],
    ]);
  });

  test('a scenario adds members, stays marked, and leaves what was published in sight', async () => {
    await scheduler.ok('POST', '/v1/agencies/memberships?scenario=true', 'tono', dataFile('scenario-memberships.csv'));
    expect(await scheduler.ok<AgencyHistoryView>('GET', '/v1/agencies/kpu', 'ana')).toMatchObject({
      cluster: 5,
      scenario: true,
      decision: { scenario: true },
      published: { cluster: null, scenario: false },
    });
    expect((await scheduler.ok<AgencyHistoryView>('GET', '/v1/agencies/kemenkes', 'ana')).scenario).toBe(false);
  });

  test('a file with errors names them by row and column without their values, and records nothing of it', async () => {
    const before = await membershipCount();
    const file = [
      'code,name_id,abbreviation,kind,cluster,source,note',
      'new-one,Baru,B,other,1,somewhere,',
      'new-two,Baru Dua,B,other,9,somewhere,',
      'NEW THREE,Baru Tiga,B,other,1,somewhere,',
    ].join('\n');
    const codes = await scheduler.call('POST', AGENCIES, 'tono', file);
    expect(codes).toMatchObject({ status: 422, body: { code: 'file.invalid' } });
    expect(codes.body.problems).toEqual([{ at: 'row 4, column code', message: expect.any(String) }]);
    expect(JSON.stringify(codes.body)).not.toContain('NEW THREE');
    const clusters = await scheduler.call('POST', AGENCIES, 'tono', file.replace('NEW THREE', 'new-three'));
    expect(clusters.body.problems).toEqual([{ at: 'row 3, column cluster', message: expect.any(String) }]);
    expect((await scheduler.call('GET', '/v1/agencies/new-one', 'ana')).status).toBe(404);
    expect(await membershipCount()).toBe(before);
  });

  test.each([
    ['without a date', '/v1/agencies?author=x'],
    ['with a day that no calendar has', '/v1/agencies?author=x&effectiveFrom=2022-02-30'],
    ['without an author', '/v1/agencies?effectiveFrom=2022-03-18'],
  ])('an import %s is refused', async (_, url) => {
    expect(await scheduler.call('POST', url, 'tono', dataFile('agencies.csv'))).toMatchObject({
      status: 400,
      body: { code: 'request.invalid' },
    });
  });

  test('who may not import may not', async () => {
    expect((await scheduler.call('POST', AGENCIES, 'ana', dataFile('agencies.csv'))).status).toBe(403);
    expect((await scheduler.call('GET', '/v1/agencies', 'sam')).status).toBe(403);
  });
});
