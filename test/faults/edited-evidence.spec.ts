import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { LoadPlatform } from '../load/platform/load.platform';
import { type Property, tableOf } from './checker/findings';
import { checkLargeRun } from './checker/large.run';
import { RestlessRun } from './mutants/restless.run';

const START_TIMEOUT_MS = 240_000;
const JUDGE_TIMEOUT_MS = 60_000;
const SEED = 7;
/** So small that the few hundred answers of the run make several parts. */
const PART_BYTES = 60_000;

/** What somebody could do to a database by hand, how to undo it, and which row must be named. */
type Edit = readonly [what: string, property: Property, table: RegExp, edit: string, undo: string];

const ANY_ANSWER = `(SELECT attempt_id, seq FROM assessment.answer_events ORDER BY attempt_id, seq LIMIT 1)`;
const ANY_CURRENT = `(SELECT attempt_id, item_id FROM assessment.answers ORDER BY attempt_id, item_id LIMIT 1)`;
const KEEP = 'DROP TABLE IF EXISTS kept; CREATE TEMPORARY TABLE kept AS SELECT * FROM';

const EDITS: readonly Edit[] = [
  [
    'a stored answer deleted',
    'P1',
    /record petabakat\.attempts\.v1/,
    `${KEEP} assessment.answer_events WHERE (attempt_id, seq) = ${ANY_ANSWER};
     DELETE FROM assessment.answer_events USING kept WHERE (answer_events.attempt_id, answer_events.seq) = (kept.attempt_id, kept.seq)`,
    'INSERT INTO assessment.answer_events SELECT * FROM kept',
  ],
  [
    'a stored answer altered',
    'P3',
    /row answer_events/,
    `${KEEP} assessment.answer_events WHERE (attempt_id, seq) = ${ANY_ANSWER};
     UPDATE assessment.answer_events e SET response = '"altered"' FROM kept WHERE (e.attempt_id, e.seq) = (kept.attempt_id, kept.seq)`,
    `UPDATE assessment.answer_events e SET response = kept.response FROM kept WHERE (e.attempt_id, e.seq) = (kept.attempt_id, kept.seq)`,
  ],
  [
    'a stored answer doubled',
    'P2',
    /row answer_events/,
    `ALTER TABLE assessment.answer_events DROP CONSTRAINT answer_events_pkey;
     INSERT INTO assessment.answer_events SELECT * FROM assessment.answer_events WHERE (attempt_id, seq) = ${ANY_ANSWER}`,
    `DELETE FROM assessment.answer_events a USING assessment.answer_events b
      WHERE (a.attempt_id, a.seq) = (b.attempt_id, b.seq) AND a.ctid > b.ctid;
     ALTER TABLE assessment.answer_events ADD CONSTRAINT answer_events_pkey PRIMARY KEY (attempt_id, seq)`,
  ],
  [
    'a current answer turned back',
    'P4',
    /row answers/,
    `${KEEP} assessment.answers WHERE (attempt_id, item_id) = ${ANY_CURRENT};
     UPDATE assessment.answers a SET response = '"before"' FROM kept WHERE (a.attempt_id, a.item_id) = (kept.attempt_id, kept.item_id)`,
    `UPDATE assessment.answers a SET response = kept.response FROM kept WHERE (a.attempt_id, a.item_id) = (kept.attempt_id, kept.item_id)`,
  ],
  [
    'a result altered',
    'P5',
    /row results/,
    `${KEEP} scoring.results ORDER BY attempt_id LIMIT 1;
     UPDATE scoring.results r SET result = jsonb_set(r.result::jsonb, '{scales,0,score}', '99') FROM kept WHERE r.attempt_id = kept.attempt_id`,
    'UPDATE scoring.results r SET result = kept.result FROM kept WHERE r.attempt_id = kept.attempt_id',
  ],
  [
    'a record of the log deleted',
    'P11',
    /answer /,
    `${KEEP} log.record WHERE value LIKE '%petabakat.answer.submitted.v1%' ORDER BY topic_id, partition, "offset" LIMIT 1;
     DELETE FROM log.record USING kept WHERE (record.topic_id, record.partition, record."offset") = (kept.topic_id, kept.partition, kept."offset")`,
    'INSERT INTO log.record SELECT * FROM kept',
  ],
  [
    'an answer in the log altered',
    'P11',
    /answer /,
    `${KEEP} log.record WHERE value LIKE '%petabakat.answer.submitted.v1%' ORDER BY topic_id, partition, "offset" LIMIT 1;
     UPDATE log.record r SET value = regexp_replace(r.value, '"response":"[^"]*"', '"response":"altered"') FROM kept
      WHERE (r.topic_id, r.partition, r."offset") = (kept.topic_id, kept.partition, kept."offset")`,
    `UPDATE log.record r SET value = kept.value FROM kept
      WHERE (r.topic_id, r.partition, r."offset") = (kept.topic_id, kept.partition, kept."offset")`,
  ],
  [
    'an attempt given time by hand',
    'P14',
    /row attempts/,
    `${KEEP} assessment.attempts ORDER BY attempt_id LIMIT 1;
     UPDATE assessment.attempts a SET header = jsonb_set(a.header, '{creditedSeconds}', '7200') FROM kept WHERE a.attempt_id = kept.attempt_id`,
    'UPDATE assessment.attempts a SET header = kept.header FROM kept WHERE a.attempt_id = kept.attempt_id',
  ],
];

describe('evidence of a real run that somebody has edited', () => {
  const folder = mkdtempSync(join(tmpdir(), 'petabakat-edited-'));
  let platform: LoadPlatform;
  let run: RestlessRun;
  let database: Client;

  beforeAll(async () => {
    platform = await LoadPlatform.start({ log: 'postgres', brokers: 1, counts: {} });
    run = new RestlessRun(platform, { harm: 'none' }, SEED, join(folder, 'history.jsonl'));
    database = new Client({ connectionString: platform.postgres.url });
    await database.connect();
    await run.prepare();
  }, START_TIMEOUT_MS);

  afterAll(async () => {
    await database.end();
    await run.close();
    await platform.stop();
    rmSync(folder, { recursive: true });
  }, START_TIMEOUT_MS);

  test(
    'a run that nobody has edited passes',
    async () => {
      const report = await run.round();
      expect(tableOf(report.findings.filter(({ broken }) => broken > 0))).toBe(tableOf([]));
      expect(report.acknowledged).toBeGreaterThan(200);
    },
    START_TIMEOUT_MS,
  );

  test(
    'judged part by part, as a run too large for the memory is, it gives the same findings',
    async () => {
      const whole = await run.judge();
      const { parts, findings } = await checkLargeRun(run.places, PART_BYTES);
      expect(parts).toBeGreaterThan(4);
      expect(findings).toEqual(whole.findings);
    },
    JUDGE_TIMEOUT_MS,
  );

  test('an answer missing from a run that is judged part by part is named', async () => {
    await database.query(EDITS[0]![3]);
    const { findings } = await checkLargeRun(run.places, PART_BYTES);
    await database.query(EDITS[0]![4]);
    expect(findings.find(({ property }) => property === 'P1')!.breaks).toHaveLength(1);
  });

  test.each(EDITS)(
    '%s is found by %s',
    async (_what, property, record, edit, undo) => {
      await database.query(edit);
      const { findings } = await run.judge();
      await database.query(undo);
      const finding = findings.find((one) => one.property === property)!;
      expect(finding.breaks.map((one) => one.record)).toContainEqual(expect.stringMatching(record));
      expect((await run.judge()).broken).toBe(0);
    },
    JUDGE_TIMEOUT_MS,
  );
});
