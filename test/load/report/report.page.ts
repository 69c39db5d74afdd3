import type { FaultReport, LoadReport, Percentiles } from './load.report';
import { type Plot, type PlotBand, type PlotSeries, escapeText, renderPlot, shortNumber } from './svg.plot';
import type { TimelineSecond } from './timeline';

/** A text in both languages of the platform: Indonesian first. */
interface Both {
  readonly id: string;
  readonly en: string;
}

const BLUE = '#0b5fae';
const ORANGE = '#c2570c';
const RED = '#b3202c';
const GREY = '#8a8f98';
const GREEN = '#1a7f4b';

const STYLE = `
:root { color-scheme: light; }
body { font: 15px/1.5 system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif; color: #1b1f24; background: #fff; margin: 0 auto; max-width: 1000px; padding: 24px 20px 48px; }
h1 { font-size: 24px; margin: 0; } h2 { font-size: 17px; margin: 32px 0 6px; }
[lang=en] { color: #59616b; font-weight: 400; } h1 [lang=en], h2 [lang=en] { font-size: .8em; }
.run { color: #59616b; margin: 4px 0 20px; }
.tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(175px, 1fr)); gap: 10px; }
.tile { border: 1px solid #d5dae0; border-radius: 6px; padding: 10px 12px; }
.tile b { display: block; font-size: 22px; font-variant-numeric: tabular-nums; }
.tile span { display: block; font-size: 13px; line-height: 1.35; }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
th, td { text-align: right; padding: 4px 8px; border-bottom: 1px solid #e6e9ed; font-variant-numeric: tabular-nums; }
th { font-weight: 600; vertical-align: bottom; } th [lang=en] { display: block; font-size: 12px; }
th:first-child, td:first-child { text-align: left; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 18px; font-size: 13px; margin: 2px 0 4px; }
.legend i { display: inline-block; width: 18px; height: 3px; vertical-align: middle; margin-right: 6px; }
.plot { overflow-x: auto; } svg { display: block; width: 100%; min-width: 640px; height: auto; }
svg text { font: 12px system-ui, "Segoe UI", Roboto, sans-serif; fill: #59616b; }
svg .grid { stroke: #e6e9ed; } svg .fault { fill: #b3202c; fill-opacity: .12; } svg text.fault-name { fill: #b3202c; }
@media print { body { max-width: none; } h2, .plot, table { break-inside: avoid; } }
`;

/** The report of a run as one page that needs nothing besides itself. */
export function renderPage(report: LoadReport): string {
  const title = { id: 'Uji beban Petabakat', en: 'Load test' };
  return `<!doctype html>
<html lang="id">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title.id} · ${title.en} · ${report.startedAt.slice(0, 16)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${both(title)}</h1>
${runLine(report)}
${tiles(report)}
${plots(report)}
${faultTable(report)}
${operationTable(report)}
${costTable(report)}
</body>
</html>
`;
}

function both({ id, en }: Both): string {
  return `${escapeText(id)} <span lang="en">${escapeText(en)}</span>`;
}

function runLine({ commit, machine, options, startedAt }: LoadReport): string {
  const { candidates, intervalSeconds, minutes, peakPerSecond, log, brokers, gateways, assessments, seed } = options;
  const peak = peakPerSecond === null ? '' : `, --peak-rate ${peakPerSecond}`;
  const where = log === 'kafka' ? `kafka (${brokers})` : 'postgres';
  const parts = [
    startedAt.slice(0, 19).replace('T', ' ') + ' UTC',
    `--candidates ${candidates} --minutes ${minutes} --interval ${intervalSeconds}${peak}`,
    `log ${where}, ${gateways} gateway, ${assessments} assessment`,
    `seed ${seed}`,
    `commit ${commit}`,
    `${machine.cores} CPU, ${machine.memoryGb} GB, Linux ${machine.kernel}, Node ${machine.node}`,
  ];
  return `<p class="run">${parts.map(escapeText).join(' · ')}</p>`;
}

function tiles({ answers, connections, driver, lag, log }: LoadReport): string {
  const { latency } = answers;
  const all: [string, Both][] = [
    [number(answers.acknowledged), { id: 'jawaban diakui', en: `answers acknowledged of ${number(answers.offered)}` }],
    [`${shortNumber(latency.p50Ms)} ms`, { id: 'median pengakuan', en: 'acknowledgement, median' }],
    [`${shortNumber(latency.p99Ms)} ms`, { id: 'persentil ke-99', en: '99th percentile' }],
    [number(answers.unknown), { id: 'hasil tak diketahui', en: 'tries with unknown outcome' }],
    [
      number(answers.notAppended + answers.overloaded),
      { id: '503: pasti tidak dicatat', en: '503: certainly not recorded' },
    ],
    [
      `${shortNumber(lag.mostSeconds)} s`,
      { id: 'keterlambatan terbesar', en: `largest lag, ${number(lag.mostRecords)} records` },
    ],
    [number(connections.most), { id: 'koneksi menurut kernel', en: 'connections, by the kernel' }],
    [number(log.distinctTokens), { id: 'token berbeda menurut log', en: 'distinct tokens, by the log' }],
    [
      `${(driver.laggedShare * 100).toFixed(3)} %`,
      { id: 'pengiriman terlambat > 50 ms', en: 'sends late by the driver’s fault' },
    ],
  ];
  return `<div class="tiles">${all.map(([value, label]) => tile(value, label)).join('')}</div>`;
}

function tile(value: string, { id, en }: Both): string {
  return `<div class="tile"><b>${escapeText(value)}</b><span>${escapeText(id)}</span><span lang="en">${escapeText(en)}</span></div>`;
}

function plots({ faults, timeline }: LoadReport): string {
  const first = timeline[0]?.second ?? 0;
  const bands = faults.map((fault) => bandOf(fault, first, timeline.length));
  const valuesOf = (pick: (second: TimelineSecond) => number | null) => timeline.map(pick);
  const latencyOf = (pick: (second: TimelineSecond) => number) =>
    valuesOf((second) => (second.acknowledged > 0 ? pick(second) : null));
  const line = (id: string, en: string, colour: string, values: PlotSeries['values']) => ({
    label: both({ id, en }),
    colour,
    values,
  });
  return [
    section(
      { id: 'Laju', en: 'Rate, answers a second' },
      {
        unit: '',
        bands,
        series: [
          line(
            'ditawarkan',
            'offered',
            GREY,
            valuesOf((second) => second.offered),
          ),
          line(
            'diakui',
            'acknowledged',
            BLUE,
            valuesOf((second) => second.acknowledged),
          ),
        ],
      },
    ),
    section(
      { id: 'Waktu pengakuan', en: 'Latency of the acknowledgement, from the intended time' },
      {
        unit: ' ms',
        bands,
        isLogarithmic: true,
        series: [
          line(
            'terbesar',
            'most',
            GREY,
            latencyOf((second) => second.maxMs),
          ),
          line(
            'persentil ke-99',
            '99th percentile',
            ORANGE,
            latencyOf((second) => second.p99Ms),
          ),
          line(
            'median',
            'median',
            BLUE,
            latencyOf((second) => second.p50Ms),
          ),
        ],
      },
    ),
    section(
      { id: 'Keterlambatan konsumen', en: 'Lag of the tables behind the log, records' },
      {
        unit: '',
        bands,
        series: [
          line(
            'rekaman menunggu',
            'records that wait',
            GREEN,
            valuesOf(({ lag }) => lag?.records ?? null),
          ),
        ],
      },
    ),
    section(
      { id: 'Hasil lain', en: 'Tries without a receipt, a second' },
      {
        unit: '',
        bands,
        series: [
          line(
            'tak diketahui',
            'unknown',
            RED,
            valuesOf((second) => second.unknown),
          ),
          line(
            '503',
            'not appended or overloaded',
            ORANGE,
            valuesOf((one) => one.notAppended + one.overloaded),
          ),
          line(
            'tidak terkirim',
            'not sent',
            BLUE,
            valuesOf((second) => second.notSent),
          ),
          line(
            'ditolak',
            'refused',
            GREY,
            valuesOf((second) => second.refused),
          ),
        ],
      },
    ),
  ].join('\n');
}

function section(title: Both, plot: Plot): string {
  const legend = plot.series.map(({ colour, label }) => `<span><i style="background:${colour}"></i>${label}</span>`);
  return `<h2>${both(title)}</h2>
<div class="legend">${legend.join('')}</div>
<div class="plot">${renderPlot(plot)}</div>`;
}

function bandOf({ healedMs, injectedMs, name }: FaultReport, first: number, seconds: number): PlotBand {
  const until = healedMs === null ? seconds : healedMs / 1_000 - first;
  return { label: name, from: injectedMs / 1_000 - first, until };
}

function faultTable({ faults, timeline }: LoadReport): string {
  if (faults.length === 0) return '';
  const first = timeline[0]?.second ?? 0;
  const rows = faults.map(({ healedMs, injectedMs, name, secondsToRecover }) => [
    name,
    `${(injectedMs / 1_000 - first).toFixed(1)} s`,
    healedMs === null ? '–' : `${(healedMs / 1_000 - first).toFixed(1)} s`,
    secondsToRecover === null ? '–' : `${secondsToRecover.toFixed(1)} s`,
  ]);
  const columns = [
    { id: 'Gangguan', en: 'Fault' },
    { id: 'mulai', en: 'injected at' },
    { id: 'selesai', en: 'healed at' },
    { id: 'pulih setelah', en: 'recovered after' },
  ];
  return `<h2>${both({ id: 'Gangguan', en: 'Faults' })}</h2>${table(columns, rows)}`;
}

function operationTable({ operations }: LoadReport): string {
  const rows = Object.entries(operations).map(([kind, one]) => [kind, ...percentileCells(one)]);
  const columns = [
    { id: 'Operasi', en: 'Operation' },
    { id: 'jumlah', en: 'count' },
    { id: 'median', en: 'median' },
    { id: 'p90', en: '' },
    { id: 'p99', en: '' },
    { id: 'p99,9', en: 'p99.9' },
    { id: 'terbesar', en: 'most' },
  ];
  return `<h2>${both({ id: 'Waktu jawab tiap operasi', en: 'Latency of each operation, ms' })}</h2>${table(columns, rows)}`;
}

function percentileCells({ count, p50Ms, p90Ms, p99Ms, p999Ms, maxMs }: Percentiles): string[] {
  return [number(count), ...[p50Ms, p90Ms, p99Ms, p999Ms, maxMs].map((ms) => ms.toFixed(1))];
}

function costTable({ cpu }: LoadReport): string {
  const rows = cpu.processes.map(({ cpuSeconds, microsecondsPerAnswer, name, residentMb }) => [
    name,
    cpuSeconds.toFixed(1),
    microsecondsPerAnswer.toFixed(0),
    residentMb.toFixed(0),
  ]);
  const share = ((cpu.sumSeconds / cpu.machineSeconds) * 100).toFixed(0);
  const columns = [
    { id: 'Proses', en: 'Process' },
    { id: 'detik CPU', en: 'CPU seconds' },
    { id: 'µs per jawaban', en: 'µs per answer' },
    { id: 'memori, MB', en: 'memory, MB' },
  ];
  const total = {
    id: `Jumlah ${cpu.sumSeconds.toFixed(1)} s dari ${cpu.machineSeconds.toFixed(1)} s yang dipakai mesin (${share} %).`,
    en: 'Sum, and what the whole machine used in that time.',
  };
  return `<h2>${both({ id: 'Biaya CPU', en: 'CPU while candidates answered' })}</h2>${table(columns, rows)}<p>${both(total)}</p>`;
}

function table(columns: readonly Both[], rows: readonly (readonly string[])[]): string {
  const head = columns.map(({ id, en }) => `<th scope="col">${both({ id, en })}</th>`).join('');
  const body = rows.map((cells) => `<tr>${cells.map((cell) => `<td>${escapeText(cell)}</td>`).join('')}</tr>`);
  return `<table><thead><tr>${head}</tr></thead><tbody>${body.join('')}</tbody></table>`;
}

/** With narrow spaces that do not break, which both languages read alike. */
function number(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, '\u202f');
}
