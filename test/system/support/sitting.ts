import { type Reply, type PlatformUnderTest, call, until } from './test-platform';

export const ITEMS = ['i1', 'i2', 'i3', 'i4'];
const FORM = { formId: 'form-a', version: 1 };
const CLUSTERS =
  'number,name,criteria,effectiveFrom,author,source\n1,Klaster 1,first,2022-01-01,Test,test\n2,Klaster 2,second,2022-01-01,Test,test\n';
const AGENCIES =
  'code,name_id,abbreviation,kind,cluster,source,note\nbkn,Badan Kepegawaian Negara,BKN,lpnk,1,test,\nlan,Lembaga Administrasi Negara,LAN,lpnk,2,test,\n';

export interface Login {
  readonly attemptId: string;
  readonly token: string;
  readonly firstSeq: number;
}

export interface Participant {
  readonly participantNumber: string;
  readonly name: string;
  readonly nip: string;
}

/** A person whose NIP is built right and belongs to nobody. */
export function participant(index: number): Participant {
  const serial = String(index).padStart(3, '0');
  return { participantNumber: `S-${serial}`, name: `Kanari Uji ${serial}`, nip: `197506172005011${serial}` };
}

function refuseUnless(reply: Reply, what: string): Reply {
  if (reply.status >= 300) throw new Error(`${what}: ${reply.status} ${JSON.stringify(reply.body)}`);
  return reply;
}

/** Clusters, agencies, form, package and people: what stands before the first session. */
export async function prepareRollout(platform: PlatformUnderTest, people: number): Promise<void> {
  const roster = [
    'participantNumber,name,nip,agency',
    ...Array.from({ length: people }, (_, index) => participant(index + 1)).map(
      (one) => `${one.participantNumber},${one.name},${one.nip},bkn`,
    ),
  ].join('\n');
  const items = ITEMS.map((itemId) => ({ itemId, prompt: itemId }));
  const content = {
    packageId: 'sum',
    version: 1,
    form: FORM,
    estimator: 'sum',
    items: ITEMS.map((itemId) => ({ itemId, key: 'A' })),
    scales: [{ scaleId: 'all', itemIds: ITEMS }],
  };
  refuseUnless(await platform.as('operations', 'POST', '/v1/clusters', { csv: CLUSTERS }), 'clusters');
  refuseUnless(
    await platform.as('operations', 'POST', '/v1/agencies?effectiveFrom=2022-01-01&author=Test', { csv: AGENCIES }),
    'agencies',
  );
  refuseUnless(
    await platform.as('operations', 'POST', '/v1/forms', {
      json: { ...FORM, title: 'A', sections: [{ sectionId: 'one', title: 'Satu', items }] },
    }),
    'form',
  );
  refuseUnless(await platform.as('analyst', 'POST', '/v1/packages', { json: content }), 'package');
  refuseUnless(await platform.as('operations', 'POST', '/v1/participants/import', { csv: roster }), 'roster');
  await until(
    'the scheduler knows everybody',
    async () => (await platform.as('operations', 'GET', '/v1/progress')).body.total?.registered === people,
  );
}

/** One session of cluster 1 that starts at once; everybody registered has a seat. */
export async function planSession(platform: PlatformUnderTest, sessionId: string, minutes = 60): Promise<void> {
  const now = new Date();
  const date = now.toISOString().slice(0, 10);
  const startsAt = now.toISOString().slice(11, 19);
  const sessions = `sessionId,cluster,siteId,room,date,startsAt,timeZone,minutes,seats,formId,formVersion,pinClosesMinutesBefore\n${sessionId},1,site-1,r1,${date},${startsAt},Etc/UTC,${minutes},500,${FORM.formId},${FORM.version},0\n`;
  const pseudonyms = refuseUnless(await platform.as('operations', 'GET', '/v1/participants/pseudonyms'), 'pseudonyms')
    .body as string;
  const seats = pseudonyms
    .trim()
    .split('\n')
    .slice(1)
    .map((line, index) => `${sessionId},a${index + 1},${line.split(',')[1]}`);
  refuseUnless(await platform.as('operations', 'POST', '/v1/plan/sessions', { csv: sessions }), 'sessions');
  refuseUnless(
    await platform.as('operations', 'POST', '/v1/plan/seats', {
      csv: ['sessionId,seat,analyticsId', ...seats, ''].join('\n'),
    }),
    'seats',
  );
}

/** Cluster 1 through preparation and a two-person opening. */
export async function openCluster(platform: PlatformUnderTest, number = 1): Promise<Reply> {
  const path = `/v1/clusters/${number}`;
  const version = async () => (await platform.as('rollout-officer', 'GET', path)).body.version as number;
  refuseUnless(
    await platform.as('rollout-officer', 'POST', `${path}/preparation`, {
      json: { version: await version(), reasonCode: 'test' },
    }),
    'prepare',
  );
  refuseUnless(
    await platform.as('rollout-officer', 'POST', `${path}/proposals`, {
      json: { version: await version(), step: 'open', reasonCode: 'test' },
    }),
    'propose',
  );
  return refuseUnless(
    await platform.as('rollout-officer-2', 'POST', `${path}/confirmations`, {
      json: { version: await version(), step: 'open' },
    }),
    'confirm',
  );
}

/** Logs in one seat with a PIN of its own, opens the session, starts. */
export async function sitDown(platform: PlatformUnderTest, sessionId: string, seat: string): Promise<Login> {
  const issued = await until(`a PIN for ${seat}`, async () => {
    const reply = await platform.as('supervisor', 'POST', `/v1/sessions/${sessionId}/seats/${seat}/pin`);
    return reply.status === 200 ? reply.body : null;
  });
  const login = refuseUnless(
    await call('POST', `${platform.url}/v1/logins`, {
      json: { participantNumber: issued.participantNumber, pin: issued.pin },
    }),
    'login',
  ).body as Login;
  await until(
    'the session opens',
    async () => (await platform.as('supervisor', 'POST', `/v1/sessions/${sessionId}/open`)).status === 200,
  );
  refuseUnless(
    await call('POST', `${platform.url}/v1/attempts/${login.attemptId}/start`, { token: login.token }),
    'start',
  );
  return login;
}

export function answer(
  platform: PlatformUnderTest,
  login: Login,
  counter: number,
  itemId: string,
  response: string,
): Promise<Reply> {
  const answers = [{ itemId, seq: login.firstSeq + counter - 1, response, answeredAt: new Date().toISOString() }];
  return call('POST', `${platform.url}/v1/attempts/${login.attemptId}/answers`, {
    token: login.token,
    json: { answers },
  });
}

export function read(platform: PlatformUnderTest, login: Login): Promise<Reply> {
  return call('GET', `${platform.url}/v1/attempts/${login.attemptId}`, { token: login.token });
}

export function submit(platform: PlatformUnderTest, login: Login): Promise<Reply> {
  return call('POST', `${platform.url}/v1/attempts/${login.attemptId}/submit`, { token: login.token });
}
