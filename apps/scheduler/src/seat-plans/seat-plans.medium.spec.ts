import type { SeatPlanAdopted, SeatsAssigned, SeatsReleased } from '@app/contracts';
import { Client } from 'pg';
import type { PlanDifference } from '../planning/plan-difference';
import { type Refusal, SchedulerUnderTest } from '../scheduler.fixture';
import type { Adoption } from './seat-plan-adoption.service';
import type { SeatPlanSummary } from './seat-plans.repository';
import type { Verification } from './seat-plans.service';

/** A test starts the whole service, and the planner's thread compiles the sources that it runs. */
jest.setTimeout(120_000);

const CLUSTERS = `number,name,criteria,effectiveFrom,author,source
1,Klaster 1,first,2022-01-01,BKN,decree`;
const AGENCIES = `code,name_id,abbreviation,kind,cluster,source,note
kemenkeu,Kementerian Keuangan,Kemenkeu,ministry,1,decree,
bkn,Badan Kepegawaian Negara,BKN,body,1,decree,`;
const SESSIONS = `sessionId,cluster,siteId,room,date,startsAt,timeZone,minutes,seats,formId,formVersion
a-mon,1,site-a,hall,2022-10-10,08:00,Asia/Jakarta,120,4,form-1,1
b-mon,1,site-b,hall,2022-10-10,08:00,Asia/Jakarta,120,4,form-1,1
a-wed,1,site-a,hall,2022-10-12,08:00,Asia/Jakarta,120,4,form-1,1
b-wed,1,site-b,hall,2022-10-12,08:00,Asia/Jakarta,120,4,form-1,1`;
const SITES = 'siteId,zone,suits\nsite-a,north,wheelchair\nsite-b,south,\n';
const DISTANCES = 'zone,siteId,km\nnorth,site-a,1\nnorth,site-b,9\nsouth,site-a,9\nsouth,site-b,1\n';
const PEOPLE = ['p1', 'p2', 'p3', 'p4', 'p5', 'p6'];
const ROSTER = `personId,agency,zone,access,extraMinutes
p1,kemenkeu,north,wheelchair,
p2,kemenkeu,north,none,30
p3,kemenkeu,north,none,
p4,bkn,south,none,
p5,bkn,south,none,
p6,bkn,south,none,
`;
const PLANS = '/v1/plan/clusters/1/plans';
const request = (fields: object = {}) => ({
  roster: ROSTER,
  sites: SITES,
  distances: DISTANCES,
  agencyDayCap: '0.7',
  seed: '7',
  reasonCode: 'first-plan',
  ...fields,
});

describe('plans of seats', () => {
  let scheduler: SchedulerUnderTest;

  beforeEach(async () => {
    scheduler = await SchedulerUnderTest.start('2022-10-03T00:00:00.000Z');
    await scheduler.ok('POST', '/v1/clusters', 'tono', CLUSTERS);
    await scheduler.ok('POST', '/v1/agencies?effectiveFrom=2022-01-01&author=BKN', 'tono', AGENCIES);
    for (const person of PEOPLE) await scheduler.register(person, Number(person.slice(1)) <= 3 ? 'kemenkeu' : 'bkn');
    await scheduler.caughtUp();
    await scheduler.ok('POST', '/v1/plan/sessions', 'tono', SESSIONS);
  });

  afterEach(() => scheduler.stop());

  const create = (fields: object = {}) => scheduler.ok<SeatPlanSummary>('POST', PLANS, 'tono', request(fields));
  const adopt = (version: number, account: 'tono' | 'rini' = 'tono') =>
    scheduler.call<Adoption & Refusal>('POST', `${PLANS}/${version}/in-force`, account);
  const seats = async (): Promise<Map<string, string>> => {
    const rows: { analytics_id: string; session_id: string; seat: string }[] = await scheduler.dataSource.query(
      'SELECT analytics_id, session_id, seat FROM seats',
    );
    return new Map(rows.map((row) => [row.analytics_id, `${row.session_id} ${row.seat}`]));
  };
  const seatEvents = async (): Promise<{ name: string; data: SeatsAssigned | SeatsReleased }[]> => {
    const events = await scheduler.published<SeatsAssigned | SeatsReleased>('plan');
    return events.filter(({ name }) => name === 'seatsAssigned' || name === 'seatsReleased');
  };
  const openCluster = async () => {
    const before = await scheduler.cluster(1);
    await scheduler.ok('POST', '/v1/clusters/1/preparation', 'rini', { version: before.version, reasonCode: 'ready' });
    const { version } = await scheduler.cluster(1);
    await scheduler.ok('POST', '/v1/clusters/1/proposals', 'rini', { version, step: 'open', reasonCode: 'start' });
    await scheduler.ok('POST', '/v1/clusters/1/confirmations', 'tono', { version, step: 'open' });
  };

  test('a plan is stored with what it was made from, and changes nothing before it is in force', async () => {
    const plan = await create();
    expect(plan).toMatchObject({ cluster: 1, version: 1, recordedBy: 'tono', seed: '7', inForceAt: null });
    expect(plan.report).toMatchObject({ people: 6, placed: 6, unplaced: [], totalKm: 6, seed: 7 });
    expect(plan.report.inputHash).toBe(plan.inputHash);
    expect(await seats()).toEqual(new Map());
    const verified = await scheduler.ok<Verification>('POST', `${PLANS}/1/verification`, 'rini');
    expect(verified).toMatchObject({ verified: true, people: 6, placed: 6, inputHash: plan.inputHash });
  });

  test('in force, every seat of the plan is given and published once; a second press does nothing', async () => {
    await create();
    expect((await adopt(1)).body).toMatchObject({ given: 6, moved: 0, unchanged: 0 });
    expect((await seats()).size).toBe(6);
    const events = await scheduler.until(seatEvents, ({ length }) => length >= 1);
    const people = events.flatMap(({ data }) => data.seats.map(({ analyticsId }) => analyticsId)).sort();
    expect(people).toEqual(PEOPLE);
    const p2 = events.flatMap(({ data }) => (data as SeatsAssigned).seats).find((one) => one.analyticsId === 'p2');
    expect(p2?.extraSeconds).toBe(1_800);
    expect((await adopt(1)).body).toMatchObject({ given: 0, moved: 0, unchanged: 6 });
    expect(await seatEvents()).toHaveLength(events.length);
    const adopted = await scheduler.until(
      async () =>
        (await scheduler.published<SeatPlanAdopted>('rollout')).filter(({ name }) => name === 'seatPlanAdopted'),
      ({ length }) => length === 1,
    );
    expect(adopted[0]?.data).toMatchObject({ cluster: 1, plan: 1, seed: 7, actors: ['tono'], given: 6 });
  });

  test('a lost site moves its people alone, and only they are told', async () => {
    await create();
    await adopt(1);
    const before = await seats();
    const lostPeople = [...before].filter(([, seat]) => seat.startsWith('b-')).map(([person]) => person);
    const told = (await scheduler.until(seatEvents, ({ length }) => length >= 1)).length;
    const loss = { lost: ['site-b'], from: '2022-10-10', reasonCode: 'site-lost' };
    const plan = await scheduler.ok<SeatPlanSummary>('POST', `${PLANS}/1/replanning`, 'tono', loss);
    expect(plan).toMatchObject({ version: 2, base: 1 });
    expect(plan.report).toMatchObject({ placed: 6, displaced: lostPeople.length, moved: lostPeople.length });
    const difference = await scheduler.ok<PlanDifference>('GET', `${PLANS}/1/difference/2`, 'rini');
    expect(difference.moves.map(({ personId }) => personId)).toEqual(lostPeople.sort());
    expect((await adopt(2)).body).toMatchObject({
      given: 0,
      moved: lostPeople.length,
      unchanged: 6 - lostPeople.length,
    });
    const after = await seats();
    for (const [person, seat] of after) {
      expect(seat.startsWith('a-')).toBe(true);
      if (!lostPeople.includes(person)) expect(seat).toBe(before.get(person));
    }
    const events = (await scheduler.until(seatEvents, ({ length }) => length > told + 1)).filter(
      ({ data }) => data.version > 2 || data.sessionId.startsWith('b-'),
    );
    const released = events.filter(({ name }) => name === 'seatsReleased');
    expect(released.flatMap(({ data }) => data.seats.map(({ analyticsId }) => analyticsId)).sort()).toEqual(lostPeople);
    expect((await scheduler.ok<SeatPlanSummary>('GET', `${PLANS}/1`, 'rini')).supersededBy).toBe(2);
  });

  test('once the cluster has opened, another person puts the plan in force', async () => {
    await create();
    await adopt(1);
    await openCluster();
    const loss = { lost: ['site-b'], from: '2022-10-10', reasonCode: 'site-lost' };
    await scheduler.ok('POST', `${PLANS}/1/replanning`, 'tono', loss);
    expect((await adopt(2)).body.code).toBe('plan.second-person-needed');
    scheduler.passHours(25);
    expect((await adopt(2, 'rini')).body.code).toBe('plan.stale');
    await scheduler.ok('POST', `${PLANS}/1/replanning`, 'tono', loss);
    expect((await adopt(3, 'rini')).status).toBe(200);
  });

  test('nobody moves within 48 hours of the session, and the plan in force stays', async () => {
    await create();
    await adopt(1);
    const before = await seats();
    scheduler.passHours(6 * 24);
    await create({ seed: '8', from: '2022-10-10' });
    const refused = await adopt(2);
    expect(refused.body.code).toBe('plan.moves-refused');
    expect(refused.body.problems[0]).toMatchObject({
      at: expect.stringMatching(/^session [ab]-mon$/),
      message: expect.stringMatching(/^\d people: it starts within 48 hours and is not lost$/),
    });
    expect(await seats()).toEqual(before);
    const plans = await scheduler.ok<SeatPlanSummary[]>('GET', PLANS, 'rini');
    expect(plans.map(({ inForceAt, supersededBy }) => [inForceAt !== null, supersededBy])).toEqual([
      [true, null],
      [false, null],
    ]);
  });

  test('a plan made before seats were given elsewhere is refused, and nothing of it is given', async () => {
    await create();
    await scheduler.ok('POST', '/v1/plan/seats', 'tono', 'sessionId,seat,analyticsId\na-mon,1,p4');
    const refused = await adopt(1);
    expect(refused.body).toMatchObject({ code: 'plan.stale' });
    expect(await seats()).toEqual(new Map([['p4', 'a-mon 1']]));
  });

  test('nobody is seated who was withdrawn or has sat since the plan was made', async () => {
    await create();
    await scheduler.withdraw('p3');
    await scheduler.closeAttempt('p5', 'elsewhere');
    await scheduler.caughtUp();
    const refused = await adopt(1);
    expect(refused.body).toMatchObject({ code: 'plan.moves-refused' });
    expect(refused.body.problems.map(({ message }) => message)).toEqual([
      '1 people have been withdrawn since it was made',
      '1 people have sat since it was made',
    ]);
    expect(await seats()).toEqual(new Map());
  });

  test('people who cannot be seated are refused by row and column', async () => {
    const bad = await scheduler.call('POST', PLANS, 'tono', request({ agencyDayCap: '1.5' }));
    expect(bad.body.code).toBe('plan.option-invalid');
    await scheduler.withdraw('p3');
    await scheduler.caughtUp();
    await scheduler.closeAttempt('p5', 'a-mon');
    await scheduler.caughtUp();
    const roster = `${ROSTER.replace('p1,kemenkeu', 'p1,bkn')}p9,bkn,south,none,\n`;
    const refused = await scheduler.call('POST', PLANS, 'tono', request({ roster }));
    expect(refused.body).toMatchObject({ code: 'plan.input-invalid' });
    expect(refused.body.problems).toEqual([
      { at: 'roster, row 2, column agency', message: 'is not the agency of this person in the roster' },
      { at: 'roster, row 4, column personId', message: 'is not a registered person' },
      { at: 'roster, row 6, column personId', message: 'has sat already' },
      { at: 'roster, row 8, column personId', message: 'is not a registered person' },
    ]);
    const nothing = await scheduler.call('POST', PLANS, 'tono', request({ from: '2022-12-01' }));
    expect(nothing.body.code).toBe('plan.nothing-to-plan');
    expect(await scheduler.ok('GET', PLANS, 'rini')).toEqual([]);
  });

  test('two connections never book a person or a seat twice, whatever SQL they run', async () => {
    const url = new URL(scheduler.databaseUrl);
    const clients = await Promise.all(
      Array.from({ length: 8 }, async () => {
        const client = new Client({ connectionString: url.href, options: '-c search_path=scheduler' });
        await client.connect();
        return client;
      }),
    );
    const insert = (client: Client, session: string, seat: string, person: string, sitting = 'form-1') =>
      client
        .query(
          `INSERT INTO seats (session_id, seat, analytics_id, sitting, extra_seconds, given_at, recorded_by, recorded_at)
           VALUES ($1, $2, $3, $4, 0, now(), 'sql', now())`,
          [session, seat, person, sitting],
        )
        .then(
          () => 'given',
          (error: { code: string }) => error.code,
        );
    try {
      const samePerson = await Promise.all(
        clients.map((client, index) =>
          insert(client, ['a-mon', 'b-mon', 'a-wed', 'b-wed'][index % 4]!, `s${index}`, 'p1'),
        ),
      );
      expect(samePerson.filter((outcome) => outcome === 'given')).toHaveLength(1);
      expect(samePerson.filter((outcome) => outcome === '23505')).toHaveLength(7);
      const sameSeat = await Promise.all(
        PEOPLE.slice(1).map((person, index) => insert(clients[index]!, 'b-wed', 'same', person)),
      );
      expect(sameSeat.filter((outcome) => outcome === 'given')).toHaveLength(1);
      expect(sameSeat.filter((outcome) => outcome === '23505')).toHaveLength(4);
      // Another name for the sitting would be a way round.
      expect(await insert(clients[0]!, 'a-wed', 's9', 'p1', 'form-2')).toBe('23503');
    } finally {
      await Promise.all(clients.map((client) => client.end()));
    }
  });
});
