import fc from 'fast-check';
import { type WindowDimensions, generateWindow } from '../../../../test/bench/planning/window-generator';
import { ceilingOf, floorOf, parseDecimal } from './domain/exact-decimal';
import { outcomeOf } from './domain/plan-outcome';
import { planSeats } from './domain/plan-seats';
import type { PlanningProblem, PlanningRules } from './domain/planning-problem';
import { splitProportionally } from './domain/proportional-split';
import { replanSeats } from './domain/replan-seats';
import { type Seating, UNPLACED } from './domain/seat-dealing';
import { drawFrom } from './seed-draw';

const RUNS = 60;
const DRAW = drawFrom('7');
const NOTICE_MINUTES = 48 * 60;

const windows = fc
  .record({
    people: fc.integer({ min: 1, max: 150 }),
    agencies: fc.integer({ min: 1, max: 4 }),
    zones: fc.integer({ min: 1, max: 4 }),
    sites: fc.integer({ min: 1, max: 5 }),
    days: fc.integer({ min: 1, max: 6 }),
    sessionsPerDay: fc.integer({ min: 1, max: 2 }),
    fill: fc.constantFrom(0.5, 0.9, 0.995, 1 / 0.85),
    wheelchairShare: fc.constantFrom(0.02, 0.3),
    screenReaderShare: fc.constantFrom(0.01, 0.2),
    suitedShare: fc.constantFrom(0.1, 0.6),
    reachKm: fc.constantFrom(null, 25),
  })
  .chain((dimensions: WindowDimensions) => fc.nat().map((seed) => generateWindow(dimensions, seed)));

const rules: fc.Arbitrary<PlanningRules> = fc.record({
  agencyDayCap: fc.constantFrom('1', '0.5', '0.25', '0.07').map((text) => parseDecimal(text)!),
  reserve: fc.constantFrom('0', '0.1').map((text) => parseDecimal(text)!),
  accessFirst: fc.boolean(),
});

describe('whatever the window', () => {
  test('a plan keeps every rule', () => {
    fc.assert(
      fc.property(windows, rules, (problem, given) => {
        const { seating } = planSeats(problem, given, DRAW);
        expect(broken(problem, given, seating)).toEqual([]);
      }),
      { numRuns: RUNS },
    );
  });

  test('everybody is counted once, and the cap costs kilometres or people, never saves both', () => {
    fc.assert(
      fc.property(windows, rules, (problem, given) => {
        const { window, seating, uncappedUnits } = planSeats(problem, given, DRAW);
        const { placed, unplaced, totalUnits } = outcomeOf(window, seating);
        expect(placed + unplaced.length).toBe(problem.people.length);
        if (placed === problem.people.length) expect(totalUnits).toBeGreaterThanOrEqual(uncappedUnits);
      }),
      { numRuns: RUNS },
    );
  });

  test('a plan for a lost site keeps every rule, takes no seat from anybody, and leaves those at short notice alone', () => {
    fc.assert(
      fc.property(windows, rules, fc.nat(), fc.nat(), (problem, given, site, day) => {
        const { seating: base } = planSeats(problem, given, DRAW);
        const { siteId } = problem.sites[site % problem.sites.length]!;
        const dates = [...new Set(problem.sessions.map(({ date }) => date))].sort();
        const from = dates[day % dates.length]!;
        const loss = { sites: new Set([siteId]), from, until: null };
        const { seating, displaced } = replanSeats(problem, given, DRAW, base, [loss]);
        expect(broken(problem, given, seating)).toEqual([]);
        const isDisplaced = new Set(displaced);
        const keepsUntil = Date.parse(`${from}T00:00:00Z`) / 60_000 + NOTICE_MINUTES;
        problem.people.forEach((_, person) => {
          const [before, after] = [base.sessionOf[person]!, seating.sessionOf[person]!];
          if (after !== UNPLACED && (isDisplaced.has(person) || after !== before)) {
            expect(problem.sessions[after]!.siteId === siteId && problem.sessions[after]!.date >= from).toBe(false);
            expect(problem.sessions[after]!.date >= from).toBe(true);
          }
          if (isDisplaced.has(person)) return;
          expect(after === UNPLACED).toBe(before === UNPLACED);
          const isNear = before !== UNPLACED && problem.sessions[before]!.startsAtMinute < keepsUntil;
          if (isNear) expect([after, seating.seatOf[person]]).toEqual([before, base.seatOf[person]]);
        });
      }),
      { numRuns: RUNS },
    );
  });

  test('a split is whole, complete and within room', () => {
    fc.assert(
      fc.property(fc.nat(500), fc.array(fc.nat(50), { maxLength: 20 }), (total, room) => {
        const shares = [...splitProportionally(total, room)];
        const roomInAll = room.reduce((sum, places) => sum + places, 0);
        expect(shares.reduce((sum, share) => sum + share, 0)).toBe(Math.min(total, roomInAll));
        shares.forEach((share, place) => expect(share).toBeLessThanOrEqual(room[place]!));
      }),
    );
  });
});

/** Rules that a seating breaks, by words. */
function broken(problem: PlanningProblem, given: PlanningRules, { sessionOf, seatOf }: Seating): string[] {
  const found: string[] = [];
  const seats = new Set<string>();
  const away = new Map<string, number>();
  const sizes = new Map<string, number>();
  const used = new Int32Array(problem.sessions.length);
  problem.people.forEach(({ agency, zone, access }, person) => {
    sizes.set(agency, (sizes.get(agency) ?? 0) + 1);
    const session = problem.sessions[sessionOf[person]!];
    if (!session) return;
    used[sessionOf[person]!]! += 1;
    const seat = `${session.sessionId} ${seatOf[person]!}`;
    if (seats.has(seat)) found.push(`seat twice: ${seat}`);
    if (seatOf[person]! < 1 || seatOf[person]! > session.seats) found.push(`no such seat: ${seat}`);
    seats.add(seat);
    const day = `${agency}\n${session.date}`;
    away.set(day, (away.get(day) ?? 0) + 1);
    const { suits } = problem.sites.find(({ siteId }) => siteId === session.siteId)!;
    if (access !== 'none' && !suits.includes(access)) found.push(`not suited: ${seat}`);
    if (!problem.distances.some((way) => way.zone === zone && way.siteId === session.siteId))
      found.push(`no way: ${seat}`);
  });
  problem.sessions.forEach(({ seats: all, sessionId }, session) => {
    if (used[session]! > all - floorOf(given.reserve, all)) found.push(`reserve used: ${sessionId}`);
  });
  for (const [day, people] of away) {
    if (people > ceilingOf(given.agencyDayCap, sizes.get(day.split('\n')[0]!)!)) found.push(`too many away: ${day}`);
  }
  return found;
}
