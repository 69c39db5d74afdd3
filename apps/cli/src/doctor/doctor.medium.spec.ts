import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ALL_TOPICS } from '@app/contracts';
import { migrate } from '@app/database';
import { PostgresEventLog } from '@app/messaging';
import { type FreshDatabase, freePort, freshDatabase } from '@app/testing';
import { createAssessmentDataSource } from '../../../assessment/src/assessment.module';
import { createSchedulerDataSource } from '../../../scheduler/src/scheduler.module';
import { createScoringDataSource } from '../../../scoring/src/scoring.module';
import { commandLine } from '../command-line.fixture';

/** A database each, on a machine that runs other tests besides. */
jest.setTimeout(60_000);

interface Row {
  readonly subject: string;
  readonly isWell: boolean;
  readonly found: string;
}

describe('the doctor', () => {
  let database: FreshDatabase;
  let gateway: Server;
  let answer: { status: number; body: object };
  let env: NodeJS.ProcessEnv;

  beforeEach(async () => {
    database = await freshDatabase();
    answer = { status: 200, body: {} };
    gateway = createServer((_request, response) => {
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(JSON.stringify(answer.body));
    });
    await new Promise<void>((resolve) => gateway.listen(0, '127.0.0.1', resolve));
    const { port } = gateway.address() as AddressInfo;
    env = { PETABAKAT_DATABASE_URL: database.url, PETABAKAT_URL: `http://127.0.0.1:${port}` };
  });

  afterEach(async () => {
    gateway.closeAllConnections();
    await new Promise((resolve) => gateway.close(resolve));
    await database.drop();
  });

  async function setUp(): Promise<void> {
    for (const create of [createAssessmentDataSource, createScoringDataSource, createSchedulerDataSource]) {
      const source = create(database.url);
      await migrate(source);
      await source.destroy();
    }
    const log = await PostgresEventLog.open({ url: database.url });
    await log.createTopics(ALL_TOPICS);
    await log.close();
  }

  /** What is not well, by subject. */
  async function complaints(...words: string[]): Promise<Record<string, string>> {
    const { out } = await commandLine(['doctor', '--json', ...words], env);
    const unwell = (JSON.parse(out) as Row[]).filter(({ isWell }) => !isWell);
    return Object.fromEntries(unwell.map(({ subject, found }) => [subject, found]));
  }

  async function execute(statement: string): Promise<void> {
    const source = createScoringDataSource(database.url);
    await source.initialize();
    await source.query(statement);
    await source.destroy();
  }

  test('finds nothing to mend where everything is in order', async () => {
    await setUp();
    const result = await commandLine(['doctor'], env);
    expect(result).toMatchObject({ exitCode: 0, error: '' });
    for (const subject of ['configuration', 'database', 'clock', 'schema scoring', 'topics', 'disk', 'gateway']) {
      expect(result.out).toMatch(new RegExp(`^ok +${subject} `, 'm'));
    }
  });

  test('names schemas and topics that are missing, and ends as a refusal with what to do', async () => {
    const result = await commandLine(['doctor'], env);
    expect(result.exitCode).toBe(1);
    expect(result.out).toMatch(/MEND +schema assessment +is not there yet/);
    expect(result.error).toContain('setup.unsound');
    expect(result.error).toContain('schema assessment: Start assessment once; it makes its tables.');
    expect(result.error).toMatch(/topics: /);
  });

  test('names migrations that are missing, and lets those of a newer release pass', async () => {
    await setUp();
    await execute(`INSERT INTO migrations (timestamp, name) VALUES (9, 'OfTheNextRelease9')`);
    expect(await complaints()).toEqual({});
    await execute('DELETE FROM migrations');
    expect(await complaints()).toEqual({ 'schema scoring': expect.stringContaining('lacks CreateScoring') });
  });

  test('names events that nobody publishes', async () => {
    await setUp();
    await execute(
      `INSERT INTO outbox (event_id, topic, key, value, created_at)
       VALUES ('e', 't', 'k', '{}', now() - interval '90 seconds')`,
    );
    expect(await complaints()).toEqual({ 'schema scoring, outbox': expect.stringMatching(/^1 events.*9\d s$/) });
  });

  test('repeats what a gateway that is not ready says', async () => {
    await setUp();
    answer = { status: 503, body: { problems: [{ at: 'gateway.clock', message: 'does not work' }] } };
    expect(await complaints()).toEqual({ gateway: 'is not ready: gateway.clock does not work' });
    expect(await complaints('--no-gateway')).toEqual({});
  });

  test('checks the whole configuration of an app', async () => {
    await setUp();
    const found = await complaints('--app', 'assessment');
    expect(found.configuration).toMatch(/PETABAKAT_IDENTITY_SECRET is missing/);
  });

  test('goes on where the database does not answer', async () => {
    env = { ...env, PETABAKAT_DATABASE_URL: `postgres://nobody@127.0.0.1:${await freePort()}/none` };
    expect(Object.keys(await complaints())).toEqual(['database', 'log']);
  });
});
