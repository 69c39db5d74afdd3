import type { ResultScored } from '@app/contracts';
import { NO_ROOT, SchedulerUnderTest } from '../scheduler.fixture';
import type { ChosenPeopleView, ClusterHistoryView } from './cluster-views';

/** A test starts the whole service; on a busy machine that takes a while. */
jest.setTimeout(120_000);

const CLUSTERS = `number,name,criteria,effectiveFrom,author,source
1,Klaster 1,first,2022-01-01,BKN,decree`;
const AGENCIES = `code,name_id,abbreviation,kind,cluster,source,note
kemenkeu,Kementerian Keuangan,Kemenkeu,kementerian,1,decree,
kemenkes,Kementerian Kesehatan,Kemenkes,kementerian,1,decree,`;
const SESSIONS = `sessionId,cluster,siteId,room,date,startsAt,timeZone,minutes,seats,formId,formVersion
s1,1,jakarta-1,hall,2022-10-05,08:00,Asia/Jakarta,240,1000,form-1,1
s2,1,jakarta-2,hall,2022-10-05,08:00,Asia/Jakarta,240,1000,form-1,1`;
const GATES = `gate,moments,thresholds,failureLimit,failureWindowDays,inconclusiveLimitDays,author,source
attendance,wave,pass=85 fail=70,0,1,,BKN,decree
reliability,release,pass=0.75 minimum=300,0,1,,BKN,decree
result-quality,release,margin=0.2 confidence=99 minimum=300,0,1,,BKN,decree`;

describe('waves', () => {
  let scheduler: SchedulerUnderTest;

  beforeEach(async () => {
    scheduler = await SchedulerUnderTest.start('2022-10-05T01:00:00.000Z');
    await scheduler.ok('POST', '/v1/clusters', 'tono', CLUSTERS);
    await scheduler.ok('POST', '/v1/agencies?effectiveFrom=2022-03-18&author=BKN', 'tono', AGENCIES);
    await scheduler.ok('POST', '/v1/clusters/gates', 'rini', GATES);
    await scheduler.ok('POST', '/v1/plan/sessions', 'tono', SESSIONS);
  });

  afterEach(() => scheduler.stop());

  const open = async (waves: string, gates: string, canary = '') => {
    const ramp = `cluster,canaryPercent,waves,gates,seed,author,source\n1,${canary},${waves},${gates},a-seed-of-the-waves,BKN,decree`;
    await scheduler.ok('POST', '/v1/clusters/ramps', 'rini', ramp);
    await scheduler.ok('POST', '/v1/clusters/1/preparation', 'rini', { version: 1, reasonCode: 'ready' });
    await scheduler.ok('POST', '/v1/clusters/1/proposals', 'rini', { version: 2, step: 'open', reasonCode: 'go' });
    await scheduler.ok('POST', '/v1/clusters/1/confirmations', 'tono', { version: 2, step: 'open' });
  };
  const stands = (stage: string) =>
    scheduler.until(
      () => scheduler.cluster(1),
      (view) => view.stage === stage,
    );
  const says = (gate: string, outcome: string) =>
    scheduler.until(
      async () => (await scheduler.cluster(1)).gates.find((one) => one.gate === gate)?.snapshot ?? null,
      (snapshot) => snapshot?.outcome === outcome,
    );
  const people = async () => {
    const { people: chosen } = await scheduler.ok<ChosenPeopleView>('GET', '/v1/clusters/1/people', 'rini');
    return chosen.map(({ analyticsId }) => analyticsId);
  };
  const register = async (count: number) => {
    const everybody = Array.from({ length: count }, (_, index) => `p${index + 1}`);
    for (const [index, person] of everybody.entries()) {
      await scheduler.register(person, index % 2 === 0 ? 'kemenkeu' : 'kemenkes');
    }
    await scheduler.caughtUp();
    return everybody;
  };

  test('have a seed that nobody chose where the plan gives none, and keep it', async () => {
    await register(8);
    const plan = (source: string) =>
      `cluster,canaryPercent,waves,gates,seed,author,source\n1,,50 100,attendance,,BKN,${source}`;
    await scheduler.ok('POST', '/v1/clusters/ramps', 'rini', plan('decree'));
    const before = await scheduler.ok<ChosenPeopleView>('GET', '/v1/clusters/1/people', 'rini');
    expect(before).toMatchObject({ seed: null, seedCommitment: expect.stringMatching(/^[0-9a-f]{64}$/) });
    const again = await scheduler.ok('POST', '/v1/clusters/ramps', 'rini', plan('decree'));
    expect(again).toMatchObject({ recorded: 0 });
    await scheduler.ok('POST', '/v1/clusters/ramps', 'rini', plan('another decree'));
    const after = await scheduler.ok<ChosenPeopleView>('GET', '/v1/clusters/1/people', 'rini');
    expect(after.seedCommitment).toBe(before.seedCommitment);
  });

  test('go on by themselves from 25 over 50 to 100 percent and to make-up, and never drop anybody', async () => {
    const everybody = await register(16);
    await open('25 50 100', 'attendance');
    await stands('wave-25');
    const first = await people();
    expect(first).toHaveLength(4);
    for (const person of first) await scheduler.closeAttempt(person, 's1');
    await stands('wave-50');
    const second = await people();
    expect(second).toHaveLength(8);
    expect(second).toEqual(expect.arrayContaining(first));
    for (const person of second.slice(0, 6)) await scheduler.closeAttempt(person, 's1');
    await scheduler.caughtUp();
    expect((await scheduler.cluster(1)).stage).toBe('wave-50');
    for (const person of second) await scheduler.closeAttempt(person, 's1');
    await stands('wave-100');
    for (const person of everybody) await scheduler.closeAttempt(person, 's2', { attemptId: `b-${person}` });
    const view = await stands('make-up');
    const advances = view.steps.filter(({ step }) => step === 'advance');
    expect(advances.map(({ actors, to, sharePercent }) => [actors, to, sharePercent])).toEqual([
      [['gate'], 'ramping', 50],
      [['gate'], 'ramping', 100],
      [['gate'], 'make-up', 100],
    ]);
    expect(
      advances.every(({ gates }) => gates.every(({ outcome, evaluation }) => outcome === 'passed' && evaluation)),
    ).toBe(true);
  });

  describe('compare what sites measure', () => {
    const score = async (person: string, sessionId: string, share: number) => {
      const scale = { scaleId: 'all', score: share, maximum: 1, answered: 1, omitted: 0, notReached: 0 };
      const scales: ResultScored['scales'] = [scale];
      await scheduler.closeAttempt(person, sessionId);
      await scheduler.score(person, sessionId, { scales });
    };
    const report = (alpha: number | null, attempts: number) =>
      scheduler.append('results', 'qualityReported', `jakarta-1-${attempts}-${alpha}`, {
        siteId: 'jakarta-1',
        formId: 'form-1',
        formVersion: 1,
        package: { packageId: 'package-1', version: 1, hash: NO_ROOT },
        attempts,
        attemptsLeftOut: 0,
        alpha,
        meanScoreShare: 0.5,
        omittedShare: 0,
        notReachedShare: 0,
        flaggedItems: [],
        answersHash: NO_ROOT,
        at: scheduler.at(),
      });
    /** Values from 0 to 1, the same at both sites but for the shift of the second. */
    const sit = async (count: number, shift: number) => {
      const everybody = await register(count);
      await open('100', 'reliability result-quality');
      for (const [index, person] of everybody.entries()) {
        const site = Math.floor(index / 2) % 2;
        await score(person, site === 0 ? 's1' : 's2', ((Math.floor(index / 4) * 7) % 11) / 10 + site * shift);
      }
      await scheduler.caughtUp();
    };

    test('equal sites pass, and a reliable form with them', async () => {
      await sit(2_000, 0);
      const quality = await says('result-quality', 'passed');
      expect(quality?.figures).toMatchObject({ largestShift: 0 });
      await report(0.74, 200);
      await says('reliability', 'inconclusive');
      scheduler.passHours(1);
      await report(0.8, 400);
      await says('reliability', 'passed');
    });

    test('a site half a standard deviation off holds the cluster', async () => {
      await sit(1_200, 0.16);
      const held: ClusterHistoryView = await scheduler.until(
        () => scheduler.cluster(1),
        ({ state }) => state === 'held',
      );
      expect(held.lastStep).toMatchObject({ actors: ['gate'], gates: [{ gate: 'result-quality', outcome: 'failed' }] });
    });

    test('few people say nothing', async () => {
      await sit(80, 0.16);
      expect(await says('result-quality', 'inconclusive')).not.toBeNull();
      expect((await scheduler.cluster(1)).state).toBe('ramping');
    });
  });
});
