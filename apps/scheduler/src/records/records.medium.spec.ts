import { TOPICS } from '@app/contracts';
import { Client } from 'pg';
import { SchedulerUnderTest } from '../scheduler.fixture';
import { KEPT_TABLES, TOLD_TABLES } from './kept-tables';
import { replayRecords } from './records.replay';

const CLUSTERS = `number,name,criteria,effectiveFrom,author,source
1,Klaster 1,First,2022-03-18,Menteri,https://example.org/1
`;
const AGENCIES = `code,name_id,abbreviation,kind,cluster,source,note
kemenkeu,Kementerian Keuangan,Kemenkeu,kementerian,1,https://example.org/1,
`;
const SESSIONS = `sessionId,cluster,siteId,room,date,startsAt,timeZone,minutes,seats,formId,formVersion
s1,1,jakarta-1,aula,2022-10-05,08:00,Asia/Jakarta,90,20,form-1,1
s2,1,jakarta-1,aula,2022-10-06,08:00,Asia/Jakarta,90,20,form-1,1
`;
const WHO = 'effectiveFrom=2022-03-18&author=Menteri';

describe('the scheduler’s records in the log', () => {
  let scheduler: SchedulerUnderTest;

  beforeEach(async () => {
    scheduler = await SchedulerUnderTest.start('2022-10-03T01:00:00Z');
  });

  afterEach(() => scheduler.stop());

  async function tables(): Promise<Record<string, unknown[]>> {
    const names = [...Object.keys(KEPT_TABLES), ...TOLD_TABLES];
    const read = async (name: string) => {
      const rows = await scheduler.dataSource.query(
        `SELECT to_jsonb(t) AS row FROM ${name} t ORDER BY to_jsonb(t)::text`,
      );
      return [name, rows] as const;
    };
    return Object.fromEntries(await Promise.all(names.map(read)));
  }

  async function play(): Promise<void> {
    await scheduler.ok('POST', '/v1/clusters', 'rini', CLUSTERS);
    await scheduler.ok('POST', `/v1/agencies?${WHO}`, 'rini', AGENCIES);
    for (let person = 1; person <= 12; person += 1) await scheduler.register(`p${person}`, 'kemenkeu');
    await scheduler.caughtUp();
    await scheduler.ok('POST', '/v1/plan/sessions', 'tono', SESSIONS);
    const seats = Array.from({ length: 12 }, (_, at) => `s${(at % 2) + 1},${at + 1},p${at + 1}`);
    await scheduler.ok('POST', '/v1/plan/seats', 'tono', `sessionId,seat,analyticsId\n${seats.join('\n')}\n`);
    await scheduler.ok('POST', '/v1/plan/sessions/s2/cancellation', 'tono', { reasonCode: 'site-lost' });
    await scheduler.ok('POST', '/v1/clusters/1/preparation', 'rini', { version: 1, reasonCode: 'sites-ready' });
    const step = { step: 'open', version: 2 };
    await scheduler.ok('POST', '/v1/clusters/1/proposals', 'rini', { ...step, reasonCode: 'turn-has-come' });
    await scheduler.ok('POST', '/v1/clusters/1/confirmations', 'budi', step);
    await scheduler.closeAttempt('p1', 's1');
    await scheduler.score('p1', 's1');
    await scheduler.caughtUp();
  }

  /** Until the relay has nothing left and the gates say nothing new. */
  async function atRest(): Promise<void> {
    const { dataSource } = scheduler;
    const look = async () => {
      const [row] = await dataSource.query(
        `SELECT (SELECT count(*) FROM outbox WHERE published_at IS NULL)::integer AS waiting,
                (SELECT figures ->> 'reconciled' FROM gate_evaluations ORDER BY evaluation DESC LIMIT 1) AS reconciled`,
      );
      return row as { waiting: number; reconciled: string };
    };
    await scheduler.until(look, ({ waiting, reconciled }) => waiting === 0 && reconciled === '1');
  }

  test('every table is either kept in the log or told by it', async () => {
    const rows: { name: string }[] = await scheduler.dataSource.query(
      "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'scheduler' AND table_type = 'BASE TABLE'",
    );
    const own = ['migrations', 'outbox', 'consumer_progress', 'consumer_gaps'];
    const accounted = [...Object.keys(KEPT_TABLES), ...TOLD_TABLES, ...own];
    expect(rows.map(({ name }) => name).sort()).toEqual(accounted.sort());
  });

  test('a schema that was dropped comes back from the log as it was, the coverage gate’s evaluations included', async () => {
    await play();
    await atRest();
    const before = await tables();
    expect(before.seats).toHaveLength(6);
    expect(before.cluster_decisions).toHaveLength(3);
    await scheduler.restart(dropSchema);
    await scheduler.caughtUp();
    expect((await tables()).seats).toEqual([]);
    await replayRecords(scheduler.dataSource, scheduler.log);
    expect(await tables()).toEqual(before);
  });

  test('after a replay new changes go on counting where the log left off', async () => {
    await play();
    await atRest();
    await scheduler.restart(dropSchema);
    await scheduler.caughtUp();
    const applied = await replayRecords(scheduler.dataSource, scheduler.log);
    await scheduler.ok('POST', '/v1/plan/sessions', 'tono', SESSIONS.replaceAll('s1,', 's3,').replaceAll('s2,', 's4,'));
    const numbers = async () =>
      (await scheduler.published<{ number: number }>('records')).map(({ data }) => data.number);
    const found = await scheduler.until(numbers, (told) => told.length > applied);
    expect(new Set(found).size).toBe(found.length);
  });

  test('records of a topic with a part missing are refused, and the tables stay as they were', async () => {
    const data = {
      service: 'scheduler',
      number: 1,
      table: 'clusters',
      operation: 'insert',
      part: 1,
      parts: 2,
      rows: '[{',
    };
    await scheduler.append('records', 'recordsChanged', 'scheduler', data);
    await expect(replayRecords(scheduler.dataSource, scheduler.log)).rejects.toMatchObject({
      code: 'log.tables-differ',
    });
    expect(TOPICS.records.key).toBe('service');
  });
});

async function dropSchema(databaseUrl: string): Promise<void> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query('DROP SCHEMA scheduler CASCADE');
  await client.end();
}
