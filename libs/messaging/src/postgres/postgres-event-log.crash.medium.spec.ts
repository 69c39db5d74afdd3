import { EmbeddedPostgres } from '@app/database';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { EventLog } from '../log/event-log';
import { PostgresEventLog } from './postgres-event-log';

jest.setTimeout(120_000);

const TOPIC = 'crash';
const PARTITIONS = 6;
const RECORDS_PER_APPEND = 50;
const WRITERS = 4;
/** Appends that must be acknowledged in each round before the server is killed. */
const ACKNOWLEDGED_BEFORE_KILL = 60;
const ROUNDS = 3;
const EXAMPLES = 5;
const REFUSED_PAUSE_MS = 10;
const SETTINGS = { shared_buffers: '64MB' };

describe('kill -9 of PostgreSQL under concurrent appends', () => {
  let folder: string;
  let server: EmbeddedPostgres;
  let logs: PostgresEventLog[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'petabakat-crash-'));
    await chmod(folder, 0o755);
    server = await EmbeddedPostgres.start({ dataDir: join(folder, 'data'), settings: SETTINGS });
  });

  afterAll(async () => {
    await Promise.all(logs.map((log) => log.close()));
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  async function killAndRestart(): Promise<void> {
    const port = Number(new URL(server.url).port);
    process.kill(server.pid, 'SIGKILL');
    await server.ended;
    await server.stop();
    server = await EmbeddedPostgres.start({ dataDir: join(folder, 'data'), port, settings: SETTINGS });
  }

  test('loses nothing that was acknowledged, shows nothing that was refused, and leaves no gap', async () => {
    const history = new History();
    logs = await Promise.all([0, 1].map(() => PostgresEventLog.open({ url: server.url, poolSize: 3 })));
    await logs[0]!.createTopics([{ name: TOPIC, partitions: PARTITIONS, retentionMs: -1, key: 'anything' }]);
    let isOver = false;
    const writers = Array.from({ length: WRITERS }, (_, nth) =>
      writeUntil(() => isOver, logs[nth % logs.length]!, history, `${nth}`),
    );
    for (let round = 0; round < ROUNDS; round++) {
      await history.moreAppends(ACKNOWLEDGED_BEFORE_KILL);
      await killAndRestart();
    }
    await history.moreAppends(ACKNOWLEDGED_BEFORE_KILL);
    isOver = true;
    await Promise.all(writers);
    await judge(logs[0]!, history);
  });
});

/** What writers were told about each value. */
class History {
  readonly acknowledged = new Map<string, string>();
  readonly unknown = new Set<string>();
  readonly refused = new Set<string>();
  private appends = 0;
  private waiting: { count: number; resolve: () => void } | null = null;

  /** Resolves when so many more appends have been acknowledged. */
  moreAppends(count: number): Promise<void> {
    return new Promise((resolve) => (this.waiting = { count: this.appends + count, resolve }));
  }

  noteAcknowledgedAppend(): void {
    this.appends += 1;
    if (this.waiting && this.appends >= this.waiting.count) this.waiting.resolve();
  }
}

async function writeUntil(isOver: () => boolean, log: EventLog, history: History, writer: string): Promise<void> {
  for (let call = 0; !isOver(); call++) {
    const records = Array.from({ length: RECORDS_PER_APPEND }, (_, index) => ({
      key: `key-${(call * 7 + index) % 40}`,
      value: `${writer}-${call}-${index}`,
    }));
    const outcomes = await log.append(TOPIC, records);
    for (const [index, outcome] of outcomes.entries()) {
      const { value } = records[index]!;
      if (outcome.status === 'appended') history.acknowledged.set(value, `${outcome.partition}/${outcome.offset}`);
      else history[outcome.status].add(value);
    }
    if (outcomes.every(({ status }) => status === 'appended')) history.noteAcknowledgedAppend();
    // While the server is away every append is refused at once; there is no need for thousands of them.
    else await delay(REFUSED_PAUSE_MS);
  }
}

async function judge(log: EventLog, history: History): Promise<void> {
  const stored = new Map<string, string>();
  for (const [partition, { endOffset }] of await log.ranges(TOPIC)) {
    for (let offset = 0; offset < endOffset;) {
      const records = await log.read(TOPIC, partition, offset, 5_000);
      for (const record of records) {
        expect(record.offset).toBe(offset);
        stored.set(record.value, `${partition}/${offset}`);
        offset += 1;
      }
    }
  }
  const lost = [...history.acknowledged].filter(([value, position]) => stored.get(value) !== position);
  const invented = [...stored.keys()].filter(
    (value) => !history.acknowledged.has(value) && !history.unknown.has(value),
  );
  // A few examples: a comparison of thousands of lines would take longer than the test.
  expect(lost.slice(0, EXAMPLES)).toEqual([]);
  expect(invented.slice(0, EXAMPLES)).toEqual([]);
  expect([...history.refused].filter((value) => stored.has(value)).slice(0, EXAMPLES)).toEqual([]);
  // Otherwise the server was killed while nothing was on its way, and the test has shown nothing.
  expect(history.unknown.size).toBeGreaterThan(0);
  expect(history.acknowledged.size).toBeGreaterThanOrEqual(ROUNDS * ACKNOWLEDGED_BEFORE_KILL * RECORDS_PER_APPEND);
}
