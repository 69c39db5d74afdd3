import type { FormOfItems } from '../generator/closings';
import type { IncidentDay } from '../generator/sittings';
import { StandIn } from '../generator/stand-in';
import { type Person, peopleOf } from '../people/people';
import { addDays, datesBetween, incidentDates, weekdayOf, windowsOf } from '../scenario/calendar';
import { type ScenarioFiles, scaleSizes } from '../scenario/scenario';
import type { DemoClock } from '../system/demo-clock';
import type { RolloutPlatform } from '../system/rollout-platform';
import { ClusterDirector } from './cluster.director';
import { Diary } from './diary';
import { localDateOf, momentOf } from './local-time';
import { importPackages, importReference } from './reference';
import { type ClusterSeen, StaffDesk } from './staff-desk';

/** Staff prepare in the morning, sessions run, and what they were is counted right after their end. */
const MORNING = '06:00';
const COUNTED_AFTER_MINUTES = 1;
const DESK = '10:00';

export interface PlayOptions {
  readonly platform: RolloutPlatform;
  readonly clock: DemoClock;
  readonly files: ScenarioFiles;
  readonly seed: number;
  readonly people: number;
  readonly withIncident: boolean;
  readonly threadArguments?: readonly string[];
  readonly signal?: AbortSignal;
  /** After each day: date, days played, attempts so far, state of the clusters. */
  onDay(day: PlayedDay): void;
}

export interface PlayedDay {
  readonly date: string;
  readonly number: number;
  readonly of: number;
  readonly attempts: number;
  readonly note: string;
}

/** Fifteen months, a day at a time. The clock moves on once everything that happened has been consumed. */
export class RolloutPlayer {
  readonly diary: Diary;
  readonly directors: readonly ClusterDirector[];
  readonly people: readonly Person[];
  private readonly standIn: StandIn;
  private readonly desk: StaffDesk;
  private readonly resumeOn = new Map<number, string>();
  private readonly sessionDates: readonly string[];
  private note = '';

  private constructor(
    private readonly options: PlayOptions,
    private readonly clusterOf: ReadonlyMap<string, number | null>,
    forms: ReadonlyMap<string, FormOfItems>,
  ) {
    const { clock, files, seed, platform, threadArguments } = options;
    const { scenario } = files;
    this.diary = new Diary(() => localDateOf(clock.nowMs));
    this.desk = new StaffDesk(platform);
    this.people = peopleOf(scaleSizes(files.sizes, options.people), scenario, seed);
    const people = new Map(this.people.map((person) => [person.analyticsId, person]));
    this.standIn = new StandIn({ platform, clock, scenario, people, forms, seed, threadArguments });
    const context = { platform, desk: this.desk, standIn: this.standIn, clock, files, diary: this.diary, seed };
    this.directors = scenario.clusters.map((cluster) => {
      const members = this.people.filter(({ agency }) => clusterOf.get(agency) === cluster.cluster);
      return new ClusterDirector(cluster, windowsOf(cluster, scenario), members, context);
    });
    const windows = this.directors.flatMap((director) => director.windows);
    this.sessionDates = [...new Set(windows.flatMap(({ dates }) => dates))].sort();
  }

  static async prepare(options: PlayOptions): Promise<RolloutPlayer> {
    const { platform, files, seed, people, clock } = options;
    await importReference(platform, files.scenario, seed, people);
    const forms = await importPackages(platform, files.scenario);
    const on = localDateOf(clock.nowMs);
    const agencies = await platform.call<{ code: string; cluster: number | null }[]>(
      'officerRini',
      'GET',
      `/v1/agencies?on=${on}`,
    );
    await platform.atRest();
    return new RolloutPlayer(options, new Map(agencies.map(({ code, cluster }) => [code, cluster])), forms);
  }

  async play(): Promise<StandIn> {
    const { scenario } = this.options.files;
    const dates = datesBetween(scenario.firstDay, scenario.lastDay);
    await this.standIn.register(this.people.filter(({ agency }) => this.clusterOf.get(agency) === null));
    for (const [index, date] of dates.entries()) {
      this.options.signal?.throwIfAborted();
      await this.playDate(date);
      const { attempts } = this.standIn;
      this.options.onDay({ date, number: index + 1, of: dates.length, attempts, note: this.note });
    }
    return this.standIn;
  }

  async stop(): Promise<void> {
    await this.standIn.stop();
  }

  private async playDate(date: string): Promise<void> {
    const { clock, platform } = this.options;
    clock.moveTo(momentOf(date, MORNING));
    for (const director of this.directors) {
      if (director.cluster.preparedOn === date) await director.prepare();
      if (this.resumeOn.get(director.number) === date) await this.resume(director, date);
    }
    const playing = this.directors.filter((director) => director.windowOf(date));
    if (playing.length === 0) return;
    await this.holdSessions(date);
    clock.moveTo(momentOf(date, DESK));
    await this.standIn.reportFigures();
    await platform.atRest();
    for (const director of playing) {
      const seen = await this.desk.look(director.number);
      await director.afterSessions(date, seen);
      this.noticeHold(director, date, seen);
    }
    this.foreseeNext(date);
  }

  private async holdSessions(date: string): Promise<void> {
    const { clock, platform } = this.options;
    const { fromMs, toMs } = this.hoursOf(date);
    await this.standIn.followPlan();
    // Before the services hear of it: a clock that moves while they count would leave to chance which time they write.
    clock.moveTo(toMs);
    const held = await this.standIn.playSessions(fromMs, toMs, this.incidentOn(date));
    await this.standIn.reportFigures();
    await platform.atRest();
    await platform.evaluateGates();
    this.note = held.length === 0 ? 'no session was held' : `cluster ${held[0]!.cluster}, ${held.length} sessions`;
  }

  /** Answers of the next day are built in their thread while the services count this one's. */
  private foreseeNext(date: string): void {
    const next = this.sessionDates.find((later) => later > date);
    if (next === undefined) return;
    const { fromMs, toMs } = this.hoursOf(next);
    this.standIn.foresee(fromMs, toMs, this.incidentOn(next));
  }

  /** From the start of the sessions to the moment at which everything about them is in the log. */
  private hoursOf(date: string): { readonly fromMs: number; readonly toMs: number } {
    const { startsAt, minutes } = this.options.files.scenario.session;
    const fromMs = momentOf(date, startsAt);
    return { fromMs, toMs: fromMs + (minutes + COUNTED_AFTER_MINUTES) * 60_000 };
  }

  private incidentOn(date: string): IncidentDay | null {
    const { scenario } = this.options.files;
    const { cluster, siteId, creditedSeconds } = scenario.incident;
    const windows = this.directors.find(({ number }) => number === cluster)?.windows ?? [];
    const isDay = this.options.withIncident && incidentDates(windows, scenario).includes(date);
    return isDay ? { siteId, creditedSeconds } : null;
  }

  /** Whoever was held goes on the next Monday, when two people have seen that the cause is mended. */
  private noticeHold(director: ClusterDirector, date: string, { state, steps }: ClusterSeen): void {
    if (state !== 'held' || this.resumeOn.has(director.number)) return;
    const last = steps.at(-1)!;
    this.diary.note('held', director.number, { reason: last.reasonCode, by: last.actors.join(' ') });
    this.resumeOn.set(director.number, addDays(date, (8 - weekdayOf(date)) % 7 || 7));
  }

  private async resume(director: ClusterDirector, date: string): Promise<void> {
    this.resumeOn.delete(director.number);
    await director.resume(date);
    const { steps, state } = await this.desk.look(director.number);
    const last = steps.at(-1)!;
    if (state !== 'held') this.diary.note('resumed', director.number, { by: last.actors.join(' ') });
  }
}
