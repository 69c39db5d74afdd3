import { SEQ_EPOCH_FACTOR } from '@app/contracts';
import { deviationsFromMatrix } from './support/access-matrix';
import {
  ITEMS,
  type Login,
  answer,
  openCluster,
  participant,
  planSession,
  prepareRollout,
  sitDown,
  submit,
} from './support/sitting';
import { StandalonePlatform } from './support/standalone-platform';
import { type Reply, call, until } from './support/test-platform';

jest.setTimeout(180_000);
const PEOPLE = 4;
const SESSION = 'sesi-1';

let platform: StandalonePlatform;
let login: Login;
let closed: Login;

beforeAll(async () => {
  platform = await StandalonePlatform.start();
  await prepareRollout(platform, PEOPLE);
  await planSession(platform, SESSION);
  await openCluster(platform);
  login = await sitDown(platform, SESSION, 'a1');
  closed = await sitDown(platform, SESSION, 'a2');
  await submit(platform, closed);
  // The gateway refuses on a view, which follows the fold; until then it would append what comes too late.
  await until('the gateway knows of the end', async () => {
    const { body } = await answer(platform, closed, 1, ITEMS[0]!, 'A');
    return body.code === 'attempt.closed';
  });
});
afterAll(() => platform?.stop());

const answersOf = (attempt: Login) => `${platform.url}/v1/attempts/${attempt.attemptId}/answers`;
const good = () => ({
  answers: [{ itemId: ITEMS[0], seq: login.firstSeq, response: 'A', answeredAt: '2022-10-05T09:00:00+07:00' }],
});

async function rawPost(url: string, token: string, body: string): Promise<Reply> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body,
  });
  return { status: response.status, body: await response.json() };
}

async function usedPin(): Promise<Reply> {
  const { body } = await platform.as('supervisor', 'POST', `/v1/sessions/${SESSION}/seats/a3/pin`);
  const json = { participantNumber: body.participantNumber, pin: body.pin };
  await call('POST', `${platform.url}/v1/logins`, { json });
  return call('POST', `${platform.url}/v1/logins`, { json });
}

async function expiredPin(): Promise<Reply> {
  const { body } = await platform.as('supervisor', 'POST', `/v1/sessions/${SESSION}/seats/a4/pin`);
  await platform.as('supervisor', 'POST', `/v1/sessions/${SESSION}/seats/a4/pin`);
  return call('POST', `${platform.url}/v1/logins`, {
    json: { participantNumber: body.participantNumber, pin: body.pin },
  });
}

const REFUSALS: Record<string, { code: string; provoke: () => Promise<Reply> }> = {
  'a bad CSV': {
    code: 'file.invalid',
    provoke: () =>
      platform.as('operations', 'POST', '/v1/participants/import', {
        csv: 'participantNumber,name,nip,agency\nX-1,Nama,123,bkn\n',
      }),
  },
  'a bad token': {
    code: 'access.token-invalid',
    provoke: () => call('POST', answersOf(login), { token: `${login.token}x`, json: good() }),
  },
  'no token': { code: 'access.token-missing', provoke: () => call('POST', answersOf(login), { json: good() }) },
  'a wrong PIN': {
    code: 'pin.invalid',
    provoke: () =>
      call('POST', `${platform.url}/v1/logins`, {
        json: { participantNumber: participant(1).participantNumber, pin: '00000000' },
      }),
  },
  'an expired PIN': { code: 'pin.expired', provoke: expiredPin },
  'a used PIN': { code: 'pin.used', provoke: usedPin },
  'a closed attempt': { code: 'attempt.closed', provoke: () => answer(platform, closed, 1, ITEMS[0]!, 'A') },
  'a foreign attempt': {
    code: 'access.foreign-attempt',
    provoke: () => call('POST', answersOf(closed), { token: login.token, json: good() }),
  },
  'a missing role': {
    code: 'access.role-missing',
    provoke: () => platform.as('analyst', 'POST', `/v1/sessions/${SESSION}/pins`),
  },
  'an oversized body': {
    code: 'request.too-large',
    provoke: () =>
      rawPost(answersOf(login), login.token, JSON.stringify({ answers: [], filling: 'x'.repeat(100_000) })),
  },
  'invalid JSON': {
    code: 'request.invalid-json',
    provoke: () => rawPost(answersOf(login), login.token, '{"answers":'),
  },
  'an unknown item': { code: 'attempt.unknown-item', provoke: () => answer(platform, login, 1, 'i99', 'A') },
  'a seq of another epoch': {
    code: 'answer.epoch-mismatch',
    provoke: () => answer(platform, login, SEQ_EPOCH_FACTOR + 1, ITEMS[0]!, 'A'),
  },
  'U+0000 in a response': { code: 'request.invalid', provoke: () => answer(platform, login, 1, ITEMS[0]!, 'a\u0000b') },
  'a route that does not exist': {
    code: 'request.not-found',
    provoke: () => call('GET', `${platform.url}/v1/nothing`),
  },
};

test.each(Object.entries(REFUSALS))(
  '%s gives its documented code, and the next good request works',
  async (_name, { code, provoke }) => {
    const refused = await provoke();
    expect([refused.body.code, refused.status < 500]).toEqual([code, true]);
    expect(refused.body).toMatchObject({
      status: refused.status,
      title: expect.any(String),
      action: expect.any(String),
    });
    expect((await call('POST', answersOf(login), { token: login.token, json: good() })).status).toBe(200);
  },
);

test('every route lets in exactly the roles of the matrix, with the same guards and no proxy', async () => {
  expect(await deviationsFromMatrix(platform.url, platform.staff)).toEqual([]);
});
