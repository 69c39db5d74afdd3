import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { inspect } from 'node:util';
import { UsageError } from '../load/load.options';
import { USAGE, readSoakOptions } from './soak.options';
import { type CheckSummary, type SoakReport, renderSoak, soakReport } from './soak.report';
import { type SoakEvidence, soak } from './soak.run';

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;
const EXIT_INTERRUPTED = 130;
const CHECKER = join(__dirname, '../faults/checker/main.ts');
const REGISTER = join(__dirname, '../../tools/register.cjs');
/** A checker that needs more with every answer would fail here and not on somebody's larger run. */
const CHECKER_HEAP_MB = 1_536;

async function main(): Promise<number> {
  const options = readSoakOptions(process.argv.slice(2));
  if (!options) {
    process.stdout.write(USAGE);
    return 0;
  }
  const folder = resolve(options.out ?? join('.data', 'soak', new Date().toISOString().replaceAll(':', '-')));
  mkdirSync(folder, { recursive: true });
  // Everything that a run starts ends with this process.
  const leave = () => process.exit(EXIT_INTERRUPTED);
  process.once('SIGINT', leave).once('SIGTERM', leave);
  const report = await soak(options, folder, note, async (evidence, outcome) => {
    note('judging');
    return soakReport(options, outcome, await check(evidence, folder));
  });
  keep(report, folder);
  return report.passed ? 0 : EXIT_FAILED;
}

/** In a process of its own, whose memory has a limit. */
async function check(evidence: SoakEvidence, folder: string): Promise<CheckSummary> {
  const { historyFile, databaseUrl, brokers, commitmentSecret } = evidence;
  const output = join(folder, 'check.json');
  const program = [`--max-old-space-size=${CHECKER_HEAP_MB}`, '-r', REGISTER, CHECKER];
  const options = ['--history', historyFile, '--json', output];
  if (brokers) options.push('--brokers', brokers.join(','));
  const secrets = { PETABAKAT_DATABASE_URL: databaseUrl, PETABAKAT_COMMITMENT_SECRET: commitmentSecret };
  const child = spawn(process.execPath, [...program, ...options], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { PATH: process.env.PATH, ...secrets },
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code === null || code > EXIT_FAILED) throw new Error(`the checker came to no end (${code ?? 'killed'})`);
  return JSON.parse(readFileSync(output, 'utf8')) as CheckSummary;
}

function keep(report: SoakReport, folder: string): void {
  writeFileSync(join(folder, 'soak.json'), `${JSON.stringify(report, null, 1)}\n`);
  const text = renderSoak(report);
  writeFileSync(join(folder, 'soak.md'), text);
  process.stdout.write(`${text}\nsoak.json, soak.md, check.json and history.jsonl are in ${folder}\n`);
}

function note(text: string): void {
  process.stdout.write(`${new Date().toISOString().slice(11, 19)}  ${text}\n`);
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    const isUsage = error instanceof UsageError;
    process.stderr.write(isUsage ? `${error.message}\n\n${USAGE}` : `the soak broke off: ${inspect(error)}\n`);
    process.exit(isUsage ? EXIT_USAGE : EXIT_FAILED);
  },
);
