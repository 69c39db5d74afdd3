import { createDecipheriv, randomBytes } from 'node:crypto';
import { AttemptTokens, type Role, StaffDirectory, protectRoutes } from '@app/access';
import { DatabaseClock, createHttpApplication, listen, parseKeys } from '@app/bootstrap';
import { ALL_TOPICS, type AnswerResponse, type CloudEvent, type EventName, TOPICS, buildEvent } from '@app/contracts';
import { MemoryEventLog, type Runtime, systemRuntime } from '@app/messaging';
import { Commitments } from '@app/receipts';
import { type FreshDatabase, freshDatabase } from '@app/testing';
import { InProcessAttemptViews } from '@app/views';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { DataSource } from 'typeorm';
import { AssessmentModule, assessmentConsumers } from '../src/assessment.module';
import { ASSESSMENT_DATA_SOURCE } from '../src/assessment.tokens';
import type { Login } from '../src/logins/logins.service';

export const CLUSTER = 1;
export const AGENCY = 'bkn';
const secret = () => randomBytes(32).toString('base64');

/** The person behind each of the harness's participant numbers; the NIPs are built right and belong to nobody. */
export function person(index: number) {
  const serial = String(index).padStart(3, '0');
  return {
    participantNumber: `T-${serial}`,
    name: `Peserta Uji ${serial}`,
    nip: `19900101202001${(index % 2) + 1}${serial}`,
    agency: AGENCY,
  };
}

export function rosterCsv(count: number): string {
  const rows = Array.from({ length: count }, (_, index) => person(index + 1));
  return [
    'participantNumber,name,nip,agency',
    ...rows.map((one) => `${one.participantNumber},${one.name},${one.nip},${one.agency}`),
  ].join('\n');
}

export const FORM = {
  formId: 'form-a',
  version: 1,
  title: 'Formulir A',
  sections: [
    {
      sectionId: 'one',
      title: 'Satu',
      items: ['i1', 'i2', 'i3'].map((itemId) => ({ itemId, prompt: `Butir ${itemId}` })),
    },
  ],
};

/** The assessment service as it runs, on a real database and an in-memory log; the test stands in for gateway and scheduler. */
export class AssessmentHarness {
  private staffTokens = new Map<string, string>();

  private constructor(
    readonly url: string,
    readonly app: NestFastifyApplication,
    readonly log: MemoryEventLog,
    readonly views: InProcessAttemptViews,
    readonly dataSource: DataSource,
    readonly commitments: Commitments,
    private readonly staff: StaffDirectory,
    private readonly database: FreshDatabase,
  ) {}

  /** @param readDatabaseClock the clock that the runtime's is compared with */
  static async start(
    runtime: Runtime = systemRuntime,
    readDatabaseClock: () => Promise<number> = async () => runtime.nowMs(),
  ): Promise<AssessmentHarness> {
    const database = await freshDatabase();
    const log = new MemoryEventLog({ runtime });
    await log.createTopics(ALL_TOPICS);
    const views = new InProcessAttemptViews();
    const config = {
      databaseUrl: database.url,
      attemptTokenKeys: [`k1:${secret()}`],
      commitmentSecret: secret(),
      identitySecret: secret(),
    };
    const clock = new DatabaseClock({ read: readDatabaseClock, close: () => Promise.resolve() }, runtime);
    const app = await createHttpApplication(AssessmentModule.register({ config, log, runtime, views, clock }), {
      name: 'assessment',
      bodyLimitBytes: 65_536,
      logger: { log() {}, warn() {}, error() {} },
    });
    const staff = await StaffDirectory.open({ url: database.url });
    protectRoutes(app, { staff, attemptTokens: new AttemptTokens(parseKeys(config.attemptTokenKeys)) });
    const failOnFatal = (error: Error) => {
      throw error;
    };
    for (const strategy of assessmentConsumers(app, failOnFatal))
      app.connectMicroservice({ strategy }, { inheritAppConfig: true });
    await app.startAllMicroservices();
    const url = await listen(app, { host: '127.0.0.1', port: 0 });
    const commitments = new Commitments(Buffer.from(config.commitmentSecret, 'base64'));
    const dataSource = app.get<DataSource>(ASSESSMENT_DATA_SOURCE, { strict: false });
    return new AssessmentHarness(url, app, log, views, dataSource, commitments, staff, database);
  }

  async stop(): Promise<void> {
    await this.app.close();
    await Promise.all([this.log.close(), this.staff.close()]);
    await this.database.drop();
  }

  /** A request as staff with one role, or with a token of its own. */
  async call(
    method: string,
    path: string,
    options: { role?: Role; token?: string; body?: unknown; csv?: string; sessions?: string[] } = {},
  ) {
    const token = options.token ?? (options.role ? await this.staffToken(options.role, options.sessions) : undefined);
    const body = options.csv ?? (options.body === undefined ? undefined : JSON.stringify(options.body));
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        ...(token ? { authorization: `Bearer ${token}` } : {}),
        ...(body === undefined ? {} : { 'content-type': options.csv === undefined ? 'application/json' : 'text/csv' }),
      },
      ...(body === undefined ? {} : { body }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') ?? false;
    return { status: response.status, body: isJson ? JSON.parse(text) : text };
  }

  /** Appends what another service would have published. */
  async publish(name: EventName, topic: keyof typeof TOPICS, key: string, data: object): Promise<void> {
    const event = buildEvent(name, {
      id: `${name}/${randomBytes(6).toString('hex')}`,
      source: '/petabakat/test',
      subject: key,
      time: new Date().toISOString(),
      data,
    });
    await this.append(topic, key, event);
  }

  async append(topic: keyof typeof TOPICS, key: string, event: CloudEvent | string) {
    const value = typeof event === 'string' ? event : JSON.stringify(event);
    const [outcome] = await this.log.append(TOPICS[topic].name, [{ key, value }]);
    if (outcome?.status !== 'appended') throw new Error('the in-memory log refused a record');
    return outcome;
  }

  /** An answer as the gateway appends it. */
  async answer(
    login: Pick<Login, 'attemptId' | 'firstSeq'>,
    counter: number,
    itemId: string,
    response: AnswerResponse,
    receivedAt = new Date().toISOString(),
  ) {
    const { attemptId } = login;
    const seq = login.firstSeq - 1 + counter;
    const commitment = this.commitments.commit({ attemptId, itemId, seq, response });
    const data = { attemptId, itemId, seq, response, answeredAt: '2022-10-05T09:00:00+07:00', receivedAt, commitment };
    return this.append(
      'attempts',
      attemptId,
      buildEvent('answerSubmitted', {
        id: `${attemptId}/${seq}`,
        source: '/petabakat/gateway',
        subject: attemptId,
        time: receivedAt,
        data,
      }),
    );
  }

  /** Registers people, imports the form and lets the scheduler's events say who sits where. */
  async planSession(
    sessionId: string,
    people: number,
    plan: { durationSeconds?: number; startsInMs?: number; pinClosesInMs?: number; lastStartInMs?: number } = {},
  ): Promise<void> {
    await this.call('POST', '/v1/participants/import', { role: 'operations', csv: rosterCsv(people) });
    await this.call('POST', '/v1/forms', { role: 'operations', body: FORM });
    const pseudonyms = await this.call('GET', '/v1/participants/pseudonyms', { role: 'operations' });
    const ids = (pseudonyms.body as string)
      .trim()
      .split('\n')
      .slice(1, people + 1)
      .map((line) => line.split(',')[1]);
    const fromNow = (ms: number) => new Date(Date.now() + ms).toISOString();
    await this.publish('sessionPlanned', 'plan', sessionId, {
      sessionId,
      version: 1,
      cluster: CLUSTER,
      siteId: 'site-1',
      room: 'r1',
      startsAt: fromNow(plan.startsInMs ?? -1_000),
      timeZone: 'Asia/Jakarta',
      durationSeconds: plan.durationSeconds ?? 600,
      pinClosesAt: fromNow(plan.pinClosesInMs ?? 60_000),
      lastStartAt: fromNow(plan.lastStartInMs ?? 600_000),
      seats: people,
      formId: FORM.formId,
      formVersion: FORM.version,
    });
    await this.publish('seatsAssigned', 'plan', sessionId, {
      sessionId,
      version: 2,
      seats: ids.map((analyticsId, index) => ({ seat: `a${index + 1}`, analyticsId, extraSeconds: 0 })),
    });
    await this.publish('admissionChanged', 'plan', `cluster-${CLUSTER}`, {
      cluster: CLUSTER,
      version: 1,
      open: true,
      reasonCode: 'test',
      at: new Date().toISOString(),
    });
    await this.until(
      async () =>
        (await this.rows('SELECT 1 FROM seats WHERE session_id = $1', [sessionId])).length === people &&
        (await this.rows('SELECT 1 FROM admissions')).length > 0,
    );
  }

  async pins(sessionId: string): Promise<{ participantNumber: string; seat: string; pin: string }[]> {
    return (await this.call('POST', `/v1/sessions/${sessionId}/pins`, { role: 'supervisor' })).body;
  }

  async logIn(participantNumber: string, pin: string) {
    return this.call('POST', '/v1/logins', { body: { participantNumber, pin } });
  }

  /** A participant who has logged in and started. */
  async sitting(sessionId: string, plan: Parameters<AssessmentHarness['planSession']>[2] = {}): Promise<Login> {
    await this.planSession(sessionId, 1, plan);
    const [issued] = await this.pins(sessionId);
    const login: Login = (await this.logIn(issued!.participantNumber, issued!.pin)).body;
    await this.call('POST', `/v1/sessions/${sessionId}/open`, { role: 'supervisor' });
    await this.call('POST', `/v1/attempts/${login.attemptId}/start`, { token: login.token });
    return login;
  }

  rows<Row = Record<string, unknown>>(sql: string, parameters: unknown[] = []): Promise<Row[]> {
    return this.dataSource.query(sql, parameters);
  }

  /** All events of one topic so far. */
  async events(topic: keyof typeof TOPICS): Promise<CloudEvent<Record<string, unknown>>[]> {
    const { name } = TOPICS[topic];
    const ranges = await this.log.ranges(name);
    const records = await Promise.all(
      [...ranges].map(([partition, range]) => this.log.read(name, partition, 0, range.endOffset + 1)),
    );
    return records.flat().map((record) => JSON.parse(record.value));
  }

  /** Waits for a condition; fails by its own deadline, not by Jest's. */
  async until(condition: () => Promise<boolean>, timeoutMs = 20_000): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    while (!(await condition())) {
      if (Date.now() > deadline) throw new Error('the condition did not come true in time');
      await systemRuntime.sleep(20);
    }
  }

  private async staffToken(role: Role, sessions?: string[]): Promise<string> {
    const account = `${role}${sessions ? `-${sessions.join('-')}` : ''}`;
    const known = this.staffTokens.get(account);
    if (known) return known;
    const token = await this.staff.add({ account, roles: [role], sessions: sessions ?? 'all' });
    this.staffTokens.set(account, token);
    return token;
  }
}

/** Opens a sealed form as a participant's page does. */
export function openForm(sealed: { iv: string; ciphertext: string; tag: string }, formKey: string): unknown {
  const bytes = (text: string) => Buffer.from(text, 'base64url');
  const decipher = createDecipheriv('aes-256-gcm', bytes(formKey), bytes(sealed.iv)).setAuthTag(bytes(sealed.tag));
  return JSON.parse(Buffer.concat([decipher.update(bytes(sealed.ciphertext)), decipher.final()]).toString('utf8'));
}
