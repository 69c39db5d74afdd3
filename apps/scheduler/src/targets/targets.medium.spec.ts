import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TargetChanged } from '@app/contracts';
import { SchedulerUnderTest } from '../scheduler.fixture';
import type { PublishedTotalEntity } from './target.entity';
import type { TargetView } from './targets.service';

const DATA = join(__dirname, '../../data');
const dataFile = (name: string) => readFileSync(join(DATA, name), 'utf8');

/** A test starts the whole service; on a busy machine that takes a while. */
jest.setTimeout(60_000);

describe('targets', () => {
  let scheduler: SchedulerUnderTest;

  beforeAll(async () => {
    scheduler = await SchedulerUnderTest.start('2022-12-31T16:00:00.000Z');
    await scheduler.ok('POST', '/v1/targets', 'rini', dataFile('targets.csv'));
    await scheduler.ok('POST', '/v1/targets/published-totals', 'rini', dataFile('published-totals.csv'));
  });

  afterAll(() => scheduler.stop());

  const target = async (targetId: string) => {
    const targets = await scheduler.ok<TargetView[]>('GET', '/v1/targets', 'ana');
    return targets.find((candidate) => candidate.targetId === targetId)!;
  };

  test('stand with every revision, and with what was really done', async () => {
    expect(await target('2022')).toMatchObject({
      inForce: { version: 1, people: 20_000, author: 'BKN' },
      published: [{ totalId: '2022', people: 22_436 }],
    });
    const { versions, inForce, published } = await target('2023');
    expect(versions.map(({ version, people }) => [version, people])).toEqual([
      [1, 40_000],
      [2, 60_000],
    ]);
    expect(inForce.source).toMatch(/^https:/);
    expect(published).toMatchObject([{ people: 96_760 }]);
  });

  test('totals over several years are shown on their own', async () => {
    const totals = await scheduler.ok<PublishedTotalEntity[]>('GET', '/v1/targets/published-totals', 'ana');
    expect(totals.map(({ people }) => people)).toEqual(expect.arrayContaining([121_626, 111_714]));
  });

  test('each version is published once', async () => {
    expect(await scheduler.ok('POST', '/v1/targets', 'rini', dataFile('targets.csv'))).toMatchObject({ recorded: 0 });
    const changed = async () =>
      (await scheduler.published<TargetChanged>('rollout')).filter(({ name }) => name === 'targetChanged');
    const events = await scheduler.until(changed, ({ length }) => length >= 5);
    expect(events.map(({ data }) => `${data.targetId} v${data.version}: ${data.people}`).sort()).toEqual([
      '2022 v1: 20000',
      '2023 v1: 40000',
      '2023 v2: 60000',
      '2024 v1: 40000',
      '2024 v2: 60000',
    ]);
  });

  test('progress counts distinct people whose attempt closed in the period, by the day of the session', async () => {
    await scheduler.ok('POST', '/v1/clusters', 'tono', dataFile('clusters.csv'));
    const sessions = `sessionId,cluster,siteId,room,date,startsAt,timeZone,minutes,seats,formId,formVersion
wib,1,jakarta-1,hall,2022-12-31,20:00,Asia/Jakarta,240,30,form-1,1
wit,1,jayapura-1,hall,2022-12-31,20:00,Asia/Jayapura,240,30,form-1,1`;
    await scheduler.ok('POST', '/v1/plan/sessions', 'tono', sessions);
    // 16:30 UTC is still 2022 in Jakarta, and 2023 in Jayapura.
    const closedAt = '2022-12-31T16:30:00.000Z';
    await scheduler.closeAttempt('p1', 'wib', { closedAt });
    await scheduler.closeAttempt('p1', 'wib', { closedAt, attemptId: 'second-of-p1' });
    await scheduler.closeAttempt('p2', 'wit', { closedAt });
    await scheduler.caughtUp();
    expect([(await target('2022')).assessed, (await target('2023')).assessed]).toEqual([1, 1]);
  });

  test('a version is never edited, and versions follow each other', async () => {
    const header = 'targetId,version,from,to,people,author,source\n';
    const importing = (row: string) => scheduler.call('POST', '/v1/targets', 'rini', header + row);
    const edited = await importing('2022,1,2022-01-01,2022-12-31,25000,BKN,somewhere');
    expect(edited).toMatchObject({ status: 422, body: { problems: [{ at: 'row 2, column version' }] } });
    const skipped = await importing('2022,3,2022-01-01,2022-12-31,25000,BKN,somewhere');
    expect(skipped.body.problems).toMatchObject([{ message: 'does not follow version 1' }]);
    const backwards = await importing('2025,1,2025-12-31,2025-01-01,25000,BKN,somewhere');
    expect(backwards.body.problems).toMatchObject([{ at: 'row 2, column to' }]);
  });
});
