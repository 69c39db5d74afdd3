import { RateProfile, answerSchedule, onceEach, profileOf } from './answer.schedule';
import { seededRandom } from './seeded.random';

describe('the schedule of a run', () => {
  test('the rate has one peak minute in the middle', () => {
    const profile = profileOf({ minutes: 15, perSecond: 1_000, peakPerSecond: 2_900 });
    expect(profile.durationMs).toBe(15 * 60_000);
    expect(profile.answers).toBe(14 * 60 * 1_000 + 60 * 2_900);
    expect(profile.timeOf(7 * 60 * 1_000)).toBe(7 * 60_000);
    expect(profile.timeOf(7 * 60 * 1_000 + 2_900)).toBe(7 * 60_000 + 1_000);
    expect(profile.timeOf(profile.answers)).toBeNull();
  });

  test('the processes together offer the rate of the run in every second', () => {
    const profile = new RateProfile([{ durationMs: 40_000, perSecond: 500 }]);
    const perSecond = Array.from({ length: 40 }, () => 0);
    for (const [seed, candidates] of [3_000, 5_000, 2_000].entries()) {
      for (const { atMs } of answerSchedule(profile, 10_000, candidates, seededRandom(seed))) {
        perSecond[Math.floor(atMs / 1_000)]! += 1;
      }
    }
    expect(perSecond.reduce((sum, one) => sum + one, 0)).toBe(20_000);
    // Phases by chance: within five standard deviations of a binomial.
    for (const count of perSecond) expect(Math.abs(count - 500)).toBeLessThan(5 * Math.sqrt(500));
  });

  test('times never go back, and no candidate waits for less than its interval', () => {
    const profile = new RateProfile([{ durationMs: 10_000, perSecond: 100 }]);
    const last = new Map<number, number>();
    let earlier = 0;
    for (const { candidate, atMs } of answerSchedule(profile, 200, 200, seededRandom(7))) {
      expect(atMs).toBeGreaterThanOrEqual(earlier);
      if (last.has(candidate)) expect(atMs - last.get(candidate)!).toBeCloseTo(2_000, 6);
      last.set(candidate, atMs);
      earlier = atMs;
    }
    expect(last.size).toBe(200);
  });

  test('the same seed gives the same schedule, another seed another', () => {
    const profile = new RateProfile([{ durationMs: 10_000, perSecond: 10 }]);
    const timesOf = (seed: number) => [...answerSchedule(profile, 20, 20, seededRandom(seed))];
    expect(timesOf(1)).toEqual(timesOf(1));
    expect(timesOf(1)).not.toEqual(timesOf(2));
  });

  test('once each means every candidate once, evenly', () => {
    expect([...onceEach(4, 1_000)].map(({ atMs }) => atMs)).toEqual([0, 250, 500, 750]);
    expect([...onceEach(0, 1_000)]).toEqual([]);
  });
});
