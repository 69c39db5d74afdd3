import { type EventName, TOPICS, buildEvent, isoTime } from '@app/contracts';
import { migrate } from '@app/database';
import {
  BatchTransaction,
  type LogRecord,
  PositionBehind,
  PositionStore,
  seededRandom,
  systemRuntime,
} from '@app/messaging';
import { type FreshDatabase, freshDatabase } from '@app/testing';
import type { AttemptViews } from '@app/views';
import fc from 'fast-check';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import { createAssessmentDataSource } from '../../apps/assessment/src/assessment.module';
import { ASSESSMENT_GROUP } from '../../apps/assessment/src/assessment.tokens';
import { AttemptBatchService } from '../../apps/assessment/src/attempts/attempt-batch.service';
import { AttemptsRepository } from '../../apps/assessment/src/attempts/attempts.repository';
import { DeadlineSweeper } from '../../apps/assessment/src/attempts/deadline-sweeper';
import { SqlAttemptStore } from '../../apps/assessment/src/attempts/sql-attempt.store';
import { decodeSlice } from '../../libs/messaging/src/nest/batch-slices';
import { type Step, attemptHistories } from '../faults/attempt-histories.fixture';
import { checkEvidence } from '../faults/checker/checker';
import type { LogEntry, Operation } from '../faults/checker/evidence';
import { type Property, tableOf } from '../faults/checker/findings';
import { TablesReader } from '../faults/checker/tables.reader';
import { ATTEMPTS_DEAD_LETTERS, RESPONSES } from '../faults/checker/topics';

/** Two writers of the same partitions, over real locks: the one thing that a simulated database can not show. */
const SEEDS = 200;
/** Of a seed. What one writer applies to them at the same time meets in one transaction, which locks all of them. */
const PARTITIONS = 3;
const TOPIC = TOPICS.attempts.name;
/** Both write at once in most transactions, and each is often told that the other was first. */
const BATCH_RECORDS_MAX = 12;
const OVERLAP_MAX = 4;
const PAUSE_MAX_MS = 3;
const LOOKS_UP_POSITION = 0.3;
/** Of a seed, each taken by whichever sweeper is first. */
const FORCED_FINISHES = 5;
const SWEEPS = 3;
const TIMEOUT_MS = 300_000;
/** What the log and the tables of attempts say by themselves; nobody sent these answers, and nobody scores them. */
const JUDGED: readonly Property[] = ['P1', 'P2', 'P3', 'P4', 'P5', 'P14'];
const NO_VIEWS = { put: async () => undefined } as unknown as AttemptViews;

/** One process of the assessment service, as far as the database sees it. */
class Writer {
  readonly dataSource: DataSource;
  private readonly service: AttemptBatchService;
  private readonly sweeper: DeadlineSweeper;
  private readonly positions: PositionStore;
  /** Batches that another writer had applied, in whole or in part. */
  overtaken = 0;

  constructor(url: string) {
    this.dataSource = createAssessmentDataSource(url);
    const store = new SqlAttemptStore(this.dataSource, new BatchTransaction(this.dataSource), new AttemptsRepository());
    this.service = new AttemptBatchService(store, NO_VIEWS);
    this.sweeper = new DeadlineSweeper(store, systemRuntime);
    this.positions = new PositionStore(this.dataSource, systemRuntime);
  }

  position(partition: number): Promise<number> {
    return this.positions.position(ASSESSMENT_GROUP, TOPIC, partition);
  }

  /** Applies the partition to its end, from what it believes to be the position. */
  async apply(partition: number, records: readonly LogRecord[], random: () => number): Promise<void> {
    const upTo = (most: number) => Math.floor(random() * (most + 1));
    let position = await this.position(partition);
    while (position < records.length) {
      const from = Math.max(0, position - upTo(OVERLAP_MAX));
      const slice = records.slice(from, from + 1 + upTo(BATCH_RECORDS_MAX));
      await sleep(upTo(PAUSE_MAX_MS));
      try {
        await this.service.apply(decodeSlice(ASSESSMENT_GROUP, { topic: TOPIC, partition }, slice, new Map()));
        position = Math.max(position, slice.at(-1)!.offset + 1);
      } catch (error) {
        if (!(error instanceof PositionBehind)) throw error;
        position = error.position;
      }
      if (random() >= LOOKS_UP_POSITION) continue;
      const stored = await this.position(partition);
      if (stored > position) this.overtaken += 1;
      position = stored;
    }
  }

  async sweep(): Promise<void> {
    for (let nth = 0; nth < SWEEPS; nth++) await this.sweeper.sweep();
  }
}

/** Two attempts on a partition of their own, their records mixed. */
function recordsOf(seed: number, partition: number): LogRecord[] {
  const random = seededRandom(partition);
  const attempts = [0, 1].map((nth) => {
    const attemptId = `seed-${seed}-${partition}-${nth}`;
    const drawn = { seed: partition * 2 + nth, numRuns: 1 };
    const [steps] = fc.sample(attemptHistories(attemptId, partition), drawn);
    return { attemptId, steps: [...steps!] };
  });
  const records: LogRecord[] = [];
  while (attempts.some(({ steps }) => steps.length > 0)) {
    const { attemptId, steps } = attempts[Math.floor(random() * attempts.length)]!;
    const step = steps.shift();
    if (step)
      records.push({ offset: records.length, key: attemptId, value: valueOf(step, attemptId), appendedAtMs: 0 });
  }
  return records;
}

function valueOf(step: Step, attemptId: string): string {
  if (step === 'unreadable') return 'nonsense';
  const { name, id, data } = step;
  return JSON.stringify(event(name, id, attemptId, data));
}

function event(name: EventName, id: string, subject: string, data: object) {
  return buildEvent(name, { id, source: '/test', subject, time: isoTime(0), data: data as never });
}

/** Every record with its dead letter, where it cannot be read, and what the outbox has to say about the attempts. */
async function* logOf(partitions: ReadonlyMap<number, readonly LogRecord[]>, closings: readonly ClosedRow[]) {
  for (const [partition, records] of partitions) {
    for (const { offset, key, value } of records) {
      if (value !== 'nonsense') continue;
      const where = { topic: TOPIC, partition, offset, key, value, appendedAtMs: 0 };
      const letter = { ...where, group: 'assessment', reason: 'record.not-json', detail: '', at: isoTime(0) };
      const id = `dead-letter:assessment:${TOPIC}:${partition}:${offset}`;
      yield entry(
        ATTEMPTS_DEAD_LETTERS,
        partition,
        offset,
        key,
        JSON.stringify(event('recordDeadLettered', id, key, letter)),
      );
    }
  }
  for (const [partition, records] of partitions) {
    for (const { offset, key, value } of records) yield entry(TOPIC, partition, offset, key, value);
  }
  for (const [offset, { key, value }] of closings.entries()) yield entry(RESPONSES, 0, offset, key, value);
}

function entry(topic: string, partition: number, offset: number, key: string, value: string): LogEntry {
  return { topic, partition, offset, key, value, appendedAtMs: 0 };
}

interface ClosedRow {
  readonly key: string;
  readonly value: string;
}

/** Whoever sent these answers never heard what became of them. */
function operationsOf(records: readonly LogRecord[]): Operation[] {
  return records.flatMap(({ value }, nth) => {
    if (!value.includes('petabakat.answer.submitted.v1')) return [];
    const { attemptId, seq, itemId, response } = (JSON.parse(value) as { data: Record<string, never> }).data;
    const common = { op: `op-${attemptId}-${nth}`, kind: 'answer' as const, try: 1 };
    const intent = { ...common, phase: 'intent' as const, atMs: 0, intendedMs: 0, gateway: '' };
    const fields = { attemptId: attemptId!, seq: seq!, itemId: itemId!, response: response! };
    return [{ ...common, tries: [{ intent: { ...intent, ...fields }, outcome: null }], outcome: 'unknown' as const }];
  });
}

describe('two writers of the same partitions', () => {
  let database: FreshDatabase;
  let writers: readonly [Writer, Writer];

  beforeAll(async () => {
    database = await freshDatabase();
    writers = [new Writer(database.url), new Writer(database.url)];
    await migrate(writers[0].dataSource);
    await writers[1].dataSource.initialize();
    // The reader of the checker knows a service that scores; nothing is scored here.
    await writers[0].dataSource.query('CREATE SCHEMA scoring');
    await writers[0].dataSource.query('CREATE TABLE scoring.results (attempt_id text, closing integer, result jsonb)');
  }, TIMEOUT_MS);

  afterAll(async () => {
    for (const { dataSource } of writers) await dataSource.destroy();
    await database.drop();
  });

  test(
    `leave the tables as one writer would, over ${SEEDS} seeds, and hand over every marker once`,
    async () => {
      const partitions = new Map<number, readonly LogRecord[]>();
      for (let seed = 1; seed <= SEEDS; seed++) {
        const ofSeed = Array.from({ length: PARTITIONS }, (_, nth) => seed * PARTITIONS + nth);
        for (const partition of ofSeed) partitions.set(partition, recordsOf(seed, partition));
        await writeTogether(seed, new Map(ofSeed.map((partition) => [partition, partitions.get(partition)!])));
      }
      const findings = await judge(partitions);
      expect(tableOf(findings.filter(({ broken }) => broken > 0))).toBe(tableOf([]));
      expect(findings.filter(({ checked }) => checked < SEEDS)).toEqual([]);
      expect(await markersHandedOver()).toEqual({
        rows: SEEDS * FORCED_FINISHES,
        distinct: SEEDS * FORCED_FINISHES,
        left: 0,
      });
      // Otherwise they have written one after the other, and nothing was shown.
      for (const { overtaken } of writers) expect(overtaken).toBeGreaterThan(SEEDS / 4);
    },
    TIMEOUT_MS,
  );

  async function writeTogether(seed: number, partitions: ReadonlyMap<number, readonly LogRecord[]>): Promise<void> {
    for (const partition of partitions.keys()) await writers[0].position(partition);
    for (let nth = 0; nth < FORCED_FINISHES; nth++) await addForcedFinish(`seed-${seed}/close/forced/${nth}`);
    await Promise.all(
      writers.flatMap((writer, nth) => [
        ...[...partitions].map(([partition, records]) =>
          writer.apply(partition, records, seededRandom(partition * writers.length + nth)),
        ),
        writer.sweep(),
      ]),
    );
  }

  async function addForcedFinish(eventId: string): Promise<void> {
    await writers[0].dataSource.query(
      `INSERT INTO pending_closures (event_id, attempt_id, at, due_at, actor, reason_code)
       VALUES ($1, $2, now(), now(), 'tester', 'test')`,
      [eventId, eventId.split('/')[0]],
    );
  }

  async function judge(partitions: ReadonlyMap<number, readonly LogRecord[]>) {
    const closings = await writers[0].dataSource.query<ClosedRow[]>(
      'SELECT key, value FROM outbox WHERE topic = $1 ORDER BY id',
      [RESPONSES],
    );
    const reader = await TablesReader.open(database.url);
    const none = { packages: [], memberships: [], progress: [], outbox: [], takenAtMs: 0 };
    const operations = [...partitions.values()].flatMap((records) => operationsOf(records));
    const { findings } = await checkEvidence({
      history: { run: null, faults: [], endedMs: 0, operations },
      log: logOf(partitions, closings),
      tables: { ...none, ...(await reader.ofAttempts()) },
      isUnsigned: true,
    });
    await reader.close();
    return findings.filter(({ property }) => JUDGED.includes(property));
  }

  async function markersHandedOver(): Promise<object> {
    const [row] = await writers[0].dataSource.query<object[]>(
      `SELECT count(*)::integer AS rows, count(DISTINCT event_id)::integer AS distinct,
              (SELECT count(*) FROM pending_closures)::integer AS left
         FROM outbox WHERE event_id LIKE '%/close/forced/%'`,
    );
    return row!;
  }
});
