import { hash } from 'node:crypto';
import type { NewRecord } from '@app/messaging';
import { encodeFields, merkleRoot } from '@app/receipts';
import { TOPICS } from '@app/contracts';
import type { Person } from '../people/people';
import type { Scenario } from '../scenario/scenario';
import type { DemoClock } from '../system/demo-clock';
import type { RolloutPlatform } from '../system/rollout-platform';
import type { Closing, ClosingsBuilt, FormOfItems, Sitting } from './closings';
import { ClosingsThread } from './closings.thread';
import { recordOf } from './event-records';
import { PlanView, type PlannedSession } from './plan-view';
import { type IncidentDay, sittingsOf } from './sittings';

/** The domain of the leaves that a session is sealed over, as docs/receipts.md gives it. */
const SESSION_LEAF_DOMAIN = 'petabakat.session-leaf.v1';
/** What would run: their figures stand for those that each reports every minute. */
const PROCESSES = [
  { process: 'gateway-1', role: 'gateway', slowest: 240 },
  { process: 'gateway-2', role: 'gateway', slowest: 260 },
  { process: 'assessment-1', role: 'assessment', slowest: null },
] as const;
const WINDOW_SECONDS = 60;
/** A report is a minute old when the gates read it. */
const REPORTED_BEFORE_MS = 30_000;

/** Everything that a range of time brings. */
interface Day {
  readonly sessions: readonly PlannedSession[];
  readonly sittings: readonly (Sitting & { readonly formId: string })[];
  /** Equal days have equal names. */
  readonly name: string;
}

export interface StandInOptions {
  readonly platform: RolloutPlatform;
  readonly clock: DemoClock;
  readonly scenario: Scenario;
  readonly people: ReadonlyMap<string, Person>;
  /** Forms by id. */
  readonly forms: ReadonlyMap<string, FormOfItems>;
  readonly seed: number;
  readonly threadArguments?: readonly string[];
}

/**
 * Stands in for gateway and assessment, which do not run: it follows the plan as they would and appends their events.
 * The answers themselves are not appended, since nobody in this play reads them; their closings, roots and seals are.
 */
export class StandIn {
  readonly plan = new PlanView();
  /** Who has a closed attempt. */
  readonly attended = new Set<string>();
  attempts = 0;
  private readonly planPositions = new Map<number, number>();
  private readonly versions = new Map<string, number>();
  private readonly thread: ClosingsThread;
  private foreseen: { readonly name: string; readonly built: Promise<ClosingsBuilt> } | null = null;
  private nextOffsets: readonly number[] = Array.from({ length: TOPICS.attempts.partitions }, () => 0);

  constructor(private readonly options: StandInOptions) {
    const { threadArguments } = options;
    this.thread = new ClosingsThread(threadArguments ? { execArgv: [...threadArguments] } : {});
  }

  stop(): Promise<void> {
    return this.thread.stop();
  }

  /** Tells people of the roster, or tells them again. */
  async register(people: readonly Person[]): Promise<void> {
    const atMs = this.options.clock.nowMs;
    const records = people.map((person) => {
      const { analyticsId, agency, jobLevel, dutyRegion, education, retirementYear } = person;
      const version = this.nextVersion(analyticsId);
      const name = version === 1 ? 'participantRegistered' : 'participantChanged';
      const data = { analyticsId, version, agency, jobLevel, performance: null, dutyRegion, education, retirementYear };
      return recordOf(name, analyticsId, `${analyticsId}/v${version}`, atMs, data);
    });
    await this.options.platform.append('roster', records);
  }

  /** The reports that the gates will read: of every process the one just before they look. */
  async reportFigures(): Promise<void> {
    const { clock, platform, seed } = this.options;
    const atMs = clock.nowMs - REPORTED_BEFORE_MS;
    const at = new Date(atMs).toISOString();
    const records = PROCESSES.map(({ process, role, slowest }) => {
      const spread = Number.parseInt(hash('sha256', `${seed}/${process}/${at}`).slice(0, 4), 16) % 100;
      const data = {
        process,
        role,
        at,
        windowSeconds: WINDOW_SECONDS,
        acknowledgementP99Ms: slowest === null ? null : slowest + spread,
        lagSeconds: role === 'assessment' ? 0.2 : null,
        unknowns: role === 'gateway' ? 0 : null,
        versions: { build: '1.0.0', 'form/sat12': '1' },
      };
      return recordOf('figuresReported', process, `${process}/figures/${at}`, atMs, data);
    });
    await platform.append('figures', records);
  }

  /** Reads what the scheduler has planned since. */
  async followPlan(): Promise<void> {
    this.plan.apply(await this.options.platform.readOn('plan', this.planPositions));
  }

  /** Begins to build what a range of time will bring, as far as the plan tells already. */
  foresee(fromMs: number, toMs: number, incident: IncidentDay | null): void {
    const day = this.dayOf(fromMs, toMs, incident);
    if (day.sittings.length > 0) this.foreseen = { name: day.name, built: this.build(day) };
  }

  /**
   * Plays all sessions that start in a range of time: opens them if their cluster is admitted, lets people sit, seals.
   *
   * @returns the sessions that were held
   */
  async playSessions(fromMs: number, toMs: number, incident: IncidentDay | null): Promise<readonly PlannedSession[]> {
    const { platform } = this.options;
    const day = this.dayOf(fromMs, toMs, incident);
    const built = await platform.timed('generator: answers and roots', () => this.foreseenOr(day));
    this.nextOffsets = built.nextOffsets;
    await this.appendDay(day.sessions, built.closings);
    for (const { analyticsId } of day.sittings) this.attended.add(analyticsId);
    this.attempts += built.closings.length;
    return day.sessions;
  }

  private dayOf(fromMs: number, toMs: number, incident: IncidentDay | null): Day {
    const sessions = this.plan.startingBetween(fromMs, toMs).filter(({ cluster }) => this.plan.isAdmitted(cluster));
    const turnout = { ...this.options, incident };
    const sittings = sessions.flatMap((session) =>
      sittingsOf(session, turnout).map((sitting) => ({ ...sitting, formId: session.formId })),
    );
    return { sessions, sittings, name: hash('sha256', JSON.stringify(sittings)) };
  }

  /** What was built ahead, unless the plan has changed since. */
  private async foreseenOr(day: Day): Promise<ClosingsBuilt> {
    const foreseen = this.foreseen;
    this.foreseen = null;
    if (foreseen?.name === day.name) return foreseen.built;
    await foreseen?.built;
    return this.build(day);
  }

  private async build({ sittings }: Day): Promise<ClosingsBuilt> {
    const { seed, scenario, forms } = this.options;
    const { omittedShare } = scenario.people;
    const closings: Closing[] = [];
    let { nextOffsets } = this;
    for (const [formId, form] of forms) {
      const own = sittings.filter((sitting) => sitting.formId === formId);
      if (own.length === 0) continue;
      const built = await this.thread.build({ seed, form, omittedShare, sittings: own, nextOffsets });
      closings.push(...built.closings);
      nextOffsets = built.nextOffsets;
    }
    return { closings, nextOffsets };
  }

  private async appendDay(sessions: readonly PlannedSession[], closings: readonly Closing[]): Promise<void> {
    const { platform } = this.options;
    const bySession = new Map<string, Closing[]>(sessions.map(({ sessionId }) => [sessionId, []]));
    for (const closing of closings) bySession.get(closing.sessionId)!.push(closing);
    await platform.append(
      'sessions',
      sessions.map((session) => this.opened(session)),
    );
    await platform.append(
      'responses',
      closings.map(({ record }) => record),
    );
    await platform.append(
      'sessions',
      sessions.map((session) => this.sealed(session, bySession.get(session.sessionId)!)),
    );
  }

  private opened({ sessionId, startsAt }: PlannedSession): NewRecord {
    const version = this.nextVersion(sessionId);
    const data = { sessionId, version, actor: 'supervisor.siti', at: startsAt };
    return recordOf('sessionOpened', sessionId, `${sessionId}/v${version}`, Date.parse(startsAt), data);
  }

  private sealed({ sessionId, startsAt, durationSeconds }: PlannedSession, closings: readonly Closing[]): NewRecord {
    const version = this.nextVersion(sessionId);
    const atMs = Date.parse(startsAt) + durationSeconds * 1_000;
    const inOrder = [...closings].sort((one, other) => (one.attemptId < other.attemptId ? -1 : 1));
    const root = merkleRoot(
      inOrder.map(({ attemptId, root: own }) => encodeFields(SESSION_LEAF_DOMAIN, attemptId, 1, own)),
    );
    const data = {
      sessionId,
      version,
      actor: 'supervisor.siti',
      at: new Date(atMs).toISOString(),
      attempts: closings.length,
      root,
    };
    return recordOf('sessionSealed', sessionId, `${sessionId}/v${version}`, atMs, data);
  }

  private nextVersion(key: string): number {
    const version = (this.versions.get(key) ?? 0) + 1;
    this.versions.set(key, version);
    return version;
  }
}
