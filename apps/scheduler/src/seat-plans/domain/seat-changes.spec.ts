import fc from 'fast-check';
import {
  type GivenSeat,
  NOTICE_MS,
  type SessionAtHand,
  changesBetween,
  countChanges,
  problemsOf,
} from './seat-changes';

const NOW_MS = Date.parse('2022-10-03T00:00:00Z');
const seat = (analyticsId: string, sessionId: string, number = '1'): GivenSeat => ({
  sessionId,
  seat: number,
  analyticsId,
  extraSeconds: 0,
});
const session = (sessionId: string, fields: Partial<SessionAtHand> = {}): [string, SessionAtHand] => [
  sessionId,
  {
    sessionId,
    seatCount: 10,
    startsAtMs: NOW_MS + NOTICE_MS + 1,
    isCancelled: false,
    isOpened: false,
    isLost: false,
    ...fields,
  },
];

describe('what a plan changes', () => {
  test('is what differs, and following it gives the plan', () => {
    const people = ['a', 'b', 'c', 'd', 'e'];
    const placed = fc.array(fc.constantFrom(...people), { maxLength: 5 }).map((ids) => [...new Set(ids)]);
    const seating = placed.chain((ids) =>
      fc.tuple(...ids.map((id) => fc.constantFrom('s1', 's2').map((sessionId) => seat(id, sessionId, id)))),
    );
    fc.assert(
      fc.property(seating, seating, (before, after) => {
        const changes = changesBetween(people, before, after);
        const result = new Map(before.map((one) => [one.analyticsId, one]));
        for (const { analyticsId, to } of changes) {
          if (to) result.set(analyticsId, to);
          else result.delete(analyticsId);
        }
        expect(result).toEqual(new Map(after.map((one) => [one.analyticsId, one])));
        const { given, moved, released, unchanged } = countChanges(people.length, changes);
        expect(given + moved + released + unchanged).toBe(people.length);
        expect(changes).toHaveLength(given + moved + released);
      }),
    );
  });

  const from = seat('a', 'old');
  const to = seat('a', 'new');
  const judge = (
    old: Partial<SessionAtHand>,
    next: Partial<SessionAtHand> = {},
    change: { from: GivenSeat | null; to: GivenSeat | null } = { from, to },
  ) =>
    problemsOf([{ analyticsId: 'a', ...change }], new Map([session('old', old), session('new', next)]), NOW_MS).map(
      ({ at, message }) => `${at}: ${message}`,
    );

  test('moves nobody whose session starts within 48 hours, unless it is lost or was cancelled', () => {
    const near = { startsAtMs: NOW_MS + NOTICE_MS - 1 };
    expect(judge({})).toEqual([]);
    expect(judge(near)).toEqual(['session old: 1 people: it starts within 48 hours and is not lost']);
    expect(judge({ ...near, isLost: true })).toEqual([]);
    expect(judge({ ...near, isCancelled: true })).toEqual([]);
    expect(judge({ isOpened: true, isLost: true })).toEqual([
      'session old: 1 people: they are in a session that was opened',
    ]);
  });

  test('takes a seat from nobody without giving another, unless the session is lost', () => {
    expect(judge({}, {}, { from, to: null })).toEqual([
      'session old: 1 people: they would lose their seat without getting another',
    ]);
    expect(judge({ isLost: true }, {}, { from, to: null })).toEqual([]);
  });

  test('seats nobody where nobody can sit', () => {
    expect(judge({}, { isCancelled: true })).toEqual(['session new: 1 people: it was cancelled']);
    expect(judge({}, { startsAtMs: NOW_MS })).toEqual(['session new: 1 people: it has begun']);
    expect(judge({}, { isOpened: true })).toEqual(['session new: 1 people: it has begun']);
    expect(judge({}, {}, { from, to: seat('a', 'new', '11') })).toEqual([
      'session new: 1 people: their seats are beyond its 10',
    ]);
    expect(judge({}, {}, { from: null, to: seat('a', 'elsewhere') })).toEqual([
      'session elsewhere: 1 people: it is not planned',
    ]);
  });

  test('names a session once, with the number of people', () => {
    const changes = ['a', 'b', 'c'].map((id) => ({ analyticsId: id, from: seat(id, 'old'), to: seat(id, 'new') }));
    const sessions = new Map([session('old', { isOpened: true }), session('new')]);
    expect(problemsOf(changes, sessions, NOW_MS)).toEqual([
      { at: 'session old', message: '3 people: they are in a session that was opened' },
    ]);
  });
});
