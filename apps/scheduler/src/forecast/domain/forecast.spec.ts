import { type ForecastInput, type ObservedWeek, forecast } from './forecast';
import { seededRandom } from './seeded-random';

const week = (submitted: number, seats = 1_000): ObservedWeek => ({ seats, submitted, stopped: submitted === 0 });

function plannedWeeks(count: number, seats = 1_000): ForecastInput['planned'] {
  const first = Date.parse('2023-01-02');
  return Array.from({ length: count }, (_, index) => ({
    startsOn: new Date(first + index * 7 * 86_400_000).toISOString().slice(0, 10),
    seats,
  }));
}

const STEADY: ForecastInput = {
  history: Array.from({ length: 10 }, () => week(900)),
  planned: plannedWeeks(30),
  missing: 9_000,
  until: '2023-12-31',
  seed: 7,
  runs: 2_000,
};

describe('a forecast', () => {
  test('of steady weeks is the tenth week, a few later for a stop that may come', () => {
    const found = forecast(STEADY);
    if (found.kind !== 'forecast') throw new Error('no forecast');
    expect(found.seatsShort).toBe(0);
    expect(found.chance).toBeGreaterThan(0.95);
    expect(found.p50! >= '2023-03-12').toBe(true);
    expect(found.p85! <= '2023-04-30').toBe(true);
    expect(found.p50! <= found.p85!).toBe(true);
  });

  test('is the same for the same seed', () => {
    expect(forecast(STEADY)).toEqual(forecast(STEADY));
  });

  test('is too early under four weeks with sessions', () => {
    const history = [week(900), week(850), week(900), week(0)];
    expect(forecast({ ...STEADY, history })).toEqual({ kind: 'too-early', weeks: 3 });
  });

  test('beyond the seats planned gives no date and says how many are short', () => {
    const found = forecast({ ...STEADY, planned: plannedWeeks(5) });
    expect(found).toMatchObject({ p50: null, p85: null, chance: 0 });
    if (found.kind !== 'forecast') throw new Error('no forecast');
    expect(found.seatsShort).toBeGreaterThanOrEqual(5_000);
  });

  test('of a target that is met says so', () => {
    expect(forecast({ ...STEADY, missing: 0 })).toEqual({ kind: 'reached' });
  });

  test('on weeks that come in spells is wider than one that draws days by themselves', () => {
    const random = seededRandom(3);
    let level = 0.9;
    const history = Array.from({ length: 24 }, (_, index) => {
      if (index % 6 === 0) level = random() < 0.5 ? 0.4 : 0.95;
      return week(Math.round(level * 1_000));
    });
    const input = { ...STEADY, history, missing: 14_000, planned: plannedWeeks(80) };
    const found = forecast(input);
    if (found.kind !== 'forecast') throw new Error('no forecast');
    const width = Date.parse(found.p85!) - Date.parse(found.p50!);
    expect(width).toBeGreaterThan(2 * dailyWidth(history, input.missing, random));
  });
});

/** The naive way: seven independent days a week, each with the yield of a random week. */
function dailyWidth(history: readonly ObservedWeek[], missing: number, random: () => number): number {
  const done = Array.from({ length: 1_000 }, () => {
    let left = missing;
    let days = 0;
    while (left > 0) {
      const drawn = history[Math.floor(random() * history.length)]!;
      left -= drawn.submitted / 7;
      days += 1;
    }
    return days;
  }).sort((a, b) => a - b);
  return (done[849]! - done[499]!) * 86_400_000;
}
