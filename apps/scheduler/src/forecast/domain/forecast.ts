import { seededRandom } from './seeded-random';

/** A week that is over. */
export interface ObservedWeek {
  /** Seats planned in the week; a week without any says nothing. */
  readonly seats: number;
  /** People whose first attempt closed in the week. */
  readonly submitted: number;
  /** The clusters were held, or nothing ran for another reason, most of the week. */
  readonly stopped: boolean;
}

/** A week to come, with the seats planned in it. */
export interface PlannedWeek {
  /** First day, as `2022-10-03`. */
  readonly startsOn: string;
  readonly seats: number;
}

export interface ForecastInput {
  readonly history: readonly ObservedWeek[];
  readonly planned: readonly PlannedWeek[];
  /** People still missing from the target. */
  readonly missing: number;
  /** Last day of the target's period. */
  readonly until: string;
  readonly seed: number;
  readonly runs: number;
}

export type Forecast =
  | { readonly kind: 'reached' }
  /** The period ended before the target was met. */
  | { readonly kind: 'missed' }
  | { readonly kind: 'too-early'; readonly weeks: number }
  | {
      readonly kind: 'forecast';
      /** Days by which half, and 85 %, of the runs are done; null where the seats planned do not reach so far. */
      readonly p50: string | null;
      readonly p85: string | null;
      /** Share of the runs that are done within the period. */
      readonly chance: number;
      /** Seats that 85 % of the runs would still need beyond those planned; 0 where they suffice. */
      readonly seatsShort: number;
      readonly runs: number;
    };

/** With fewer weeks nobody knows how much one differs from another. */
export const WEEKS_MIN = 4;
/** Enough for two digits of a chance, and done within a second. */
export const FORECAST_RUNS = 10_000;
/** Good and bad weeks come in spells: a drawn week is followed by its own successor this often. */
const SPELL_CONTINUES = 0.75;
/** Beside the stops seen, one more is assumed: that none was seen in a few weeks does not mean that none will come. */
const STOPS_ASSUMED = 1;
/** How long that one may be: a week of repairs, or most of a month until two people resume. */
const STOP_WEEKS_ASSUMED = [1, 2, 4];
const DAY_MS = 86_400_000;
const DAYS_PER_WEEK = 7;

/**
 * When the target will be met, by simulation over the seats planned. Each run first draws what the observed weeks might
 * as well have been, so that a short history gives a wide band; then it draws whole weeks in spells, and stops as
 * often and as long as they were seen.
 */
export function forecast(input: ForecastInput): Forecast {
  const { history, missing, runs, seed } = input;
  if (missing <= 0) return { kind: 'reached' };
  const withSeats = history.filter(({ seats }) => seats > 0);
  const weeks = withSeats.filter(({ submitted }) => submitted > 0).length;
  if (weeks < WEEKS_MIN) return { kind: 'too-early', weeks };
  const random = seededRandom(seed);
  const yields = withSeats.filter(({ stopped }) => !stopped).map(({ seats, submitted }) => submitted / seats);
  const stops = stopsIn(withSeats);
  const outcomes = Array.from({ length: runs }, () => simulate(input, yields, stops, random));
  return summarize(input, outcomes);
}

interface Stops {
  /** Weeks that each stop lasted. */
  readonly lengths: readonly number[];
  readonly runningWeeks: number;
  readonly isStopped: boolean;
}

interface Outcome {
  /** Day in milliseconds; null where the planned seats end first. */
  readonly doneMs: number | null;
  readonly seatsShort: number;
}

function stopsIn(weeks: readonly ObservedWeek[]): Stops {
  const lengths: number[] = [];
  let length = 0;
  for (const { stopped } of weeks) {
    if (stopped) length += 1;
    else if (length > 0) {
      lengths.push(length);
      length = 0;
    }
  }
  if (length > 0) lengths.push(length);
  const runningWeeks = weeks.filter(({ stopped }) => !stopped).length;
  return { lengths, runningWeeks, isStopped: weeks.at(-1)?.stopped ?? false };
}

function simulate(
  { planned, missing }: ForecastInput,
  yields: readonly number[],
  stops: Stops,
  random: () => number,
): Outcome {
  const drawn = resample(yields, random);
  const stopChance = drawStopChance(stops, random);
  let index = Math.floor(random() * drawn.length);
  let left = missing;
  // A stop that has not ended goes on for as long as another might last.
  let stoppedWeeks = stops.isStopped ? drawLength(stops, random) : 0;
  for (const { startsOn, seats } of planned) {
    if (seats === 0) continue;
    if (stoppedWeeks === 0 && random() < stopChance) stoppedWeeks = drawLength(stops, random);
    if (stoppedWeeks > 0) {
      stoppedWeeks -= 1;
      continue;
    }
    index = random() < SPELL_CONTINUES ? (index + 1) % drawn.length : Math.floor(random() * drawn.length);
    const submitted = seats * drawn[index]!;
    if (submitted >= left) {
      const day = Math.ceil((left / submitted) * DAYS_PER_WEEK) - 1;
      return { doneMs: Date.parse(startsOn) + Math.max(0, day) * DAY_MS, seatsShort: 0 };
    }
    left -= submitted;
  }
  const mean = drawn.reduce((sum, one) => sum + one, 0) / drawn.length;
  return { doneMs: null, seatsShort: Math.ceil(left / Math.max(mean, Number.EPSILON)) };
}

/** What the observed weeks might as well have been: as many, drawn in spells. */
function resample(yields: readonly number[], random: () => number): number[] {
  let index = Math.floor(random() * yields.length);
  return yields.map(() => {
    index = random() < SPELL_CONTINUES ? (index + 1) % yields.length : Math.floor(random() * yields.length);
    return yields[index]!;
  });
}

/** A chance per week that fits the stops seen: few observed weeks leave it wide open. */
function drawStopChance({ lengths, runningWeeks }: Stops, random: () => number): number {
  // The rate's likelihood is a gamma of whole order: a sum of exponentials draws from it.
  let rate = 0;
  for (let stop = 0; stop < lengths.length + STOPS_ASSUMED; stop += 1) rate -= Math.log(1 - random());
  return Math.min(1, rate / Math.max(1, runningWeeks));
}

/** Each stop seen counts as much as the assumed one. */
function drawLength({ lengths }: Stops, random: () => number): number {
  const seen = lengths[Math.floor(random() * (lengths.length + STOPS_ASSUMED))];
  return seen ?? STOP_WEEKS_ASSUMED[Math.floor(random() * STOP_WEEKS_ASSUMED.length)]!;
}

function summarize({ until, runs }: ForecastInput, outcomes: readonly Outcome[]): Forecast {
  const endMs = Date.parse(until);
  const done = outcomes.map(({ doneMs }) => doneMs ?? Number.POSITIVE_INFINITY).sort((a, b) => a - b);
  const short = outcomes.map(({ seatsShort }) => seatsShort).sort((a, b) => a - b);
  return {
    kind: 'forecast',
    p50: dayAt(quantile(done, 0.5)),
    p85: dayAt(quantile(done, 0.85)),
    chance: done.filter((doneMs) => doneMs <= endMs).length / runs,
    seatsShort: quantile(short, 0.85),
    runs,
  };
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)]!;
}

function dayAt(timeMs: number): string | null {
  return Number.isFinite(timeMs) ? new Date(timeMs).toISOString().slice(0, 10) : null;
}
