import { FORECAST_RUNS, forecast } from '../../../apps/scheduler/src/forecast/domain/forecast';
import { calibrate } from './calibration';
import { GENERATORS } from './histories';

const HISTORIES = 500;
const SEED = 20_221_003;
const ROUNDS = 5;

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

console.log('| histories | looked at | p85 dates given | of these held | 95 % interval | no date given |');
console.log('| --- | --- | --- | --- | --- | --- |');
for (const generator of GENERATORS) {
  for (const { look, dates, held, from, to, undated } of calibrate(generator, HISTORIES, SEED)) {
    const share = dates === 0 ? '-' : percent(held / dates);
    console.log(
      `| ${generator.name} | ${percent(look)} | ${dates} | ${share} | ${percent(from)} to ${percent(to)} | ${undated} |`,
    );
  }
}

const weeks = Array.from({ length: 12 }, (_, week) => ({ seats: 1_950, submitted: 1_600 + week * 10, stopped: false }));
const planned = Array.from({ length: 60 }, (_, week) => ({
  startsOn: new Date(Date.parse('2023-01-02') + week * 7 * 86_400_000).toISOString().slice(0, 10),
  seats: 1_950,
}));
const input = { history: weeks, planned, missing: 80_000, until: '2023-12-31', seed: SEED, runs: FORECAST_RUNS };
const durationsMs = Array.from({ length: ROUNDS }, () => {
  const startedAtMs = performance.now();
  forecast(input);
  return performance.now() - startedAtMs;
}).sort((a, b) => a - b);
console.log(
  `\n${FORECAST_RUNS} runs over ${planned.length} weeks: ${durationsMs[2]!.toFixed(0)} ms (median of ${ROUNDS})`,
);
