import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeFields, merkleRoot } from '@app/receipts';
import { NO_ROOT, SchedulerUnderTest, rootOf } from '../scheduler.fixture';
import type { ChosenPeopleView, ClusterHistoryView } from './cluster-views';

const GATES = readFileSync(join(__dirname, '../../data/gates.csv'), 'utf8');
const CLUSTERS = `number,name,criteria,effectiveFrom,author,source
1,Klaster 1,first,2022-01-01,BKN,decree`;
const AGENCIES = `code,name_id,abbreviation,kind,cluster,source,note
kemenkeu,Kementerian Keuangan,Kemenkeu,kementerian,1,decree,
kemenkes,Kementerian Kesehatan,Kemenkes,kementerian,1,decree,`;
const SESSIONS = `sessionId,cluster,siteId,room,date,startsAt,timeZone,minutes,seats,formId,formVersion
s1,1,jakarta-1,hall,2022-10-05,08:00,Asia/Jakarta,240,30,form-1,1`;
const RAMP = `cluster,canaryPercent,waves,gates,seed,author,source
1,25,50 100,roster-sync rehearsal parity seats canary-size incidents save-latency scoring-lag integrity attendance reliability result-quality coverage,a-seed-of-the-test,BKN,decree`;
const PEOPLE = ['p1', 'p2', 'p3', 'p4', 'p5', 'p6', 'p7', 'p8'];
const LATENCY = { process: 'gateway-1', role: 'gateway', windowSeconds: 60, lagSeconds: null, unknowns: 0 };

/** A test starts the whole service; on a busy machine that takes a while. */
jest.setTimeout(120_000);

describe('a rollout in stages', () => {
  let scheduler: SchedulerUnderTest;

  beforeEach(async () => {
    scheduler = await SchedulerUnderTest.start('2022-10-05T01:00:00.000Z');
    await scheduler.ok('POST', '/v1/clusters', 'tono', CLUSTERS);
    await scheduler.ok('POST', '/v1/agencies?effectiveFrom=2022-03-18&author=BKN', 'tono', AGENCIES);
    await scheduler.ok('POST', '/v1/clusters/gates', 'rini', GATES);
    await scheduler.ok('POST', '/v1/clusters/ramps', 'rini', RAMP);
    await scheduler.ok('POST', '/v1/plan/sessions', 'tono', SESSIONS);
    for (const [index, person] of PEOPLE.entries()) {
      await scheduler.register(person, index % 2 === 0 ? 'kemenkeu' : 'kemenkes');
    }
    await scheduler.caughtUp();
    await scheduler.ok('POST', '/v1/clusters/1/preparation', 'rini', { version: 1, reasonCode: 'sites-verified' });
  });

  afterEach(() => scheduler.stop());

  const gate = (view: ClusterHistoryView, name: string) => view.gates.find((one) => one.gate === name)?.snapshot;
  const gateSays = (name: string, outcome: string) =>
    scheduler.until(
      () => scheduler.cluster(1),
      (view) => gate(view, name)?.outcome === outcome,
    );
  const report = (versions: Record<string, string>, process = 'gateway-1') =>
    scheduler.append('figures', 'figuresReported', process, {
      ...LATENCY,
      process,
      at: scheduler.at(),
      acknowledgementP99Ms: 40,
      versions,
    });
  const vouch = async () => {
    const common = { siteId: 'jakarta-1', passed: true, reasonCode: 'seen-by-me' };
    await scheduler.ok('POST', '/v1/clusters/attestations', 'tono', { ...common, kind: 'rehearsal' });
    const image = { ...common, kind: 'image-hash', imageHash: NO_ROOT };
    await scheduler.ok('POST', '/v1/clusters/attestations', 'tono', image);
  };
  const byTwo = async (step: string, version: number, overrides: string[] = []) => {
    const proposal = { step, version, reasonCode: 'evidence-seen', overrides };
    await scheduler.ok('POST', '/v1/clusters/1/proposals', 'rini', proposal);
    await scheduler.ok('POST', '/v1/clusters/1/confirmations', 'tono', { step, version });
  };
  const openCanary = async () => {
    await vouch();
    await report({ build: '1' });
    await gateSays('rehearsal', 'passed');
    await gateSays('parity', 'passed');
    await byTwo('open', 2);
  };

  test('a cluster does not open before its sites are vouched for and its nodes agree', async () => {
    const refused = await scheduler.call('POST', '/v1/clusters/1/proposals', 'rini', {
      step: 'open',
      version: 2,
      reasonCode: 'go-now',
    });
    expect(refused.body.problems.map(({ at }) => at)).toEqual(['cluster 1, gate rehearsal', 'cluster 1, gate parity']);
    await openCanary();
    const view = await scheduler.cluster(1);
    expect(view).toMatchObject({ state: 'canary', stage: 'canary', sharePercent: 25 });
    const { people, seed } = await scheduler.ok<ChosenPeopleView>('GET', '/v1/clusters/1/people', 'rini');
    expect(new Set(people.map(({ agency }) => agency))).toEqual(new Set(['kemenkes', 'kemenkeu']));
    expect(people).toHaveLength(2);
    expect(seed).toBe('a-seed-of-the-test');
  });

  test('nodes that differ hold a running cluster at once, and nobody overrides that', async () => {
    await openCanary();
    await report({ build: '2' }, 'gateway-2');
    const held = await scheduler.until(
      () => scheduler.cluster(1),
      ({ state }) => state === 'held',
    );
    expect(held.lastStep).toMatchObject({ actors: ['gate'], reasonCode: 'versions-differ' });
    await byTwo('resume', 4);
    const override = { step: 'promote', version: 5, reasonCode: 'go-now', overrides: ['parity'] };
    const refused = await scheduler.call('POST', '/v1/clusters/1/proposals', 'rini', override);
    expect(refused.body.problems).toContainEqual(expect.objectContaining({ at: 'cluster 1, gate parity' }));
  });

  test('a source that falls silent makes its gate inconclusive by itself', async () => {
    await openCanary();
    await gateSays('save-latency', 'passed');
    scheduler.passHours(0.5);
    await scheduler.call('POST', '/v1/clusters/1/proposals', 'rini', { step: 'promote', version: 3, reasonCode: 'go' });
    const view = await scheduler.cluster(1);
    expect(gate(view, 'save-latency')).toMatchObject({ outcome: 'inconclusive', reasonCode: 'source-silent' });
    expect(gate(view, 'parity')).toMatchObject({ outcome: 'inconclusive', reasonCode: 'node-silent' });
    expect(view.conditions).toContainEqual(expect.objectContaining({ type: 'VersionParity', status: 'unknown' }));
  });

  test('a process that takes its leave is not waited for, and reports of past weeks are dropped', async () => {
    await openCanary();
    await report({ build: '1' }, 'gateway-2');
    const leave = {
      ...LATENCY,
      process: 'gateway-2',
      acknowledgementP99Ms: null,
      versions: { build: '1' },
      stopped: true,
    };
    scheduler.passHours(0.01);
    await scheduler.append('figures', 'figuresReported', 'gateway-2', { ...leave, at: scheduler.at() });
    scheduler.passHours(0.5);
    await report({ build: '2' });
    await scheduler.until(
      () => scheduler.cluster(1),
      (view) => gate(view, 'parity')?.figures.processes === 1 && gate(view, 'parity')?.outcome === 'passed',
    );
    scheduler.passHours(24 * 9);
    await report({ build: '2' });
    await scheduler.caughtUp();
    const kept: { process: string; reports: number }[] = await scheduler.dataSource.query(
      'SELECT process, count(*)::integer AS reports FROM process_figures GROUP BY process ORDER BY process',
    );
    expect(kept).toEqual([
      { process: 'gateway-1', reports: 1 },
      { process: 'gateway-2', reports: 2 },
    ]);
  });

  test('a seal that does not fit the attempts it counts holds the cluster; one that does is verified', async () => {
    await openCanary();
    await scheduler.closeAttempt('p1', 's1');
    await scheduler.score('p1', 's1');
    const leaf = encodeFields('petabakat.session-leaf.v1', 'a-p1', 1, rootOf('a-p1'));
    await scheduler.seal('s1', 1, merkleRoot([leaf]));
    await gateSays('integrity', 'passed');
    await scheduler.seal('s1', 1);
    const held = await scheduler.until(
      () => scheduler.cluster(1),
      ({ state }) => state === 'held',
    );
    expect(held.lastStep).toMatchObject({ reasonCode: 'root-differs', gates: [{ gate: 'integrity' }] });
  });
});
