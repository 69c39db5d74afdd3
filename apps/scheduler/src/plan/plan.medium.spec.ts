import { SEATS_PER_EVENT_MAX, type SeatsAssigned } from '@app/contracts';
import { type Refusal, SchedulerUnderTest } from '../scheduler.fixture';
import type { ImportReport } from '../versioned-records';
import type { SeatedPerson } from './domain/seating';

const CLUSTERS = `number,name,criteria,effectiveFrom,author,source
1,Klaster 1,first,2022-01-01,BKN,decree
2,Klaster 2,second,2022-01-01,BKN,decree`;
const SESSION_HEADER =
  'sessionId,cluster,siteId,room,date,startsAt,timeZone,minutes,durationSeconds,seats,formId,formVersion,pinClosesMinutesBefore,lastStartMinutesAfter';
const SEAT_HEADER = 'sessionId,seat,analyticsId,extraMinutes';

const sessionRow = (sessionId: string, seats = 30, startsAt = '08:00') =>
  `${sessionId},1,jakarta-1,hall,2022-10-05,${startsAt},Asia/Jakarta,240,,${seats},form-1,1,,`;
const sessionsFile = (...rows: string[]) => [SESSION_HEADER, ...rows].join('\n');
const seatsFile = (...rows: string[]) => [SEAT_HEADER, ...rows].join('\n');

/** A test starts the whole service; on a busy machine that takes a while. */
jest.setTimeout(60_000);

describe('planning sessions and seats', () => {
  let scheduler: SchedulerUnderTest;
  let session: string;
  let counter = 0;

  beforeAll(async () => {
    scheduler = await SchedulerUnderTest.start();
    await scheduler.ok('POST', '/v1/clusters', 'tono', CLUSTERS);
    for (let person = 1; person <= 12; person++) await scheduler.register(`p${person}`, 'kemenkeu');
    await scheduler.caughtUp();
  });

  beforeEach(async () => {
    session = `session-${++counter}`;
    // A sitting of its own for each test: a person has one seat per sitting.
    const row = sessionRow(session).replace('form-1', `form-of-${session}`);
    await scheduler.ok('POST', '/v1/plan/sessions', 'tono', sessionsFile(row));
  });

  afterAll(() => scheduler.stop());

  const importSeats = (...rows: string[]) =>
    scheduler.call<Refusal & ImportReport>('POST', '/v1/plan/seats', 'tono', seatsFile(...rows));
  const importSessions = (...rows: string[]) =>
    scheduler.call<Refusal & ImportReport>('POST', '/v1/plan/sessions', 'tono', sessionsFile(...rows));
  const eventsOf = async (sessionId: string, count: number) => {
    const ofSession = async () =>
      (await scheduler.published<SeatsAssigned>('plan')).filter(({ key }) => key === sessionId);
    return scheduler.until(ofSession, ({ length }) => length >= count);
  };
  const seatsOf = (sessionId: string) =>
    scheduler.ok<SeatedPerson[]>('GET', `/v1/plan/sessions/${sessionId}/seats`, 'tono');

  test('a session is published in UTC, with the times that follow from its start', async () => {
    const row = 'wit-1,2,jayapura-1,room-1,2022-10-05,08:00,Asia/Jayapura,240,,30,form-1,2,10,30';
    expect((await importSessions(row)).body).toEqual({ rows: 1, recorded: 1, unchanged: 0 });
    const [planned] = await eventsOf('wit-1', 1);
    expect(planned).toMatchObject({
      name: 'sessionPlanned',
      data: {
        version: 1,
        cluster: 2,
        startsAt: '2022-10-04T23:00:00.000Z',
        timeZone: 'Asia/Jayapura',
        pinClosesAt: '2022-10-04T22:50:00.000Z',
        lastStartAt: '2022-10-04T23:30:00.000Z',
        durationSeconds: 14_400,
        seats: 30,
        formId: 'form-1',
        formVersion: 2,
      },
    });
  });

  test('the same row again publishes nothing, a changed one is the next version', async () => {
    expect((await importSessions(sessionRow('again'))).body.recorded).toBe(1);
    expect((await importSessions(sessionRow('again'))).body).toMatchObject({ recorded: 0, unchanged: 1 });
    expect((await importSessions(sessionRow('again', 40))).body.recorded).toBe(1);
    const events = await eventsOf('again', 2);
    expect(events.map(({ data }) => [data.version, data.seats])).toEqual([
      [1, 30],
      [2, 40],
    ]);
  });

  test('errors of a sessions file are named by row and column, and nothing of it is planned', async () => {
    const rows = [
      sessionRow('good'),
      sessionRow('zone').replace('Asia/Jakarta', 'Asia/Nusantara'),
      sessionRow('skipped').replace('2022-10-05,08:00,Asia/Jakarta', '2022-03-27,02:30,Europe/Berlin'),
      sessionRow('both').replace('240,,', '240,60,'),
    ];
    const refused = await importSessions(...rows);
    expect(refused).toMatchObject({ status: 422, body: { code: 'file.invalid' } });
    expect(refused.body.problems.map(({ at }) => at)).toEqual([
      'row 3, column timeZone',
      'row 4, column startsAt',
      'row 5, column minutes',
    ]);
    const cluster = await importSessions(sessionRow('good'), sessionRow('nowhere').replace(',1,', ',7,'));
    expect(cluster.body.problems).toMatchObject([{ at: 'row 3, column cluster' }]);
    expect((await scheduler.call('GET', '/v1/plan/sessions/good/seats', 'tono')).status).toBe(404);
  });

  test('seats are published with their extra time under the next version of the session', async () => {
    expect((await importSeats(`${session},1,p1,`, `${session},2,p2,30`)).body.recorded).toBe(2);
    const [, assigned] = await eventsOf(session, 2);
    expect(assigned).toMatchObject({
      name: 'seatsAssigned',
      data: {
        version: 2,
        seats: [
          { seat: '1', analyticsId: 'p1', extraSeconds: 0 },
          { seat: '2', analyticsId: 'p2', extraSeconds: 1800 },
        ],
      },
    });
  });

  test('people registered a moment ago can be seated at once', async () => {
    const people = Array.from({ length: 20 }, (_, index) => `fresh-${index}`);
    for (const person of people) await scheduler.register(person, 'kemenkeu');
    const seated = await importSeats(...people.map((person, index) => `${session},f${index},${person},`));
    expect(seated).toMatchObject({ status: 200, body: { recorded: 20 } });
  });

  test('the same seats again publish nothing, another extra time does', async () => {
    await importSeats(`${session},1,p1,`, `${session},2,p2,`);
    expect((await importSeats(`${session},1,p1,`, `${session},2,p2,`)).body).toMatchObject({ recorded: 0 });
    expect((await importSeats(`${session},1,p1,`, `${session},2,p2,15`)).body).toMatchObject({ recorded: 1 });
    const events = await eventsOf(session, 3);
    expect(events.at(-1)?.data.seats).toEqual([{ seat: '2', analyticsId: 'p2', extraSeconds: 900 }]);
  });

  test('a session of many seats comes in several events, each with a version of its own', async () => {
    const people = Array.from({ length: SEATS_PER_EVENT_MAX + 1 }, (_, index) => `many-${index}`);
    for (const person of people) await scheduler.register(person, 'kemenkeu');
    await scheduler.caughtUp();
    await importSessions(sessionRow('large', people.length));
    const rows = people.map((person, index) => `large,s${index},${person},`);
    expect((await importSeats(...rows)).body.recorded).toBe(people.length);
    const events = await eventsOf('large', 3);
    expect(events.map(({ data }) => data.version)).toEqual([1, 2, 3]);
    const seated = events.slice(1).flatMap(({ data }) => data.seats.map(({ analyticsId }) => analyticsId));
    expect(seated).toEqual(people);
  });

  test.each([
    ['an unknown session', ['nowhere,1,p1,'], 'row 2, column sessionId'],
    ['an unknown person', ['$,1,p1,', '$,2,nobody,'], 'row 3, column analyticsId'],
    ['one seat twice', ['$,1,p1,', '$,1,p2,'], 'row 3, column seat'],
    ['one person twice', ['$,1,p1,', '$,2,p1,'], 'row 3, column analyticsId'],
    ['too much extra time', ['$,1,p1,601'], 'row 2, column extraMinutes'],
  ])('%s is refused with row and column, and nobody is seated', async (_, rows, at) => {
    const refused = await importSeats(...rows.map((row) => row.replace('$', session)));
    expect(refused).toMatchObject({ status: 422, body: { code: 'file.invalid', problems: [{ at }] } });
    expect(await seatsOf(session)).toEqual([]);
  });

  test('more people than seats are refused', async () => {
    await importSessions(sessionRow('tiny', 1).replace('form-1', 'form-tiny'));
    const refused = await importSeats('tiny,1,p1,', 'tiny,2,p2,');
    expect(refused.body.problems).toMatchObject([
      { at: 'row 3, column seat', message: expect.stringContaining('1 seats') },
    ]);
  });

  test('a taken seat, and a second seat for one sitting, are refused', async () => {
    await importSeats(`${session},1,p1,`);
    expect((await importSeats(`${session},1,p2,`)).body.problems).toMatchObject([{ at: 'row 2, column seat' }]);
    await importSessions(sessionRow(`${session}-b`).replace('form-1', `form-of-${session}`));
    const second = await importSeats(`${session}-b,1,p1,`);
    expect(second.body.problems).toEqual([
      { at: 'row 2, column analyticsId', message: `has seat 1 of session ${session} for this sitting already` },
    ]);
  });

  test('a withdrawn person gets no seat', async () => {
    await scheduler.withdraw('p12');
    await scheduler.caughtUp();
    expect((await importSeats(`${session},1,p12,`)).body.problems).toMatchObject([{ at: 'row 2, column analyticsId' }]);
  });

  test('two files at the same moment never give one person two seats of a sitting', async () => {
    const other = `${session}-b`;
    await importSessions(sessionRow(other).replace('form-1', `form-of-${session}`));
    const replies = await Promise.all([
      importSeats(`${session},1,p1,`, `${session},2,p2,`),
      importSeats(`${other},1,p1,`, `${other},2,p3,`),
    ]);
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200, 422]));
    expect([...(await seatsOf(session)), ...(await seatsOf(other))]).toHaveLength(2);
  });

  test('the database itself refuses double booking, past every check', async () => {
    const insert = (seat: string, person: string, sessionId = session, sitting = `form-of-${session}`) =>
      scheduler.dataSource.query(
        `INSERT INTO seats (session_id, seat, analytics_id, sitting, extra_seconds, given_at, recorded_by, recorded_at)
         VALUES ($1, $2, $3, $4, 0, now(), 'test', now())`,
        [sessionId, seat, person, sitting],
      );
    const seats = await Promise.allSettled(['p1', 'p2', 'p3', 'p4'].map((person) => insert('1', person)));
    expect(seats.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const people = await Promise.allSettled(['2', '3', '4', '5'].map((seat) => insert(seat, 'p5')));
    expect(people.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await expect(insert('6', 'nobody')).rejects.toThrow('seats_person');
    await expect(insert('7', 'p6', 'nowhere')).rejects.toThrow('seats_session');
  });

  test('a cancelled session frees its seats, once', async () => {
    await importSeats(`${session},1,p1,`);
    const cancel = () =>
      scheduler.call('POST', `/v1/plan/sessions/${session}/cancellation`, 'tono', { reasonCode: 'site-lost' });
    expect((await cancel()).status).toBe(204);
    expect((await cancel()).status).toBe(204);
    await importSessions(sessionRow(`${session}-b`).replace('form-1', `form-of-${session}`));
    expect((await importSeats(`${session}-b,1,p1,`)).status).toBe(200);
    const events = await eventsOf(session, 3);
    expect(events.map(({ name, data }) => [name, data.version])).toEqual([
      ['sessionPlanned', 1],
      ['seatsAssigned', 2],
      ['sessionCancelled', 3],
    ]);
    expect((await importSeats(`${session},1,p2,`)).body.problems).toMatchObject([{ message: 'was cancelled' }]);
  });

  test('an opened session keeps its plan, and its file can still be imported again', async () => {
    await importSeats(`${session},1,p1,`);
    await scheduler.openSession(session);
    await scheduler.caughtUp();
    expect((await importSeats(`${session},1,p1,`)).body).toMatchObject({ recorded: 0 });
    expect((await importSeats(`${session},2,p2,`)).body.problems).toMatchObject([{ message: 'was opened already' }]);
    const cancelled = await scheduler.call('POST', `/v1/plan/sessions/${session}/cancellation`, 'tono', {
      reasonCode: 'site-lost',
    });
    expect(cancelled).toMatchObject({ status: 409, body: { code: 'plan.session-opened' } });
  });

  test('only operations plan', async () => {
    expect((await scheduler.call('POST', '/v1/plan/seats', 'rini', seatsFile(`${session},1,p1,`))).status).toBe(403);
  });
});
