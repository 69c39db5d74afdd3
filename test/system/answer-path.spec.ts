import { ALL_TOPICS } from '@app/contracts';
import { APPS, findKafka, findRedis, requirePart } from '@app/testing';
import {
  ITEMS,
  type Login,
  answer,
  openCluster,
  participant,
  planSession,
  prepareRollout,
  read,
  sitDown,
  submit,
} from './support/sitting';
import { deviationsFromMatrix } from './support/access-matrix';
import { TestPlatform, call, until } from './support/test-platform';

jest.setTimeout(300_000);
/** One of them is left for the restart; the others are enough for the gate. */
const PEOPLE = 6;
const SITTING = PEOPLE - 1;

const describeWithKafka = requirePart('Kafka', () => findKafka({ brokers: 3 }));
const parts = requirePart('Redis', () => findRedis());

parts('four processes', () => {
  describeWithKafka('on three brokers', () => {
    let platform: TestPlatform;
    beforeAll(async () => {
      platform = await TestPlatform.start(3);
      await prepareRollout(platform, PEOPLE);
      await planSession(platform, 'sesi-1');
      await openCluster(platform);
    });
    afterAll(() => platform?.stop());

    test('an answer goes from the login to a result, a passed gate and the next cluster', async () => {
      const logins: Login[] = [];
      for (let nth = 1; nth <= SITTING; nth++) logins.push(await sitDown(platform, 'sesi-1', `a${nth}`));
      for (const login of logins) {
        for (const [index, itemId] of ITEMS.entries())
          expect((await answer(platform, login, index + 1, itemId, index < 2 ? 'A' : 'B')).status).toBe(200);
        expect((await read(platform, login)).body.answers).toHaveLength(ITEMS.length);
        expect((await submit(platform, login)).status).toBe(200);
      }
      await until(
        'everybody is reconciled',
        async () => (await platform.as('operations', 'GET', '/v1/progress')).body.total.reconciled === SITTING,
      );
      const results = (await platform.as('analyst', 'GET', '/v1/results?sessionId=sesi-1')).body.results;
      expect(results.map((one: { scales: { score: number }[] }) => one.scales[0]!.score)).toEqual(
        Array(SITTING).fill(2),
      );
      const gate = await until('the gate passes', async () => {
        const { body } = await platform.as('rollout-officer', 'GET', '/v1/clusters/1');
        return body.gate?.outcome === 'passed' ? body.gate : null;
      });
      expect(gate.figures).toMatchObject({ registered: PEOPLE, reconciled: SITTING });
      expect((await openCluster(platform, 2)).body.state).toBe('ramping');
    });

    test('no topic, log, error or metric holds a name or an identity number', async () => {
      const canaries = Array.from({ length: PEOPLE }, (_, index) => participant(index + 1)).flatMap(({ name, nip }) => [
        name,
        nip,
      ]);
      const duplicate = participant(1);
      const refused = await platform.as('operations', 'POST', '/v1/participants/import', {
        csv: `participantNumber,name,nip,agency\nX-1,${duplicate.name},${duplicate.nip},bkn\nX-1,${duplicate.name},${duplicate.nip} 1,bkn`,
      });
      expect(refused.status).toBe(422);
      const places = new Map<string, string>([['error', JSON.stringify(refused.body)]]);
      for (const topic of ALL_TOPICS) {
        for (const [partition, range] of await platform.log.ranges(topic.name)) {
          const records =
            range.endOffset > 0
              ? await platform.log.read(topic.name, partition, range.startOffset, range.endOffset)
              : [];
          places.set(`${topic.name}/${partition}`, JSON.stringify(records));
        }
      }
      for (const app of APPS) {
        places.set(`log of ${app}`, platform.processes.logOf(app));
        places.set(`metrics of ${app}`, (await call('GET', `${platform.processes.urlOf(app)}/metrics`)).body);
      }
      const found = [...places].flatMap(([place, text]) =>
        canaries.filter((canary) => text.includes(canary)).map(() => place),
      );
      expect(found).toEqual([]);
      expect([...places.values()].some((text) => text.includes('petabakat.participant.registered.v1'))).toBe(true);
    });

    test('a rolling restart of all four loses no acknowledged answer', async () => {
      const login = await sitDown(platform, 'sesi-1', `a${PEOPLE}`);
      const acknowledged = new Set<number>();
      let sending = true;
      const sender = (async () => {
        for (let counter = 1; sending; counter++) {
          await until(`answer ${counter} is acknowledged`, async () => {
            const reply = await answer(platform, login, counter, ITEMS[counter % ITEMS.length]!, String(counter)).catch(
              () => null,
            );
            return reply?.status === 200 && acknowledged.add(login.firstSeq + counter - 1);
          });
        }
      })();
      for (const app of APPS) {
        const before = acknowledged.size;
        await until('answers flow', async () => acknowledged.size > before + 5);
        await platform.processes.stop(app);
        await platform.processes.start(app);
      }
      sending = false;
      await sender;
      const reading = await read(platform, login);
      expect(new Set(reading.body.answers.map((one: { seq: number }) => one.seq))).toEqual(acknowledged);
      expect(acknowledged.size).toBeGreaterThan(20);
    });

    test('every route lets in exactly the roles of the matrix', async () => {
      expect(await deviationsFromMatrix(platform.url, platform.staff)).toEqual([]);
    });
  });
});
