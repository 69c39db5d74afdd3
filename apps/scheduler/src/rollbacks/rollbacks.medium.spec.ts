import type { SessionPlanned } from '@app/contracts';
import { encodeFields, merkleRoot } from '@app/receipts';
import { NO_ROOT, SchedulerUnderTest, rootOf } from '../scheduler.fixture';
import type { HarmedAttempt } from './rollbacks.repository';
import type { Rollback } from './rollbacks.service';

/** A test starts the whole service; on a busy machine that takes a while. */
jest.setTimeout(60_000);

const CLUSTERS = `number,name,criteria,effectiveFrom,author,source
1,Klaster 1,first,2022-01-01,BKN,decree`;
const AGENCIES = `code,name_id,abbreviation,kind,cluster,source,note
kemenkeu,Kementerian Keuangan,Kemenkeu,ministry,1,decree,`;
const sessions = `sessionId,cluster,siteId,room,date,startsAt,timeZone,minutes,seats,formId,formVersion
before,1,site-a,hall,2022-10-04,08:00,Asia/Jakarta,120,4,form-1,1
during,1,site-a,hall,2022-10-05,08:00,Asia/Jakarta,120,4,form-1,2
ahead,1,site-a,hall,2022-10-06,08:00,Asia/Jakarta,120,4,form-1,2
other,1,site-a,hall,2022-10-06,13:00,Asia/Jakarta,120,4,form-9,2`;
const SINCE = '2022-10-05T00:00:00.000Z';
const formOf = (version: number) => ({
  formId: 'form-1',
  version,
  hash: String(version).repeat(64),
  sections: [{ sectionId: 's', itemIds: ['i1'] }],
});

describe('a rollback', () => {
  let scheduler: SchedulerUnderTest;

  beforeAll(async () => {
    scheduler = await SchedulerUnderTest.start('2022-10-05T05:00:00.000Z');
    await scheduler.ok('POST', '/v1/clusters', 'tono', CLUSTERS);
    await scheduler.ok('POST', '/v1/agencies?effectiveFrom=2022-01-01&author=BKN', 'tono', AGENCIES);
    for (const person of ['p1', 'p2', 'p3']) await scheduler.register(person, 'kemenkeu');
    await scheduler.caughtUp();
    await scheduler.ok('POST', '/v1/plan/sessions', 'tono', sessions);
    await scheduler.ok('POST', '/v1/clusters/1/preparation', 'rini', { version: 1, reasonCode: 'ready' });
    await scheduler.ok('POST', '/v1/clusters/1/proposals', 'rini', { version: 2, step: 'open', reasonCode: 'go' });
    await scheduler.ok('POST', '/v1/clusters/1/confirmations', 'tono', { version: 2, step: 'open' });
    await scheduler.openSession('before');
    const early = '2022-10-04T03:00:00.000Z';
    await scheduler.closeAttempt('p1', 'before', { attemptId: 'a1', closedAt: early, form: formOf(1) });
    const leaf = encodeFields('petabakat.session-leaf.v1', 'a1', 1, rootOf('a1'));
    await scheduler.seal('before', 1, merkleRoot([leaf]));
    await scheduler.openSession('during');
    const late = '2022-10-05T03:00:00.000Z';
    await scheduler.closeAttempt('p2', 'during', { attemptId: 'a2', closedAt: late, form: formOf(2) });
    // Sat in the same session, but was delivered what is good: the delivery decides, not the plan.
    await scheduler.closeAttempt('p3', 'during', { attemptId: 'a3', closedAt: late, form: formOf(1) });
    await scheduler.caughtUp();
    await scheduler.until(
      () => scheduler.dataSource.query(`SELECT verified FROM session_runs WHERE session_id = 'before'`),
      ([run]: { verified: boolean }[]) => run?.verified === true,
    );
  });

  afterAll(() => scheduler.stop());

  const request = (fields: object = {}) => ({
    version: 3,
    since: SINCE,
    reasonCode: 'wrong-form',
    formId: 'form-1',
    badVersion: 2,
    ...fields,
  });
  const rollBack = (body: object) => scheduler.call<Rollback>('POST', '/v1/clusters/1/rollbacks', 'tono', body);

  test('holds, goes back to the last form that was held and verified, and names whose results to withhold', async () => {
    expect((await rollBack(request({ version: 1 }))).body).toMatchObject({ code: 'cluster.stale-version' });
    const { body } = await rollBack(request());
    expect(body).toEqual({
      cluster: 1,
      goodVersion: 1,
      sessionsReplanned: ['ahead'],
      sessionsToWithhold: ['during'],
      resits: 1,
    });
    expect(await scheduler.cluster(1)).toMatchObject({ state: 'held', lastStep: { actors: ['tono'] } });
    const planned = await scheduler.until(
      async () => (await scheduler.published<SessionPlanned>('plan')).filter(({ key }) => key === 'ahead'),
      ({ length }) => length > 1,
    );
    expect(planned.at(-1)?.data).toMatchObject({ formId: 'form-1', formVersion: 1, version: 2 });
  });

  test('lists who sits again by what was delivered, and nobody else', async () => {
    const url = '/v1/clusters/1/resits?formId=form-1&formVersion=2';
    const harmed = await scheduler.ok<HarmedAttempt[]>('GET', url, 'tono');
    expect(harmed).toMatchObject([
      { analyticsId: 'p2', attemptId: 'a2', sessionId: 'during', formHash: '2'.repeat(64) },
    ]);
    const again = { attemptId: 'a2-again', closedAt: '2022-10-06T03:00:00.000Z', form: formOf(1), root: NO_ROOT };
    await scheduler.closeAttempt('p2', 'ahead', again);
    await scheduler.caughtUp();
    expect(await scheduler.ok<HarmedAttempt[]>('GET', url, 'tono')).toEqual([]);
  });

  test('without an earlier form the cluster stays held and says so', async () => {
    const refused = await rollBack(request({ formId: 'form-9' }));
    expect(refused.body).toMatchObject({ code: 'rollback.no-good-version' });
    const half = await rollBack({ version: 4, since: SINCE, reasonCode: 'wrong-form', formId: 'form-9' });
    expect(half.body).toMatchObject({ code: 'request.invalid' });
    expect((await rollBack({ version: 4, since: SINCE, reasonCode: 'wrong-key' })).body).toMatchObject({
      goodVersion: null,
      sessionsToWithhold: ['ahead', 'during'],
      resits: 0,
    });
  });
});
