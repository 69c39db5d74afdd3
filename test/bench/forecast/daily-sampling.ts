import { forecast } from '../../../apps/scheduler/src/forecast/domain/forecast';
import { seededRandom } from '../../../apps/scheduler/src/forecast/domain/seeded-random';
import { FIRST_DAY_MS, PEOPLE_PER_WEEK, RUNS, WINDOW_WEEKS, plannedAfter } from './calibration';
import type { History, HistoryGenerator } from './histories';

/** The band is asked for in the middle of the window. */
const LOOK = 0.5;
const DAYS_PER_WEEK = 7;
const DAY_MS = 86_400_000;

export interface BandComparison {
  readonly generator: string;
  readonly histories: number;
  /** Median days between the p50 and the p85 date. */
  readonly days: number;
  /** The same where each day is drawn by itself from the days seen, as a first attempt would do it. */
  readonly dailyDays: number;
  /** Histories in which the forecaster's band is the wider one. */
  readonly wider: number;
}

/** How wide the band is beside one that draws days independently. */
export function compareWithDaily(generator: HistoryGenerator, histories: number, seed: number): BandComparison {
  const random = seededRandom(seed);
  const weeksSeen = Math.round(WINDOW_WEEKS * LOOK);
  const bands = Array.from({ length: histories }, () => generator.draw(random)).flatMap((history, index) => {
    const seen = history.slice(0, weeksSeen);
    const missing = WINDOW_WEEKS * PEOPLE_PER_WEEK - seen.reduce((sum, { submitted }) => sum + submitted, 0);
    const planned = plannedAfter(history, weeksSeen);
    const until = new Date(FIRST_DAY_MS).toISOString().slice(0, 10);
    const found = forecast({ history: seen, planned, missing, until, seed: seed + index, runs: RUNS });
    if (found.kind !== 'forecast' || found.p50 === null || found.p85 === null) return [];
    const days = (Date.parse(found.p85) - Date.parse(found.p50)) / DAY_MS;
    return [{ days, dailyDays: dailyBand(seen, missing, random) }];
  });
  return {
    generator: generator.name,
    histories: bands.length,
    days: median(bands.map(({ days }) => days)),
    dailyDays: median(bands.map(({ dailyDays }) => dailyDays)),
    wider: bands.filter(({ days, dailyDays }) => days > dailyDays).length,
  };
}

function dailyBand(seen: History, missing: number, random: () => number): number {
  const done = Array.from({ length: RUNS }, () => {
    let left = missing;
    let days = 0;
    while (left > 0) {
      left -= seen[Math.floor(random() * seen.length)]!.submitted / DAYS_PER_WEEK;
      days += 1;
    }
    return days;
  }).sort((a, b) => a - b);
  return done[Math.ceil(0.85 * RUNS) - 1]! - done[Math.ceil(0.5 * RUNS) - 1]!;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
