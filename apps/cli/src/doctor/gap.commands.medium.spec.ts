import { ALL_TOPICS, TOPICS } from '@app/contracts';
import { migrate } from '@app/database';
import { PositionStore, PostgresEventLog, systemRuntime } from '@app/messaging';
import { type FreshDatabase, freshDatabase } from '@app/testing';
import type { DataSource } from 'typeorm';
import { createAssessmentDataSource } from '../../../assessment/src/assessment.module';
import { createSchedulerDataSource } from '../../../scheduler/src/scheduler.module';
import { createScoringDataSource } from '../../../scoring/src/scoring.module';
import { commandLine } from '../command-line.fixture';

/** A database each, on a machine that runs other tests besides. */
jest.setTimeout(60_000);

describe('gaps', () => {
  const topic = TOPICS.responses.name;
  let database: FreshDatabase;
  let scoring: DataSource;
  let positions: PositionStore;
  let env: NodeJS.ProcessEnv;

  beforeAll(async () => {
    database = await freshDatabase();
    env = { PETABAKAT_DATABASE_URL: database.url };
    for (const create of [createAssessmentDataSource, createSchedulerDataSource]) {
      const source = create(database.url);
      await migrate(source);
      await source.destroy();
    }
    scoring = createScoringDataSource(database.url);
    await migrate(scoring);
    positions = new PositionStore(scoring, systemRuntime);
    const log = await PostgresEventLog.open({ url: database.url });
    await log.createTopics(ALL_TOPICS);
    await log.close();
    await positions.position('scoring', topic, 4);
    await scoring.query('UPDATE consumer_progress SET next_offset = 17');
  });

  afterAll(async () => {
    await scoring?.destroy();
    await database?.drop();
  });

  const accept = (from: string, to: string) =>
    commandLine(
      [
        'gaps',
        'accept',
        'scoring',
        topic,
        '4',
        '--from',
        from,
        '--to',
        to,
        '--actor',
        'rini',
        '--reason',
        'restored log',
      ],
      env,
    );

  test('a position behind the end of the log is listed with what the log holds', async () => {
    const { out } = await commandLine(['gaps', 'list', '--json'], env);
    expect(JSON.parse(out)).toEqual([{ group: 'scoring', topic, partition: 4, position: 17, logStart: 0, logEnd: 0 }]);
  });

  test('a decision on another position, or to go on in the middle of nowhere, is refused', async () => {
    expect(await accept('16', '0')).toMatchObject({ exitCode: 1, error: expect.stringContaining('position.changed') });
    expect(await accept('17', '5')).toMatchObject({ exitCode: 1, error: expect.stringContaining('request.invalid') });
  });

  test('an accepted gap is gone, and who accepted it stays known', async () => {
    expect(await accept('17', '0')).toMatchObject({ exitCode: 0 });
    expect((await commandLine(['gaps', 'list'], env)).out).toBe('The log holds what every group reads next.');
    expect(await positions.listGaps()).toMatchObject([
      { group: 'scoring', topic, partition: 4, fromOffset: 17, toOffset: 0, actor: 'rini', reason: 'restored log' },
    ]);
  });
});
