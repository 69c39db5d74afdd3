import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { nowMs } from '../load/driver/clock';
import { readOptions } from '../load/load.options';
import { LoadRun, type Note } from '../load/load.run';
import { FaultInjector } from '../load/platform/fault.injector';
import { until } from '../load/platform/staff.client';
import type { LoadReport } from '../load/report/load.report';
import { type MetKill, killsMet } from './in.flight';
import { killsOf } from './kill.plan';
import { MemoryWatch } from './memory.watch';
import type { SoakOptions } from './soak.options';
import { type TableSize, tableSizes } from './table.sizes';

/** Some answers are never offered: their candidate was paused or had ended. */
const OFFERED_SHARE = 1.06;
const SECRET_BYTES = 32;
/** Acknowledged since the last kill was healed, so that the next one strikes a platform that works. */
const STEADY_ANSWERS = 200;
const STEADY_TIMEOUT_MS = 180_000;

/** What a soak has left to be judged and told. */
export interface SoakOutcome {
  readonly load: LoadReport;
  readonly kills: readonly MetKill[];
  /** When the last kill was healed and the calm began, and when it ended. */
  readonly calm: { readonly fromMs: number; readonly untilMs: number };
  readonly memory: MemoryWatch;
  readonly tables: { readonly before: readonly TableSize[]; readonly after: readonly TableSize[] };
  readonly latencyBetween: (fromMs: number, untilMs: number) => ReturnType<LoadRun['timeline']['latencyBetween']>;
}

/** Where the checker finds everything while the platform still runs. */
export interface SoakEvidence {
  readonly historyFile: string;
  readonly databaseUrl: string;
  readonly brokers: readonly string[] | null;
  readonly commitmentSecret: string;
}

/** Kills under load, then calm under load, then everything that is left while it is still there. */
export async function soak<T>(
  options: SoakOptions,
  folder: string,
  note: Note,
  judge: (evidence: SoakEvidence, outcome: SoakOutcome) => Promise<T>,
): Promise<T> {
  const commitmentSecret = randomBytes(SECRET_BYTES).toString('base64');
  const secret = { PETABAKAT_COMMITMENT_SECRET: commitmentSecret };
  const run = await LoadRun.prepare(loadOptionsOf(options), folder, note, {
    env: { assessment: secret, gateway: secret },
  });
  const memory = new MemoryWatch(nameOfJudged);
  try {
    const phases = await play(run, options, memory, note);
    await run.settle();
    const { platform, timeline } = run;
    const evidence: SoakEvidence = {
      historyFile: run.historyFile,
      databaseUrl: platform.postgres.url,
      brokers: platform.kafka?.brokers ?? null,
      commitmentSecret,
    };
    const kills = await killsMet(run.historyFile);
    const latencyBetween = timeline.latencyBetween.bind(timeline);
    return await judge(evidence, { load: run.report(), kills, memory, latencyBetween, ...phases });
  } finally {
    memory.end();
    await run.stop();
  }
}

/** Minutes of the load: the first ones under kills, the others calm, each at its own rate. */
export function loadOptionsOf({ log, answers, perSecond, calmMinutes, calmPerSecond, candidates, seed }: SoakOptions) {
  const underKills = Math.ceil((answers * OFFERED_SHARE) / perSecond / 60);
  const rates = [
    ...Array.from({ length: underKills }, () => perSecond),
    ...Array.from({ length: calmMinutes }, () => calmPerSecond),
  ];
  const brokers = log === 'kafka' ? '3' : '1';
  // Read as the command line is, so that whatever is left open is what `npm run load` would do.
  const words = `--log ${log} --brokers ${brokers} --gateways 2 --assessments 2 --candidates ${candidates} --seed ${seed}`;
  const load = ['--rates', rates.join(','), '--minutes', `${rates.length}`];
  const options = readOptions([...words.split(' '), ...load])!;
  return { ...options, underKills };
}

type Phases = Pick<SoakOutcome, 'calm' | 'tables'>;

async function play(run: LoadRun, options: SoakOptions, memory: MemoryWatch, note: Note): Promise<Phases> {
  const databaseUrl = () => run.platform.postgres.url;
  const { underKills } = loadOptionsOf(options);
  let phases: Phases | null = null;
  await run.play(async (fromMs) => {
    await killInTurn(run, options, fromMs, underKills * 60_000);
    await sleep(Math.max(0, fromMs + underKills * 60_000 - nowMs()));
    note(`calm for ${options.calmMinutes} minutes`);
    const calmFromMs = nowMs();
    const before = await tableSizes(databaseUrl());
    memory.begin();
    await sleep(Math.max(0, fromMs + (underKills + options.calmMinutes) * 60_000 - nowMs()));
    memory.end();
    const tables = { before, after: await tableSizes(databaseUrl()) };
    phases = { calm: { fromMs: calmFromMs, untilMs: nowMs() }, tables };
  });
  return phases!;
}

/** Evenly over the time, one after the other, each only when the platform has got over the one before. */
async function killInTurn(run: LoadRun, { log, seed }: SoakOptions, fromMs: number, overMs: number): Promise<void> {
  const kills = killsOf(log, seed);
  const injector = new FaultInjector(run.platform, (line) => run.mark(line));
  for (const [nth, kill] of kills.entries()) {
    await sleep(Math.max(0, fromMs + (overMs * nth) / kills.length - nowMs()));
    const steady = run.timeline.total.acknowledged + STEADY_ANSWERS;
    await until('the load is steady', STEADY_TIMEOUT_MS, async () => run.timeline.total.acknowledged >= steady);
    await injector.follow([kill], nowMs());
  }
}

/** Processes whose memory is judged; the driver, the watcher and what guards processes belong to the test. */
function nameOfJudged(pid: number, commandLine: string): string | null {
  const app = /dist\/apps\/([a-z]+)\/src\/main\.js/.exec(commandLine)?.[1];
  if (app) return `${app} ${pid}`;
  if (commandLine.includes('kafka.Kafka')) return `broker ${pid}`;
  if (commandLine.includes('redis-server')) return 'redis';
  return /^postgres|\/postgres /.test(commandLine) ? 'postgres' : null;
}
