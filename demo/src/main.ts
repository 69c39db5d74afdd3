import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { Demo } from './demo';
import { type DemoOptions, readOptions, USAGE, UsageError } from './options';
import { createDisplay } from './report/display';
import { summaryOf } from './report/summary';
import type { DemoSystem } from './system/demo-system';
import { GivenSystem } from './system/given.system';
import { KafkaSystem } from './system/kafka.system';
import { StandaloneSystem } from './system/standalone.system';

const EXIT_FAILED = 1;
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
  const folder = mkdtempSync(join(tmpdir(), 'petabakat-demo-'));
  chmodSync(folder, FOLDER_MODE);
  const system = await systemOf(options, folder);
  const interrupted = new Promise<number>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve(EXIT_INTERRUPTED));
  });
  let code: number = EXIT_FAILED;
  try {
    code = await Promise.race([play(options, system), interrupted]);
    if (options.keep && code !== EXIT_INTERRUPTED) await keep(system, interrupted);
  } finally {
    if (!options.keep || code === EXIT_INTERRUPTED || system instanceof KafkaSystem) await system.stop();
    if (code === EXIT_FAILED || options.keep) process.stdout.write(`  data and logs stay in ${folder}\n`);
    else rmSync(folder, { recursive: true, force: true });
  }
  return code;
}

async function play(options: DemoOptions, system: DemoSystem): Promise<number> {
  const display = createDisplay(process.stdout);
  const report = await new Demo(options, system, display).run().finally(() => display.close());
  if (options.json !== null) writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);
  process.stdout.write(summaryOf(report, options.keep ? system.whereToLook : [HINT]));
  return report.passed ? 0 : EXIT_FAILED;
}

const HINT =
  'Run it with --keep to look around afterwards, or with --json FILE for the figures; npm start runs the system itself.';

/** The embedded system runs on by itself; brokers and services of the other live as long as this program. */
async function keep(system: DemoSystem, interrupted: Promise<unknown>): Promise<void> {
  if (!(system instanceof KafkaSystem)) return;
  process.stdout.write('  Ctrl-C stops it.\n');
  await interrupted;
}

async function systemOf({ log, brokers, given }: DemoOptions, folder: string): Promise<DemoSystem> {
  if (given) return new GivenSystem(given.url, given);
  return log === 'kafka' ? new KafkaSystem(folder, brokers) : StandaloneSystem.prepare(folder);
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    if (error instanceof UsageError) {
      process.stderr.write(`${error.message}\n\n${USAGE}`);
      process.exit(EXIT_USAGE);
    }
    process.stderr.write(`the demonstration broke off: ${inspect(error)}\n`);
    process.exit(EXIT_FAILED);
  },
);
