import fc from 'fast-check';
import { type SeatRequest, type SeatableSession, type SeatedPerson, type SeatingPlan, seatPeople } from './seating';

const session = (sessionId: string, fields: Partial<SeatableSession> = {}): SeatableSession => ({
  sessionId,
  seatCount: 2,
  sitting: 'form-1',
  closedBecause: null,
  ...fields,
});

const planOf = (sessions: readonly SeatableSession[], taken: readonly SeatedPerson[] = []): SeatingPlan => ({
  sessions: new Map(sessions.map((entry) => [entry.sessionId, entry])),
  registered: new Set(['p1', 'p2', 'p3', 'p4']),
  taken,
});

const request = (sessionId: string, seat: string, analyticsId: string, extraSeconds = 0, row = 2): SeatRequest => ({
  row,
  sessionId,
  seat,
  analyticsId,
  extraSeconds,
});

describe('seating', () => {
  test('gives a free seat to a registered person', () => {
    const { assigned, problems } = seatPeople([request('s1', '1', 'p1', 900)], planOf([session('s1')]));
    expect(problems).toEqual([]);
    expect(assigned).toEqual([{ sessionId: 's1', seat: '1', analyticsId: 'p1', sitting: 'form-1', extraSeconds: 900 }]);
  });

  test.each([
    ['an unknown session', request('s9', '1', 'p1'), 'sessionId'],
    ['a session that takes no seats any more', request('shut', '1', 'p1'), 'sessionId'],
    ['an unknown person', request('s1', '1', 'p9'), 'analyticsId'],
    ['a seat of another person', request('s1', 'a', 'p1'), 'seat'],
    ['a person who has a seat for the sitting', request('s2', '1', 'p2'), 'analyticsId'],
  ])('refuses %s', (_, refused, column) => {
    const taken = [{ sessionId: 's1', seat: 'a', analyticsId: 'p2', sitting: 'form-1', extraSeconds: 0 }];
    const sessions = [session('s1'), session('s2'), session('shut', { closedBecause: 'was opened already' })];
    const { assigned, problems } = seatPeople([refused], planOf(sessions, taken));
    expect(assigned).toEqual([]);
    expect(problems).toMatchObject([{ row: 2, column }]);
  });

  test('a person may sit two forms', () => {
    const taken = [{ sessionId: 's1', seat: 'a', analyticsId: 'p1', sitting: 'form-1', extraSeconds: 0 }];
    const sessions = [session('s1'), session('s2', { sitting: 'form-2' })];
    expect(seatPeople([request('s2', '1', 'p1')], planOf(sessions, taken)).assigned).toHaveLength(1);
  });

  test('messages name no person', () => {
    const { problems } = seatPeople([request('s1', '1', 'secret-person')], planOf([session('s1')]));
    expect(JSON.stringify(problems)).not.toContain('secret-person');
  });

  test('whatever the file, nobody is booked twice and no session is over its seats', () => {
    const rows = fc.array(
      fc.record({
        sessionId: fc.constantFrom('s1', 's2', 's3'),
        seat: fc.constantFrom('1', '2', '3'),
        analyticsId: fc.constantFrom('p1', 'p2', 'p3', 'p4', 'p5'),
        extraSeconds: fc.constantFrom(0, 900),
      }),
      { maxLength: 20 },
    );
    const sessions = [session('s1'), session('s2'), session('s3', { sitting: 'form-2', seatCount: 1 })];
    fc.assert(
      fc.property(rows, rows, (first, second) => {
        const numbered = (drawn: typeof first) => drawn.map((row, index) => ({ ...row, row: index + 2 }));
        const taken = latestPerSeat(seatPeople(numbered(first), planOf(sessions)).assigned);
        const { assigned } = seatPeople(numbered(second), planOf(sessions, taken));
        const seated = latestPerSeat([...taken, ...assigned]);
        const sittings = seated.map(({ analyticsId, sitting }) => `${analyticsId} ${sitting}`);
        expect(new Set(sittings).size).toBe(sittings.length);
        for (const { sessionId, seatCount } of sessions) {
          expect(seated.filter((seat) => seat.sessionId === sessionId).length).toBeLessThanOrEqual(seatCount);
        }
        const again = seatPeople(
          seated.map((seat, index) => ({ ...seat, row: index + 2 })),
          planOf(sessions, seated),
        );
        expect(again).toEqual({ assigned: [], problems: [] });
      }),
    );
  });
});

/** The same seat of the same person may come again with another extra time; a seat never changes hands. */
function latestPerSeat(seats: readonly SeatedPerson[]): SeatedPerson[] {
  const latest = new Map<string, SeatedPerson>();
  for (const seat of seats) {
    const before = latest.get(`${seat.sessionId} ${seat.seat}`);
    expect(before?.analyticsId ?? seat.analyticsId).toBe(seat.analyticsId);
    latest.set(`${seat.sessionId} ${seat.seat}`, seat);
  }
  return [...latest.values()];
}
