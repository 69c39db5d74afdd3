import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AgencyHistoryView } from '../agencies/agency-views';
import { SchedulerUnderTest } from '../scheduler.fixture';
import type { EligibilityView, PersonEligibilityView } from './eligibility.service';

const dataFile = (name: string) => readFileSync(join(__dirname, '../../data', name), 'utf8');
const DECISIONS = `analyticsId,eligible,reasonCode,author,source
far,no,seconded-abroad,BKN,letter 7
bare,yes,diploma-seen,BKN,letter 8`;
const KORAN_JAKARTA = `code,cluster,effectiveFrom,author,source
kemensos,2,2022-03-13,Koran Jakarta,https://koran-jakarta.com/institusi-negara-dibagi-ke-dalam-5-klaster`;

/** A test starts the whole service; on a busy machine that takes a while. */
jest.setTimeout(120_000);

describe('who is eligible, and where', () => {
  let scheduler: SchedulerUnderTest;

  beforeAll(async () => {
    scheduler = await SchedulerUnderTest.start('2022-10-05T01:00:00.000Z');
    await scheduler.ok('POST', '/v1/clusters', 'tono', dataFile('clusters.csv'));
    await scheduler.ok('POST', '/v1/agencies?effectiveFrom=2022-03-18&author=BKN', 'tono', dataFile('agencies.csv'));
    await scheduler.ok('POST', '/v1/progress/eligibility/rules', 'rini', dataFile('eligibility-rules.csv'));
  });

  afterAll(() => scheduler.stop());

  const register = (analyticsId: string, codes: { dutyRegion: string | null; education: string | null }) =>
    scheduler.append('roster', 'participantRegistered', analyticsId, {
      analyticsId,
      version: 1,
      agency: 'kemensos',
      jobLevel: null,
      performance: null,
      retirementYear: 2024,
      ...codes,
    });

  test('rules count, a missing code makes unknown, and only a decision excludes', async () => {
    await register('fit', { dutyRegion: 'jakarta', education: 'S1' });
    await register('far', { dutyRegion: 'papua', education: 'S1' });
    await register('bare', { dutyRegion: 'jakarta', education: null });
    await scheduler.caughtUp();
    const counted = await scheduler.ok<EligibilityView>('GET', '/v1/progress/eligibility', 'ana');
    expect(counted).toMatchObject({ people: 3, standing: { eligible: 1, unknown: 2, excluded: 0 } });
    expect(counted.rules.find(({ rule }) => rule === 'education')).toMatchObject({ met: 2, 'not-met': 0, missing: 1 });
    expect(counted.rules.find(({ rule }) => rule === 'retirement-year')).toMatchObject({
      binding: false,
      'not-met': 3,
    });
    const bare = await scheduler.ok<PersonEligibilityView>('GET', '/v1/progress/eligibility/bare', 'ana');
    expect(bare).toMatchObject({ eligibility: 'unknown', reasons: ['education: no education'] });
    await scheduler.ok('POST', '/v1/progress/eligibility/decisions', 'rini', DECISIONS);
    const decided = await scheduler.ok<EligibilityView>('GET', '/v1/progress/eligibility', 'ana');
    expect(decided.standing).toEqual({ eligible: 2, unknown: 0, excluded: 1 });
    const nobody = await scheduler.call('GET', '/v1/progress/eligibility/nobody', 'ana');
    expect(nobody).toMatchObject({ status: 404, body: { code: 'progress.unknown-person' } });
  });

  test('another edition stands beside the one in force until it is put in force from a day on', async () => {
    const agency = (on: string) => scheduler.ok<AgencyHistoryView>('GET', `/v1/agencies/kemensos?on=${on}`, 'ana');
    await scheduler.ok('POST', '/v1/agencies/memberships?edition=koran-jakarta-2022', 'tono', KORAN_JAKARTA);
    expect(await agency('2022-10-05')).toMatchObject({
      cluster: 3,
      editionInForce: 'published',
      otherEditions: [{ edition: 'koran-jakarta-2022', cluster: 2, author: 'Koran Jakarta' }],
    });
    const inForce = { edition: 'koran-jakarta-2022', effectiveFrom: '2022-11-01', author: 'BKN', source: 'letter 9' };
    await scheduler.ok('POST', '/v1/agencies/editions', 'rini', inForce);
    expect(await agency('2022-10-31')).toMatchObject({ cluster: 3, editionInForce: 'published' });
    expect(await agency('2022-11-01')).toMatchObject({
      cluster: 2,
      editionInForce: 'koran-jakarta-2022',
      otherEditions: [{ edition: 'published', cluster: 3 }],
    });
    const unknown = await scheduler.call('POST', '/v1/agencies/editions', 'rini', { ...inForce, edition: 'no-such' });
    expect(unknown.body.code).toBe('agency.unknown-edition');
  });
});
