import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commandLine } from '../command-line.fixture';

interface Asked {
  readonly line: string;
  readonly body: unknown;
}

/** A gateway that gives the answers it was told, by method and path. */
class ToldGateway {
  readonly asked: Asked[] = [];
  answers: Record<string, unknown> = {};
  private readonly server: Server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      const line = `${request.method} ${request.url}`;
      this.asked.push({ line, body: text === '' ? null : (JSON.parse(text) as unknown) });
      const answer = this.answers[line];
      const isText = typeof answer === 'string';
      response.writeHead(answer === undefined ? 404 : 200, {
        'content-type': isText ? 'text/csv' : 'application/json',
      });
      response.end(isText ? answer : JSON.stringify(answer ?? { code: 'request.not-found', detail: line }));
    });
  });

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

const REPORT = {
  people: 2,
  placed: 1,
  unplaced: [{ personId: 'p2', reason: 'no accessible seat in the window' }],
  totalKm: 1.5,
  worstAgencyDayShare: 0.5,
  extraKm: 0,
  inputHash: 'ab'.repeat(32),
  seed: 7,
  seconds: 0.1,
};
const PLAN = {
  cluster: 1,
  version: 2,
  base: null,
  sessions: 3,
  sitting: 'form-1',
  report: REPORT,
  inputHash: REPORT.inputHash,
  seed: '7',
  reasonCode: 'first-plan',
  recordedBy: 'tono',
  recordedAt: '2022-10-03T00:00:00.000Z',
  inForceAt: null,
  inForceBy: null,
  supersededBy: null,
};

describe('commands of the rollout', () => {
  const gateway = new ToldGateway();
  let url: string;
  let folder: string;

  beforeAll(async () => {
    url = await gateway.start();
    folder = mkdtempSync(join(tmpdir(), 'petabakat-rollout-'));
    for (const name of ['roster', 'sites', 'distances']) writeFileSync(join(folder, name), `${name}\n`);
  });

  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await gateway.stop();
  });

  beforeEach(() => {
    gateway.asked.length = 0;
    gateway.answers = {};
  });

  const run = (...words: string[]) => commandLine(words, { PETABAKAT_URL: url, PETABAKAT_TOKEN: 'pbk_ops.x' });
  const at = (name: string) => join(folder, name);
  const CREATE = () => [
    'plan',
    'create',
    '--roster',
    at('roster'),
    '--sites',
    at('sites'),
    '--distances',
    at('distances'),
  ];

  test('a plan is made in the running system, and written where it was asked for', async () => {
    gateway.answers = {
      'POST /v1/plan/clusters/1/plans': PLAN,
      'GET /v1/plan/clusters/1/plans/2/seats': 'personId,sessionId,seat\np1,s1,1\n',
    };
    const words = ['--cluster', '1', '--agency-day-cap', '0.06', '--seed', '7', '--reason', 'first-plan'];
    const result = await run(...CREATE(), ...words, '--from', '2022-10-03', '--out', at('plan.csv'));
    expect(result).toMatchObject({ exitCode: 0, error: 'warning: 1 people have no seat' });
    expect(result.out).toMatch(/plan +2\n[^]*placed +1\n[^]*1 +no accessible seat in the window/);
    expect(gateway.asked[0]?.body).toEqual({
      roster: 'roster\n',
      sites: 'sites\n',
      distances: 'distances\n',
      agencyDayCap: '0.06',
      reserve: '0',
      seed: '7',
      from: '2022-10-03',
      reasonCode: 'first-plan',
      timeLimitSeconds: 50,
    });
    expect(readFileSync(at('plan.csv'), 'utf8')).toContain('p1,s1,1');
  });

  test('what the way of planning needs is asked for', async () => {
    const withoutReason = await run(...CREATE(), '--cluster', '1', '--seed', '7');
    expect(withoutReason).toMatchObject({ exitCode: 1, error: expect.stringContaining('--reason: must be given') });
    const withoutSessions = await run(...CREATE(), '--seed', '7', '--out', at('x.csv'));
    expect(withoutSessions.error).toContain('--sessions: must be given');
    const both = await run(...CREATE(), '--seed', '7', '--cluster', '1', '--sessions', at('sites'));
    expect(both.error).toContain('--sessions: does not go with --cluster');
    expect((await run('plan', 'put-in-force', 'plan.csv', '--cluster', '1')).error).toContain('version of a plan');
    expect(gateway.asked).toEqual([]);
  });

  test('plans are listed with what is in force', async () => {
    const inForce = { ...PLAN, version: 1, inForceAt: '2022-10-04T00:00:00.000Z', inForceBy: 'rini' };
    gateway.answers = { 'GET /v1/plan/clusters/1/plans': [inForce, PLAN] };
    const { out } = await run('plan', 'list', '--cluster', '1');
    expect(out).toMatch(/in force since 2022-10-04T00:00:00.000Z, by rini\n[^]*not in force/);
  });

  test('a rollback withholds what the service names, and writes who sits again', async () => {
    gateway.answers = {
      'POST /v1/clusters/1/rollbacks': {
        cluster: 1,
        goodVersion: 1,
        sessionsReplanned: ['s3'],
        sessionsToWithhold: ['s1', 's2'],
        resits: 1,
      },
      'POST /v1/results/withholdings': { withholdingId: 'w' },
      'GET /v1/clusters/1/resits?formId=form-1&formVersion=2': [
        { analyticsId: 'p1', attemptId: 'a1', sessionId: 's1', formHash: 'cd', closedAt: '2022-10-05T00:00:00.000Z' },
      ],
    };
    const words = ['--seen', '3', '--since', '2022-10-05T00:00:00Z', '--reason', 'wrong-form', '--form', 'form-1'];
    const resits = at('resits.csv');
    const result = await run('rollout', 'rollback', '1', ...words, '--bad-version', '2', '--resits', resits);
    expect(result).toMatchObject({ exitCode: 0, error: '' });
    expect(gateway.asked.map(({ line }) => line)).toEqual([
      'POST /v1/clusters/1/rollbacks',
      'POST /v1/results/withholdings',
      'POST /v1/results/withholdings',
      'GET /v1/clusters/1/resits?formId=form-1&formVersion=2',
    ]);
    expect(gateway.asked[2]?.body).toEqual({ scope: { kind: 'session', id: 's2' }, reasonCode: 'wrong-form' });
    expect(readFileSync(resits, 'utf8')).toBe(
      'analyticsId,attemptId,sessionId,deliveredFormHash,closedAt\np1,a1,s1,cd,2022-10-05T00:00:00.000Z\n',
    );
  });

  test('a forecast says its dates, or why there are none', async () => {
    const view = {
      targetId: '2023',
      version: 2,
      people: 60_000,
      from: '2023-01-01',
      to: '2023-12-31',
      on: '2023-05-01',
    };
    const rest = { assessed: 20_000, missing: 40_000, observed: [], planned: [{ seats: 500 }, { seats: 700 }] };
    const path = 'GET /v1/targets/2023/forecast';
    const found = { kind: 'forecast', p50: '2023-10-01', p85: null, chance: 0.625, seatsShort: 900, runs: 10_000 };
    gateway.answers = { [path]: { ...view, ...rest, forecast: found } };
    const { out } = await run('rollout', 'forecast', '2023');
    expect(out).toMatch(/seats to come +1200[^]*half[^\n]*2023-10-01\n85 %[^\n]*no date[^]*62\.5 %[^]*900/);
    gateway.answers = { [path]: { ...view, ...rest, forecast: { kind: 'too-early', weeks: 3 } } };
    expect((await run('rollout', 'forecast', '2023')).out).toContain('too early: 3 weeks with sessions');
  });

  test('a burn-up keeps the number of a line that does not rise', async () => {
    const none = { planned: [], invited: [], seated: [], scored: [], reconciled: [], released: [] };
    const submitted = [
      { day: '2022-10-04', people: 2 },
      { day: '2022-10-06', people: 5 },
    ];
    const lines = { ...none, submitted, scored: [{ day: '2022-10-05', people: 1 }] };
    gateway.answers = { 'GET /v1/progress/burn-up?cluster=1': { on: '2022-10-06', target: null, lines } };
    const { out } = await run('rollout', 'burn-up', '--cluster', '1');
    const rows = out.split('\n').slice(1);
    expect(rows.map((row) => row.split(/ +/).slice(0, 6))).toEqual([
      ['2022-10-04', '0', '0', '0', '2', '0'],
      ['2022-10-05', '0', '0', '0', '2', '1'],
      ['2022-10-06', '0', '0', '0', '5', '1'],
    ]);
  });

  test('somebody vouches for several sites at once', async () => {
    gateway.answers = { 'POST /v1/clusters/attestations': { attestationId: 'x' } };
    const result = await run('rollout', 'attest', 's1', 's2', '--kind', 'rehearsal', '--reason', 'seen-by-me');
    expect(result.exitCode).toBe(0);
    expect(gateway.asked.map(({ body }) => body)).toEqual(
      ['s1', 's2'].map((siteId) => ({ kind: 'rehearsal', siteId, passed: true, reasonCode: 'seen-by-me' })),
    );
  });
});
