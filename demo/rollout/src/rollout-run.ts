import type { RolloutPage } from '../../../apps/scheduler/src/pages/rollout.page';
import { type TableDigest, differencesOf, digestOver, digestTables } from './digest/table-digest';
import type { PlanView } from './generator/plan-view';
import type { Person } from './people/people';
import type { DiaryEntry } from './play/diary';
import { momentOf } from './play/local-time';
import { type PlayedDay, RolloutPlayer } from './play/rollout.player';
import type { ScenarioFiles } from './scenario/scenario';
import { DemoClock } from './system/demo-clock';
import { RolloutPlatform } from './system/rollout-platform';

const SCHEMAS = ['log', 'scheduler', 'scoring', 'staff'];
/** Before staff begin on the first day. */
const BEGINS_AT = '05:00';
const ENDS_AT = '18:00';

export interface RunOptions {
  readonly files: ScenarioFiles;
  readonly people: number;
  readonly seed: number;
  readonly withIncident: boolean;
  /** Where the embedded database and the services' log go. */
  readonly folder: string;
  readonly databaseUrl: string | null;
  /** For threads where sources run instead of a build. */
  readonly threadArguments?: string[];
  /** Ends the play after the day in work, and stops everything. */
  readonly signal?: AbortSignal;
  onDay(day: PlayedDay): void;
  onStage(text: string): void;
}

export interface RolloutOutcome {
  readonly page: RolloutPage;
  readonly diary: readonly DiaryEntry[];
  readonly people: readonly Person[];
  readonly plan: PlanView;
  readonly attempts: number;
  readonly tables: readonly TableDigest[];
  readonly digest: string;
  /** Over the scheduler's schema, before and after it was made anew from the log. */
  readonly schedulerDigest: string;
  readonly replayedDigest: string;
  readonly replayedChanges: number;
  /** Tables that the replay did not give back. */
  readonly differences: readonly string[];
  readonly spentMs: ReadonlyMap<string, number>;
  readonly tookMs: number;
}

/** Plays the fifteen months, hashes every table, drops the scheduler's schema and lets the log make it anew. */
export async function runRollout(options: RunOptions): Promise<RolloutOutcome> {
  const startedAtMs = performance.now();
  const { files, folder, seed, databaseUrl, threadArguments } = options;
  const clock = new DemoClock(momentOf(files.scenario.firstDay, BEGINS_AT));
  const plannerThread = threadArguments ? { execArgv: threadArguments } : undefined;
  options.onStage('starting database, log, scheduler and scoring');
  const platform = await RolloutPlatform.start({ folder, clock, seed, databaseUrl, plannerThread });
  try {
    const player = await RolloutPlayer.prepare({ ...options, platform, clock });
    try {
      const { plan, attempts } = await player.play();
      clock.moveTo(momentOf(files.scenario.lastDay, ENDS_AT));
      await platform.atRest();
      await platform.evaluateGates();
      const page = await platform.timed('page: figures', () => platform.page());
      options.onStage('hashing every table');
      const tables = await platform.timed('digest', () => digestTables(platform.reader, SCHEMAS));
      const digest = digestOver(tables);
      options.onStage("dropping the scheduler's schema and making it anew from the log");
      const replayedChanges = await platform.timed('replay: all of it', () => platform.replayScheduler());
      const own = tables.filter(({ table }) => table.startsWith('scheduler.'));
      const replayed = await platform.timed('digest', () => digestTables(platform.reader, ['scheduler']));
      return {
        page,
        diary: player.diary.entries,
        people: player.people,
        plan,
        attempts,
        tables,
        digest,
        schedulerDigest: digestOver(own),
        replayedDigest: digestOver(replayed),
        replayedChanges,
        differences: differencesOf(own, replayed),
        spentMs: platform.spentMs,
        tookMs: performance.now() - startedAtMs,
      };
    } finally {
      await player.stop();
    }
  } finally {
    await platform.stop();
  }
}
