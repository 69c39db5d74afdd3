import { setImmediate as immediate, setTimeout as sleep } from 'node:timers/promises';
import { readRolloutFiles } from './cast/agencies';
import { castOf, type ClusterCast } from './cast/cast';
import { readSat12 } from './cast/sat12';
import { HttpClient } from './client/http.client';
import { PlatformClient } from './client/platform.client';
import { inParallel, until } from './client/waiting';
import type { DemoOptions } from './options';
import { ClusterRun, type RunContext } from './play/cluster.run';
import { importEverything, pseudonymsOf } from './play/preparation';
import { scoreAnew } from './play/second-scoring';
import { type DemoReport, type Outage, reportOf } from './report/demo-report';
import type { Display, ProgressBar } from './report/display';
import { Figures, ReportingObserver } from './report/figures';
import type { DemoSystem } from './system/demo-system';
import { demoData, rolloutData } from './system/project';
import { addStaff } from './system/staff';
import { ReceiptKeys } from './verify/hashes';
import { checkPerson, type PersonReport } from './verify/person.check';
import { checkThetas, type ScoringReport } from './verify/theta.check';

/** The cluster under whose load the system is killed, and the share of its answers acknowledged by then. */
const KILLED_IN_CLUSTER = 2;
const KILLED_AT_SHARE = 0.4;
/** Time of those who run out of it: enough for their answers, so that only the submission is missing. */
const SHORT_SECONDS = 8;
/** The same where a kill and a restart lie in between. */
const SHORT_SECONDS_WITH_KILL = 25;
/** A gate speaks within a second or two of the last result; a restart may lie between. */
const GATE_TIMEOUT_MS = 90_000;
/** Everything is sealed by then, so little can be on its way. */
const COUNTED_TIMEOUT_MS = 20_000;
/** Attempts read and checked at the same moment. */
const CHECKS_AT_ONCE = 16;
const BAR_REFRESH_MS = 200;

/** The whole demonstration: prepares, plays five clusters, kills and restarts, seals, checks. */
export class Demo {
  private readonly figures = new Figures();
  private readonly sat12 = readSat12(demoData);
  private readonly files = readRolloutFiles(rolloutData);
  private readonly casts: readonly ClusterCast[];
  private readonly finished = new Map<number, number>();
  private outage: Outage | null = null;
  private platform: PlatformClient;

  constructor(
    private readonly options: DemoOptions,
    private readonly system: DemoSystem,
    private readonly display: Display,
  ) {
    this.casts = castOf(this.sat12, options.people, this.files.members);
  }

  async run(): Promise<DemoReport> {
    const startedAtMs = performance.now();
    await this.prepare();
    const runs = await this.playAll();
    const keys = new ReceiptKeys((await this.platform.keys()).keys);
    // Whatever does not come to its end is judged with the rest: person by person, in the report.
    const sealed = this.sealAll(runs).then(
      () => [],
      (error: unknown) => [error instanceof Error ? error.message : String(error)],
    );
    await this.checkReceipts(runs, keys);
    const broken = await sealed;
    await this.everybodyCounted();
    const persons = await this.checkAll(runs, keys);
    const second = await this.scoreAnew(runs);
    return reportOf({
      casts: this.casts,
      persons,
      clusters: await this.platform.clusters(),
      progress: await this.platform.progress(),
      figures: this.figures,
      outage: this.outage,
      broken: [...broken, ...second.problems],
      scoring: second.scoring,
      log: this.options.log,
      durationMs: performance.now() - startedAtMs,
    });
  }

  private async prepare(): Promise<void> {
    this.display.line('  starting the system');
    await this.system.start();
    this.display.line(`  it listens on ${this.system.url}`);
    const staff = await addStaff(this.system);
    this.platform = new PlatformClient(new HttpClient(this.system.url), staff);
    await importEverything(this.platform, this.files, this.sat12, this.casts);
    for (const { cluster } of this.casts) {
      await this.platform.prepare(cluster, (await this.platform.cluster(cluster)).version);
    }
    const people = this.registered;
    this.display.line(`  imported: agencies and clusters, form and scoring package, ${people} people`);
  }

  /** Each cluster opens by two people once the gate of the one before has passed; its people sit down meanwhile. */
  private async playAll(): Promise<ClusterRun[]> {
    const runs = await this.createRuns();
    const playing: Promise<void>[] = [];
    await runs[0]!.seat();
    for (const [index, run] of runs.entries()) {
      await this.openCluster(run.cluster);
      await run.open();
      const played = this.play(run);
      playing.push(played);
      const next = runs[index + 1];
      if (!next) break;
      if (run.cluster === KILLED_IN_CLUSTER) await this.killUnderLoad(run.cast);
      await Promise.all([next.seat(), this.gatePasses(run.cluster)]);
    }
    await Promise.all(playing);
    return runs;
  }

  private async createRuns(): Promise<ClusterRun[]> {
    const pseudonyms = await pseudonymsOf(this.platform, this.registered);
    const observer = new ReportingObserver(this.figures, this.display, (cluster) =>
      this.finished.set(cluster, (this.finished.get(cluster) ?? 0) + 1),
    );
    const context: RunContext = {
      platform: this.platform,
      observer,
      itemIds: this.sat12.itemIds,
      pseudonymOf: ({ participantNumber }) => pseudonyms.get(participantNumber)!,
    };
    return this.casts.map((cast) => {
      const seconds = cast.cluster === KILLED_IN_CLUSTER ? SHORT_SECONDS_WITH_KILL : SHORT_SECONDS;
      return new ClusterRun(cast, context, seconds);
    });
  }

  private async openCluster(cluster: number): Promise<void> {
    await this.platform.decide(cluster, 'open', 'turn-has-come');
    this.display.line(`  cluster ${cluster} opened by two rollout officers`);
  }

  private async play(run: ClusterRun): Promise<void> {
    const { cluster, cast } = run;
    const bar = this.display.bar(`cluster ${cluster} answers`, answersOf(cast));
    const refresh = setInterval(() => this.show(bar, cast), BAR_REFRESH_MS);
    try {
      await run.play();
    } finally {
      clearInterval(refresh);
      this.show(bar, cast);
    }
  }

  private show(bar: ProgressBar, { cluster, attendees }: ClusterCast): void {
    const done = this.finished.get(cluster) ?? 0;
    bar.set(this.figures.acknowledgedByCluster.get(cluster) ?? 0, `${done} of ${attendees.length} people done`);
  }

  private async killUnderLoad(cast: ClusterCast): Promise<void> {
    const enough = answersOf(cast) * KILLED_AT_SHARE;
    while ((this.figures.acknowledgedByCluster.get(cast.cluster) ?? 0) < enough) await sleep(5);
    const acknowledgedBefore = this.figures.acknowledged;
    this.display.line(`  SIGKILL of ${this.system.victim} after ${acknowledgedBefore} acknowledged answers`);
    const killedAtMs = performance.now();
    await this.system.kill();
    await this.system.restart();
    const durationMs = performance.now() - killedAtMs;
    this.outage = { victim: this.system.victim, acknowledgedBefore, durationMs: Math.round(durationMs) };
    this.display.line(`  started again on the same data, ready after ${(durationMs / 1_000).toFixed(1)} s`);
  }

  private async gatePasses(cluster: number): Promise<void> {
    const { gate } = await until(`the gate of cluster ${cluster} passes`, GATE_TIMEOUT_MS, async () => {
      const found = await this.platform.cluster(cluster);
      return found.gate?.outcome === 'passed' ? found : null;
    });
    const { reconciled, registered } = gate!.figures;
    this.display.line(`  cluster ${cluster}: gate passed with ${reconciled} of ${registered} reconciled`);
  }

  /** Sealing ends a cluster's day; then those whose gate has passed are closed, and the last one's gate speaks. */
  private async sealAll(runs: readonly ClusterRun[]): Promise<void> {
    const bar = this.display.bar('sessions sealed', runs.length);
    let sealed = 0;
    await Promise.all(
      runs.map(async (run, index) => {
        await run.seal();
        bar.set(++sealed, 'waiting for deadlines');
        if (index < runs.length - 1) await this.platform.decide(run.cluster, 'close', 'all-sessions-sealed');
        else await this.lastGateSpeaks(run.cluster);
      }),
    );
  }

  private async lastGateSpeaks(cluster: number): Promise<void> {
    const { gate, state } = await until(`the gate of cluster ${cluster} speaks`, GATE_TIMEOUT_MS, async () => {
      const found = await this.platform.cluster(cluster);
      return found.gate?.outcome === 'inconclusive' ? null : found;
    });
    this.display.line(`  cluster ${cluster}: gate ${gate?.outcome} (${gate?.reasonCode}), the cluster is ${state}`);
  }

  /** The last results may still be on their way to the figures; what never arrives shows in the report. */
  private async everybodyCounted(): Promise<void> {
    const people = this.casts.reduce((sum, { attendees }) => sum + attendees.length, 0);
    await until('everybody is reconciled', COUNTED_TIMEOUT_MS, async () => {
      const { total } = await this.platform.progress();
      return total.reconciled === people;
    }).catch(() => undefined);
  }

  /** While deadlines run out: nothing else needs the processor. */
  private async checkReceipts(runs: readonly ClusterRun[], keys: ReceiptKeys): Promise<void> {
    const players = runs.flatMap((run) => run.players);
    const bar = this.display.bar('receipts checked', players.length);
    for (const [index, { ledger }] of players.entries()) {
      for (const receipt of ledger.receipts) keys.isGenuine(receipt);
      bar.set(index + 1);
      await immediate();
    }
  }

  private async checkAll(runs: readonly ClusterRun[], keys: ReceiptKeys): Promise<Map<number, PersonReport[]>> {
    const context = { platform: this.platform, keys, sat12: this.sat12 };
    const players = runs.flatMap((run) => run.players.map((player) => ({ cluster: run.cluster, player })));
    const bar = this.display.bar('people checked', players.length);
    let checked = 0;
    const reports = await inParallel(players, CHECKS_AT_ONCE, async ({ cluster, player }) => {
      const report = await checkPerson(player, context);
      bar.set(++checked);
      return { cluster, report };
    });
    bar.done();
    const byCluster = new Map<number, PersonReport[]>();
    for (const { cluster, report } of reports) byCluster.set(cluster, [...(byCluster.get(cluster) ?? []), report]);
    return byCluster;
  }

  /** By item response theory, after everybody's sum score has been checked. */
  private async scoreAnew(
    runs: readonly ClusterRun[],
  ): Promise<{ scoring: ScoringReport | null; problems: readonly string[] }> {
    const players = runs.flatMap((run) => run.players);
    try {
      const sessionIds = runs.flatMap((run) => run.sessionIds);
      const scored = await scoreAnew(this.platform, sessionIds);
      const { packageId, version } = scored.content;
      this.display.line(`  scored anew by ${packageId} v${version}: dry run, then released by two people`);
      return checkThetas(players, scored, this.sat12);
    } catch (error) {
      return { scoring: null, problems: [`the second scoring: ${String(error)}`] };
    }
  }

  private get registered(): number {
    return this.casts.reduce((sum, { registered }) => sum + registered.length, 0);
  }
}

/** Distinct answers that a cluster's people send. */
function answersOf({ attendees }: ClusterCast): number {
  return attendees.reduce(
    (sum, { script }) => sum + script.reduce((count, { answers }) => count + answers.length, 0),
    0,
  );
}
