import { StaffDirectory } from '@app/access';
import { ALL_TOPICS } from '@app/contracts';
import { migrate } from '@app/database';
import { PostgresEventLog } from '@app/messaging';
import { type FreshDatabase, PlatformProcesses, freshDatabase, requirePart } from '@app/testing';
import { Client } from 'pg';
import { createAssessmentDataSource } from '../../apps/assessment/src/assessment.module';
import { createSchedulerDataSource } from '../../apps/scheduler/src/scheduler.module';
import { createScoringDataSource } from '../../apps/scoring/src/scoring.module';
import {
  ITEMS,
  answer,
  openCluster,
  planSession,
  prepareRollout,
  read,
  sitDown,
  submit,
} from '../system/support/sitting';
import { type PlatformUnderTest, Staff, call, until } from '../system/support/test-platform';
import type { SourceCopy } from '../faults/mutants/source-copy';
import { takenAwayBy } from './upgrade/expansion.rules';
import { PREVIOUS_RELEASE, sourcesOfPreviousRelease, findPreviousRelease } from './upgrade/previous-release';

/** Four services of another tree, compiled while they start. */
jest.setTimeout(300_000);

const SESSION = 'session-1';
/** One of each kind that a later release may bring, on tables that the answer path writes. */
const EXPANSIONS = [
  'ALTER TABLE assessment.attempts ADD COLUMN later_note text',
  'ALTER TABLE assessment.answer_events ADD COLUMN later_revision integer NOT NULL DEFAULT 1',
  'ALTER TABLE scoring.results ADD COLUMN later_digest text, ADD COLUMN later_flag boolean NOT NULL DEFAULT false',
  'ALTER TABLE scheduler.seats ADD COLUMN later_note text',
  'ALTER TABLE staff.staff_token ADD COLUMN later_note text',
  'CREATE TABLE assessment.later_table (id bigint PRIMARY KEY)',
];

const describeWithRelease = requirePart('the previous release', findPreviousRelease);

/** Everything that the services of this tree do to a database before they serve. */
async function migrateByThisTree(url: string): Promise<void> {
  for (const create of [createAssessmentDataSource, createScoringDataSource, createSchedulerDataSource]) {
    const dataSource = create(url);
    await migrate(dataSource);
    await dataSource.destroy();
  }
  await (await StaffDirectory.open({ url })).close();
  const log = await PostgresEventLog.open({ url });
  await log.createTopics(ALL_TOPICS);
  await log.close();
}

async function onDatabase(url: string, statements: readonly string[]): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

describeWithRelease(`${PREVIOUS_RELEASE.version} on the schema of this tree`, () => {
  let sources: SourceCopy;
  let database: FreshDatabase;
  let processes: PlatformProcesses;
  let platform: PlatformUnderTest;

  beforeAll(async () => {
    sources = await sourcesOfPreviousRelease();
    database = await freshDatabase();
    await migrateByThisTree(database.url);
    await onDatabase(database.url, EXPANSIONS);
    processes = await PlatformProcesses.start({
      databaseUrl: database.url,
      root: sources.folder,
      fromSources: true,
    });
    const staff = await Staff.hire(database.url);
    const url = processes.urlOf('gateway');
    platform = {
      url,
      as: (account, method, path, options = {}) =>
        call(method, url + path, { ...options, token: staff.tokenOf(account) }),
    };
  });

  afterAll(async () => {
    await processes?.stopAll();
    await database?.drop();
    sources?.remove();
  });

  test('the schema goes beyond the release only in ways that are allowed', () => {
    expect(EXPANSIONS.flatMap((sql) => takenAwayBy(sql, new Set()))).toEqual([]);
  });

  test('plans, logs in, takes answers, closes and scores', async () => {
    await prepareRollout(platform, 1);
    await openCluster(platform);
    await planSession(platform, SESSION);
    const login = await sitDown(platform, SESSION, 'a1');
    for (const [index, itemId] of ITEMS.entries()) {
      const reply = await answer(platform, login, index + 1, itemId, index === 0 ? 'B' : 'A');
      expect([reply.status, reply.body.receipts?.length]).toEqual([200, 1]);
    }
    expect((await read(platform, login)).body.answers).toHaveLength(ITEMS.length);
    expect((await submit(platform, login)).status).toBe(200);
    const progress = await until('the score is counted', async () => {
      const { total } = (await platform.as('operations', 'GET', '/v1/progress')).body;
      return total?.scored === 1 && total;
    });
    expect(progress).toMatchObject({ registered: 1, attended: 1, scored: 1 });
  });
});
