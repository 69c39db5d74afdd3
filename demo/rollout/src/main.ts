import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { inspect } from 'node:util';
import { DomainError } from '@app/contracts';
import { createDisplay } from '../../src/report/display';
import { type RolloutOptions, USAGE, readOptions } from './options';
import { renderOutcome } from './page/page';
import { scenarioData } from './project';
import { type RolloutOutcome, runRollout } from './rollout-run';
import { readScenario } from './scenario/scenario';
import { datesBetween } from './scenario/calendar';
import { summaryOf } from './summary';

const EXIT_DIFFERENT = 1;
const EXIT_USAGE = 2;
const EXIT_INTERRUPTED = 130;
/** As root, PostgreSQL runs under another account, which must be able to pass through to its own folder. */
const FOLDER_MODE = 0o711;

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if (!options) {
    process.stdout.write(USAGE);
    return 0;
  }
  const folder = mkdtempSync(join(tmpdir(), 'petabakat-rollout-'));
  chmodSync(folder, FOLDER_MODE);
  const interruption = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interruption.abort());
  try {
    const code = await play(options, folder, interruption.signal);
    if (code === 0) rmSync(folder, { recursive: true, force: true });
    else process.stdout.write(`  logs stay in ${folder}\n`);
    return code;
  } catch (error) {
    if (interruption.signal.aborted) return EXIT_INTERRUPTED;
    process.stdout.write(`  logs stay in ${folder}\n`);
    throw error;
  }
}

async function play(options: RolloutOptions, folder: string, signal: AbortSignal): Promise<number> {
  const files = readScenario(scenarioData);
  const display = createDisplay(process.stdout);
  const bar = display.bar(
    'October 2022–December 2023',
    datesBetween(files.scenario.firstDay, files.scenario.lastDay).length,
  );
  const outcome = await runRollout({
    ...options,
    files,
    folder,
    databaseUrl: null,
    signal,
    onDay: ({ date, number, attempts, note }) => bar.set(number, `${date}  ${attempts} attempts  ${note}`),
    onStage: (text) => display.line(`  ${text}`),
  }).finally(() => display.close());
  const page = write(outcome, options, renderOutcome(outcome, options, files));
  process.stdout.write(summaryOf(outcome, page));
  return outcome.differences.length === 0 ? 0 : EXIT_DIFFERENT;
}

/** @returns where the page is */
function write(outcome: RolloutOutcome, options: RolloutOptions, html: string): string {
  const out = resolve(options.out);
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, 'rollout.html'), html);
  const { digest, schedulerDigest, replayedDigest, differences, tables, diary, attempts, tookMs, spentMs } = outcome;
  const figures = { ...options, attempts, digest, schedulerDigest, replayedDigest, differences, tables, diary };
  const spent = Object.fromEntries([...spentMs].map(([what, ms]) => [what, Math.round(ms)]));
  const json = { ...figures, tookMs: Math.round(tookMs), spentMs: spent };
  writeFileSync(join(out, 'rollout.json'), `${JSON.stringify(json, null, 2)}\n`);
  return join(out, 'rollout.html');
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    if (error instanceof DomainError && error.code === 'demo.option-invalid') {
      const problems = (error.options.problems ?? []).map(({ at, message }) => `  ${at}: ${message}\n`).join('');
      process.stderr.write(`${error.code}: ${error.message}\n${problems}  ${error.spec.action}\n`);
      process.exit(EXIT_USAGE);
    }
    process.stderr.write(`the demonstration broke off: ${inspect(error)}\n`);
    process.exit(EXIT_DIFFERENT);
  },
);
