import { ALL_TOPICS, TOPICS, buildEvent, deadLetterTopicOf } from '@app/contracts';
import { PostgresEventLog } from '@app/messaging';
import { type FreshDatabase, freshDatabase } from '@app/testing';
import { createAssessmentDataSource } from '../../assessment/src/assessment.module';
import { migrate } from '@app/database';
import { commandLine } from './command-line.fixture';

describe('commands on the database and the log', () => {
  let database: FreshDatabase;
  let env: NodeJS.ProcessEnv;

  beforeAll(async () => {
    database = await freshDatabase();
    env = { PETABAKAT_DATABASE_URL: database.url, PETABAKAT_IDENTITY_SECRET: 'none of the command’s business' };
  });

  afterAll(() => database.drop());

  const dataOf = async (...words: string[]): Promise<unknown> => {
    const result = await commandLine([...words, '--json'], env);
    expect(result).toMatchObject({ exitCode: 0 });
    return JSON.parse(result.out);
  };

  test('an account is added, listed and revoked; its token stands alone on the output', async () => {
    const added = await commandLine(['staff', 'add', 'ana', '--roles', 'operations,analyst'], env);
    expect(added.out).toMatch(/^pbk_ana\.[\w-]{43}$/);
    await dataOf('staff', 'add', 'budi', '--roles', 'supervisor', '--sessions', 's-1,s-2');
    expect(await dataOf('staff', 'list')).toMatchObject([
      { account: 'ana', roles: ['operations', 'analyst'], sessions: 'all' },
      { account: 'budi', sessions: ['s-1', 's-2'] },
    ]);
    const again = await commandLine(['staff', 'add', 'ana', '--roles', 'analyst'], env);
    expect(again).toMatchObject({ exitCode: 1, error: expect.stringContaining('staff.account-exists') });
    expect(await dataOf('staff', 'revoke', 'ana')).toEqual({ account: 'ana', revoked: true });
    expect(await dataOf('staff', 'list')).toHaveLength(1);
    const gone = await commandLine(['staff', 'revoke', 'ana'], env);
    expect(gone).toMatchObject({ exitCode: 1, error: expect.stringContaining('staff.unknown-account') });
  });

  test('topics that are missing are named, made, and found; making them again changes nothing', async () => {
    const before = await commandLine(['topics', 'verify'], env);
    expect(before).toMatchObject({ exitCode: 1, error: expect.stringContaining('log.topic-missing') });
    expect(await dataOf('topics', 'create')).toHaveLength(ALL_TOPICS.length);
    expect(await dataOf('topics', 'create')).toHaveLength(ALL_TOPICS.length);
    const after = await commandLine(['topics', 'verify'], env);
    expect(after.exitCode).toBe(0);
    expect(after.out).toMatch(/petabakat\.attempts\.v1 +24 +400 days/);
  });

  test('what was set aside is listed and shown with its record', async () => {
    const log = await PostgresEventLog.open({ url: database.url });
    const topic = TOPICS.attempts.name;
    const at = '2023-05-09T02:02:01.000Z';
    const data = {
      topic,
      partition: 3,
      offset: 9,
      group: 'assessment',
      key: 'a-1',
      reason: 'record.not-json',
      detail: 'no',
      value: '{"broken',
      at,
    };
    const event = buildEvent('recordDeadLettered', {
      id: 'd-1',
      source: '/petabakat/assessment',
      subject: 'a-1',
      time: at,
      data,
    });
    await log.append(deadLetterTopicOf(topic), [{ key: 'a-1', value: JSON.stringify(event) }]);
    await log.close();

    expect(await dataOf('dead-letters', 'list')).toEqual([data]);
    expect(await dataOf('dead-letters', 'list', '--key', 'a-2')).toEqual([]);
    const shown = await commandLine(['dead-letters', 'show', topic, '3', '9'], env);
    expect(shown.out).toContain('{"broken');
    const absent = await commandLine(['dead-letters', 'show', topic, '3', '10'], env);
    expect(absent).toMatchObject({ exitCode: 1, error: expect.stringContaining('attempt.no-such-dead-letter') });
  });

  test('a replay says whether the tables are what the log says', async () => {
    const dataSource = createAssessmentDataSource(database.url);
    await migrate(dataSource);
    await dataSource.destroy();
    const result = await commandLine(['replay', '--verify'], env);
    expect(result).toMatchObject({ exitCode: 0, error: '' });
    expect(result.out).toContain('Every table is what the log says.');
  });
});
