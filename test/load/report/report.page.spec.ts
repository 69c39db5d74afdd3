import { noCounts } from '../driver/driver.figures';
import { LatencyHistogram } from '../driver/latency.histogram';
import { readOptions } from '../load.options';
import { type LoadReport, machineOf, percentilesOf } from './load.report';
import { renderPage } from './report.page';
import { renderPlot } from './svg.plot';

const SECONDS = 120;
const report: LoadReport = {
  commit: 'abc<script>',
  startedAt: '2026-01-05T02:00:00.000Z',
  machine: machineOf(),
  options: readOptions([])!,
  driver: { processes: 1, sends: 10, lagged: 0, laggedShare: 0, lagP99Ms: 1, lagMaxMs: 2 },
  connections: { most: 200, atEnd: 200, byAddress: {} },
  log: { answerRecords: 10, distinctAnswers: 10, distinctTokens: 200, logins: 200, unreadable: 0 },
  answers: { ...noCounts(), acknowledged: 1_234_567, perSecond: 5, latency: percentilesOf(LatencyHistogram.empty()) },
  operations: {},
  lag: { mostRecords: 0, mostSeconds: 0, secondsToZero: 1 },
  cpu: { processes: [], sumSeconds: 1, machineSeconds: 2, elapsedSeconds: 60 },
  faults: [{ name: 'kill gateway', injectedMs: 1_010_000, healedMs: 1_015_000, secondsToRecover: 2 }],
  timeline: Array.from({ length: SECONDS }, (_, index) => ({
    ...noCounts(),
    second: 1_000 + index,
    offered: 10,
    acknowledged: 10,
    p50Ms: 5,
    p99Ms: 20,
    maxMs: 30,
    lag: index === 60 ? null : { records: index, seconds: 0 },
  })),
  stored: { before: null, after: null },
  processSamples: [],
};

describe('the page of a run', () => {
  const page = renderPage(report);

  test('it needs no script and nothing from elsewhere', () => {
    expect(page).not.toMatch(/<script|<link|<img|@import|src=|href=/);
    expect(page).toContain('abc&lt;script&gt;');
  });

  test('each plot marks each fault', () => {
    expect(page.match(/<svg/g)).toHaveLength(4);
    expect(page.match(/<rect class="fault"/g)).toHaveLength(4);
  });

  test('figures stand in Indonesian with the English beside them', () => {
    expect(page).toContain('<html lang="id">');
    expect(page).toContain('<b>1\u202f234\u202f567</b><span>jawaban diakui</span><span lang="en">');
  });

  test('a second that nobody could look at is a gap, not a zero', () => {
    const path = /d="(M[^"]+)"/.exec(
      renderPlot({ unit: '', bands: [], series: [{ label: '', colour: 'red', values: [1, 2, null, 3, 4] }] }),
    )?.[1];
    expect(path?.match(/M/g)).toHaveLength(2);
  });
});
