import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { calibratedPackage, mendedKey, readSat12, sumPackage } from '../../tools/sat12-packages';
import { readPackage } from '../packages/package-file';
import type { PackageVersion } from '../packages/packages.repository';
import { closingOf } from '../scoring/domain/closing.fixture';
import { ScoringService } from '../scoring.fixture';
import { differenceFiles } from './difference-files';
import { dryRun, type DryRunPart, dryRunRanges } from './dry-run';
import { sat12Closings } from './sat12-closings.fixture';

const sat12 = readSat12();
const DAY_MS = 86_400_000;
const printed = sumPackage(sat12, sat12.key, 1);
const mended = sumPackage(sat12, mendedKey(sat12), 2);
const EVERYBODY = { kind: 'all', id: 'all' };

/** Straight from the file, by nothing of the product: rows whose answer to the last item is 3 or 5. */
function attemptsThatChose(options: readonly string[]): string[] {
  const file = readFileSync(join(__dirname, '..', '..', '..', '..', 'demo', 'data', 'sat12-raw.csv'), 'utf8');
  return file
    .trim()
    .split('\n')
    .slice(1)
    .flatMap((line, index) =>
      options.includes(line.trim().split(',').at(-1)!) ? [`attempt-${String(index + 1).padStart(3, '0')}`] : [],
    );
}

describe('the miskeyed item', () => {
  let service: ScoringService;

  beforeEach(async () => {
    service = await ScoringService.start();
    await service.call('POST', '/v1/packages', printed);
    await service.close(...sat12Closings(sat12));
    await service.until(
      () => service.publishedOf('resultScored'),
      ({ length }) => length === 600,
    );
    expect((await service.call('POST', '/v1/packages', mended)).body.inForce).toBe(false);
  });

  afterEach(() => service.stop());

  async function begin(version: PackageVersion, scope: object = EVERYBODY): Promise<string> {
    const { packageId, version: number } = version;
    const begun = await service.call('POST', '/v1/results/rescorings', { packageId, version: number, scope });
    expect(begun.status).toBe(201);
    return begun.body.rescoringId;
  }

  async function ready(version: PackageVersion, scope?: object): Promise<string> {
    const rescoringId = await begin(version, scope);
    await inState(rescoringId, 'ready');
    return rescoringId;
  }

  const inState = (rescoringId: string, state: string) =>
    service.until(
      async () => (await service.call('GET', `/v1/results/rescorings/${rescoringId}`)).body,
      (body) => body.state === state,
    );
  const file = async (rescoringId: string, name: string) =>
    (await service.call('GET', `/v1/results/rescorings/${rescoringId}/files/differences.${name}`)).text;
  const decide = (rescoringId: string, step: 'proposal' | 'confirmation', account: string) =>
    service.call('POST', `/v1/results/rescorings/${rescoringId}/${step}`, { reasonCode: 'key-corrected' }, account);

  test('the dry run names exactly those who chose either option, publishes nothing, and the release tells everybody', async () => {
    const before = await service.published();
    const rescoringId = await ready(mended);
    const report = JSON.parse(await file(rescoringId, 'json'));
    const csv = (await file(rescoringId, 'csv')).trim().split('\n').slice(1);
    const concerned = attemptsThatChose(['3', '5']);
    expect(csv.map((line) => line.split(',')[0])).toEqual(concerned);
    expect(report).toMatchObject({ attempts: 600, changed: concerned.length, withoutBefore: 0 });
    expect(report.items).toEqual([
      { itemId: 'i32', people: concerned.length, keyChanged: true, parametersChanged: false },
    ]);
    expect(await file(rescoringId, 'html')).toContain('<svg');
    expect(await service.published()).toEqual(before);

    expect((await decide(rescoringId, 'proposal', 'analyst')).status).toBe(200);
    const own = await decide(rescoringId, 'confirmation', 'secondtoken');
    expect(own.body.code).toBe('decision.second-person-needed');
    expect((await decide(rescoringId, 'confirmation', 'officer')).status).toBe(200);
    expect((await decide(rescoringId, 'confirmation', 'officer')).status).toBe(200);
    const released = await inState(rescoringId, 'released');
    expect(released.published).toBe(600);
    const rescored = await service.until(
      () => service.publishedOf('resultRescored'),
      ({ length }) => length === 600,
    );
    expect(new Set(rescored.map(({ attemptId }) => attemptId)).size).toBe(600);
    const changed = rescored.filter((result) => result.changed).map(({ attemptId }) => attemptId);
    expect(changed.toSorted()).toEqual(concerned);
    expect(rescored[0]).toMatchObject({
      rescoringId,
      revision: 2,
      package: { packageId: 'sat12-sum', version: 2 },
      replaces: { revision: 1, package: { packageId: 'sat12-sum', version: 1 } },
    });

    await service.close({ ...sat12Closings(sat12)[0]!, attemptId: 'late', analyticsId: 'late' });
    const all = await service.until(
      () => service.publishedOf('resultScored'),
      ({ length }) => length > 600,
    );
    expect(all.find(({ attemptId }) => attemptId === 'late')).toMatchObject({ package: { version: 2 } });
    const history = (await service.call('GET', '/v1/results/attempts/attempt-001')).body;
    expect(history.current).toMatchObject({ revision: 2, status: 'provisional' });
    expect(history.earlier).toMatchObject([{ revision: 1, status: 'superseded', package: { version: 1 } }]);
  });

  test('under recalibrated parameters everybody changes', async () => {
    const first = calibratedPackage(sat12, sat12.key, 1);
    const second = calibratedPackage(sat12, mendedKey(sat12), 2);
    await service.call('POST', '/v1/packages', first);
    await service.call('POST', '/v1/packages', second);
    const rescoringId = await ready(first);
    await decide(rescoringId, 'proposal', 'analyst');
    await decide(rescoringId, 'confirmation', 'officer');
    await inState(rescoringId, 'released');
    await service.until(
      () => service.publishedOf('resultRescored'),
      ({ length }) => length === 600,
    );
    const report = JSON.parse(await file(await ready(second), 'json'));
    expect(report).toMatchObject({ attempts: 600, changed: 600, statement: expect.stringMatching(/In-sample/) });
    expect(report.scales[0]).toMatchObject({ unit: 'theta', people: 600 });
    expect(report.earlierPackages).toEqual([{ packageId: 'sat12-2pl', version: 1, attempts: 600 }]);
  });

  test('the log alone suffices: without any table three replays give one digest', async () => {
    const packages = [printed, mended].map(readPackage);
    const reference = JSON.parse(await file(await ready(mended), 'json'));
    await service.halt();
    await service.database.drop();
    const digests: string[] = [];
    for (let replay = 0; replay < 3; replay++) {
      const parts: DryRunPart[] = [];
      const request = {
        package: packages[1]!,
        scope: { kind: 'all', id: 'all' } as const,
        packageOf: async ({ version }: PackageVersion) => packages.find((one) => one.version === version) ?? null,
      };
      const ranges = await dryRunRanges(service.log);
      const store = { ranges, finished: async () => [], save: async (part: DryRunPart) => void parts.push(part) };
      expect(await dryRun(service.log, request, store)).toBe(true);
      const { summary } = differenceFiles({ ...request, earlier: [packages[0]!], parts });
      digests.push(summary.digest);
      expect(summary.changed).toBe(reference.changed);
    }
    expect(new Set([...digests, reference.digest]).size).toBe(1);
    service = await ScoringService.start();
  });

  test('an interrupted dry run goes on with the partitions that are left', async () => {
    const packages = [printed, mended].map(readPackage);
    const saved: DryRunPart[] = [];
    const stopping = new AbortController();
    const request = {
      package: packages[1]!,
      scope: { kind: 'all', id: 'all' } as const,
      packageOf: async ({ version }: PackageVersion) => packages.find((one) => one.version === version) ?? null,
      signal: stopping.signal,
    };
    const ranges = await dryRunRanges(service.log);
    const store = {
      ranges,
      finished: async () => saved.map(({ partition }) => partition),
      save: async (part: DryRunPart) => {
        saved.push(part);
        if (saved.length === 5) stopping.abort();
      },
    };
    expect(await dryRun(service.log, request, store)).toBe(false);
    expect(saved).toHaveLength(5);
    let records = 0;
    const goOn = { ...request, signal: undefined, onProgress: (read: number) => (records += read) };
    expect(await dryRun(service.log, goOn, store)).toBe(true);
    expect(saved.map(({ partition }) => partition)).toEqual(ranges.map(([partition]) => partition));
    expect(records).toBe(saved.slice(5).reduce((sum, part) => sum + part.records, 0));
  });

  test.each<[string, () => Promise<unknown>]>([
    ['an attempt was closed again', () => service.close({ ...sat12Closings(sat12)[0]!, closing: 2 })],
    ['an attempt was closed first', () => service.close({ ...sat12Closings(sat12)[0]!, attemptId: 'new' })],
    [
      'another package came into force',
      async () => {
        const other = await ready(printed);
        await decide(other, 'proposal', 'analyst');
        await decide(other, 'confirmation', 'officer');
        const third = await service.call('POST', '/v1/packages', { ...mended, version: 3 });
        expect(third.body.inForce).toBe(false);
        const moved = await ready({ packageId: 'sat12-sum', version: 3 });
        await decide(moved, 'proposal', 'analyst');
        expect((await decide(moved, 'confirmation', 'officer')).status).toBe(200);
      },
    ],
  ])('what the report does not show is not released: %s', async (_, change) => {
    const rescoringId = await ready(mended);
    await decide(rescoringId, 'proposal', 'analyst');
    await change();
    const refused = await decide(rescoringId, 'confirmation', 'officer');
    expect(refused).toMatchObject({ status: 409, body: { code: 'rescoring.stale' } });
  });

  test('a closing of somebody else makes nothing stale', async () => {
    const rescoringId = await ready(mended, { kind: 'agency', id: 'bkn' });
    await decide(rescoringId, 'proposal', 'analyst');
    await service.close({ ...sat12Closings(sat12)[1]!, attemptId: 'new' });
    expect((await decide(rescoringId, 'confirmation', 'officer')).status).toBe(200);
    expect((await inState(rescoringId, 'released')).published).toBe(200);
  });

  test('a proposal is good for a day', async () => {
    const rescoringId = await ready(mended);
    await decide(rescoringId, 'proposal', 'analyst');
    service.aheadMs = DAY_MS + 1000;
    const late = await decide(rescoringId, 'confirmation', 'officer');
    expect(late.body.code).toBe('decision.expired');
    expect((await decide(rescoringId, 'confirmation', 'analyst')).status).toBe(403);
  });

  test('a release that is cut off by the end of its process goes on in the next', async () => {
    const rescoringId = await ready(mended);
    await decide(rescoringId, 'proposal', 'analyst');
    await decide(rescoringId, 'confirmation', 'officer');
    await service.halt();
    await service.boot();
    expect((await inState(rescoringId, 'released')).published).toBe(600);
    const rescored = await service.until(
      () => service.publishedOf('resultRescored'),
      ({ length }) => length >= 600,
    );
    expect(rescored).toHaveLength(600);
  });

  test('results of a withheld scope go out without scores until two people release them', async () => {
    const scope = { kind: 'session', id: 'session-1' };
    const withheld = await service.call('POST', '/v1/results/withholdings', { scope, reasonCode: 'key-in-doubt' });
    expect(withheld.status).toBe(200);
    const again = await service.call('POST', '/v1/results/withholdings', { scope, reasonCode: 'key-in-doubt' });
    expect(again.body.withholdingId).toBe(withheld.body.withholdingId);
    await service.close({ ...sat12Closings(sat12)[0]!, attemptId: 'late', analyticsId: 'late' });
    const told = await service.until(
      () => service.publishedOf('resultWithheld'),
      ({ length }) => length === 151,
    );
    expect(told.find(({ attemptId }) => attemptId === 'late')).toMatchObject({ root: 'a'.repeat(64), revision: 1 });
    expect(told.some((result) => 'scales' in result)).toBe(false);
    expect((await service.publishedOf('resultScored')).some(({ attemptId }) => attemptId === 'late')).toBe(false);

    const proposed = await service.call('POST', '/v1/results/releases', { scope, reasonCode: 'results-verified' });
    const url = `/v1/results/releases/${proposed.body.releaseId}/confirmation`;
    expect((await service.call('POST', url, {}, 'secondtoken')).body.code).toBe('decision.second-person-needed');
    expect((await service.call('POST', url, {}, 'officer')).status).toBe(200);
    expect((await service.call('POST', url, {}, 'officer')).status).toBe(200);
    const released = await service.until(
      () => service.publishedOf('resultReleased'),
      ({ length }) => length === 151,
    );
    expect(released.every((result) => result.sessionId === 'session-1')).toBe(true);
    expect(released[0]).toMatchObject({ proposedBy: 'ana', confirmedBy: 'rudi', revision: 1 });
    const shown = await service.call('GET', '/v1/results?sessionId=session-1&limit=500');
    expect(new Set(shown.body.results.map(({ status }: { status: string }) => status))).toEqual(new Set(['released']));
  });

  test('a rescored result of a withheld scope stays withheld', async () => {
    const scope = { kind: 'agency', id: 'bkn' };
    await service.call('POST', '/v1/results/withholdings', { scope, reasonCode: 'key-in-doubt' });
    await service.until(
      () => service.publishedOf('resultWithheld'),
      ({ length }) => length === 200,
    );
    const rescoringId = await ready(mended);
    await decide(rescoringId, 'proposal', 'analyst');
    await decide(rescoringId, 'confirmation', 'officer');
    await inState(rescoringId, 'released');
    const withheld = await service.until(
      () => service.publishedOf('resultWithheld'),
      ({ length }) => length === 400,
    );
    expect(withheld.filter(({ revision }) => revision === 2)).toHaveLength(200);
    expect(await service.publishedOf('resultRescored')).toHaveLength(400);
  });

  test('responses that nobody can read are named, and the others are rescored', async () => {
    await service.close(closingOf(['A', 'B'], { attemptId: 'broken', responses: ['A'] }));
    const report = JSON.parse(await file(await ready(mended), 'json'));
    expect(report.attempts).toBe(600);
    expect(report.unreadable).toEqual([]);
    const other = { ...sat12Closings(sat12)[0]!, attemptId: 'broken-2', responses: ['1'] };
    await service.close(other);
    const second = JSON.parse(await file(await ready(mended), 'json'));
    expect(second.unreadable).toHaveLength(1);
  });
});
