import { hash } from 'node:crypto';
import type { StandIn } from '../generator/stand-in';
import type { Person } from '../people/people';
import { MAKE_UP, RESERVE, type StageWindow, addDays } from '../scenario/calendar';
import type { ClusterScenario, ScenarioFiles } from '../scenario/scenario';
import type { DemoClock } from '../system/demo-clock';
import type { RolloutPlatform } from '../system/rollout-platform';
import type { Diary } from './diary';
import type { ClusterSeen, StaffDesk, StepTaken, TwoPersonStep } from './staff-desk';

/** One person each day at most: the image that every site was set up with. */
const IMAGE_HASH = hash('sha256', 'image of the exam computers, scenario');

export interface DirectorContext {
  readonly platform: RolloutPlatform;
  readonly desk: StaffDesk;
  readonly standIn: StandIn;
  readonly clock: DemoClock;
  readonly files: ScenarioFiles;
  readonly diary: Diary;
  readonly seed: number;
}

interface PlanSeen {
  readonly version: number;
  readonly report: {
    readonly people: number;
    readonly placed: number;
    readonly displaced?: number;
    readonly moved?: number;
    readonly unplaced: readonly { readonly personId: string; readonly reason: string }[];
  };
}

/** Runs one cluster as its staff would: prepares it, plans each stage, proposes and confirms, and closes it. */
export class ClusterDirector {
  /** People who have been planned for in a wave. */
  private readonly planned = new Set<string>();
  /** The plan in force of each stage. */
  private readonly plans = new Map<string, number>();
  private readonly lost = new Set<string>();

  constructor(
    readonly cluster: ClusterScenario,
    readonly windows: readonly StageWindow[],
    private readonly people: readonly Person[],
    private readonly context: DirectorContext,
  ) {}

  get number(): number {
    return this.cluster.cluster;
  }

  windowOf(date: string): StageWindow | undefined {
    return this.windows.find(({ dates }) => dates.includes(date));
  }

  /** Registers people, plans sessions, vouches for the sites, and opens the cluster into its canary. */
  async prepare(): Promise<void> {
    const { platform, standIn, desk, diary } = this.context;
    await standIn.register(this.people);
    await platform.call('operationsTono', 'POST', '/v1/plan/sessions', this.sessionsFile());
    for (const siteId of this.context.files.siteIds) await this.vouchFor(siteId);
    await desk.prepare(this.number);
    await platform.atRest();
    await standIn.reportFigures();
    await platform.atRest();
    await platform.evaluateGates();
    const opened = await this.step('open', 'turn-has-come');
    if (!opened) return;
    diary.note('opened', this.number, { people: this.people.length });
    await this.planStage('canary');
  }

  /** After a day's sessions have been counted and the gates have looked. */
  async afterSessions(date: string, seen: ClusterSeen): Promise<void> {
    const window = this.windowOf(date);
    if (!window || seen.state === 'held' || seen.state === 'closed') return;
    const isLast = window.dates.at(-1) === date;
    // Who could not be closed after the make-up is tried once more on the day in reserve.
    if (isLast && (window.stage === MAKE_UP || window.stage === RESERVE)) return this.close(seen);
    const { stage } = isLast ? await this.goOn(window.stage, seen) : seen;
    await this.planNext(date, stage);
    await this.loseSite(window, date);
  }

  /** Two people let a held cluster go on, and do what fell due meanwhile. */
  async resume(date: string): Promise<void> {
    const { standIn, platform } = this.context;
    await standIn.reportFigures();
    await platform.atRest();
    const taken = await this.step('resume', 'cause-mended');
    if (!taken) return;
    const seen = taken.cluster;
    const isOver = this.windows.some((window) => window.stage === seen.stage && window.dates.at(-1)! < date);
    const { stage } = isOver ? await this.goOn(seen.stage, seen) : seen;
    await this.planNext(date, stage);
  }

  /** The canary goes on by two people; a wave by its gates, or over a doubt by two people. */
  private async goOn(stage: string, seen: ClusterSeen): Promise<ClusterSeen> {
    if (seen.stage !== stage) return seen;
    const taken =
      stage === 'canary'
        ? await this.step('promote', 'canary-looked-at')
        : await this.step('advance', 'wave-looked-at');
    return taken?.cluster ?? seen;
  }

  private async step(step: TwoPersonStep, reasonCode: string): Promise<StepTaken | null> {
    const { desk, diary } = this.context;
    const taken = await desk.decide(this.number, step, reasonCode);
    if (!taken) diary.note('refused', this.number, { step });
    else if (taken.overrides.length > 0)
      diary.note('overridden', this.number, { step, gates: taken.overrides.join(' ') });
    return taken;
  }

  /** Seats for the stage that the cluster has reached, unless it has them. */
  private async planNext(date: string, stage: string): Promise<void> {
    const window = this.windows.find((one) => one.stage === stage);
    if (!window || this.plans.has(stage) || window.dates.at(-1)! <= date) return;
    // A cluster may reach its make-up while some of its last wave still have their seats before them.
    if (stage === MAKE_UP && this.windows.some((one) => one.newShare > 0 && one.dates.at(-1)! > date)) return;
    await this.planStage(stage);
  }

  private async planStage(stage: string): Promise<void> {
    const roster = await this.rosterOf(stage);
    if (roster.length === 0) return;
    const { platform, files, seed, diary } = this.context;
    const { dates, newShare } = this.windows.find((window) => window.stage === stage)!;
    const { reserve, agencyDayCap } = files.scenario.seats;
    const isMakeUp = stage === MAKE_UP;
    const cap = isMakeUp ? 1 : Math.min(1, agencyDayCap / newShare);
    const { form } = files.scenario;
    const made = await platform.call<PlanSeen>('operationsTono', 'POST', `/v1/plan/clusters/${this.number}/plans`, {
      roster: rosterFile(roster),
      sites: files.sites,
      distances: files.distances,
      agencyDayCap: cap.toFixed(4),
      reserve: isMakeUp ? '0' : reserve,
      seed: String(seed),
      from: dates[0],
      until: dates.at(-1),
      formId: isMakeUp ? form.makeUpFormId : form.formId,
      reasonCode: stage,
    });
    await this.putInForce(stage, made);
    for (const { analyticsId } of roster) this.planned.add(analyticsId);
    const { people, placed } = made.report;
    diary.note('planned', this.number, { stage, people, placed });
  }

  /** Once the cluster is open another person than the planner puts a plan in force. */
  private async putInForce(stage: string, { version }: PlanSeen): Promise<void> {
    const { platform, standIn } = this.context;
    await platform.call('officerRini', 'POST', `/v1/plan/clusters/${this.number}/plans/${version}/in-force`);
    this.plans.set(stage, version);
    await platform.atRest();
    await standIn.followPlan();
  }

  private async rosterOf(stage: string): Promise<Person[]> {
    const { platform, standIn } = this.context;
    if (stage === MAKE_UP) return this.people.filter(({ analyticsId }) => !standIn.attended.has(analyticsId));
    const waiting = this.people.filter(({ analyticsId }) => !this.planned.has(analyticsId));
    if (stage === 'wave-100') return waiting;
    const url = `/v1/clusters/${this.number}/people`;
    const { people } = await platform.call<{ people: { analyticsId: string }[] }>('officerRini', 'GET', url);
    const chosen = new Set(people.map(({ analyticsId }) => analyticsId));
    return waiting.filter(({ analyticsId }) => chosen.has(analyticsId));
  }

  /** The scenario takes a site away; its people are planned anew and its sessions cancelled. */
  private async loseSite(window: StageWindow, date: string): Promise<void> {
    const { lostSite } = this.context.files.scenario;
    const { cluster, stage, afterSessionDays, siteId } = lostSite;
    const isDay = this.number === cluster && window.stage === stage && window.dates[afterSessionDays - 1] === date;
    const version = this.plans.get(stage);
    if (!isDay || version === undefined || this.lost.has(siteId)) return;
    this.lost.add(siteId);
    const { platform, diary } = this.context;
    const url = `/v1/plan/clusters/${this.number}/plans/${version}/replanning`;
    const request = { lost: [siteId], from: addDays(date, 1), reasonCode: 'site-lost' };
    const made = await platform.call<PlanSeen>('operationsTono', 'POST', url, request);
    await this.putInForce(stage, made);
    const cancelled = await this.cancelSessions((other) => other === siteId, 'site-lost');
    const { displaced = 0, moved = 0 } = made.report;
    const unplaced = made.report.unplaced.length;
    diary.note('site-lost', this.number, {
      siteId,
      displaced,
      moved,
      unplaced,
      cancelled,
      from: version,
      to: made.version,
    });
  }

  /** Cancels sessions that are still to come. @returns how many */
  private async cancelSessions(isMeant: (siteId: string) => boolean, reasonCode: string): Promise<number> {
    const { platform, standIn, clock } = this.context;
    const meant = [...standIn.plan.sessions.values()].filter(
      ({ cluster, siteId, cancelled, startsAt }) =>
        cluster === this.number && !cancelled && isMeant(siteId) && Date.parse(startsAt) > clock.nowMs,
    );
    for (const { sessionId } of meant) {
      await platform.call('operationsTono', 'POST', `/v1/plan/sessions/${sessionId}/cancellation`, { reasonCode });
    }
    await platform.atRest();
    await standIn.followPlan();
    return meant.length;
  }

  private async close(seen: ClusterSeen): Promise<void> {
    const { platform, files, diary } = this.context;
    const { formId, version } = files.scenario.form;
    await this.goOn('wave-100', seen);
    await platform.call('analystAna', 'POST', `/v1/results/quality/${formId}/${version}/reports`);
    await platform.atRest();
    // What was reported just now is judged before anybody decides over what is inconclusive.
    await platform.evaluateGates();
    const closed = await this.step('close', 'all-sessions-sealed');
    diary.note(closed ? 'closed' : 'not-closed', this.number, {});
    if (closed) await this.cancelSessions(() => true, 'cluster-closed');
  }

  private async vouchFor(siteId: string): Promise<void> {
    const { platform } = this.context;
    const attest = (kind: string, fields: object) =>
      platform.call('operationsTono', 'POST', '/v1/clusters/attestations', { kind, siteId, passed: true, ...fields });
    await attest('rehearsal', { reasonCode: 'dry-run-done' });
    await attest('image-hash', { imageHash: IMAGE_HASH, reasonCode: 'all-seats-equal' });
  }

  private sessionsFile(): string {
    const { files } = this.context;
    const { session, form } = files.scenario;
    const rows = this.windows.flatMap(({ stage, dates }) => {
      const isLater = stage === MAKE_UP || stage === RESERVE;
      const seats = isLater ? this.makeUpSeats() : this.waveSeats();
      const formId = isLater ? form.makeUpFormId : form.formId;
      return dates.flatMap((date) =>
        files.siteIds.map((siteId) =>
          [`c${this.number}-${date}-${siteId}`, this.number, siteId, 'aula', date, session.startsAt, session.timeZone]
            .concat([session.minutes, seats, formId, form.version].map(String))
            .join(','),
        ),
      );
    });
    const header = 'sessionId,cluster,siteId,room,date,startsAt,timeZone,minutes,seats,formId,formVersion';
    return `${[header, ...rows].join('\n')}\n`;
  }

  /** Every stage fits, with some to spare, into sessions of one size. */
  private waveSeats(): number {
    const { scenario, siteIds } = this.context.files;
    const kept = 1 - Number(scenario.seats.reserve);
    const needs = this.windows.map(({ dates, newShare }) => {
      return (this.people.length * newShare * scenario.seats.spare) / (dates.length * siteIds.length * kept);
    });
    return Math.max(1, Math.ceil(Math.max(...needs)));
  }

  private makeUpSeats(): number {
    const { scenario, siteIds } = this.context.files;
    const sessions = this.windows.find(({ stage }) => stage === MAKE_UP)!.dates.length * siteIds.length;
    return Math.max(1, Math.ceil((this.people.length * scenario.seats.makeUpShare) / sessions));
  }
}

function rosterFile(people: readonly Person[]): string {
  const rows = people.map(({ analyticsId, agency, dutyRegion, access, extraMinutes }) =>
    [analyticsId, agency, dutyRegion, access, extraMinutes === 0 ? '' : extraMinutes].join(','),
  );
  return `${['personId,agency,zone,access,extraMinutes', ...rows].join('\n')}\n`;
}
