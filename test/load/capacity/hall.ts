import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type CheckReport, checkEvidence } from '../../faults/checker/checker';
import { type RunPlaces, untilStill, withEvidence } from '../../faults/checker/run.evidence';
import { showLiveFigures } from '../load.display';
import { type LoadOptions, UsageError, readOptions } from '../load.options';
import { LoadRun } from '../load.run';
import { type LoadReport, refusalOf } from '../report/load.report';
import { renderSummary } from '../report/report.summary';
import { renderPlot } from '../report/svg.plot';
import { measurementOf } from './measure';
import type { Measurement } from './cost.points';

const SECRET_BYTES = 32;
const STILL_TIMEOUT_MS = 120_000;
/** The kept timeline: a minute is twelve lines. */
const BUCKET_SECONDS = 5;
const [BLUE, ORANGE, RED] = ['#0b5fae', '#c2570c', '#b3202c'];

/** The essentials of a whole examination under load, small enough for the repository. */
export interface HallReport extends Pick<
  LoadReport,
  'answers' | 'commit' | 'connections' | 'driver' | 'lag' | 'log' | 'machine' | 'operations' | 'startedAt'
> {
  readonly options: LoadOptions;
  /** Why its latencies are not to be believed; null where nothing speaks against them. */
  readonly refusal: string | null;
  /** CPU while answers came, of processes of this run and of the whole machine. */
  readonly cpu: LoadReport['cpu'];
  readonly stored: LoadReport['stored'];
  readonly check: Pick<CheckReport, 'acknowledged' | 'broken' | 'unknown'> & {
    readonly properties: readonly { readonly property: string; readonly checked: number; readonly broken: number }[];
    readonly breaks: readonly string[];
  };
  readonly costs: Measurement;
  readonly timeline: readonly {
    readonly second: number;
    readonly offeredPerSecond: number;
    readonly acknowledgedPerSecond: number;
    readonly p50Ms: number;
    readonly p99Ms: number;
    readonly lagRecords: number;
  }[];
}

/** A run as `npm run load` does it, judged by the independent checker, its receipts verified. */
export async function measureHall(name: string, args: readonly string[]): Promise<HallReport> {
  const options = readOptions(args);
  if (!options?.out) throw new UsageError('a hall needs --out DIR, and no --help');
  const folder = resolve(options.out);
  mkdirSync(folder, { recursive: true });
  const commitmentSecret = randomBytes(SECRET_BYTES);
  const secret = { PETABAKAT_COMMITMENT_SECRET: commitmentSecret.toString('base64') };
  const note = (text: string) => process.stdout.write(`${new Date().toISOString().slice(11, 19)}  ${text}\n`);
  const run = await LoadRun.prepare(options, folder, note, { env: { gateway: secret, assessment: secret } });
  try {
    const live = showLiveFigures(run, process.stdout);
    await run.play();
    live.stop();
    await run.settle();
    const report = run.report();
    process.stdout.write(renderSummary(report));
    writeFileSync(join(folder, 'raw.json'), JSON.stringify(report));
    note('checking');
    const check = await checked(run, commitmentSecret);
    const costs = measurementOf(name, report, run.profile.steps);
    const hall = hallReportOf(report, check, costs);
    writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(hall, null, 1)}\n`);
    writeFileSync(join(folder, `${name}.svg`), `${pictureOf(hall)}\n`);
    return hall;
  } finally {
    await run.stop();
  }
}

function checked({ platform, historyFile }: LoadRun, commitmentSecret: Buffer): Promise<CheckReport> {
  const places: RunPlaces = {
    historyFile,
    databaseUrl: platform.postgres.url,
    commitmentSecret,
    ...(platform.kafka ? { brokers: platform.kafka.brokers } : {}),
  };
  return untilStill(places, STILL_TIMEOUT_MS).then(() => withEvidence(places, checkEvidence));
}

function hallReportOf(report: LoadReport, check: CheckReport, costs: Measurement): HallReport {
  const { answers, commit, connections, cpu, driver, lag, log, machine, operations, options, startedAt, stored } =
    report;
  return {
    commit,
    startedAt,
    machine,
    options,
    refusal: refusalOf(driver),
    driver,
    connections,
    log,
    answers,
    operations,
    lag,
    cpu,
    stored,
    check: {
      acknowledged: check.acknowledged,
      unknown: check.unknown,
      broken: check.broken,
      properties: check.findings.map(({ property, checked: count, broken }) => ({ property, checked: count, broken })),
      breaks: check.findings.flatMap(({ property, breaks }) =>
        breaks.slice(0, 2).map(({ record, problem }) => `${property} ${record}: ${problem}`),
      ),
    },
    costs,
    timeline: bucketsOf(report.timeline),
  };
}

function bucketsOf(timeline: LoadReport['timeline']): HallReport['timeline'] {
  const first = timeline[0]?.second ?? 0;
  return Array.from({ length: Math.ceil(timeline.length / BUCKET_SECONDS) }, (_, nth) => {
    const seconds = timeline.slice(nth * BUCKET_SECONDS, (nth + 1) * BUCKET_SECONDS);
    const mean = (of: (second: LoadReport['timeline'][number]) => number) =>
      Math.round(seconds.reduce((sum, one) => sum + of(one), 0) / seconds.length);
    const most = (of: (second: LoadReport['timeline'][number]) => number) => Math.round(Math.max(...seconds.map(of)));
    return {
      second: seconds[0]!.second - first,
      offeredPerSecond: mean(({ offered }) => offered),
      acknowledgedPerSecond: mean(({ acknowledged }) => acknowledged),
      p50Ms: mean(({ p50Ms }) => p50Ms),
      p99Ms: most(({ p99Ms }) => p99Ms),
      lagRecords: most(({ lag }) => lag?.records ?? 0),
    };
  });
}

/** Rate above, latency below, over the seconds from the first answer on. */
function pictureOf({ timeline, options }: HallReport): string {
  const everySecond = (of: (bucket: HallReport['timeline'][number]) => number) =>
    timeline.flatMap((bucket) => Array.from({ length: BUCKET_SECONDS }, () => of(bucket)));
  const rates = renderPlot({
    unit: '/s',
    bands: [],
    series: [
      { label: 'offered', colour: ORANGE!, values: everySecond(({ offeredPerSecond }) => offeredPerSecond) },
      { label: 'acknowledged', colour: BLUE!, values: everySecond((one) => one.acknowledgedPerSecond) },
    ],
  });
  const latencies = renderPlot({
    unit: ' ms',
    bands: [],
    isLogarithmic: true,
    series: [
      { label: 'p50', colour: BLUE!, values: everySecond(({ p50Ms }) => p50Ms) },
      { label: 'p99', colour: RED!, values: everySecond(({ p99Ms }) => p99Ms) },
    ],
  });
  const title = `${options.candidates.toLocaleString('en')} candidates, log ${options.log}`;
  return [
    '<svg viewBox="0 0 960 540" role="img" xmlns="http://www.w3.org/2000/svg" font-family="sans-serif" font-size="11">',
    '<rect width="960" height="540" fill="#fff"/>',
    `<text x="64" y="16" font-size="13">${title}: answers a second, offered (orange) and acknowledged (blue)</text>`,
    placed(rates, 20),
    '<text x="64" y="286" font-size="13">acknowledgement from the intended time, p50 (blue) and p99 (red), by second</text>',
    placed(latencies, 290),
    '</svg>',
  ].join('\n');
}

function placed(plot: string, y: number): string {
  return plot.replace('<svg ', `<svg x="0" y="${y}" width="960" height="240" `);
}
