/**
 * Speed of scoring, with its baseline in the same run: `node -r ./tools/register.cjs test/bench/psychometrics/scoring.bench.ts`.
 * Prints a Markdown table; exits with 1 when a goal is missed or a result differs from the baseline.
 */
import { once } from 'node:events';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { AbilityScorer, type AbilityTable, type Estimator, type ThreeParameterItem } from '@app/psychometrics';
import type { WorkerTask } from './score.worker';
import { type Bench, ITEMS, PERSONS, simulateGraded, simulateThreeParameter } from './simulated-bank';
import { straightforwardEap } from './straightforward.eap';

const RUNS = 5;
const NODES = 121;
const RANGE = 6;
const GOAL_RATIO = 30;
const AGREEMENT = 1e-9;
/** The baseline takes 20 s and more on everybody, and a fixed time per person: a tenth of the people measures it. */
const BASELINE_PERSONS = PERSONS / 10;

interface Row {
  readonly what: string;
  readonly seconds: number;
  readonly goalSeconds: number | null;
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)]!;
}

function timed<Result>(run: () => Result): { seconds: number; result: Result } {
  const start = performance.now();
  const result = run();
  return { seconds: (performance.now() - start) / 1000, result };
}

/** Median of five runs; each makes its tables anew. */
function measure({ set, responses }: Bench, estimator: Estimator): { seconds: number; table: AbilityTable } {
  const runs = Array.from({ length: RUNS }, () =>
    timed(() => new AbilityScorer(set, { estimator }).scoreAll(responses)),
  );
  return { seconds: median(runs.map(({ seconds }) => seconds)), table: runs[0]!.result };
}

/** Median of five runs on threads that run already; tables are made in every run and on every thread. */
async function scoreOnWorkers(
  { set, responses }: Bench,
  threads: number,
): Promise<{ seconds: number; theta: Float64Array }> {
  const shared = (bytes: number): SharedArrayBuffer => new SharedArrayBuffer(bytes);
  const scores = new Int8Array(shared(responses.scores.length));
  scores.set(responses.scores);
  const theta = new Float64Array(shared(8 * PERSONS));
  const standardError = new Float64Array(shared(8 * PERSONS));
  const workers = Array.from({ length: threads }, (_, index) => {
    const firstPerson = Math.floor((PERSONS * index) / threads);
    const lastPerson = Math.floor((PERSONS * (index + 1)) / threads);
    return createWorker({ set, estimator: 'eap', scores, theta, standardError, firstPerson, lastPerson });
  });
  await Promise.all(workers.map((worker) => once(worker, 'message')));
  const runs: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const start = performance.now();
    const done = Promise.all(workers.map((worker) => once(worker, 'message')));
    for (const worker of workers) worker.postMessage('score');
    await done;
    runs.push((performance.now() - start) / 1000);
  }
  await Promise.all(workers.map((worker) => worker.terminate()));
  return { seconds: median(runs), theta };
}

function createWorker(workerData: WorkerTask): Worker {
  const loader = join(__dirname, '../../../tools/register.cjs');
  return new Worker(join(__dirname, 'score.worker.ts'), { workerData, execArgv: ['--require', loader] });
}

function largestDifference(left: Float64Array, right: Float64Array): number {
  return left.reduce((largest, value, index) => Math.max(largest, Math.abs(value - right[index]!)), 0);
}

async function main(): Promise<void> {
  const threeParameter = simulateThreeParameter();
  const eap = measure(threeParameter, 'eap');
  const wle = measure(threeParameter, 'wle');
  const graded = measure(simulateGraded(), 'eap');
  const items = threeParameter.set.items as readonly ThreeParameterItem[];
  const baseline = timed(() =>
    straightforwardEap(items, threeParameter.responses.scores, BASELINE_PERSONS, NODES, RANGE),
  );
  const baselineSeconds = (baseline.seconds * PERSONS) / BASELINE_PERSONS;
  const difference = Math.max(
    largestDifference(baseline.result.theta, eap.table.theta.subarray(0, BASELINE_PERSONS)),
    largestDifference(baseline.result.standardError, eap.table.standardError.subarray(0, BASELINE_PERSONS)),
  );
  const threads = cpus().length;
  const oneWorker = await scoreOnWorkers(threeParameter, 1);
  const workers = await scoreOnWorkers(threeParameter, threads);
  const sameBytes = largestDifference(workers.theta, eap.table.theta) === 0;
  const rows: Row[] = [
    {
      what: `EAP with SE, straightforward (on ${BASELINE_PERSONS} people, scaled)`,
      seconds: baselineSeconds,
      goalSeconds: null,
    },
    { what: 'EAP with SE, 3PL', seconds: eap.seconds, goalSeconds: 0.5 },
    { what: 'WLE with SE, 3PL', seconds: wle.seconds, goalSeconds: 1 },
    { what: 'EAP with SE, GRM with five categories', seconds: graded.seconds, goalSeconds: 1 },
    { what: 'EAP with SE, 3PL, one worker thread', seconds: oneWorker.seconds, goalSeconds: null },
    {
      what: `EAP with SE, 3PL, ${threads} worker threads`,
      seconds: workers.seconds,
      goalSeconds: null,
    },
  ];
  report(rows, baselineSeconds / eap.seconds, difference, sameBytes);
}

function report(rows: readonly Row[], ratio: number, difference: number, sameBytes: boolean): void {
  const lines = [
    `${PERSONS} people × ${ITEMS} items, ${NODES} nodes on ±${RANGE}, tables included, I/O excluded, one core, median of ${RUNS}.`,
    `${cpus()[0]!.model}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB; Node ${process.version}.`,
    '',
    '| what | seconds | people per second | goal |',
    '| --- | --- | --- | --- |',
    ...rows.map(({ what, seconds, goalSeconds }) => {
      const goal = goalSeconds === null ? '' : `${goalSeconds} s: ${seconds <= goalSeconds ? 'met' : 'missed'}`;
      return `| ${what} | ${seconds.toFixed(3)} | ${Math.round(PERSONS / seconds)} | ${goal} |`;
    }),
    '',
    `EAP is ${ratio.toFixed(0)} times as fast as the straightforward one (goal ${GOAL_RATIO}); largest difference ${difference.toExponential(1)} (allowed ${AGREEMENT}).`,
    `Worker threads give ${sameBytes ? 'the same bytes' : 'OTHER NUMBERS'} as one. Peak memory ${Math.round(process.resourceUsage().maxRSS / 1024)} MiB.`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
  const met = rows.every(({ seconds, goalSeconds }) => goalSeconds === null || seconds <= goalSeconds);
  if (!met || ratio < GOAL_RATIO || difference > AGREEMENT || !sameBytes) process.exitCode = 1;
}

void main();
