import { buildEvent, TOPICS } from '@app/contracts';
import { readSat12, sumPackage } from '../../tools/sat12-packages';
import { sat12Closings } from '../rescoring/sat12-closings.fixture';
import { ScoringService } from '../scoring.fixture';

const sat12 = readSat12();

describe('the quality of the measurement', () => {
  let service: ScoringService;

  beforeAll(async () => {
    service = await ScoringService.start();
    await service.call('POST', '/v1/packages', sumPackage(sat12, sat12.key, 1));
    const planned = ['session-1', 'session-2', 'session-3'].map((sessionId, index) => {
      const data = {
        sessionId,
        version: 1,
        cluster: 1 + (index % 2),
        siteId: `site-${1 + (index % 2)}`,
        room: 'room-1',
        startsAt: '2026-01-01T02:00:00.000Z',
        timeZone: 'Asia/Jakarta',
        formId: 'sat12',
        formVersion: 1,
        durationSeconds: 3600,
        seats: 150,
        pinClosesAt: '2026-01-01T01:55:00.000Z',
        lastStartAt: '2026-01-01T02:30:00.000Z',
      };
      const fields = {
        id: `${sessionId}/1`,
        source: '/petabakat/scheduler',
        subject: sessionId,
        time: data.startsAt,
        data,
      };
      return { key: sessionId, value: JSON.stringify(buildEvent('sessionPlanned', fields)) };
    });
    await service.log.append(TOPICS.plan.name, planned);
    await service.close(...sat12Closings(sat12));
  });

  afterAll(() => service.stop());

  test('the miskeyed item is found, with the option that goes with ability', async () => {
    const { body } = await service.call('GET', '/v1/results/quality/sat12/1');
    expect(body).toMatchObject({ attempts: 600, package: { packageId: 'sat12-sum' }, illustrative: false });
    const [scale] = body.scales;
    const item = scale.items.find(({ itemId }: { itemId: string }) => itemId === 'i32');
    expect(item.p).toBeCloseTo(0.16, 2);
    expect(item.itemRestCorrelation).toBeCloseTo(0.04, 2);
    expect(item.flags).toEqual(['low-item-rest', 'too-hard', 'another-option-is-better']);
    const third = item.options.find(({ option }: { option: string }) => option === '3');
    expect(third.share).toBeCloseTo(0.44, 2);
    expect(third.restCorrelation).toBeCloseTo(0.2, 1);
  });

  test('the same stands in a file for spreadsheets', async () => {
    const { text } = await service.call('GET', '/v1/results/quality/sat12/1/items.csv');
    const lines = text.trim().split('\n');
    expect(lines).toHaveLength(33);
    expect(lines.at(-1)).toMatch(/^science,i32,.*low-item-rest too-hard another-option-is-better,false$/);
  });

  test.each([
    ['agency', 'bkn', 200, 400, 0],
    ['cluster', '2', 150, 300, 150],
    ['site', 'site-1', 300, 150, 150],
    ['job-level', 'pelaksana', 300, 300, 0],
  ])('items are compared by %s', async (by, focal, focalAttempts, referenceAttempts, leftOut) => {
    const url = `/v1/results/quality/sat12/1/dif?by=${by}&focal=${focal}&purify=true`;
    const { body } = await service.call('GET', url);
    expect(body).toMatchObject({ by, focal, focalAttempts, referenceAttempts, leftOut });
    expect(body.scales[0].items).toHaveLength(32);
    expect(body.scales[0].items[0].mantelHaenszel.etsClass).toMatch(/^[ABC]$/);
  });

  test('a group that is nobody, or everybody, is refused', async () => {
    const { status, body } = await service.call('GET', '/v1/results/quality/sat12/1/dif?by=agency&focal=nobody');
    expect([status, body.code]).toEqual([422, 'dif.one-group']);
  });

  test('a form without answers is refused', async () => {
    expect((await service.call('GET', '/v1/results/quality/other/1')).body.code).toBe('package.unknown');
  });

  test('every site is reported to the rollout, once for the same answers', async () => {
    const first = await service.call('POST', '/v1/results/quality/sat12/1/reports');
    await service.call('POST', '/v1/results/quality/sat12/1/reports');
    expect(first.body.reports).toMatchObject([
      { siteId: 'site-1', attempts: 300 },
      { siteId: 'site-2', attempts: 150 },
    ]);
    const told = await service.until(
      () => service.publishedOf('qualityReported'),
      ({ length }) => length >= 2,
    );
    expect(new Set(told.map(({ siteId }) => siteId))).toEqual(new Set(['site-1', 'site-2']));
    expect(told).toHaveLength(2);
    expect(told[0]).toMatchObject({ alpha: expect.any(Number), flaggedItems: expect.any(Array) });
  });
});
