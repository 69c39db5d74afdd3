import { assertNoDrift } from '@app/database';
import { ASSESSMENT_GROUP } from '../src/assessment.tokens';
import { ReplayVerifier } from '../src/replay/replay.verifier';
import { AssessmentHarness, FORM, openForm, person, rosterCsv } from './assessment-harness';

jest.setTimeout(60_000);

let harness: AssessmentHarness;
let sessions = 0;
const newSession = () => `session-${++sessions}`;

beforeAll(async () => {
  harness = await AssessmentHarness.start();
});
afterAll(() => harness.stop());

describe('participants', () => {
  test('a file with errors names every row and column, echoes no value, and imports nobody', async () => {
    const good = person(900);
    const csv = `participantNumber,name,nip,agency\n${good.participantNumber},${good.name},${good.nip},bkn\nT-901,Nama Rahasia,199013012020011001,bkn\nT-900,Lain,${good.nip},b k n`;
    const refused = await harness.call('POST', '/v1/participants/import', { role: 'operations', csv });
    expect(refused.status).toBe(422);
    expect(refused.body.code).toBe('file.invalid');
    expect(JSON.stringify(refused.body)).not.toMatch(/Rahasia|199013012020011001/);
    expect(await harness.rows('SELECT 1 FROM participants WHERE participant_number = $1', ['T-900'])).toHaveLength(0);
  });

  test('an import repeated changes nothing, and a changed code is a new version', async () => {
    await harness.call('POST', '/v1/participants/import', { role: 'operations', csv: rosterCsv(3) });
    const again = await harness.call('POST', '/v1/participants/import', { role: 'operations', csv: rosterCsv(3) });
    expect(again.body).toEqual({ registered: 0, changed: 0, unchanged: 3 });
    const changed = await harness.call('POST', '/v1/participants/import', {
      role: 'operations',
      csv: rosterCsv(3).replace(`${person(2).nip},bkn`, `${person(2).nip},kemenkeu`),
    });
    expect(changed.body).toEqual({ registered: 0, changed: 1, unchanged: 2 });
    await harness.call('POST', '/v1/participants/import', { role: 'operations', csv: rosterCsv(3) });
  });

  test('names and identity numbers are sealed where they are stored, and in no event', async () => {
    const [row] = await harness.rows('SELECT * FROM participants WHERE participant_number = $1', [
      person(1).participantNumber,
    ]);
    const events = [
      ...(await harness.events('roster')),
      ...(await harness.events('attempts')),
      ...(await harness.events('responses')),
    ];
    for (const secret of [person(1).name, person(1).nip]) {
      expect(JSON.stringify(row)).not.toContain(secret);
      expect(JSON.stringify(events)).not.toContain(secret);
    }
  });
});

describe('logging in', () => {
  test('a PIN works once, for its person only', async () => {
    const session = newSession();
    await harness.planSession(session, 2);
    const [first, second] = await harness.pins(session);
    expect((await harness.logIn(second!.participantNumber, first!.pin)).body.code).toBe('pin.invalid');
    expect((await harness.logIn(first!.participantNumber, first!.pin)).status).toBe(200);
    expect((await harness.logIn(first!.participantNumber, first!.pin)).body.code).toBe('pin.used');
  });

  test('two logins with one PIN at once admit one', async () => {
    const session = newSession();
    await harness.planSession(session, 1);
    const [issued] = await harness.pins(session);
    const replies = await Promise.all([1, 2, 3].map(() => harness.logIn(issued!.participantNumber, issued!.pin)));
    expect(replies.filter((one) => one.status === 200)).toHaveLength(1);
    expect(replies.filter((one) => one.body.code === 'pin.used')).toHaveLength(2);
  });

  test('a PIN that was issued anew, or whose time is over, is expired', async () => {
    const session = newSession();
    await harness.planSession(session, 1, { pinClosesInMs: 1_500 });
    const [old] = await harness.pins(session);
    const [issued] = await harness.pins(session);
    expect((await harness.logIn(old!.participantNumber, old!.pin)).body.code).toBe('pin.expired');
    await harness.until(
      async () =>
        (await harness.rows('SELECT 1 FROM sessions WHERE session_id = $1 AND pin_closes_at < now()', [session]))
          .length > 0,
    );
    expect((await harness.logIn(issued!.participantNumber, issued!.pin)).body.code).toBe('pin.expired');
  });

  test('a PIN for a seat that was given up lets nobody in, and who has logged in keeps the seat', async () => {
    const session = newSession();
    await harness.planSession(session, 2);
    const [first, second] = await harness.pins(session);
    expect((await harness.logIn(first!.participantNumber, first!.pin)).status).toBe(200);
    const rows = await harness.rows<{ seat: string; analyticsId: string }>(
      'SELECT seat, analytics_id AS "analyticsId" FROM seats WHERE session_id = $1 ORDER BY seat',
      [session],
    );
    const release = { sessionId: session, version: 3, seats: rows, reasonCode: 'site-lost' };
    await harness.publish('seatsReleased', 'plan', session, release);
    const left = () => harness.rows<{ seat: string }>('SELECT seat FROM seats WHERE session_id = $1', [session]);
    await harness.until(async () => (await left()).length === 1);
    expect(await left()).toEqual([{ seat: first!.seat }]);
    const refused = await harness.logIn(second!.participantNumber, second!.pin);
    expect(refused.body).toMatchObject({ code: 'pin.expired' });
  });

  test('after five wrong PINs a participant has to wait', async () => {
    const replies = [];
    for (let i = 0; i < 6; i++) replies.push(await harness.logIn('NOBODY-1', '00000000'));
    expect(replies.map((one) => one.body.code)).toEqual([...Array(5).fill('pin.invalid'), 'pin.too-many-attempts']);
  });
});

describe('a sitting', () => {
  test('from the sealed form over start and answers to the published responses', async () => {
    const session = newSession();
    await harness.planSession(session, 1);
    const [issued] = await harness.pins(session);
    const login = (await harness.logIn(issued!.participantNumber, issued!.pin)).body;
    const { token, attemptId } = login;
    const form = await harness.call('GET', `/v1/attempts/${attemptId}/form`, { token });
    expect((await harness.call('POST', `/v1/attempts/${attemptId}/start`, { token })).body.code).toBe(
      'session.not-open',
    );
    await harness.call('POST', `/v1/sessions/${session}/open`, { role: 'supervisor' });
    const started = await harness.call('POST', `/v1/attempts/${attemptId}/start`, { token });
    expect(openForm(form.body.sealed, started.body.formKey)).toMatchObject({
      formId: FORM.formId,
      sections: FORM.sections,
    });
    expect((await harness.call('POST', `/v1/attempts/${attemptId}/start`, { token })).body.startedAt).toBe(
      started.body.startedAt,
    );

    await harness.answer(login, 1, 'i1', 'A');
    await harness.answer(login, 2, 'i2', 'B');
    await harness.answer(login, 3, 'i1', 'C');
    await harness.answer(login, 3, 'i1', 'C');
    await harness.answer(login, 2, 'i2', 'D');
    const reading = await harness.call('GET', `/v1/attempts/${attemptId}`, { token });
    expect(
      reading.body.answers.map((one: { seq: number; verdict: string }) => [one.seq - login.firstSeq + 1, one.verdict]),
    ).toEqual([
      [1, 'superseded'],
      [2, 'counted'],
      [3, 'counted'],
    ]);
    expect(reading.body.conflicts).toBe(1);

    await harness.call('POST', `/v1/attempts/${attemptId}/submit`, { token });
    await harness.call('POST', `/v1/attempts/${attemptId}/submit`, { token });
    await harness.until(async () => (await harness.events('responses')).some((event) => event.subject === attemptId));
    const closed = (await harness.events('responses')).filter((event) => event.subject === attemptId);
    expect(closed).toHaveLength(1);
    expect(closed[0]!.data).toMatchObject({
      closing: 1,
      closedBy: 'submitted',
      responses: ['C', 'B', null],
      counts: { recorded: 3, counted: 2, superseded: 1, conflicts: 1 },
    });
    expect((await harness.views.get(attemptId))?.status).toBe('closed');
    expect(
      (await harness.call('POST', `/v1/sessions/${session}/seal`, { role: 'supervisor' })).body.sealedRoot,
    ).toMatch(/^[0-9a-f]{64}$/);
  });

  test('an attempt that is never submitted closes by its deadline', async () => {
    const login = await harness.sitting(newSession(), { durationSeconds: 1 });
    await harness.answer(login, 1, 'i3', 'Z');
    await harness.until(
      async () => (await harness.events('responses')).some((event) => event.subject === login.attemptId),
      30_000,
    );
    const [closed] = (await harness.events('responses')).filter((event) => event.subject === login.attemptId);
    expect(closed!.data).toMatchObject({ closedBy: 'deadline', responses: [null, null, 'Z'] });
  });

  test('a cleared answer is stored as one, and counts as the answer null', async () => {
    const login = await harness.sitting(newSession());
    await harness.answer(login, 1, 'i1', 'A');
    await harness.answer(login, 2, 'i1', null);
    await harness.answer(login, 2, 'i1', 'B');
    await harness.answer(login, 3, 'i2', null);
    const { body } = await harness.call('GET', `/v1/attempts/${login.attemptId}`, { token: login.token });
    expect(body.deadLetters).toEqual([]);
    expect(body.answers.map((one: { response: unknown; verdict: string }) => [one.response, one.verdict])).toEqual([
      ['A', 'superseded'],
      [null, 'counted'],
      [null, 'counted'],
    ]);
    await harness.call('POST', `/v1/attempts/${login.attemptId}/submit`, { token: login.token });
    await harness.until(async () =>
      (await harness.events('responses')).some((event) => event.subject === login.attemptId),
    );
    const [closed] = (await harness.events('responses')).filter((event) => event.subject === login.attemptId);
    expect(closed!.data).toMatchObject({
      responses: [null, null, null],
      seqs: [login.firstSeq + 1, login.firstSeq + 2, null],
    });
  });

  test('a held cluster opens no session', async () => {
    const session = newSession();
    await harness.planSession(session, 1);
    await harness.publish('admissionChanged', 'plan', 'cluster-1', {
      cluster: 1,
      version: 2,
      open: false,
      reasonCode: 'test',
      at: new Date().toISOString(),
    });
    await harness.until(async () => (await harness.rows('SELECT 1 FROM admissions WHERE NOT open')).length > 0);
    expect((await harness.call('POST', `/v1/sessions/${session}/open`, { role: 'supervisor' })).body.code).toBe(
      'session.admission-held',
    );
    await harness.publish('admissionChanged', 'plan', 'cluster-1', {
      cluster: 1,
      version: 3,
      open: true,
      reasonCode: 'test',
      at: new Date().toISOString(),
    });
    await harness.until(async () => (await harness.rows('SELECT 1 FROM admissions WHERE open')).length > 0);
  });

  test('a session before its time cannot be opened', async () => {
    const session = newSession();
    await harness.planSession(session, 1, { startsInMs: 60_000 });
    expect((await harness.call('POST', `/v1/sessions/${session}/open`, { role: 'supervisor' })).body.code).toBe(
      'session.too-early',
    );
  });
});

describe('supervision', () => {
  const grounds = { reasonCode: 'network-outage', note: 'Jaringan putus di ruang 1' };

  test('two supervisors who press at once act once', async () => {
    const session = newSession();
    const login = await harness.sitting(session);
    const path = `/v1/sessions/${session}/attempts/${login.attemptId}`;
    const before = (await harness.call('GET', path, { role: 'supervisor' })).body.deadline;
    const replies = await Promise.all(
      [1, 2].map(() =>
        harness.call('POST', `${path}/credit`, { role: 'supervisor', body: { ...grounds, seconds: 60 } }),
      ),
    );
    expect(replies.map((one) => one.status)).toEqual([200, 200]);
    const after = (await harness.call('GET', path, { role: 'supervisor' })).body.deadline;
    expect(Date.parse(after) - Date.parse(before)).toBe(60_000);
  });

  test('a moved participant goes on at the new seat with every answer; the old seat no longer counts unless accepted', async () => {
    const session = newSession();
    const login = await harness.sitting(session);
    const path = `/v1/sessions/${session}/attempts/${login.attemptId}`;
    await harness.answer(login, 1, 'i1', 'A');
    expect(
      (await harness.call('POST', `${path}/move`, { role: 'supervisor', body: { ...grounds, seat: 'b9' } })).status,
    ).toBe(200);
    await harness.answer(login, 2, 'i2', 'B');
    const issued = (await harness.call('POST', `/v1/sessions/${session}/seats/b9/pin`, { role: 'supervisor' })).body;
    const resumed = (await harness.logIn(issued.participantNumber, issued.pin)).body;
    expect(resumed.attemptId).toBe(login.attemptId);
    expect(
      (await harness.call('POST', `/v1/attempts/${login.attemptId}/submit`, { token: login.token })).body.code,
    ).toBe('attempt.superseded');
    const verdictsNow = async () =>
      (await harness.call('GET', path, { role: 'supervisor' })).body.answers.map(
        (one: { verdict: string }) => one.verdict,
      );
    expect(await verdictsNow()).toEqual(['counted', 'older-epoch']);
    expect(
      (await harness.call('POST', `${path}/accept-older-epoch`, { role: 'supervisor', body: { ...grounds, epoch: 1 } }))
        .status,
    ).toBe(200);
    expect(await verdictsNow()).toEqual(['counted', 'counted']);
  });

  test('a supervisor of other sessions is refused', async () => {
    const session = newSession();
    const login = await harness.sitting(session);
    const refused = await harness.call('POST', `/v1/sessions/${session}/attempts/${login.attemptId}/pause`, {
      role: 'supervisor',
      sessions: ['elsewhere'],
      body: grounds,
    });
    expect(refused.body.code).toBe('access.foreign-session');
  });

  test('an unreadable record withholds the responses until it is settled', async () => {
    const login = await harness.sitting(newSession());
    await harness.answer(login, 1, 'i1', 'A');
    const { offset } = await harness.append('attempts', login.attemptId, '{"broken":');
    await harness.call('POST', `/v1/attempts/${login.attemptId}/submit`, { token: login.token });
    const open = await harness.call('GET', `/v1/attempts/${login.attemptId}/dead-letters`, { role: 'operations' });
    expect(open.body).toMatchObject([{ offset, value: '{"broken":' }]);
    expect((await harness.events('responses')).some((event) => event.subject === login.attemptId)).toBe(false);
    const mended = { ...grounds, itemId: 'i2', seq: login.firstSeq + 1, response: 'B', answeredAt: '' };
    expect(
      (
        await harness.call('POST', `/v1/attempts/${login.attemptId}/dead-letters/${offset}/replay`, {
          role: 'operations',
          body: mended,
        })
      ).status,
    ).toBe(200);
    await harness.until(async () =>
      (await harness.events('responses')).some((event) => event.subject === login.attemptId),
    );
    const [closed] = (await harness.events('responses')).filter((event) => event.subject === login.attemptId);
    expect(closed!.data.responses).toEqual(['A', 'B', null]);
  });
});

describe('tables', () => {
  test('equal a replay from offset 0, and an altered row is found', async () => {
    const verify = () => new ReplayVerifier(harness.dataSource, harness.log, ASSESSMENT_GROUP).verify();
    const report = await verify();
    expect(report.differences).toEqual([]);
    expect(report.closings).toBeGreaterThan(1);
    await harness.rows(`UPDATE answer_events SET response = '"X"' WHERE ctid = (SELECT min(ctid) FROM answer_events)`);
    expect((await verify()).differences).toHaveLength(1);
  });

  test('are what the entities say', async () => {
    await assertNoDrift(harness.dataSource);
  });
});
