import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { inspect } from 'node:util';
import { showLiveFigures } from './load.display';
import { type LoadOptions, USAGE, UsageError, readOptions } from './load.options';
import { LoadRun } from './load.run';
import { type LoadReport, refusalOf } from './report/load.report';
import { renderPage } from './report/report.page';
import { renderSummary } from './report/report.summary';

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;
/** The driver was too busy: the run says nothing. */
const EXIT_REFUSED = 3;
const EXIT_INTERRUPTED = 130;

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if (!options) {
    process.stdout.write(USAGE);
    return 0;
  }
  const folder = resolve(options.out ?? join('.data', 'load', new Date().toISOString().replaceAll(':', '-')));
  mkdirSync(folder, { recursive: true });
  const report = await measure(options, folder);
  const refusal = refusalOf(report.driver);
  if (refusal !== null) return refuse(refusal, report, folder);
  writeFileSync(join(folder, 'report.json'), `${JSON.stringify(report, null, 1)}\n`);
  writeFileSync(join(folder, 'report.html'), renderPage(report));
  process.stdout.write(renderSummary(report));
  process.stdout.write(`\nreport.json, report.html and history.jsonl are in ${folder}\n`);
  return 0;
}

async function measure(options: LoadOptions, folder: string): Promise<LoadReport> {
  const note = (text: string) => process.stdout.write(`${new Date().toISOString().slice(11, 19)}  ${text}\n`);
  // Everything that a run starts ends with this process.
  const leave = () => process.exit(EXIT_INTERRUPTED);
  process.once('SIGINT', leave).once('SIGTERM', leave);
  const run = await LoadRun.prepare(options, folder, note);
  try {
    const live = showLiveFigures(run, process.stdout);
    await run.play();
    live.stop();
    await run.settle();
    return run.report();
  } finally {
    await run.stop();
  }
}

/** What the driver did is shown; what the platform did is not known. */
function refuse(refusal: string, { driver, machine, options }: LoadReport, folder: string): number {
  writeFileSync(join(folder, 'refused.json'), `${JSON.stringify({ refusal, driver, machine, options }, null, 1)}\n`);
  process.stderr.write(`This run is not reported: ${refusal}.\n`);
  return EXIT_REFUSED;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    const isUsage = error instanceof UsageError;
    process.stderr.write(isUsage ? `${error.message}\n\n${USAGE}` : `the run broke off: ${inspect(error)}\n`);
    process.exit(isUsage ? EXIT_USAGE : EXIT_FAILED);
  },
);
