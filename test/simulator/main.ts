import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
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
  readonly poor: number[];
  readonly coverage: Map<FaultName, number>;
}

/**
 * `npm run simulate -- [--seeds N] [--from SEED] [--mode safety|liveness] [--first-failure]`: runs the seeds on all
 * cores, prints those that fail and how to repeat them, and what was covered.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string' },
      from: { type: 'string' },
      mode: { type: 'string' },
      'first-failure': { type: 'boolean' },
    },
  });
  const [from, count] = [Number(values.from ?? 1), Number(values.seeds ?? SEEDS)];
  const processes = Math.min(availableParallelism(), count);
  const totals: Totals = { seeds: 0, events: 0, failures: 0, poor: [], coverage: new Map() };
  const children = new Set<ChildProcess>();
  await Promise.all(
    Array.from({ length: processes }, (_, nth) => {
      const range = { first: from + nth, last: from + count - 1, step: processes, mode: (values.mode as Mode) ?? null };
      return runRange(range, totals, children, values['first-failure'] ?? false);
    }),
  );
  print(totals);
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

function take({ seed, events, faults, failure }: SeedResult, totals: Totals): void {
  totals.seeds += 1;
  totals.events += events;
  for (const [fault, times] of faults) totals.coverage.set(fault, (totals.coverage.get(fault) ?? 0) + times);
  const struck = faults.reduce((sum, [, times]) => sum + times, 0);
  if (events < EVENTS_MIN || struck < FAULTS_MIN) totals.poor.push(seed);
  if (failure === null) return;
  totals.failures += 1;
  if (totals.failures > SHOWN_MAX) return;
  console.log(`seed ${seed} fails; npm run simulate -- --from ${seed} --seeds 1 repeats it\n${failure}`);
}

function print({ seeds, events, failures, poor, coverage }: Totals): void {
  console.log(`${seeds} seeds, ${events} events, ${failures} failures`);
  for (const fault of FAULTS) console.log(`  ${fault.padEnd(20)}${coverage.get(fault) ?? 0}`);
  if (poor.length > 0)
    console.log(`fewer than ${EVENTS_MIN} events or ${FAULTS_MIN} faults in seeds ${poor.join(', ')}`);
  if (failures > 0 || poor.length > 0) process.exitCode = 1;
}

void main();
