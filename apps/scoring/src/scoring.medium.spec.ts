import type { AttemptClosed, ResultScored } from '@app/contracts';
import { closingOf } from './scoring/domain/closing.fixture';
import { score } from './scoring/domain/score';
import type { PackageContent } from './scoring/domain/scoring-package';
import { ScoringService } from './scoring.fixture';

const packageOf = (version: number, fields: Partial<PackageContent> = {}): PackageContent => ({
  packageId: 'package-1',
  version,
  form: { formId: 'form-1', version: 1 },
  estimator: 'sum',
  items: [
    { itemId: 'i1', key: 'A' },
    { itemId: 'i2', key: 'B' },
  ],
  scales: [{ scaleId: 'all', itemIds: ['i1', 'i2'] }],
  ...fields,
});

/** A database each, on a machine that runs other tests besides. */
const TEST_TIMEOUT_MS = 60_000;

jest.setTimeout(TEST_TIMEOUT_MS);

describe('the scoring service', () => {
  let service: ScoringService;

  beforeEach(async () => {
    service = await ScoringService.start();
  });

  afterEach(() => service.stop());

  const close = (closed: AttemptClosed) => service.close(closed);
  const call = (...given: Parameters<ScoringService['call']>) => service.call(...given);
  const until: ScoringService['until'] = (look, isThere) => service.until(look, isThere);
  const published = async () => (await service.publishedOf('resultScored')) as unknown as ResultScored[];

  test('a closing becomes one result event and one current result', async () => {
    const imported = await call('POST', '/v1/packages', packageOf(1));
    expect(imported).toMatchObject({ status: 201, body: { packageId: 'package-1', version: 1, inForce: true } });
    const closed = closingOf(['A', 'C']);
    await close(closed);
    const results = await until(published, ({ length }) => length > 0);
    expect(results).toEqual([score(closed, { ...packageOf(1), hash: imported.body.hash })]);
    const found = await call('GET', '/v1/results?sessionId=session-1');
    expect(found.body).toEqual({ results: [{ status: 'provisional', revision: 1, ...results[0] }], next: null });
  });

  test('the highest closing is current, whatever order they come in, and each is kept', async () => {
    await call('POST', '/v1/packages', packageOf(1));
    await close(closingOf(['A', undefined], { closing: 2 }));
    await close(closingOf(['A', 'B'], { closing: 3 }));
    await close(closingOf([undefined, undefined], { closing: 1 }));
    const shown = await until(
      async () => (await call('GET', '/v1/results/attempts/attempt-1')).body,
      (body) => body.earlier?.length === 2,
    );
    expect(shown.current).toMatchObject({ closing: 3, scales: [{ score: 2 }] });
    expect(shown.earlier.map((result: ResultScored) => result.closing)).toEqual([2, 1]);
    const events = await until(published, ({ length }) => length >= 2);
    expect(events.map(({ closing }) => closing)).toEqual([2, 3]);
  });

  test('the same closing twice has one effect', async () => {
    await call('POST', '/v1/packages', packageOf(1));
    await close(closingOf(['A', 'B']));
    await close(closingOf(['A', 'B']));
    await close(closingOf(['A', 'B'], { attemptId: 'attempt-2' }));
    const events = await until(published, (found) => found.some(({ attemptId }) => attemptId === 'attempt-2'));
    expect(events.filter(({ attemptId }) => attemptId === 'attempt-1')).toHaveLength(1);
  });

  test('a closing waits for its package and is scored when that arrives', async () => {
    await close(closingOf(['A', 'B']));
    const held = await until(
      async () => (await call('GET', '/v1/results/pending')).body.forms,
      (forms) => forms.length > 0,
    );
    expect(held).toMatchObject([{ formId: 'form-1', formVersion: 1, unfitPackageId: null, closings: 1 }]);
    await call('POST', '/v1/packages', packageOf(1));
    expect(await until(published, ({ length }) => length > 0)).toMatchObject([{ scales: [{ score: 2 }] }]);
    expect((await call('GET', '/v1/results/pending')).body).toEqual({ forms: [] });
  });

  test('a package that does not fit its form scores nothing, and can be replaced until the first result', async () => {
    const unfit = packageOf(1, {
      items: [{ itemId: 'i9', key: 'A' }],
      scales: [{ scaleId: 'all', itemIds: ['i9'] }],
    });
    await call('POST', '/v1/packages', unfit);
    await close(closingOf(['A', 'B']));
    const held = await until(
      async () => (await call('GET', '/v1/results/pending')).body.forms,
      (forms) => forms.length > 0,
    );
    expect(held).toMatchObject([{ unfitPackageId: 'package-1', unfitPackageVersion: 1 }]);
    await call('POST', '/v1/packages', packageOf(2));
    expect(await until(published, ({ length }) => length > 0)).toMatchObject([{ package: { version: 2 } }]);
    const late = await call('POST', '/v1/packages', packageOf(3));
    expect(late).toMatchObject({ status: 201, body: { inForce: false } });
  });

  test('a version never changes: the same again is welcome, other content is refused', async () => {
    const first = await call('POST', '/v1/packages', packageOf(1));
    const again = await call('POST', '/v1/packages', packageOf(1));
    expect(again.body).toEqual(first.body);
    const other = packageOf(1, { items: packageOf(1).items.map((item) => ({ ...item, key: 'C' })) });
    expect(await call('POST', '/v1/packages', other)).toMatchObject({
      status: 409,
      body: { code: 'package.version-exists' },
    });
    expect((await call('GET', '/v1/packages/package-1/1')).body).toEqual({ ...packageOf(1), hash: first.body.hash });
  });

  test.each([
    ['a field that is not known', { ...packageOf(1), weight: 2 }, 'request.invalid'],
    ['an empty key', packageOf(1, { items: [{ itemId: 'i1', key: '' }] }), 'request.invalid'],
    ['no scale', packageOf(1, { scales: [] }), 'request.invalid'],
    [
      'a scale over an item without key',
      packageOf(1, { scales: [{ scaleId: 'all', itemIds: ['i3'] }] }),
      'package.invalid',
    ],
  ])('a package with %s is refused', async (_, content, code) => {
    const refused = await call('POST', '/v1/packages', content);
    expect(refused.body.code).toBe(code);
    expect(refused.body.problems.length).toBeGreaterThan(0);
    expect((await call('GET', '/v1/packages')).body).toEqual({ packages: [] });
  });

  test('responses that contradict themselves are set aside, and those behind them are scored', async () => {
    await call('POST', '/v1/packages', packageOf(1));
    await close(closingOf(['A', 'B'], { responses: ['A'] }));
    await close(closingOf(['A', 'B'], { attemptId: 'attempt-2' }));
    const events = await until(published, ({ length }) => length > 0);
    expect(events.map(({ attemptId }) => attemptId)).toEqual(['attempt-2']);
  });

  test('an illustrative package scores only where somebody says so, and marks its results', async () => {
    const illustrative = packageOf(1, { illustrative: true });
    expect((await call('POST', '/v1/packages', illustrative)).body).toMatchObject({ inForce: false });
    const activated = await call('POST', '/v1/packages?activateIllustrative=true', illustrative);
    expect(activated.body).toMatchObject({ illustrative: true, inForce: true });
    await close(closingOf(['A', 'B']));
    expect(await until(published, ({ length }) => length > 0)).toMatchObject([{ illustrative: true }]);
  });

  test('a supervisor sees no results', async () => {
    expect(await call('GET', '/v1/results', undefined, 'supervisor')).toMatchObject({
      status: 403,
      body: { code: 'access.role-missing' },
    });
  });
});
