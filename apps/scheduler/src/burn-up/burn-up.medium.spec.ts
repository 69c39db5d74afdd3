import type { ResultReleased } from '@app/contracts';
import type { ForecastView } from '../forecast/forecast.service';
import { RolloutPageService } from '../pages/rollout-page.service';
import { NO_ROOT, SchedulerUnderTest, rootOf } from '../scheduler.fixture';
import type { BurnUpView } from './burn-up.service';

/** A test starts the whole service; on a busy machine that takes a while. */
jest.setTimeout(60_000);

const CLUSTERS = `number,name,criteria,effectiveFrom,author,source
1,Klaster 1,first,2022-01-01,BKN,decree
2,Klaster 2,second,2022-01-01,BKN,decree`;
const AGENCIES = `code,name_id,abbreviation,kind,cluster,source,note
kemenkeu,Kementerian Keuangan,Kemenkeu,ministry,1,decree,
bkn,Badan Kepegawaian Negara,BKN,body,2,decree,`;
const SESSIONS = `sessionId,cluster,siteId,room,date,startsAt,timeZone,minutes,seats,formId,formVersion
s1,1,site-a,hall,2022-10-04,08:00,Asia/Jakarta,120,4,form-1,1
s2,1,site-a,hall,2022-10-06,23:30,Asia/Jayapura,120,3,form-1,1
s3,2,site-a,hall,2022-10-11,08:00,Asia/Jakarta,120,5,form-1,1`;
const TARGETS = `targetId,version,from,to,people,author,source
2022,1,2022-01-01,2022-12-31,4,BKN,plan
2022,2,2022-01-01,2022-12-31,3,BKN,revision
2021,1,2021-01-01,2021-12-31,3,BKN,plan
2023,1,2022-10-01,2023-12-31,9,BKN,plan`;
const TOTALS = `totalId,from,to,people,source
2022,2022-01-01,2022-12-31,5,news`;

describe('the burn-up', () => {
  let scheduler: SchedulerUnderTest;

  beforeAll(async () => {
    scheduler = await SchedulerUnderTest.start('2022-10-03T00:00:00.000Z');
    await scheduler.ok('POST', '/v1/clusters', 'tono', CLUSTERS);
    await scheduler.ok('POST', '/v1/agencies?effectiveFrom=2022-01-01&author=BKN', 'tono', AGENCIES);
    await scheduler.ok('POST', '/v1/targets', 'rini', TARGETS);
    await scheduler.ok('POST', '/v1/targets/published-totals', 'rini', TOTALS);
    for (const person of ['p1', 'p2', 'p3']) await scheduler.register(person, 'kemenkeu');
    await scheduler.register('p4', 'bkn');
    await scheduler.caughtUp();
    await scheduler.ok('POST', '/v1/plan/sessions', 'tono', SESSIONS);
    const seats = 'sessionId,seat,analyticsId\ns1,1,p1\ns1,2,p2\ns2,1,p3\ns3,1,p4';
    await scheduler.ok('POST', '/v1/plan/seats', 'tono', seats);
    await scheduler.closeAttempt('p1', 's1', { closedAt: '2022-10-04T03:00:00.000Z' });
    // Sat twice: counted once, on the first day.
    await scheduler.closeAttempt('p1', 's2', { attemptId: 'again', closedAt: '2022-10-06T15:00:00.000Z' });
    await scheduler.closeAttempt('p2', 's1', { closedAt: '2022-10-04T03:00:00.000Z' });
    // In Jayapura it is the next day already.
    await scheduler.closeAttempt('p3', 's2', { closedAt: '2022-10-06T15:30:00.000Z' });
    scheduler.passHours(24 * 5);
    await scheduler.score('p1', 's1');
    await scheduler.score('p2', 's1', { root: NO_ROOT });
    await scheduler.caughtUp();
    await release('p1');
    await scheduler.caughtUp();
  });

  afterAll(() => scheduler.stop());

  const release = (analyticsId: string) => {
    const at = scheduler.at();
    const data: ResultReleased = {
      analyticsId,
      attemptId: `a-${analyticsId}`,
      sessionId: 's1',
      agency: 'kemenkeu',
      formId: 'form-1',
      formVersion: 1,
      closing: 1,
      root: rootOf(`a-${analyticsId}`),
      package: { packageId: 'package-1', version: 1, hash: NO_ROOT },
      estimator: 'sum',
      scales: [{ scaleId: 'all', score: 1, maximum: 1, answered: 1, omitted: 0, notReached: 0 }],
      closedAt: at,
      jobLevel: null,
      performance: null,
      revision: 1,
      releaseId: 'release-1',
      reasonCode: 'checked',
      proposedBy: 'ana',
      confirmedBy: 'tono',
      at,
    };
    return scheduler.append('results', 'resultReleased', analyticsId, data);
  };
  const burnUp = (query: string) => scheduler.ok<BurnUpView>('GET', `/v1/progress/burn-up${query}`, 'ana');

  test('counts distinct people by the day of their session, line by line', async () => {
    expect((await burnUp('')).lines).toEqual({
      planned: [
        { day: '2022-10-04', people: 4 },
        { day: '2022-10-06', people: 7 },
        { day: '2022-10-11', people: 12 },
      ],
      invited: [{ day: '2022-10-03', people: 4 }],
      seated: [
        { day: '2022-10-04', people: 2 },
        { day: '2022-10-06', people: 3 },
      ],
      submitted: [
        { day: '2022-10-04', people: 2 },
        { day: '2022-10-07', people: 3 },
      ],
      scored: [{ day: '2022-10-08', people: 2 }],
      reconciled: [{ day: '2022-10-08', people: 1 }],
      released: [{ day: '2022-10-08', people: 1 }],
    });
  });

  test('of one cluster, of one agency, and beside the versions of a target', async () => {
    const second = await burnUp('?cluster=2');
    expect(second.lines).toMatchObject({ planned: [{ day: '2022-10-11', people: 5 }], submitted: [], seated: [] });
    expect((await burnUp('?agency=bkn')).lines.invited).toEqual([{ day: '2022-10-03', people: 1 }]);
    const { target, lines } = await burnUp('?target=2022');
    expect(target).toMatchObject({ assessed: 3, inForce: { version: 2, people: 3 }, published: [{ people: 5 }] });
    expect(lines.submitted.at(-1)).toEqual({ day: '2022-10-07', people: 3 });
    expect((await scheduler.call('GET', '/v1/progress/burn-up?target=2030', 'ana')).body.code).toBe('target.unknown');
  });

  test('the forecast of a target that is met says so, and of one that was not, and where it is too early', async () => {
    const view = await scheduler.ok<ForecastView>('GET', '/v1/targets/2022/forecast', 'ana');
    expect(view).toMatchObject({ assessed: 3, missing: 0, forecast: { kind: 'reached' } });
    const past = await scheduler.ok<ForecastView>('GET', '/v1/targets/2021/forecast', 'ana');
    expect(past).toMatchObject({ assessed: 0, missing: 3, forecast: { kind: 'missed' } });
    const early = await scheduler.ok<ForecastView>('GET', '/v1/targets/2023/forecast', 'ana');
    expect(early).toMatchObject({
      missing: 6,
      forecast: { kind: 'too-early', weeks: 0 },
      planned: [{ startsOn: '2022-10-10', seats: 5 }],
    });
  });

  test('the page shows targets, clusters and gates, and nothing from elsewhere', async () => {
    const data = await scheduler.service(RolloutPageService).gather();
    expect(data.targets).toContainEqual(expect.objectContaining({ targetId: '2022', assessed: 3, people: 3 }));
    const page = await scheduler.text('/v1/progress/page', 'ana');
    expect(page).toContain('Target 2022: 3 / 3 orang');
    expect(page).not.toMatch(/<script|https?:\/\/|url\(/);
  });
});
