import { type PlannedWeek, forecast } from '../../../apps/scheduler/src/forecast/domain/forecast';
import { seededRandom } from '../../../apps/scheduler/src/forecast/domain/seeded-random';
import { type History, type HistoryGenerator, WEEKS } from './histories';

/** Shares of the window after which the forecaster is asked. */
export const LOOKS = [0.25, 0.5, 0.75] as const;
/** Weeks that the target would take at the usual pace. */
export const WINDOW_WEEKS = 40;
export const PEOPLE_PER_WEEK = 1_950 * 0.85;
/** Enough for a quantile of one forecast among hundreds. */
export const RUNS = 1_000;
export const FIRST_DAY_MS = Date.parse('2022-10-03');
const WEEK_MS = 7 * 86_400_000;
/** 95 % of a normal deviate. */
const Z = 1.959964;

export interface Calibration {
  readonly generator: string;
  readonly look: number;
  /** Histories in which a p85 date was given. */
  readonly dates: number;
  readonly held: number;
  /** Wilson's 95 % interval of the share. */
  readonly from: number;
  readonly to: number;
  /** Histories without a date: too early, beyond the seats planned, or met already. */
  readonly undated: number;
}

/** How often the day that was met in 85 % of the runs was met in the history that followed. */
export function calibrate(generator: HistoryGenerator, histories: number, seed: number): Calibration[] {
  const random = seededRandom(seed);
  const drawn = Array.from({ length: histories }, () => generator.draw(random));
  return LOOKS.map((look) => {
    const verdicts = drawn.map((history, index) => holds(history, Math.round(WINDOW_WEEKS * look), seed + index));
    const dated = verdicts.filter((verdict) => verdict !== null);
    const held = dated.filter(Boolean).length;
    const undated = verdicts.length - dated.length;
    return { generator: generator.name, look, dates: dated.length, held, ...interval(held, dated.length), undated };
  });
}

/** Null where no date was given. */
function holds(history: History, weeksSeen: number, seed: number): boolean | null {
  const target = WINDOW_WEEKS * PEOPLE_PER_WEEK;
  const seen = history.slice(0, weeksSeen);
  const missing = target - seen.reduce((sum, { submitted }) => sum + submitted, 0);
  const planned = plannedAfter(history, weeksSeen);
  const found = forecast({ history: seen, planned, missing, until: dayOf(WEEKS), seed, runs: RUNS });
  if (found.kind !== 'forecast' || found.p85 === null) return null;
  return dayDone(history, target) <= Date.parse(found.p85);
}

export function plannedAfter(history: History, weeksSeen: number): PlannedWeek[] {
  return history.slice(weeksSeen).map(({ seats }, index) => ({ startsOn: dayOf(weeksSeen + index), seats }));
}

/** The day on which the history reached the target; never, if it did not. */
function dayDone(history: History, target: number): number {
  let left = target;
  for (const [week, { submitted }] of history.entries()) {
    if (submitted >= left) {
      const day = Math.max(0, Math.ceil((left / submitted) * 7) - 1);
      return FIRST_DAY_MS + week * WEEK_MS + day * 86_400_000;
    }
    left -= submitted;
  }
  return Number.POSITIVE_INFINITY;
}

function dayOf(week: number): string {
  return new Date(FIRST_DAY_MS + week * WEEK_MS).toISOString().slice(0, 10);
}

function interval(held: number, dates: number): { readonly from: number; readonly to: number } {
  if (dates === 0) return { from: 0, to: 1 };
  const share = held / dates;
  const centre = share + (Z * Z) / (2 * dates);
  const reach = Z * Math.sqrt((share * (1 - share)) / dates + (Z * Z) / (4 * dates * dates));
  const scale = 1 + (Z * Z) / dates;
  return { from: (centre - reach) / scale, to: (centre + reach) / scale };
}
