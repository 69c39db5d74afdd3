import type { ObservedWeek } from '../../../apps/scheduler/src/forecast/domain/forecast';

/** A rollout that could have been: what every week with its seats brought. */
export type History = readonly ObservedWeek[];

/** A year and a half of weeks: more than any of the targets takes. */
export const WEEKS = 78;
/** 130 seats, three sessions a day, five days. */
const SEATS_PER_WEEK = 1_950;
/** Usual yield of planned seats: no-shows and seats left free. */
const USUAL_YIELD = 0.85;

export interface HistoryGenerator {
  readonly name: string;
  readonly draw: (random: () => number) => History;
}

/** None of these is what the forecaster assumes. */
export const GENERATORS: readonly HistoryGenerator[] = [
  { name: 'trend', draw: trend },
  { name: 'correlated outages', draw: correlatedOutages },
  { name: 'long holds', draw: longHolds },
];

/** The yield drifts by up to a fifth over the window, either way, with noise from week to week. */
function trend(random: () => number): History {
  const drift = (random() - 0.5) * 0.4;
  return weeksOf((week) => USUAL_YIELD * (1 + drift * (week / WEEKS - 0.5)) + normal(random) * 0.06);
}

/** An outage makes the next week's likelier: a third of the seats is lost in each of its weeks. */
function correlatedOutages(random: () => number): History {
  let isOut = false;
  return weeksOf(() => {
    isOut = random() < (isOut ? 0.7 : 0.06);
    return USUAL_YIELD * (isOut ? 0.66 : 1) + normal(random) * 0.04;
  });
}

/** A hold every half a year or so, of two to six weeks. */
function longHolds(random: () => number): History {
  let heldWeeks = 0;
  return weeksOf(() => {
    if (heldWeeks > 0) {
      heldWeeks -= 1;
      return 0;
    }
    if (random() < 0.04) heldWeeks = 2 + Math.floor(random() * 5);
    return USUAL_YIELD + normal(random) * 0.05;
  });
}

function weeksOf(yieldOf: (week: number) => number): History {
  return Array.from({ length: WEEKS }, (_, week) => {
    const submitted = Math.round(SEATS_PER_WEEK * Math.min(1, Math.max(0, yieldOf(week))));
    return { seats: SEATS_PER_WEEK, submitted, stopped: submitted === 0 };
  });
}

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
