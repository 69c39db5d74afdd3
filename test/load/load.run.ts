import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { commitOf } from './checkout';
import { type RateProfile, inEqualParts, profileOf } from './driver/answer.schedule';
import { nowMs, rounded } from './driver/clock';
import { DriverFigures, type FiguresTotal, latenciesOf } from './driver/driver.figures';
import { DriverFleet } from './driver/driver.fleet';
import { GatewayRing } from './driver/gateway.ring';
import { OperationRecorder, newOperation } from './driver/operation.recorder';
import { seededRandom } from './driver/seeded.random';
import { SharedConnections, SingleOperations } from './driver/single.operations';
import { SOURCE_ADDRESSES } from './driver/source.addresses';
import type { FaultLine } from './history/history.format';
import { mergeHistories } from './history/history.merge';
import { HistoryWriter } from './history/history.writer';
import { establishedConnections } from './kernel/established-connections';
import { type LoadOptions, driversOf } from './load.options';
import { ConsumerLag } from './platform/consumer-lag';
import { type Exam, ExamPreparation, preparationSecondsFor } from './platform/exam.preparation';
import { FaultInjector } from './platform/fault.injector';
import { LoadPlatform, type LoadPlatformOptions } from './platform/load.platform';
import { type LogCensus, takeCensus } from './platform/log.census';
import { StaffClient, until } from './platform/staff.client';
import { type StoredBytes, storedBytes } from './platform/stored-bytes';
import { type LoadReport, costsOf, faultsOf, machineOf, percentilesOf } from './report/load.report';
import { PlatformWatch } from './report/platform.watch';
import { Timeline } from './report/timeline';

const SETTLE_TIMEOUT_MS = 300_000;
/** So that the first answers do not come while the drivers still hear of them. */
const BREATH_MS = 500;
const HOLD_POLL_MS = 500;

export type Note = (text: string) => void;

/** What a test may want to differ from the command line's platform. */
export type PlatformChanges = Pick<LoadPlatformOptions, 'cluster' | 'diskMegabytes' | 'env' | 'root'>;

/**
 * One run, step by step: `prepare`, `play`, `settle`, `report`, `stop`. Between the steps everything is there to be
 * looked at: the platform, its log, its tables, and from `settle` on the whole history.
 */
export class LoadRun {
  readonly timeline = new Timeline();
  readonly watch: PlatformWatch;
  readonly faultMarks: FaultLine[] = [];
  private readonly startedAtMs = nowMs();
  private readonly history: HistoryWriter;
  private readonly figures = new DriverFigures();
  private readonly shared: SharedConnections;
  private readonly operations: SingleOperations;
  private fleet: DriverFleet | null = null;
  private exam: Exam | null = null;
  private played = { fromMs: 0, untilMs: 0 };
  private secondsToZeroLag: number | null = null;
  private totals: readonly FiguresTotal[] = [];
  private census: LogCensus | null = null;
  private stored: LoadReport['stored'] = { before: null, after: null };

  private constructor(
    readonly options: LoadOptions,
    readonly platform: LoadPlatform,
    private readonly folder: string,
    private readonly note: Note,
  ) {
    this.history = new HistoryWriter(this.partOf(0));
    const random = seededRandom(options.seed);
    const gateways = platform.gatewayUrls;
    this.shared = new SharedConnections(gateways.map((_, nth) => new GatewayRing(gateways, nth).target));
    const recorder = new OperationRecorder(this.history, this.figures);
    this.operations = new SingleOperations({
      recorder,
      figures: this.figures,
      random,
      sharedConnections: this.shared,
    });
    this.watch = new PlatformWatch(new ConsumerLag(platform.log, platform.postgres.url), this.timeline, () =>
      establishedConnections(
        gateways.map((url) => Number(new URL(url).port)),
        SOURCE_ADDRESSES,
      ),
    );
  }

  /** Platform, people, PINs; everybody logged in and started. @param folder takes history and reports */
  static async prepare(
    options: LoadOptions,
    folder: string,
    note: Note,
    changes: PlatformChanges = {},
  ): Promise<LoadRun> {
    note(`starting ${options.gateways} gateway(s), ${options.assessments} assessment(s), log ${options.log}`);
    const counts = { gateway: options.gateways, assessment: options.assessments };
    const platform = await LoadPlatform.start({ ...options, ...changes, counts });
    const run = new LoadRun(options, platform, folder, note);
    try {
      await run.seatEverybody();
    } catch (error) {
      await run.stop();
      throw error;
    }
    return run;
  }

  get historyFile(): string {
    return join(this.folder, 'history.jsonl');
  }

  get profile(): RateProfile {
    const { candidates, intervalSeconds, minutes, peakPerSecond, rates } = this.options;
    if (rates) return inEqualParts(rates, minutes);
    return profileOf({ minutes, peakPerSecond, perSecond: candidates / intervalSeconds });
  }

  /** Marks something in the history and on the plots. */
  mark(line: FaultLine): void {
    this.faultMarks.push(line);
    this.history.add(line);
    this.note(`${line.step} ${line.name}${line.detail === undefined ? '' : ` (${line.detail})`}`);
  }

  /** Answers by the schedule; faults meanwhile, those of the options and whatever else the caller does. */
  async play(meanwhile: (fromMs: number) => Promise<void> = async () => undefined): Promise<void> {
    const before = await this.storedBytes();
    const fromMs = nowMs() + BREATH_MS;
    this.watch.begin();
    const injector = new FaultInjector(this.platform, (line) => this.mark(line));
    const faults = injector.follow(this.options.faults, fromMs);
    await Promise.all([this.startedFleet.answers(fromMs, this.profile), faults, meanwhile(fromMs)]);
    await this.watch.lookAtProcesses();
    this.played = { fromMs, untilMs: nowMs() };
    this.stored = { before, after: await this.storedBytes() };
  }

  /** Null where a fault has left no database that answers. */
  private storedBytes(): Promise<StoredBytes | null> {
    return storedBytes(this.platform.postgres.url).catch(() => null);
  }

  /** Everybody submits, the tables reach the log's end, sessions are sealed, the history is made whole. */
  async settle(): Promise<void> {
    const lagGone = this.untilNoLag().then(() => (this.secondsToZeroLag = (nowMs() - this.played.untilMs) / 1_000));
    this.note('submitting');
    await this.startedFleet.everyone('submissions', nowMs(), this.options.submitSeconds * 1_000);
    await lagGone;
    await this.untilNoLag();
    await this.watch.end();
    await this.commandSessions('seal');
    await this.breakOff();
  }

  /** Only makes the history whole: for a platform that will never come to its end. */
  async breakOff(): Promise<void> {
    await this.watch.end();
    this.totals = await this.startedFleet.end();
    this.fleet = null;
    this.history.add({ phase: 'end', atMs: rounded(nowMs()) });
    await this.history.close();
    await this.mergeHistory();
    this.note('reading the log from its beginning');
    this.census = await takeCensus(this.platform.log);
  }

  report(): LoadReport {
    const { timeline, watch, options, played } = this;
    const seconds = timeline.between(played.fromMs, nowMs());
    const { total } = timeline;
    const lags = seconds.flatMap(({ lag }) => (lag ? [lag] : []));
    const elapsedSeconds = (played.untilMs - played.fromMs) / 1_000;
    const { before, after } = watch.processes;
    const acknowledged = seconds
      .filter(({ second }) => second * 1_000 <= played.untilMs)
      .reduce((sum, one) => sum + one.acknowledged, 0);
    const costs = costsOf(before.processes, after.processes, acknowledged);
    return {
      commit: commitOf(),
      startedAt: new Date(this.startedAtMs).toISOString(),
      machine: machineOf(),
      options,
      driver: {
        processes: driversOf(options),
        sends: total.sends,
        lagged: total.lagged,
        laggedShare: total.lagged / Math.max(1, total.sends),
        lagP99Ms: timeline.sendLag.percentileMs(99),
        lagMaxMs: timeline.sendLag.maxMs,
      },
      connections: watch.connections,
      log: this.census!,
      answers: { ...total, perSecond: acknowledged / elapsedSeconds, latency: percentilesOf(timeline.latency) },
      operations: Object.fromEntries(
        [...latenciesOf(this.totals)].map(([kind, histogram]) => [kind, percentilesOf(histogram)]),
      ),
      lag: {
        mostRecords: Math.max(0, ...lags.map(({ records }) => records)),
        mostSeconds: Math.max(0, ...lags.map((lag) => lag.seconds)),
        secondsToZero: this.secondsToZeroLag,
      },
      cpu: {
        processes: costs,
        sumSeconds: costs.reduce((sum, one) => sum + one.cpuSeconds, 0),
        machineSeconds: (after.machineMs - before.machineMs) / 1_000,
        elapsedSeconds,
      },
      stored: this.stored,
      faults: faultsOf(this.faultMarks, seconds),
      timeline: seconds,
      processSamples: watch.samples,
    };
  }

  async stop(): Promise<void> {
    await this.watch.end();
    await this.fleet?.end();
    this.shared.close();
    await this.platform.stop();
  }

  private async seatEverybody(): Promise<void> {
    const { options, platform } = this;
    const client = new StaffClient(platform.gatewayUrls[0]!);
    await this.writeRunLine(client);
    this.note(`registering ${options.candidates} people`);
    this.exam = await new ExamPreparation(client, platform.staff).prepare({
      candidates: options.candidates,
      leadSeconds: preparationSecondsFor(options.candidates) + options.loginSeconds * 1.2,
      durationSeconds: options.sessionSeconds,
    });
    this.fleet = await this.launchFleet(this.exam);
    this.note(`logging in, over ${options.loginSeconds.toFixed(0)} s`);
    await this.fleet.everyone('logins', nowMs() + BREATH_MS, options.loginSeconds * 1_000);
    await this.fleet.everyone('forms', nowMs(), options.formSeconds * 1_000);
    await sleep(Math.max(0, this.exam.startsAtMs - nowMs()));
    await this.commandSessions('open');
    this.note(`starting, over ${options.startSeconds.toFixed(0)} s`);
    await this.fleet.everyone('starts', nowMs() + BREATH_MS, options.startSeconds * 1_000);
    await this.untilNoLag();
    if (options.holdFile !== null) await this.untilThere(options.holdFile);
  }

  private async untilThere(file: string): Promise<void> {
    this.note(`everybody has started; waiting for ${file}`);
    while (!existsSync(file)) await sleep(HOLD_POLL_MS);
  }

  private launchFleet({ assignments, itemIds }: Exam): Promise<DriverFleet> {
    const { options, platform, profile } = this;
    return DriverFleet.launch(
      {
        seed: options.seed,
        drivers: driversOf(options),
        gateways: platform.gatewayUrls,
        assignments,
        itemIds,
        supervisorToken: platform.staff.supervisor,
        incidentShare: options.incidentShare,
        readShare: options.readShare,
        answersEach: profile.answers / options.candidates,
        historyFileOf: (driver) => this.partOf(driver + 1),
      },
      (report) => this.timeline.addFigures(report),
    );
  }

  private async writeRunLine(client: StaffClient): Promise<void> {
    const { keys } = await client.call<{ keys: object[] }>({ method: 'GET', path: '/v1/keys', token: '' });
    const { seed, log } = this.options;
    const startedMs = rounded(this.startedAtMs);
    this.history.add({ phase: 'run', seed, commit: commitOf(), startedMs, log, publicKeys: keys });
  }

  /** Several at once: a session's command waits for its event to stand in the log. */
  private async commandSessions(kind: 'open' | 'seal'): Promise<void> {
    const token = this.platform.staff.supervisor;
    await Promise.all(
      this.exam!.sessionIds.map(async (sessionId) => {
        const operation = newOperation(kind, nowMs(), { sessionId });
        const request = { method: 'POST', path: `/v1/sessions/${sessionId}/${kind}`, token } as const;
        const { verdict } = await this.operations.insist(operation, request);
        if (verdict.outcome !== 'ok') this.note(`${sessionId} could not be ${kind}ed: ${verdict.code}`);
      }),
    );
  }

  private async untilNoLag(): Promise<void> {
    await until('the tables reach the end of the log', SETTLE_TIMEOUT_MS, async () => {
      const lag = await this.watch.lookAtLag();
      return lag?.records === 0;
    });
  }

  private async mergeHistory(): Promise<void> {
    const parts = Array.from({ length: driversOf(this.options) + 1 }, (_, nth) => this.partOf(nth));
    await mergeHistories(parts, this.historyFile);
    for (const part of parts) rmSync(part);
  }

  private get startedFleet(): DriverFleet {
    if (!this.fleet) throw new Error('the run is not prepared, or it has ended');
    return this.fleet;
  }

  private partOf(nth: number): string {
    return join(this.folder, `history-part-${nth}.jsonl`);
  }
}
