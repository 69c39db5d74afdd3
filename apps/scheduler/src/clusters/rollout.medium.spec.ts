import { type AdmissionChanged, type GateEvaluated, TOPICS } from '@app/contracts';
import type { GateRuleEntity } from '../gates/gate.entity';
import type { GateSnapshot } from './domain/cluster-status';
import type { ProgressView } from '../progress/progress.service';
import { SchedulerUnderTest, rootOf } from '../scheduler.fixture';

const CLUSTERS = `number,name,criteria,effectiveFrom,author,source
1,Klaster 1,first,2022-01-01,BKN,decree
2,Klaster 2,second,2022-01-01,BKN,decree`;
const AGENCIES = `code,name_id,abbreviation,kind,cluster,source,note
kemenkeu,Kementerian Keuangan,Kemenkeu,kementerian,1,decree,
kemenkes,Kementerian Kesehatan,Kemenkes,kementerian,2,decree,
bp-tapera,BP Tapera,BP Tapera,other,,tapera.go.id,`;
const SESSIONS = `sessionId,cluster,siteId,room,date,startsAt,timeZone,minutes,seats,formId,formVersion
s1,1,jakarta-1,hall,2022-10-05,08:00,Asia/Jakarta,240,30,form-1,1
s2,2,jakarta-1,hall,2022-10-06,08:00,Asia/Jakarta,240,30,form-1,1`;
const PEOPLE = ['p1', 'p2', 'p3', 'p4', 'p5'];

/** A test starts the whole service; on a busy machine that takes a while. */
jest.setTimeout(60_000);

describe('the rollout', () => {
  let scheduler: SchedulerUnderTest;

  beforeEach(async () => {
    scheduler = await SchedulerUnderTest.start('2022-10-05T01:00:00.000Z');
    await scheduler.ok('POST', '/v1/clusters', 'tono', CLUSTERS);
    await scheduler.ok('POST', '/v1/agencies?effectiveFrom=2022-03-18&author=BKN', 'tono', AGENCIES);
    await scheduler.ok('POST', '/v1/plan/sessions', 'tono', SESSIONS);
    for (const person of PEOPLE) await scheduler.register(person, 'kemenkeu');
    await scheduler.register('q1', 'kemenkes');
    await scheduler.caughtUp();
    const seats = PEOPLE.map((person, index) => `s1,${index + 1},${person}`);
    await scheduler.ok('POST', '/v1/plan/seats', 'tono', ['sessionId,seat,analyticsId', ...seats].join('\n'));
  });

  afterEach(() => scheduler.stop());

  async function open(cluster: number): Promise<void> {
    await scheduler.ok('POST', `/v1/clusters/${cluster}/preparation`, 'rini', {
      version: 1,
      reasonCode: 'sites-verified',
    });
    await step(cluster, 'open', 2);
  }

  async function step(cluster: number, name: 'open' | 'resume' | 'close', version: number): Promise<void> {
    const proposal = { step: name, version, reasonCode: 'evidence-seen' };
    await scheduler.ok('POST', `/v1/clusters/${cluster}/proposals`, 'rini', proposal);
    await scheduler.ok('POST', `/v1/clusters/${cluster}/confirmations`, 'tono', { step: name, version });
  }

  async function sit(people: readonly string[], session = 's1'): Promise<void> {
    for (const person of people) {
      await scheduler.closeAttempt(person, session);
      await scheduler.score(person, session);
    }
  }

  const gateOf = async (cluster: number) => (await scheduler.cluster(cluster)).gate;
  const gateIs = async (cluster: number, outcome: string, reasonCode: string): Promise<GateSnapshot> => {
    const gate = await scheduler.until(
      () => gateOf(cluster),
      (found) => found?.outcome === outcome && found.reasonCode === reasonCode,
    );
    return gate!;
  };
  const rolloutOf = async (cluster: number) =>
    (await scheduler.published<GateEvaluated>('rollout')).filter(({ key }) => key === String(cluster));
  const admissionsOf = async (cluster: number, count: number) => {
    const found = async () =>
      (await scheduler.published<AdmissionChanged>('plan')).filter(
        ({ name, key }) => name === 'admissionChanged' && key === String(cluster),
      );
    return (await scheduler.until(found, ({ length }) => length >= count)).map(({ data }) => [data.version, data.open]);
  };

  test('two people open the first cluster, and everybody hears of it once', async () => {
    await open(1);
    expect(await scheduler.cluster(1)).toMatchObject({
      state: 'ramping',
      version: 3,
      lastStep: { step: 'open', actors: ['rini', 'tono'], reasonCode: 'evidence-seen' },
      proposals: [],
    });
    expect(await admissionsOf(1, 1)).toEqual([[3, true]]);
    await scheduler.ok('POST', '/v1/clusters/1/confirmations', 'tono', { step: 'open', version: 2 });
    await scheduler.ok('POST', '/v1/clusters/1/proposals', 'rini', { step: 'open', version: 2, reasonCode: 'x-again' });
    await gateIs(1, 'inconclusive', 'sessions-running');
    const names = (await rolloutOf(1)).map(({ name }) => name).filter((name) => name !== 'gateEvaluated');
    expect(names).toEqual(['clusterPromoted', 'clusterOpened']);
    expect(await admissionsOf(1, 1)).toHaveLength(1);
  });

  test('the same person cannot propose and confirm, and a proposal ends after a day', async () => {
    await scheduler.ok('POST', '/v1/clusters/1/preparation', 'rini', { version: 1, reasonCode: 'sites-verified' });
    await scheduler.ok('POST', '/v1/clusters/1/proposals', 'rini', { step: 'open', version: 2, reasonCode: 'go-now' });
    const confirm = (account: 'rini' | 'budi') =>
      scheduler.call('POST', '/v1/clusters/1/confirmations', account, { step: 'open', version: 2 });
    expect((await confirm('rini')).body.code).toBe('cluster.second-person-needed');
    scheduler.passHours(24.1);
    expect((await confirm('budi')).body.code).toBe('cluster.no-proposal');
    expect((await scheduler.cluster(1)).proposals).toEqual([]);
  });

  test('a command on a stale version is refused with what changed', async () => {
    await open(1);
    const stale = await scheduler.call('POST', '/v1/clusters/1/hold', 'budi', { version: 2, reasonCode: 'outage' });
    expect(stale).toMatchObject({ status: 409, body: { code: 'cluster.stale-version' } });
    expect(stale.body.problems).toMatchObject([{ at: 'version 3', message: expect.stringContaining('rini and tono') }]);
  });

  test('two presses at the same moment make one step', async () => {
    await scheduler.ok('POST', '/v1/clusters/1/preparation', 'rini', { version: 1, reasonCode: 'sites-verified' });
    await scheduler.ok('POST', '/v1/clusters/1/proposals', 'rini', { step: 'open', version: 2, reasonCode: 'go-now' });
    const replies = await Promise.all(
      ['tono', 'budi', 'tono'].map((account) =>
        scheduler.call('POST', '/v1/clusters/1/confirmations', account as 'tono' | 'budi', {
          step: 'open',
          version: 2,
        }),
      ),
    );
    expect(replies.filter(({ status }) => status === 200).length).toBeGreaterThan(0);
    expect((await scheduler.cluster(1)).version).toBe(3);
  });

  test('the gate passes at four of five, and only then the next cluster opens', async () => {
    await open(1);
    await scheduler.ok('POST', '/v1/clusters/2/preparation', 'rini', { version: 1, reasonCode: 'sites-verified' });
    await sit(['p1', 'p2', 'p3']);
    await scheduler.caughtUp();
    const early = await scheduler.call('POST', '/v1/clusters/2/proposals', 'rini', {
      step: 'open',
      version: 2,
      reasonCode: 'go-now',
    });
    expect(early).toMatchObject({ status: 409, body: { code: 'cluster.transition-refused' } });
    expect(early.body.problems[0]).toMatchObject({
      at: 'cluster 1, gate coverage',
      message: expect.stringMatching(/inconclusive \(sessions-running\).*registered 5.*reconciled 3/),
    });
    await sit(['p4']);
    const gate = await gateIs(1, 'passed', 'coverage-reached');
    expect(gate.figures).toMatchObject({ registered: 5, attended: 4, scored: 4, reconciled: 4, reconciledPercent: 80 });
    await step(2, 'open', 2);
    expect(await scheduler.cluster(2)).toMatchObject({
      state: 'ramping',
      lastStep: { gates: [{ cluster: 1, gate: 'coverage', outcome: 'passed' }] },
    });
  });

  test('an evaluation is published with its figures and the positions it was made at', async () => {
    await open(1);
    await sit(['p1', 'p2', 'p3', 'p4']);
    await gateIs(1, 'passed', 'coverage-reached');
    const evaluated = async () => (await rolloutOf(1)).filter(({ name }) => name === 'gateEvaluated');
    const events = await scheduler.until(evaluated, (found) => found.at(-1)?.data.outcome === 'passed');
    const { data } = events.at(-1)!;
    const ofResponses = data.positions.filter(({ topic }) => topic === TOPICS.responses.name);
    const counted = ofResponses.reduce((sum, { offset }) => sum + offset, 0);
    expect(counted).toBe(4);
    expect(events.map(({ data: { evaluation } }) => evaluation)).toEqual(events.map((_, index) => index + 1));
  });

  test('a cluster below its gate when all is sealed is held, and two people resume it', async () => {
    await open(1);
    await sit(['p1', 'p2', 'p3']);
    await scheduler.seal('s1', 3);
    const gate = await gateIs(1, 'failed', 'coverage-below');
    expect(await scheduler.cluster(1)).toMatchObject({
      state: 'held',
      version: 4,
      lastStep: {
        step: 'hold',
        actors: ['gate'],
        reasonCode: 'coverage-below',
        gates: [{ evaluation: gate.evaluation }],
      },
    });
    expect(await admissionsOf(1, 2)).toEqual([
      [3, true],
      [4, false],
    ]);
    await step(1, 'resume', 4);
    // The same figures say nothing new, so the resumed cluster is not held again for them.
    const close = { step: 'close', version: 5, reasonCode: 'done-now' };
    const refused = await scheduler.call('POST', '/v1/clusters/1/proposals', 'rini', close);
    expect(refused.body.code).toBe('cluster.transition-refused');
    expect(await scheduler.cluster(1)).toMatchObject({ state: 'ramping', version: 5 });
    expect(await admissionsOf(1, 3)).toContainEqual([5, true]);
    const held = (await rolloutOf(1)).filter(({ name }) => name === 'clusterHeld');
    expect(held).toHaveLength(1);
  });

  test('a held cluster does not let the next one open, even once its gate passes', async () => {
    await open(1);
    await scheduler.ok('POST', '/v1/clusters/1/hold', 'budi', { version: 3, reasonCode: 'incident' });
    await sit(PEOPLE);
    await gateIs(1, 'passed', 'coverage-reached');
    await scheduler.ok('POST', '/v1/clusters/2/preparation', 'rini', { version: 1, reasonCode: 'sites-verified' });
    const proposal = { step: 'open', version: 2, reasonCode: 'go-now' };
    const refused = await scheduler.call('POST', '/v1/clusters/2/proposals', 'rini', proposal);
    expect(refused.body).toMatchObject({ code: 'cluster.transition-refused', problems: [{ at: 'cluster 1' }] });
  });

  test('a root that differs makes the gate inconclusive until a later closing is reconciled', async () => {
    await open(1);
    await sit(['p1', 'p2', 'p3', 'p4']);
    await scheduler.closeAttempt('p5', 's1');
    await scheduler.score('p5', 's1', { root: rootOf('another') });
    expect((await gateIs(1, 'inconclusive', 'root-differs')).figures.differing).toBe(1);
    await scheduler.closeAttempt('p5', 's1', { closing: 2, root: rootOf('again') });
    await scheduler.score('p5', 's1', { closing: 2, root: rootOf('again') });
    expect((await gateIs(1, 'passed', 'coverage-reached')).figures).toMatchObject({ reconciled: 5, differing: 0 });
  });

  test('a submission of more than fifteen minutes without result makes the gate inconclusive', async () => {
    await open(1);
    await sit(['p1', 'p2', 'p3', 'p4']);
    await scheduler.closeAttempt('p5', 's1');
    await gateIs(1, 'passed', 'coverage-reached');
    scheduler.passHours(0.26);
    // Time alone tells no event; a command looks at the gates before it decides.
    const close = { step: 'close', version: 3, reasonCode: 'done-now' };
    expect((await scheduler.call('POST', '/v1/clusters/1/proposals', 'rini', close)).status).toBe(409);
    expect(await gateOf(1)).toMatchObject({ outcome: 'inconclusive', reasonCode: 'result-overdue' });
  });

  test('a gate does not fail on a seal that is ahead of the responses and results it counts', async () => {
    await open(1);
    await scheduler.seal('s1', 5);
    await gateIs(1, 'inconclusive', 'responses-pending');
    for (const person of PEOPLE) await scheduler.closeAttempt(person, 's1');
    await gateIs(1, 'inconclusive', 'results-pending');
    for (const person of PEOPLE) await scheduler.score(person, 's1');
    await gateIs(1, 'passed', 'coverage-reached');
    expect((await scheduler.cluster(1)).state).toBe('ramping');
  });

  test('a roster record that cannot be read makes the gate inconclusive until somebody dismisses it', async () => {
    await open(1);
    await sit(PEOPLE);
    await gateIs(1, 'passed', 'coverage-reached');
    await scheduler.appendText('roster', 'broken', 'no json');
    await gateIs(1, 'inconclusive', 'records-set-aside');
    const { setAside } = await scheduler.ok<ProgressView>('GET', '/v1/progress', 'ana');
    const { topic, partition, offset } = setAside[0]!;
    expect(setAside).toMatchObject([{ key: 'broken', code: 'record.not-json' }]);
    const dismissal = { topic, partition, offset, reasonCode: 'foreign-producer' };
    await scheduler.ok('POST', '/v1/progress/dismissals', 'tono', dismissal);
    await gateIs(1, 'passed', 'coverage-reached');
    expect((await scheduler.ok<ProgressView>('GET', '/v1/progress', 'ana')).setAside).toEqual([]);
  });

  test('a threshold is data: a new version of the rule is in force at once, and stays with each evaluation', async () => {
    await open(1);
    await sit(['p1', 'p2', 'p3']);
    await gateIs(1, 'inconclusive', 'sessions-running');
    const rule = 'coverage,promotion,pass=60 overdueMinutes=15,0,1,,BKN,decree 7';
    const header = 'gate,moments,thresholds,failureLimit,failureWindowDays,inconclusiveLimitDays,author,source';
    await scheduler.ok('POST', '/v1/clusters/gates', 'rini', `${header}\n${rule}`);
    const gate = await gateIs(1, 'passed', 'coverage-reached');
    expect(gate.figures).toMatchObject({ pass: 60, ruleVersion: 2 });
    const rules = await scheduler.ok<GateRuleEntity[]>('GET', '/v1/clusters/gates', 'ana');
    expect(rules).toMatchObject([
      { version: 1, thresholds: 'pass=80 overdueMinutes=15' },
      { version: 2, thresholds: 'pass=60 overdueMinutes=15', recordedBy: 'rini' },
    ]);
  });

  test('people are counted once, however often a record comes and however many attempts they have', async () => {
    await sit(['p1', 'p2']);
    await sit(['p1', 'p2']);
    await scheduler.closeAttempt('p1', 's1', { attemptId: 'second-of-p1' });
    await scheduler.register('p2', 'kemenkeu');
    await scheduler.register('t1', 'bp-tapera');
    await scheduler.register('u1', 'unheard-of');
    await scheduler.withdraw('p5');
    await scheduler.caughtUp();
    const progress = await scheduler.ok<ProgressView>('GET', '/v1/progress', 'ana');
    expect(progress.clusters).toEqual([
      { cluster: 1, scenario: false, registered: 4, seated: 4, attended: 2, scored: 2, reconciled: 2 },
      { cluster: 2, scenario: false, registered: 1, seated: 0, attended: 0, scored: 0, reconciled: 0 },
      { cluster: null, scenario: false, registered: 2, seated: 0, attended: 0, scored: 0, reconciled: 0 },
    ]);
    expect(progress.total).toMatchObject({ registered: 7, attended: 2 });
  });

  test('after a restart the cluster stands where it stood, and nothing is told twice', async () => {
    await open(1);
    await sit(['p1', 'p2', 'p3', 'p4']);
    await gateIs(1, 'passed', 'coverage-reached');
    await scheduler.until(
      () => rolloutOf(1),
      (events) => events.at(-1)?.data.outcome === 'passed',
    );
    const before = await scheduler.cluster(1);
    const told = (await rolloutOf(1)).length;
    await scheduler.restart();
    await scheduler.caughtUp();
    expect(await scheduler.cluster(1)).toEqual(before);
    expect(await rolloutOf(1)).toHaveLength(told);
  });

  test('what was counted from the log is counted the same when it is replayed from its beginning', async () => {
    await sit(['p1', 'p2', 'p3']);
    await scheduler.closeAttempt('p1', 's1', { closing: 2, root: rootOf('second') });
    await scheduler.withdraw('p4');
    await scheduler.seal('s1', 3);
    await scheduler.caughtUp();
    const { clusters } = await scheduler.ok<ProgressView>('GET', '/v1/progress', 'ana');
    // Seats are planned here, not told by the log, and name people that the replay has yet to tell of.
    const seats = await scheduler.dataSource.query('SELECT * FROM seats');
    await scheduler.dataSource.query('TRUNCATE persons, attempt_closings, attempt_results, session_runs, seats');
    await scheduler.dataSource.query('UPDATE consumer_progress SET next_offset = 0');
    await scheduler.restart();
    await scheduler.caughtUp();
    for (const seat of seats) {
      await scheduler.dataSource.query('INSERT INTO seats SELECT * FROM jsonb_populate_record(NULL::seats, $1)', [
        JSON.stringify(seat),
      ]);
    }
    expect((await scheduler.ok<ProgressView>('GET', '/v1/progress', 'ana')).clusters).toEqual(clusters);
  });

  test('a cluster is closed over its passed gate and admits nobody any more', async () => {
    await open(1);
    await sit(PEOPLE);
    await gateIs(1, 'passed', 'coverage-reached');
    await step(1, 'close', 3);
    expect(await scheduler.cluster(1)).toMatchObject({ state: 'closed', version: 4 });
    expect(await admissionsOf(1, 2)).toContainEqual([4, false]);
    await scheduler.ok('POST', '/v1/clusters/2/preparation', 'rini', { version: 1, reasonCode: 'sites-verified' });
    await step(2, 'open', 2);
    expect((await scheduler.cluster(2)).state).toBe('ramping');
  });

  test.each([
    ['POST', '/v1/clusters/1/preparation', 'tono'],
    ['POST', '/v1/clusters/1/proposals', 'tono'],
    ['POST', '/v1/clusters/1/confirmations', 'ana'],
    ['POST', '/v1/clusters/1/hold', 'sam'],
    ['GET', '/v1/clusters', 'sam'],
  ] as const)('%s %s is not for %s', async (method, url, account) => {
    expect((await scheduler.call(method, url, account, method === 'POST' ? {} : undefined)).status).toBe(403);
  });
});
