import { freshDatabase, type FreshDatabase, TcpProxy } from '@app/testing';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import type { BatchOutcome, EventLog, NewRecord, RecordBatch, Subscription } from '../log/event-log';
import { partitionOf } from '../log/partitioner';
import { type Runtime, systemRuntime } from '../log/runtime';
import { PostgresEventLog, type PostgresEventLogOptions } from './postgres-event-log';

jest.setTimeout(60_000);

const PATIENCE_MS = 20_000;
const CHECK_INTERVAL_MS = 5;

describe('the log in PostgreSQL', () => {
  let database: FreshDatabase;
  const closers: (() => Promise<void>)[] = [];
  let topicCount = 0;

  beforeEach(async () => {
    database = await freshDatabase();
  });

  afterEach(async () => {
    for (const close of closers.splice(0).toReversed()) await close();
    await database.drop();
  });

  async function open(options: Partial<PostgresEventLogOptions> = {}): Promise<PostgresEventLog> {
    const log = await PostgresEventLog.open({ url: database.url, poolSize: 4, ...options });
    closers.push(() => log.close());
    return log;
  }

  async function newTopic(log: EventLog, partitions = 1, retentionMs = -1): Promise<string> {
    const name = `topic-${++topicCount}`;
    await log.createTopics([{ name, partitions, retentionMs, key: 'anything' }]);
    return name;
  }

  async function proxied(): Promise<{ proxy: TcpProxy; url: string }> {
    const url = new URL(database.url);
    const proxy = await TcpProxy.start({ host: url.hostname, port: Number(url.port) });
    closers.push(() => proxy.stop());
    url.port = String(proxy.port);
    return { proxy, url: url.toString() };
  }

  /** A connection beside the log, for holding locks and looking at the tables. */
  async function onlooker(): Promise<Client> {
    const client = new Client({ connectionString: database.url, options: '-c search_path=log' });
    await client.connect();
    closers.push(() => client.end());
    return client;
  }

  describe('appending when something breaks', () => {
    test('a connection cut after the statement was sent leaves the outcome unknown', async () => {
      const { proxy, url } = await proxied();
      const log = await open({ url });
      const topic = await newTopic(log);
      await log.append(topic, records('before'));
      proxy.onRequest = (chunk) => (chunk.includes('lost-answer') ? 'cut-after-forward' : 'forward');
      const outcomes = await log.append(topic, records('lost-answer', 'lost-answer'));
      expect(outcomes.map(({ status }) => status)).toEqual(['unknown', 'unknown']);
      proxy.heal();
      await until('the next append', async () => (await log.append(topic, records('after')))[0]!.status === 'appended');
      const stored = await valuesIn(log, topic);
      expect(stored[0]).toBe('before');
      expect(stored.at(-1)).toBe('after');
    });

    test('a server that cannot be reached refuses, and what was refused never appears', async () => {
      const { proxy, url } = await proxied();
      const log = await open({ url });
      const topic = await newTopic(log);
      await log.append(topic, records('before'));
      proxy.refuse();
      proxy.resetConnections();
      await until(
        'the pool to notice',
        async () => (await log.append(topic, records('refused')))[0]!.status === 'refused',
      );
      expect((await log.append(topic, records('refused')))[0]!.status).toBe('refused');
      proxy.heal();
      await until('the next append', async () => (await log.append(topic, records('after')))[0]!.status === 'appended');
      expect(await valuesIn(log, topic)).toEqual(['before', 'after']);
    });

    test('a server behind a black hole leaves the outcome unknown within the append limit, and nobody waits longer', async () => {
      const { proxy, url } = await proxied();
      const log = await open({ url });
      const topic = await newTopic(log);
      await log.append(topic, records('before'));
      proxy.toServer.blackHole = true;
      proxy.toClient.blackHole = true;
      const startedAtMs = performance.now();
      expect((await log.append(topic, records('swallowed')))[0]!.status).toBe('unknown');
      expect(performance.now() - startedAtMs).toBeLessThan(8_000 + 2_000);
      // Once the pool has no connection left it gets none: certainly not appended.
      await until('the pool to be empty', async () => {
        return (await log.append(topic, records('swallowed')))[0]!.status === 'refused';
      });
      proxy.heal();
      await until('the next append', async () => (await log.append(topic, records('after')))[0]!.status === 'appended');
      expect(await valuesIn(log, topic)).toEqual(['before', 'after']);
    }, 90_000);

    test('a statement that the server gives up is refused, and what was refused never appears', async () => {
      const log = await open();
      const topic = await newTopic(log);
      const client = await onlooker();
      await client.query('BEGIN');
      await client.query('SELECT 1 FROM head FOR UPDATE');
      const appending = log.append(topic, records('given up'));
      await until('the append to wait', async () => (await cancelWaiting(client)) > 0);
      expect((await appending)[0]!.status).toBe('refused');
      await client.query('COMMIT');
      await log.append(topic, records('after'));
      expect(await valuesIn(log, topic)).toEqual(['after']);
    });

    test('a record with U+0000, which PostgreSQL cannot hold, is refused alone', async () => {
      const log = await open();
      const topic = await newTopic(log);
      const outcomes = await log.append(topic, records('one', 'nul\0', 'three'));
      expect(outcomes.map(({ status }) => status)).toEqual(['appended', 'refused', 'appended']);
      expect(await valuesIn(log, topic)).toEqual(['one', 'three']);
    });

    test('a list longer than one statement keeps its order', async () => {
      const log = await open();
      const topic = await newTopic(log);
      const values = Array.from({ length: 2_500 }, (_, index) => String(index));
      const outcomes = await log.append(topic, records(...values));
      expect(outcomes.every(({ status }) => status === 'appended')).toBe(true);
      expect(await valuesIn(log, topic)).toEqual(values);
    });
  });

  describe('refusing to open', () => {
    test('a database that would lose commits is refused', async () => {
      const client = await onlooker();
      await client.query(`ALTER DATABASE ${new URL(database.url).pathname.slice(1)} SET synchronous_commit = off`);
      await expect(open()).rejects.toMatchObject({ code: 'log.unsafe-setting' });
    });

    test('processes that open a new database at once make its tables once', async () => {
      const logs = await Promise.all(Array.from({ length: 4 }, () => open({ poolSize: 1 })));
      const topic = await newTopic(logs[0]!);
      await Promise.all(logs.map((log) => log.append(topic, records('hello'))));
      expect(await valuesIn(logs[3]!, topic)).toHaveLength(4);
    });
  });

  describe('groups', () => {
    test('a process that stands still loses its partitions, and notices when it wakes', async () => {
      const runtime = new FreezableRuntime();
      const frozen = await open({ leaseMs: 600, runtime });
      const healthy = await open({ leaseMs: 600 });
      const topic = await newTopic(frozen, 4);
      const positions = new Map<number, number>();
      const sleeper = new Member(topic, positions);
      const sleeping = await frozen.subscribe(sleeper);
      await until('the first member to have all', () => sleeping.progress().length === 4);
      await frozen.append(topic, spread(4, 'early'));
      await until('the first records', () => sleeper.batches.length === 4);
      runtime.freeze();
      const heir = new Member(topic, positions);
      const inheriting = await healthy.subscribe(heir);
      await until('the second member to have all', () => inheriting.progress().length === 4);
      expect(sleeper.batches.every((batch) => !batch.isCurrent())).toBe(true);
      await healthy.append(topic, spread(4, 'late'));
      await until('the late records', () => heir.values.length === 4);
      runtime.thaw();
      await until('both members to have half', () =>
        [sleeping, inheriting].every((subscription) => subscription.progress().length === 2),
      );
      expect(heir.values.every((value) => value === 'late')).toBe(true);
      expect(sleeper.values.every((value) => value === 'early')).toBe(true);
    });

    test('three members share two topics so that no two differ by more than one partition of a topic', async () => {
      const log = await open();
      const topics = [await newTopic(log, 7), await newTopic(log, 5)];
      const members = await Promise.all(
        [log, await open(), await open()].map((each) => each.subscribe(new Member(topics, new Map()))),
      );
      await until('fair shares', () =>
        topics.every((topic, nth) => {
          const counts = members.map((member) => member.progress().filter((at) => at.topic === topic).length);
          const total = counts.reduce((sum, count) => sum + count, 0);
          return total === [7, 5][nth] && Math.max(...counts) - Math.min(...counts) <= 1;
        }),
      );
    });

    test('a member that stops leaves nothing leased', async () => {
      const log = await open();
      const running = await log.subscribe(new Member(await newTopic(log, 3), new Map()));
      await until('all partitions', () => running.progress().length === 3);
      await running.stop();
      const client = await onlooker();
      expect((await client.query('SELECT 1 FROM lease WHERE owner_id IS NOT NULL')).rowCount).toBe(0);
      expect((await client.query('SELECT 1 FROM member')).rowCount).toBe(0);
    });

    test('an outage of the server pauses delivery, and nothing is lost or fatal', async () => {
      const { proxy, url } = await proxied();
      const consuming = await open({ url });
      const writing = await open();
      const topic = await newTopic(writing, 2);
      const member = new Member(topic, new Map());
      await consuming.subscribe(member);
      await writing.append(topic, spread(2, 'before'));
      await until('the first records', () => member.values.length === 2);
      proxy.refuse();
      proxy.resetConnections();
      await writing.append(topic, spread(2, 'during'));
      proxy.heal();
      await until('the rest', () => member.values.length === 4);
      expect(member.fatal).toEqual([]);
    });

    test('a topic that is removed under its reader is fatal, and said once', async () => {
      const log = await open();
      const topic = await newTopic(log);
      const member = new Member(topic, new Map());
      const running = await log.subscribe(member);
      await until('the partition', () => running.progress().length === 1);
      await (await onlooker()).query('DELETE FROM head');
      await until('the end', () => member.fatal.length > 0);
      expect(member.fatal.map(({ message }) => message)).toEqual([expect.stringContaining(topic)]);
    });
  });

  describe('memory and disk', () => {
    test('a batch of large records stays within its limit of bytes', async () => {
      const log = await open();
      const topic = await newTopic(log);
      for (let nth = 0; nth < 8; nth++) await log.append(topic, records('x'.repeat(600_000)));
      const member = new Member(topic, new Map());
      await log.subscribe(member);
      await until('all records', () => member.values.length === 8);
      for (const batch of member.batches) expect(batch.records.length).toBeLessThanOrEqual(2);
    });

    test('retention removes what is old, from the start on, and leaves the offsets as they were', async () => {
      const log = await open();
      const topic = await newTopic(log, 1, 3_600_000);
      await log.append(topic, records('old', 'old', 'young'));
      await (await onlooker()).query(`UPDATE record SET appended_at_ms = 0 WHERE value = 'old'`);
      expect(await log.enforceRetention()).toBe(2);
      expect(await log.ranges(topic)).toEqual(new Map([[0, { startOffset: 2, endOffset: 3 }]]));
      expect(await log.enforceRetention()).toBe(0);
      await log.append(topic, records('new'));
      expect((await log.read(topic, 0, 0, 10)).map(({ offset, value }) => [offset, value])).toEqual([
        [2, 'young'],
        [3, 'new'],
      ]);
    });

    test('a topic without a limit keeps everything', async () => {
      const log = await open();
      const topic = await newTopic(log);
      await log.append(topic, records('old'));
      await (await onlooker()).query('UPDATE record SET appended_at_ms = 0');
      expect(await log.enforceRetention()).toBe(0);
    });
  });
});

/** Keeps what it was given; its positions may be shared, as a database's would be. */
class Member implements Subscription {
  readonly group = 'members';
  readonly topics: readonly string[];
  readonly batches: RecordBatch[] = [];
  readonly fatal: Error[] = [];

  constructor(
    topics: string | readonly string[],
    private readonly positions: Map<number, number>,
  ) {
    this.topics = typeof topics === 'string' ? [topics] : topics;
  }

  get values(): string[] {
    return this.batches.flatMap((batch) => batch.records.map(({ value }) => value));
  }

  position(_topic: string, partition: number): Promise<number> {
    return Promise.resolve(this.positions.get(partition) ?? 0);
  }

  onBatch(batch: RecordBatch): Promise<BatchOutcome> {
    this.batches.push(batch);
    const nextOffset = batch.records.at(-1)!.offset + 1;
    this.positions.set(batch.partition, nextOffset);
    return Promise.resolve({ nextOffset });
  }

  onGap(): Promise<null> {
    return Promise.resolve(null);
  }

  onFatal(error: Error): void {
    this.fatal.push(error);
  }
}

/** A process under SIGSTOP, as seen from inside: its clock goes on, but no timer fires. */
class FreezableRuntime implements Runtime {
  private thawed: Promise<void> = Promise.resolve();
  private release: () => void = () => undefined;

  freeze(): void {
    this.thawed = new Promise((resolve) => (this.release = resolve));
  }

  thaw(): void {
    this.release();
  }

  nowMs = () => systemRuntime.nowMs();
  monotonicMs = () => systemRuntime.monotonicMs();
  random = () => systemRuntime.random();
  after = (delayMs: number, run: () => void) => systemRuntime.after(delayMs, () => void this.thawed.then(run));

  async sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    await systemRuntime.sleep(delayMs, signal);
    await this.thawed;
  }
}

function records(...values: readonly string[]): NewRecord[] {
  return values.map((value) => ({ key: 'key', value }));
}

/** One record for each partition. */
function spread(partitions: number, value: string): NewRecord[] {
  const keys = new Map<number, string>();
  for (let nth = 0; keys.size < partitions; nth++) keys.set(partitionOf(`key-${nth}`, partitions), `key-${nth}`);
  return [...keys.values()].map((key) => ({ key, value }));
}

async function valuesIn(log: EventLog, topic: string): Promise<string[]> {
  return (await log.read(topic, 0, 0, 10_000)).map(({ value }) => value);
}

/** Cancels what waits for a lock; returns how many statements that were. */
async function cancelWaiting(client: Client): Promise<number> {
  const result = await client.query(
    `SELECT pg_cancel_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND wait_event_type = 'Lock'`,
  );
  return result.rowCount ?? 0;
}

async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const giveUpAt = performance.now() + PATIENCE_MS;
  while (!(await condition())) {
    if (performance.now() > giveUpAt) throw new Error(`waited ${PATIENCE_MS} ms in vain for ${what}`);
    await delay(CHECK_INTERVAL_MS);
  }
}
