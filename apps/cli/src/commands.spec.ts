import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { commandLine } from './command-line.fixture';
import { createProgram } from './program';

interface ReceivedRequest {
  readonly line: string;
  readonly authorization: string | undefined;
  readonly contentType: string | undefined;
  readonly body: string;
}

/** Stands for the gateway: answers what a test says, remembers what it was asked. */
class FakeGateway {
  readonly received: ReceivedRequest[] = [];
  answer: { status: number; body: unknown } = { status: 200, body: {} };
  private readonly server: Server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const { method, url, headers } = request;
      const { authorization, 'content-type': contentType } = headers;
      this.received.push({ line: `${method} ${url}`, authorization, contentType, body });
      const isText = typeof this.answer.body === 'string';
      response.writeHead(this.answer.status, { 'content-type': isText ? 'text/csv' : 'application/json' });
      response.end(isText ? this.answer.body : JSON.stringify(this.answer.body));
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

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  return body;
}

describe('commands over HTTP', () => {
  const gateway = new FakeGateway();
  let url: string;
  let folder: string;
  let file: string;

  beforeAll(async () => {
    url = await gateway.start();
    folder = mkdtempSync(join(tmpdir(), 'petabakat-cli-'));
    file = join(folder, 'content');
  });

  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await gateway.stop();
  });

  beforeEach(() => {
    gateway.received.length = 0;
    gateway.answer = { status: 200, body: {} };
  });

  const run = (...words: string[]) => commandLine(words, { PETABAKAT_URL: url, PETABAKAT_TOKEN: 'pbk_ops.x' });

  const CSV = 'a,b\n1,2\n';
  const report = { rows: 1, recorded: 1, unchanged: 0 };
  test.each([
    [
      'plan import agencies FILE --effective-from 2022-03-18 --author BKN',
      'POST /v1/agencies?effectiveFrom=2022-03-18&author=BKN',
    ],
    ['plan import memberships FILE --scenario', 'POST /v1/agencies/memberships?scenario=true'],
    ['plan import memberships FILE', 'POST /v1/agencies/memberships'],
    ['plan import sources FILE', 'POST /v1/agencies/sources'],
    ['plan import clusters FILE', 'POST /v1/clusters'],
    ['plan import targets FILE', 'POST /v1/targets'],
    ['plan import published-totals FILE', 'POST /v1/targets/published-totals'],
    ['plan import sessions FILE', 'POST /v1/plan/sessions'],
    ['plan import seats FILE', 'POST /v1/plan/seats'],
    ['participants import FILE', 'POST /v1/participants/import'],
    ['rollout import gates FILE', 'POST /v1/clusters/gates'],
    ['rollout import ramps FILE', 'POST /v1/clusters/ramps'],
    ['rollout import eligibility-rules FILE', 'POST /v1/progress/eligibility/rules'],
    ['rollout import eligibility-decisions FILE', 'POST /v1/progress/eligibility/decisions'],
  ])('%s sends the file as it is', async (command, line) => {
    writeFileSync(file, CSV);
    gateway.answer = { status: 200, body: report };
    const result = await run(...command.replace('FILE', file).split(' '));
    expect(result).toMatchObject({ exitCode: 0, error: '' });
    expect(gateway.received).toEqual([{ line, authorization: 'Bearer pbk_ops.x', contentType: 'text/csv', body: CSV }]);
  });

  const form = { formId: 'sat12', version: 1 };
  test.each([
    ['forms import FILE', 'POST /v1/forms', form],
    ['packages import FILE', 'POST /v1/packages', form],
    ['sessions open s-1', 'POST /v1/sessions/s-1/open', {}],
    ['sessions seal s-1', 'POST /v1/sessions/s-1/seal', {}],
    ['sessions pins s-1', 'POST /v1/sessions/s-1/pins', {}],
    ['sessions pins s-1 --seat A-1', 'POST /v1/sessions/s-1/seats/A-1/pin', {}],
    ['participants withdraw 7/8 --reason retired', 'POST /v1/participants/7%2F8/withdraw', { reasonCode: 'retired' }],
    [
      'rollout prepare 1 --seen 2 --reason ready',
      'POST /v1/clusters/1/preparation',
      { version: 2, reasonCode: 'ready' },
    ],
    ['rollout hold 1 --seen 2 --reason incident', 'POST /v1/clusters/1/hold', { version: 2, reasonCode: 'incident' }],
    [
      'rollout propose 1 --seen 2 --step open --reason ready',
      'POST /v1/clusters/1/proposals',
      { version: 2, step: 'open', reasonCode: 'ready' },
    ],
    ['rollout confirm 1 --seen 2 --step open', 'POST /v1/clusters/1/confirmations', { version: 2, step: 'open' }],
    [
      'dead-letters replay a-1 7 --answer FILE --reason mended',
      'POST /v1/attempts/a-1/dead-letters/7/replay',
      { ...form, reasonCode: 'mended' },
    ],
    [
      'dead-letters dismiss 7 --attempt a-1 --reason noise',
      'POST /v1/attempts/a-1/dead-letters/7/dismiss',
      { reasonCode: 'noise' },
    ],
    [
      'dead-letters dismiss 7 --topic petabakat.roster.v1 --partition 3 --reason noise',
      'POST /v1/progress/dismissals',
      { topic: 'petabakat.roster.v1', partition: 3, offset: 7, reasonCode: 'noise' },
    ],
  ])('%s asks for it', async (command, line, body) => {
    writeFileSync(file, JSON.stringify(form));
    gateway.answer = { status: 200, body: { proposals: [] } };
    const result = await run(...command.replace('FILE', file).split(' '));
    expect(result.exitCode).toBe(0);
    const [received] = gateway.received;
    expect({ line: received?.line, body: JSON.parse(received?.body ?? '') as unknown }).toEqual({ line, body });
  });

  test('the state of the clusters is a table for people and data with --json', async () => {
    const proposals = [
      { step: 'open', version: 2, actor: 'officer.a', reasonCode: 'ready', at: '2023-05-01T00:00:00.000Z' },
    ];
    const clusters = [
      {
        number: 1,
        name: 'Cluster 1',
        state: 'ready',
        stage: 'ready',
        version: 2,
        lastStep: null,
        proposals,
        gate: null,
      },
    ];
    gateway.answer = { status: 200, body: clusters };
    const { out } = await run('rollout', 'status');
    expect(out.split('\n')).toEqual([
      'cluster  name       state  version  since  by  gate  proposed',
      '      1  Cluster 1  ready        2  -      -   -     open by officer.a on version 2',
    ]);
    expect(JSON.parse((await run('rollout', 'status', '--json')).out)).toEqual(clusters);
  });

  test('an agency without a cluster is shown as none, with the sources that were searched', async () => {
    const body = {
      code: 'bp-tapera',
      name: 'BP Tapera',
      abbreviation: '',
      on: '2023-05-01',
      cluster: null,
      scenario: false,
      decision: null,
      history: [],
      sourcesSearched: [{ title: 'List of clusters', finding: 'not named' }],
      editionInForce: 'published',
      otherEditions: [{ edition: 'koran-jakarta-2022', cluster: 5, since: '2022-03-13', author: 'Koran Jakarta' }],
    };
    gateway.answer = { status: 200, body };
    const { out } = await run('agency', 'show', 'bp-tapera', '--on', '2023-05-01');
    expect(gateway.received[0]?.line).toBe('GET /v1/agencies/bp-tapera?on=2023-05-01');
    expect(out).toMatch(/cluster +none/);
    expect(out).toMatch(/List of clusters +not named/);
    expect(out).toMatch(/koran-jakarta-2022 +5 +2022-03-13/);
  });

  test('a refusal is shown with its code, problems and next step, and is no success', async () => {
    const refusal = {
      code: 'file.invalid',
      detail: 'The file has errors; nothing was imported.',
      problems: [{ at: 'row 3, column nip', message: 'must be 18 digits' }],
      action: 'Correct the rows.',
      correlationId: 'c-1',
    };
    writeFileSync(file, CSV);
    gateway.answer = { status: 422, body: refusal };
    const result = await run('participants', 'import', file);
    expect(result.exitCode).toBe(1);
    expect(result.out).toBe('');
    expect(result.error.split('\n')).toEqual([
      'refused: file.invalid',
      '  The file has errors; nothing was imported.',
      '  row 3, column nip: must be 18 digits',
      '  Correct the rows.',
      '  correlation id c-1',
    ]);
    expect(JSON.parse((await run('participants', 'import', file, '--json')).error)).toMatchObject(refusal);
  });

  test('a missing role names the roles that may', async () => {
    const refusal = { code: 'access.role-missing', detail: 'No role.', roles: ['operations', 'rollout-officer'] };
    gateway.answer = { status: 403, body: refusal };
    expect((await run('rollout', 'status')).error).toContain('roles: operations, rollout-officer');
  });

  test('an answer that is no problem document is a refusal too', async () => {
    gateway.answer = { status: 502, body: 'bad gateway' };
    expect(await run('rollout', 'status')).toMatchObject({ exitCode: 1, error: expect.stringContaining('status 502') });
  });

  test('a token can stand in a file', async () => {
    writeFileSync(file, 'pbk_other.y\n');
    gateway.answer = { status: 200, body: [] };
    const result = await commandLine(['rollout', 'status', '--token-file', file, '--url', `${url}/`]);
    expect(result.exitCode).toBe(0);
    expect(gateway.received[0]).toMatchObject({ line: 'GET /v1/clusters', authorization: 'Bearer pbk_other.y' });
  });

  test('pseudonyms come as CSV, ready for a file of seats', async () => {
    gateway.answer = { status: 200, body: 'participantNumber,analyticsId\n12,p-1\n' };
    expect((await run('participants', 'pseudonyms')).out).toBe('participantNumber,analyticsId\n12,p-1');
    const data: unknown = JSON.parse((await run('participants', 'pseudonyms', '--json')).out);
    expect(data).toEqual([{ participantNumber: '12', analyticsId: 'p-1' }]);
  });
});

describe('the command line', () => {
  test.each([
    ['without a token', ['rollout', 'status'], 1, 'access.token-missing'],
    ['with a file that is not there', ['forms', 'import', '/nowhere/form.json'], 1, 'request.invalid'],
    ['without a database', ['staff', 'list'], 1, 'config.invalid'],
    [
      'on a service that does not answer',
      ['rollout', 'status', '--url', 'http://127.0.0.1:1'],
      1,
      'service.unavailable',
    ],
    ['on a dead letter without its place', ['dead-letters', 'dismiss', '7', '--reason', 'noise'], 1, 'request.invalid'],
    ['of no known name', ['frobnicate'], 2, 'unknown command'],
    ['without a required option', ['rollout', 'hold', '1'], 2, 'required option'],
    [
      'with a word where a number belongs',
      ['rollout', 'hold', 'one', '--seen', '1', '--reason', 'x'],
      2,
      'whole number',
    ],
    ['with an unknown role', ['staff', 'add', 'ana', '--roles', 'king'], 2, 'participant-support'],
  ])('a command %s ends with its code', async (name, words, exitCode, said) => {
    const env = name === 'without a token' ? {} : { PETABAKAT_TOKEN: 'pbk_ops.x' };
    const result = await commandLine(words, env);
    expect(result.exitCode).toBe(exitCode);
    expect(result.error).toContain(said);
  });

  test('every command explains itself', async () => {
    const visit = async (command: Command, path: string[]): Promise<void> => {
      expect([path, command.description()]).toEqual([path, expect.stringMatching(/\w/)]);
      const help = await commandLine([...path, '--help']);
      expect(help).toMatchObject({ exitCode: 0, out: expect.stringContaining('Usage: petabakat') });
      for (const child of command.commands) await visit(child, [...path, child.name()]);
    };
    await visit(createProgram({ env: {}, streams: { out: () => {}, error: () => {} } }), []);
  });
});
