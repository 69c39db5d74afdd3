import { ALL_TOPICS, RECORD_BYTES_MAX, TOPICS } from '@app/contracts';
import { Logger } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { eventually, MessagingDatabase } from '../consumption/messaging-database.fixture';
import { startedEvent } from '../consumption/started-events.fixture';
import { systemRuntime } from '../log/runtime';
import { MemoryEventLog } from '../memory/memory-event-log';
import { addToOutbox, OutboxEventInvalid } from './add-to-outbox';
import { OutboxRelay } from './outbox-relay';
import { OutboxWaiter } from './outbox-waiter';

const TOPIC = TOPICS.attempts;

beforeAll(() => Logger.overrideLogger(false));

describe('outbox on PostgreSQL', () => {
  let database: MessagingDatabase;
  let log: MemoryEventLog;
  const relays: OutboxRelay[] = [];

  beforeAll(async () => void (database = await MessagingDatabase.open()));
  beforeEach(async () => {
    await database.clear();
    log = new MemoryEventLog();
    await log.createTopics(ALL_TOPICS);
  });
  afterEach(async () => {
    database.proxy.heal();
    await Promise.all(relays.splice(0).map((relay) => relay.stop()));
  });
  afterAll(() => database.close());

  function startRelay(dataSource: DataSource): OutboxRelay {
    const relay = new OutboxRelay({ dataSource, log, runtime: systemRuntime, schema: 'service' });
    relays.push(relay);
    relay.start();
    return relay;
  }

  const add = (...ids: string[]) =>
    addToOutbox(
      database.observer.manager,
      ids.map((id) => ({ topic: 'attempts' as const, key: 'attempt-1', event: startedEvent('attempt-1', id) })),
    );

  async function waiting(): Promise<number> {
    const [row]: { waiting: number }[] = await database.observer.query(
      'SELECT count(*)::int AS waiting FROM outbox WHERE published_at IS NULL',
    );
    return row!.waiting;
  }

  async function publishedIds(): Promise<string[]> {
    const partitions = [...Array(TOPIC.partitions).keys()];
    const all = await Promise.all(partitions.map((partition) => log.read(TOPIC.name, partition, 0, 10_000)));
    return all.flat().map(({ value }) => (JSON.parse(value) as { id: string }).id);
  }

  describe('addToOutbox', () => {
    test('events keep their order, and an id that is there already is left alone', async () => {
      await add('one', 'two', 'three');
      await add('four', 'two');
      const rows: { event_id: string }[] = await database.observer.query('SELECT event_id FROM outbox ORDER BY id');
      expect(rows.map(({ event_id }) => event_id)).toEqual(['one', 'two', 'three', 'four']);
    });

    test('an event under a foreign key is refused before anything is written', async () => {
      const good = { topic: 'attempts' as const, key: 'attempt-1', event: startedEvent('attempt-1') };
      const foreign = { ...good, key: 'attempt-2' };
      await expect(addToOutbox(database.observer.manager, [good, foreign])).rejects.toThrow(OutboxEventInvalid);
      expect(await waiting()).toBe(0);
    });

    test('an event for another topic, and one too large for a broker, are refused', async () => {
      const event = startedEvent('attempt-1');
      const wrongTopic = addToOutbox(database.observer.manager, [{ topic: 'results', key: 'attempt-1', event }]);
      await expect(wrongTopic).rejects.toThrow('record.not-an-event');
      const tooLarge = { ...event, data: { ...(event.data as object), more: 'x'.repeat(RECORD_BYTES_MAX) } };
      const large = addToOutbox(database.observer.manager, [{ topic: 'attempts', key: 'attempt-1', event: tooLarge }]);
      await expect(large).rejects.toThrow(`at most ${RECORD_BYTES_MAX}`);
    });
  });

  describe('relay', () => {
    test('of concurrent transactions each key comes out in the order of its commits', async () => {
      const relay = startRelay(database.dataSource);
      const writers = await Promise.all(['w1', 'w2'].map((name) => database.another(name)));
      const keys = ['attempt-a', 'attempt-b', 'attempt-c'];
      const versions = new Map(keys.map((key) => [key, 0]));
      const write = (dataSource: DataSource, key: string) =>
        dataSource.transaction(async (manager) => {
          // The lock of the aggregate, held from before the event until the commit.
          await manager.query('SELECT pg_advisory_xact_lock(hashtext($1))', [key]);
          const version = versions.get(key)! + 1;
          versions.set(key, version);
          await addToOutbox(manager, [{ topic: 'attempts', key, event: startedEvent(key, `${key}:${version}`) }]);
          relay.wake();
        });
      const rounds = [...Array(60).keys()];
      await Promise.all(rounds.map((round) => write(writers[round % 2]!, keys[round % 3]!)));
      await eventually(async () => (await waiting()) === 0);
      const ids = await publishedIds();
      for (const key of keys) {
        const its = ids.filter((id) => id.startsWith(`${key}:`));
        expect(its).toEqual(Array.from({ length: 20 }, (_, index) => `${key}:${index + 1}`));
      }
    });

    test('rows are marked with the place at which the log holds them', async () => {
      await add('one', 'two');
      startRelay(database.dataSource);
      await eventually(async () => (await waiting()) === 0);
      const rows: { event_id: string; partition: number; offset: string }[] = await database.observer.query(
        'SELECT event_id, partition, "offset" FROM outbox ORDER BY id',
      );
      for (const { event_id, partition, offset } of rows) {
        const [record] = await log.read(TOPIC.name, partition, Number(offset), 1);
        expect(JSON.parse(record!.value)).toMatchObject({ id: event_id });
      }
      expect(rows).toHaveLength(2);
    });

    test('of two relays one leads; when its connections break, nothing is lost', async () => {
      const [first, second] = [await database.another('relay-1'), await database.another('relay-2')];
      const leader = startRelay(first);
      await eventually(() => leader.figures.leading);
      const standby = startRelay(second);
      await add('one');
      await eventually(async () => (await waiting()) === 0);
      expect(standby.figures).toMatchObject({ leading: false, published: 0 });
      await database.killConnectionsOf('relay-1');
      await add('two');
      await eventually(async () => (await waiting()) === 0);
      expect(new Set(await publishedIds())).toEqual(new Set(['one', 'two']));
      expect([leader, standby].filter(({ figures }) => figures.leading).length).toBeLessThanOrEqual(1);
    });

    test('a stopped leader hands over to the standby', async () => {
      const leader = startRelay(database.dataSource);
      await eventually(() => leader.figures.leading);
      const standby = startRelay(await database.another('standby'));
      await leader.stop();
      await eventually(() => standby.figures.leading);
      await add('one');
      await eventually(async () => (await waiting()) === 0);
    });

    test('a relay killed between append and mark leaves the row waiting; it is published again and then marked', async () => {
      const dataSource = await database.another('killed-relay');
      const append = log.append.bind(log);
      jest.spyOn(log, 'append').mockImplementationOnce(async (topic, records) => {
        const outcomes = await append(topic, records);
        await database.killConnectionsOf('killed-relay');
        expect(await waiting()).toBe(1);
        return outcomes;
      });
      await add('one');
      const relay = startRelay(dataSource);
      await eventually(async () => (await waiting()) === 0);
      expect(await publishedIds()).toEqual(['one', 'one']);
      expect(relay.figures.failedRounds).toBeGreaterThan(0);
    });

    test('after an outage of the database the relay goes on by itself', async () => {
      const relay = startRelay(database.dataSource);
      await eventually(() => relay.figures.leading);
      database.proxy.refuse();
      await add('one');
      await eventually(() => relay.figures.failedRounds >= 2);
      database.proxy.heal();
      await eventually(async () => (await waiting()) === 0);
    });

    test('behind a black hole it gives its round up in time, and goes on once that is over', async () => {
      const relay = startRelay(database.dataSource);
      await eventually(() => relay.figures.leading);
      database.proxy.toServer.blackHole = true;
      database.proxy.toClient.blackHole = true;
      await add('meanwhile');
      // A query without an answer is given up after 18 s.
      await eventually(() => relay.figures.failedRounds >= 1, 40_000);
      database.proxy.heal();
      await eventually(async () => (await waiting()) === 0, 40_000);
    }, 90_000);

    test('published rows go after an hour, waiting rows never', async () => {
      await add('old', 'recent', 'waiting');
      await database.observer.query(
        `UPDATE outbox SET published_at = now() - CASE event_id WHEN 'old' THEN interval '61 min' ELSE interval '59 min' END
         WHERE event_id <> 'waiting'`,
      );
      await database.observer.query("UPDATE outbox SET created_at = now() - interval '1 day'");
      log.setFaults({ seed: 1, refused: 1 });
      startRelay(database.dataSource);
      const left = async () => {
        const rows: { event_id: string }[] = await database.observer.query('SELECT event_id FROM outbox ORDER BY id');
        return rows.map(({ event_id }) => event_id);
      };
      await eventually(async () => (await left()).length < 3);
      expect(await left()).toEqual(['recent', 'waiting']);
    });
  });

  describe('waiter', () => {
    test('it resolves with the places of the events once all are published', async () => {
      startRelay(database.dataSource);
      const waiter = new OutboxWaiter(database.dataSource, systemRuntime);
      await add('one', 'two');
      const places = await waiter.published(['one', 'two'], 5_000);
      expect([...places.keys()]).toEqual(['one', 'two']);
      const { partition, offset } = places.get('two')!;
      const [record] = await log.read(TOPIC.name, partition, offset, 1);
      expect(JSON.parse(record!.value)).toMatchObject({ id: 'two' });
    });

    test('in another process than the relay it finds the publication by itself', async () => {
      startRelay(database.dataSource);
      const waiter = new OutboxWaiter(await database.another('waiting-process'), systemRuntime);
      await add('one');
      await expect(waiter.published(['one'], 5_000)).resolves.toHaveProperty('size', 1);
    });

    test('what is not published in time is refused as unavailable', async () => {
      const waiter = new OutboxWaiter(database.dataSource, systemRuntime);
      await add('one');
      await expect(waiter.published(['one'], 30)).rejects.toMatchObject({ code: 'service.unavailable' });
    });

    test('a hundred who wait share their looks at the table', async () => {
      const waiter = new OutboxWaiter(database.dataSource, systemRuntime);
      const ids = [...Array(100).keys()].map(String);
      await add(...ids);
      const query = jest.spyOn(database.dataSource, 'query');
      const all = Promise.all(ids.map((id) => waiter.published([id], 10_000)));
      startRelay(await database.another('relaying-process'));
      await all;
      expect(query.mock.calls.length).toBeLessThan(50);
      query.mockRestore();
    });
  });
});
