import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { huntMutants } from './mutant.hunt';
import { FAULTS, type FaultName } from './seeded.faults';
import type { Mode } from './simulation';
import type { SeedRange, SeedResult } from './seeds.process';

const SEEDS = 1_000;
const SHOWN_MAX = 5;
/** What a seed has to bring about to be worth its name. */
const EVENTS_MIN = 1_000;
const FAULTS_MIN = 3;

interface Totals {
  seeds: number;
  events: number;
  failures: number;
  readonly modes: Map<Mode, number>;
  /** Seeds in which too little happened. */
  readonly poor: number[];
  readonly coverage: Map<FaultName, number>;
}

const USAGE = `Usage: npm run simulate [-- options]

  Runs the answer path over an in-memory log and database with a virtual clock, in which everything goes wrong that a
  seed wants to go wrong, and judges what is left. Prints every seed that fails and how to repeat it, and how often each
  fault has struck.

  --seeds N       so many seeds (default 1,000: about two minutes on two cores)
  --from S        the first of them (default 1)
  --mode MODE     safety: faults until everybody has left, then none; liveness: some faults stay for good. Without it
                  the seed says which; every fourth is liveness
  --mutants       plants each defect of logic of test/faults/mutants in a copy of this tree, and says which seed finds it
  --mutant M,M    these defects alone
  --commit REV    with --mutants: the tree as it was committed
  --first-failure stop at the first seed that fails
`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string' },
      from: { type: 'string' },
      mode: { type: 'string' },
      mutants: { type: 'boolean' },
      mutant: { type: 'string' },
      commit: { type: 'string' },
      'first-failure': { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return void process.stdout.write(USAGE);
  const seeds = wholeNumber('seeds', values.seeds, SEEDS);
  if (values.mutants || values.mutant) {
    const hunt = { only: values.mutant?.split(',') ?? null, seeds, commit: values.commit ?? null };
    if (!(await huntMutants(hunt))) process.exitCode = 1;
    return;
  }
  if (values.mode !== undefined && !isMode(values.mode)) throw new Error('--mode is safety or liveness');
  const range = { from: wholeNumber('from', values.from, 1), seeds, mode: values.mode ?? null };
  print(await runSeeds(range, values['first-failure'] ?? false));
}

function wholeNumber(name: string, text: string | undefined, otherwise: number): number {
  const value = text === undefined ? otherwise : Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new Error(`--${name} takes a whole number from 1 on`);
  return value;
}

function isMode(text: string): text is Mode {
  return text === 'safety' || text === 'liveness';
}

async function runSeeds(
  { from, seeds, mode }: { from: number; seeds: number; mode: Mode | null },
  endsAtFailure: boolean,
): Promise<Totals> {
  const processes = Math.min(availableParallelism(), seeds);
  const totals: Totals = { seeds: 0, events: 0, failures: 0, modes: new Map(), poor: [], coverage: new Map() };
  const children = new Set<ChildProcess>();
  await Promise.all(
    Array.from({ length: processes }, (_, nth) => {
      const range = { first: from + nth, last: from + seeds - 1, step: processes, mode };
      return runRange(range, totals, children, endsAtFailure);
    }),
  );
  return totals;
}

async function runRange(
  range: SeedRange,
  totals: Totals,
  children: Set<ChildProcess>,
  endsAtFailure: boolean,
): Promise<void> {
  const child = fork(require.resolve('./seeds.process'), { stdio: 'inherit' });
  children.add(child);
  child.send(range);
  child.on('message', (result: SeedResult) => {
    take(result, totals);
    if (result.failure !== null && endsAtFailure) for (const one of children) one.kill();
  });
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  if (code !== 0 && !(endsAtFailure && signal))
    throw new Error(`a process of the simulation ended with ${code ?? signal}`);
}

function take({ seed, mode, events, faults, failure }: SeedResult, totals: Totals): void {
  totals.seeds += 1;
  totals.modes.set(mode, (totals.modes.get(mode) ?? 0) + 1);
  totals.events += events;
  for (const [fault, times] of faults) totals.coverage.set(fault, (totals.coverage.get(fault) ?? 0) + times);
  const struck = faults.reduce((sum, [, times]) => sum + times, 0);
  if (events < EVENTS_MIN || struck < FAULTS_MIN) totals.poor.push(seed);
  if (failure === null) return;
  totals.failures += 1;
  if (totals.failures > SHOWN_MAX) return;
  console.log(`seed ${seed} fails; npm run simulate -- --from ${seed} --seeds 1 repeats it\n${failure}`);
}

function print({ seeds, events, failures, modes, poor, coverage }: Totals): void {
  const ofModes = [...modes].map(([mode, count]) => `${count} ${mode}`).join(', ');
  console.log(`${seeds} seeds (${ofModes}), ${events} events, ${failures} failures; each fault has struck`);
  for (const fault of FAULTS) console.log(`  ${fault.padEnd(20)}${coverage.get(fault) ?? 0}`);
  const some = poor.slice(0, SHOWN_MAX).join(', ');
  if (poor.length > 0)
    console.log(`${poor.length} seeds with fewer than ${EVENTS_MIN} events or ${FAULTS_MIN} faults: ${some}`);
  if (failures > 0 || poor.length > 0) process.exitCode = 1;
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 2;
});
