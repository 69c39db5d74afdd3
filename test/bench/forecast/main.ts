/**
 * How often a p85 date holds, how wide its band is, and how long a forecast takes: `npm run bench:forecast`. Prints
 * Markdown tables. The forecaster was set up on histories of another seed than these.
 */
import { FORECAST_RUNS, forecast } from '../../../apps/scheduler/src/forecast/domain/forecast';
import { calibrate } from './calibration';
import { compareWithDaily } from './daily-sampling';
import { GENERATORS } from './histories';

const HISTORIES = 500;
/** Histories that nobody had seen when the forecaster was finished; the further ones show what chance does. */
const FRESH_SEED = 771_102;
const FURTHER_SEEDS = [40_961, 9_901_337];
const BANDS = 200;
const ROUNDS = 5;
const GOAL_MS = 1_000;

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
const shareOf = (held: number, dates: number): string => (dates === 0 ? '-' : percent(held / dates));

console.log(
  '| histories | looked at | p85 dates given | of these held | 95 % interval | no date given | other seeds |',
);
console.log('| --- | --- | --- | --- | --- | --- | --- |');
for (const generator of GENERATORS) {
  const further = FURTHER_SEEDS.map((seed) => calibrate(generator, HISTORIES, seed));
  for (const [index, one] of calibrate(generator, HISTORIES, FRESH_SEED).entries()) {
    const { look, dates, held, from, to, undated } = one;
    const others = further.map((looks) => shareOf(looks[index]!.held, looks[index]!.dates)).join(', ');
    const interval = `${percent(from)} to ${percent(to)}`;
    console.log(
      `| ${generator.name} | ${percent(look)} | ${dates} | ${shareOf(held, dates)} | ${interval} | ${undated} | ${others} |`,
    );
  }
}

console.log('\n| histories | days from p50 to p85, median | drawing days by themselves | wider in |');
console.log('| --- | --- | --- | --- |');
for (const generator of GENERATORS) {
  const { days, dailyDays, wider, histories } = compareWithDaily(generator, BANDS, FRESH_SEED);
  console.log(`| ${generator.name} | ${days} | ${dailyDays} | ${wider} of ${histories} |`);
}

const weeks = Array.from({ length: 12 }, (_, week) => ({ seats: 1_950, submitted: 1_600 + week * 10, stopped: false }));
const planned = Array.from({ length: 60 }, (_, week) => ({
  startsOn: new Date(Date.parse('2023-01-02') + week * 7 * 86_400_000).toISOString().slice(0, 10),
  seats: 1_950,
}));
const input = { history: weeks, planned, missing: 80_000, until: '2023-12-31', seed: FRESH_SEED, runs: FORECAST_RUNS };
const durationsMs = Array.from({ length: ROUNDS }, () => {
  const startedAtMs = performance.now();
  forecast(input);
  return performance.now() - startedAtMs;
}).sort((a, b) => a - b);
const medianMs = durationsMs[2]!;
console.log(
  `\n${FORECAST_RUNS} runs over ${planned.length} weeks: ${medianMs.toFixed(0)} ms (median of ${ROUNDS}); goal ${GOAL_MS} ms: ${medianMs <= GOAL_MS ? 'met' : 'missed'}`,
);
