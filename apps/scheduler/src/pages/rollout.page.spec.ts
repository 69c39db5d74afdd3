import type { GateSnapshot, Transition } from '../clusters/domain/cluster-status';
import { renderForecast } from './burn-up.chart';
import { renderCountTable } from './count.table';
import { type RolloutPage, renderRolloutPage, spansOfOutcomes, spansOfSteps } from './rollout.page';
import { DayScale, ticksUpTo } from './svg';

const step = (at: string, to: Transition['to'], sharePercent = 0): Transition => ({
  kind: 'transition',
  step: 'advance',
  version: 2,
  from: 'ready',
  to,
  sharePercent,
  actors: ['gate'],
  reasonCode: 'gates-passed',
  at,
  gates: [],
  ramp: null,
});
const said = (at: string, outcome: GateSnapshot['outcome'], reasonCode: string): GateSnapshot => ({
  cluster: 1,
  gate: 'incidents',
  evaluation: 1,
  stage: 'canary',
  outcome,
  reasonCode,
  figures: {},
  at,
});
const NOTHING: RolloutPage = {
  from: '2022-10-03',
  on: '2022-10-31',
  targets: [],
  clusters: [],
  burnUps: [],
  seats: [],
  warning: null,
};

describe('the page of the rollout', () => {
  test('draws each step until the next, and the last one as lasting', () => {
    const spans = spansOfSteps([
      step('2022-10-03T01:00:00.000Z', 'canary', 5),
      step('2022-10-10T01:00:00.000Z', 'ramping', 25),
    ]);
    expect(spans).toEqual([
      { from: '2022-10-03T01:00:00.000Z', to: '2022-10-10T01:00:00.000Z', kind: 'canary', label: 'kenari' },
      { from: '2022-10-10T01:00:00.000Z', to: null, kind: 'ramping', label: '25 %' },
    ]);
  });

  test('draws what a gate said until it said something else', () => {
    const spans = spansOfOutcomes([
      said('2022-10-03T01:00:00.000Z', 'inconclusive', 'too-few-attempts'),
      said('2022-10-04T01:00:00.000Z', 'passed', 'below'),
      said('2022-10-05T01:00:00.000Z', 'passed', 'below'),
      said('2022-10-06T01:00:00.000Z', 'failed', 'above'),
    ]);
    expect(spans.map(({ from, to, kind }) => [from.slice(8, 10), to?.slice(8, 10) ?? null, kind])).toEqual([
      ['03', '04', 'inconclusive'],
      ['04', '06', 'passed'],
      ['06', null, 'failed'],
    ]);
  });

  test('says what its data say and nothing as markup', () => {
    const clusters = [
      { number: 1, name: '<b>Klaster', steps: [step('2022-10-03T01:00:00.000Z', 'held')], evaluations: [] },
    ];
    const page = renderRolloutPage({ ...NOTHING, clusters, warning: { id: 'Data <buatan>', en: 'Made up' } });
    expect(page).toContain('&lt;b&gt;Klaster');
    expect(page).toContain('Data &lt;buatan&gt;');
    expect(page).not.toMatch(/<script|href=|src=|url\(/);
  });

  test('gives no date where the seats planned end before', () => {
    const text = renderForecast({ kind: 'forecast', p50: null, p85: null, chance: 0, seatsShort: 1_200, runs: 10 });
    expect(text).toContain('tidak ada tanggal');
    expect(text).toContain('kurang <b>1.200</b> kursi');
  });

  test('sums rows and columns of a table', () => {
    const rows = [
      { label: 'utara', counts: [1, 0] },
      { label: 'selatan', counts: [2, 4] },
    ];
    const table = renderCountTable({ corner: 'zona', columns: ['a', 'b'], rows });
    expect(table).toMatch(/<th>Σ<\/th><td><b>3<\/b><\/td><td><b>4<\/b><\/td><td><b>7<\/b><\/td>/);
  });

  test('scales days to the picture and ticks to round numbers', () => {
    const days = new DayScale('2022-10-01', '2022-10-10', 100, 50);
    expect([days.at('2022-09-01'), days.at('2022-10-06'), days.after('2022-10-10')]).toEqual([100, 125, 150]);
    expect(ticksUpTo(20_000)).toEqual([0, 5_000, 10_000, 15_000, 20_000]);
    expect(ticksUpTo(0)).toEqual([0, 1]);
  });
});
