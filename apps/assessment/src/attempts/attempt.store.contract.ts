import { TOPICS, isoTime } from '@app/contracts';
import { type EventBatch, PositionBehind } from '@app/messaging';
import type { AttemptNeeds, AttemptRows, AttemptStore } from './attempt.store';
import type { FoldedChanges } from './domain/attempt-history';
import type { AnswerRecord, AttemptHeader, AttemptState } from './domain/attempt-state';

const START_MS = Date.parse('2026-03-02T01:00:00.000Z');
const SEQ = 2 ** 20;

/** A store with what a test has to see of it and do to it beside the port. */
export interface AttemptStoreUnderTest {
  readonly store: AttemptStore;
  /** Makes the position of a partition, as a first assignment does. */
  begin(partition: number): Promise<void>;
  position(partition: number): Promise<number>;
  /** Ids of all events in the outbox, in the order in which they came. */
  outbox(): Promise<string[]>;
  addPendingFinish(finish: { eventId: string; attemptId: string; atMs: number; dueAtMs: number }): Promise<void>;
}

/** A database that is made and migrated on a busy machine. */
const OPEN_TIMEOUT_MS = 120_000;

let attempts = 0;

/** An attempt of its own for each test: the tables are shared. */
function header(fields: Partial<AttemptHeader> = {}): AttemptHeader {
  const attemptId = fields.attemptId ?? `contract-${++attempts}-${Math.random().toString(36).slice(2)}`;
  return {
    attemptId,
    analyticsId: 'person-1',
    sessionId: 'session-1',
    agency: 'bkn',
    seat: 'a1',
    form: { formId: 'f1', version: 1, hash: '0'.repeat(64), sections: [{ sectionId: 'one', itemIds: ['i1', 'i2'] }] },
    jobLevel: null,
    performance: null,
    partition: 0,
    epochStarts: [0],
    acceptedEpochs: [],
    durationSeconds: 600,
    extraSeconds: 0,
    creditedSeconds: 0,
    startedAtMs: START_MS,
    startedOffset: 1,
    pausedAtMs: null,
    pausedMs: 0,
    resumes: 0,
    marker: null,
    closing: 0,
    openDeadLetters: [],
    conflicts: 0,
    appliedIds: ['one'],
    version: 1,
    ...fields,
  };
}

function answer(attemptId: string, counter: number, itemId: string, response: string, offset = counter): AnswerRecord {
  return {
    attemptId,
    seq: SEQ + counter,
    itemId,
    response,
    answeredAt: '',
    receivedAtMs: START_MS + counter,
    commitment: 'c'.repeat(64),
    offset,
  };
}

function changes(fields: Partial<FoldedChanges>): FoldedChanges {
  const none = { headers: new Map(), answers: [], conflicts: [], current: new Map(), rejudged: new Map(), closed: [] };
  return { ...none, ...fields };
}

function currentOf(...answers: AnswerRecord[]): Map<string, Map<string, AnswerRecord>> {
  const [{ attemptId }] = answers as [AnswerRecord];
  return new Map([[attemptId, new Map(answers.map((one) => [one.itemId, one]))]]);
}

/** What every store behind the fold and the sweeper must do; PostgreSQL and the simulator's stand-in alike. */
export function describeAttemptStore(name: string, open: () => Promise<AttemptStoreUnderTest>): void {
  describe(`an attempt store: ${name}`, () => {
    let tested: AttemptStoreUnderTest;
    let partition = 0;
    const batch = (firstOffset: number, nextOffset: number): EventBatch => ({
      group: 'assessment',
      topic: TOPICS.attempts.name,
      partition,
      firstOffset,
      nextOffset,
      events: [],
      rejected: [],
    });
    const apply = (range: EventBatch, work: (rows: AttemptRows, fresh: EventBatch) => Promise<void>) =>
      tested.store.apply(range, (fresh, rows) => work(rows, fresh));
    const save = (what: Partial<FoldedChanges>) => nextBatch((rows) => rows.save(changes(what), []));
    const load = async (needs: Partial<AttemptNeeds>): Promise<Map<string, AttemptState>> => {
      let states = new Map<string, AttemptState>();
      await nextBatch(async (rows) => {
        states = await rows.load({ attemptIds: [], wholeIds: [], touched: [], ...needs });
      });
      return states;
    };
    const nextBatch = async (work: (rows: AttemptRows) => Promise<void>) => {
      const first = await tested.position(partition);
      await apply(batch(first, first + 1), work);
    };

    beforeAll(async () => {
      tested = await open();
    }, OPEN_TIMEOUT_MS);
    beforeEach(async () => {
      partition += 1;
      await tested.begin(partition);
    });

    describe('the fence', () => {
      test('moves with the effects of a batch', async () => {
        const one = header();
        await apply(batch(0, 5), (rows) => rows.save(changes({ headers: new Map([[one.attemptId, one]]) }), []));
        expect(await tested.position(partition)).toBe(5);
        expect((await load({ attemptIds: [one.attemptId] })).get(one.attemptId)!.header).toEqual(one);
      });

      test('leaves a batch alone that is applied already', async () => {
        await apply(batch(0, 5), async () => undefined);
        const work = jest.fn(async () => undefined);
        await apply(batch(0, 5), work);
        expect(work).not.toHaveBeenCalled();
      });

      test('hands over the rest of a batch that is applied in part', async () => {
        await apply(batch(0, 3), async () => undefined);
        let from = 0;
        await apply(batch(0, 5), async (_, fresh) => void (from = fresh.firstOffset));
        expect(from).toBe(3);
        expect(await tested.position(partition)).toBe(5);
      });

      test('refuses a batch that begins behind the position', async () => {
        await expect(apply(batch(2, 5), async () => undefined)).rejects.toThrow(PositionBehind);
        expect(await tested.position(partition)).toBe(0);
      });

      test('takes batches of several partitions at once, and keeps the good ones where one is bad', async () => {
        const partitions = [partition, partition + 1, partition + 2];
        partition += 2;
        await Promise.all(partitions.slice(1).map((one) => tested.begin(one)));
        const headers = partitions.map(() => header());
        const outcomes = await Promise.allSettled(
          partitions.map((one, nth) =>
            apply({ ...batch(0, 5), partition: one }, async (rows) => {
              const { attemptId } = headers[nth]!;
              const states = await rows.load({ attemptIds: [attemptId], wholeIds: [], touched: [] });
              expect([...states.keys()]).toEqual([attemptId]);
              if (nth === 1) throw new RangeError('a bad record');
              await rows.save(changes({ headers: new Map([[attemptId, headers[nth]!]]) }), []);
            }),
          ),
        );
        expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
        expect(await Promise.all(partitions.map((one) => tested.position(one)))).toEqual([5, 0, 5]);
        const stored = await load({ attemptIds: headers.map(({ attemptId }) => attemptId) });
        expect(headers.map(({ attemptId }) => stored.get(attemptId)!.header)).toEqual([headers[0], null, headers[2]]);
      });

      test('leaves nothing of work that fails', async () => {
        const one = header();
        const failing = apply(batch(0, 5), async (rows) => {
          await rows.save(changes({ headers: new Map([[one.attemptId, one]]) }), []);
          throw new RangeError('after the effects');
        });
        await expect(failing).rejects.toThrow(RangeError);
        expect(await tested.position(partition)).toBe(0);
        expect((await load({ attemptIds: [one.attemptId] })).get(one.attemptId)!.header).toBeNull();
      });
    });

    describe('answers', () => {
      test('come back as the first record of a touched seq, and the one that counts for a touched item', async () => {
        const { attemptId } = header();
        const [first, second, other] = [
          answer(attemptId, 1, 'i1', 'A'),
          answer(attemptId, 2, 'i1', 'B'),
          answer(attemptId, 3, 'i2', 'C'),
        ];
        await save({ answers: [first, second, other], current: currentOf(second, other) });
        const touched = [{ attemptId, seq: first.seq, itemId: 'i1' }];
        const state = (await load({ attemptIds: [attemptId], touched })).get(attemptId)!;
        expect(state.answers).toEqual(
          new Map([
            [first.seq, first],
            [second.seq, second],
          ]),
        );
        expect(state.current).toEqual(new Map([['i1', second]]));
      });

      test('come back all where the whole history is needed', async () => {
        const { attemptId } = header();
        const [first, second] = [answer(attemptId, 1, 'i1', 'A'), answer(attemptId, 2, 'i1', 'B')];
        await save({ answers: [first, second], current: currentOf(second) });
        const state = (await load({ wholeIds: [attemptId] })).get(attemptId)!;
        expect([...state.answers.values()].sort((a, b) => a.seq - b.seq)).toEqual([first, second]);
        expect(state.current).toEqual(new Map([['i1', second]]));
      });

      test('of a lower seq never replace the one that counts', async () => {
        const { attemptId } = header();
        const [older, newer] = [answer(attemptId, 1, 'i1', 'A'), answer(attemptId, 2, 'i1', 'B')];
        await save({ answers: [newer], current: currentOf(newer) });
        await save({ answers: [older], current: currentOf(older) });
        expect((await load({ wholeIds: [attemptId] })).get(attemptId)!.current).toEqual(new Map([['i1', newer]]));
      });

      test('that were judged anew replace everything that counted', async () => {
        const { attemptId } = header();
        const [older, newer, other] = [
          answer(attemptId, 1, 'i1', 'A'),
          answer(attemptId, 2, 'i1', 'B'),
          answer(attemptId, 3, 'i2', 'C'),
        ];
        await save({ answers: [older, newer, other], current: currentOf(newer, other) });
        await save({ rejudged: new Map([[attemptId, new Map([['i1', older]])]]) });
        expect((await load({ wholeIds: [attemptId] })).get(attemptId)!.current).toEqual(new Map([['i1', older]]));
      });

      test('are stored once: a second first record of a seq fails and leaves nothing', async () => {
        const { attemptId } = header();
        const one = answer(attemptId, 1, 'i1', 'A');
        await save({ answers: [one] });
        const before = await tested.position(partition);
        await expect(save({ answers: [{ ...one, offset: 9 }] })).rejects.toThrow('is stored already');
        expect(await tested.position(partition)).toBe(before);
      });
    });

    describe('what is due', () => {
      const deadlineMs = START_MS + 600_000;
      const handOver = async (deadlinesBeforeMs: number, finishesBeforeMs = 0, rowsMax = 500) => {
        const before = new Set(await tested.outbox());
        const due = {
          deadlinesBefore: isoTime(deadlinesBeforeMs),
          finishesBefore: isoTime(finishesBeforeMs),
          rowsMax,
        };
        await tested.store.handOverDue(due, ({ eventId, attemptId, cause, at, actor, reasonCode }) => ({
          topic: 'attempts',
          key: attemptId,
          event: {
            specversion: '1.0',
            id: eventId,
            source: '/test',
            type: 'petabakat.attempt.close-requested.v1',
            subject: attemptId,
            time: at,
            datacontenttype: 'application/json',
            dataschema: '/test',
            data: { attemptId, cause, at, actor, reasonCode },
          },
        }));
        return (await tested.outbox()).filter((id) => !before.has(id));
      };
      const saveHeaders = (...headers: AttemptHeader[]) =>
        save({ headers: new Map(headers.map((one) => [one.attemptId, one])) });

      test('is handed over when the deadline has passed, once', async () => {
        const one = header();
        await saveHeaders(one);
        expect(await handOver(deadlineMs - 1)).not.toContain(`${one.attemptId}/close/deadline/${deadlineMs}`);
        expect(await handOver(deadlineMs)).toContain(`${one.attemptId}/close/deadline/${deadlineMs}`);
        expect(await handOver(deadlineMs)).toEqual([]);
      });

      test('does not include who is paused, was not started or is closed', async () => {
        const marker = { cause: 'submitted', atMs: START_MS, offset: 3 } as const;
        const still = [
          header({ pausedAtMs: START_MS + 1 }),
          header({ startedAtMs: null, startedOffset: null }),
          header({ marker }),
        ];
        await saveHeaders(...still);
        const handed = await handOver(deadlineMs + 1);
        for (const { attemptId } of still) expect(handed.filter((id) => id.startsWith(attemptId))).toEqual([]);
      });

      test('is handed over anew where a credit has made another deadline', async () => {
        const one = header();
        await saveHeaders(one);
        await handOver(deadlineMs);
        await saveHeaders({ ...one, creditedSeconds: 60 });
        expect(await handOver(deadlineMs + 60_000)).toEqual([`${one.attemptId}/close/deadline/${deadlineMs + 60_000}`]);
      });

      test('comes in the order of its deadlines, and at most so many at once', async () => {
        const [later, earlier] = [header({ startedAtMs: START_MS + 2_000 }), header({ startedAtMs: START_MS + 1_000 })];
        await handOver(deadlineMs + 5_000);
        await saveHeaders(later, earlier);
        const first = await handOver(deadlineMs + 5_000, 0, 1);
        expect(first).toEqual([`${earlier.attemptId}/close/deadline/${deadlineMs + 1_000}`]);
        const second = await handOver(deadlineMs + 5_000, 0, 1);
        expect(second).toEqual([`${later.attemptId}/close/deadline/${deadlineMs + 2_000}`]);
      });

      test('includes a forced finish when its marker is due, once', async () => {
        const { attemptId } = header();
        const eventId = `${attemptId}/close/forced/1`;
        await tested.addPendingFinish({ eventId, attemptId, atMs: START_MS, dueAtMs: START_MS + 11_000 });
        expect(await handOver(0, START_MS + 10_999)).toEqual([]);
        expect(await handOver(0, START_MS + 11_000)).toEqual([eventId]);
        expect(await handOver(0, START_MS + 11_000)).toEqual([]);
      });
    });

    test('an event with a known id is not added again', async () => {
      const { attemptId } = header();
      const event = {
        topic: 'attempts' as const,
        key: attemptId,
        event: {
          specversion: '1.0' as const,
          id: `${attemptId}/started`,
          source: '/test',
          type: 'petabakat.attempt.started.v1',
          subject: attemptId,
          time: isoTime(START_MS),
          datacontenttype: 'application/json' as const,
          dataschema: '/test',
          data: { attemptId, at: isoTime(START_MS) },
        },
      };
      await nextBatch((rows) => rows.save(changes({}), [event]));
      await nextBatch((rows) => rows.save(changes({}), [event]));
      expect((await tested.outbox()).filter((id) => id === event.event.id)).toHaveLength(1);
    });
  });
}
