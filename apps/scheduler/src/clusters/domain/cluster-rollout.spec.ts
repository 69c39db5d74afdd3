import type { GateOutcome } from '@app/contracts';
import fc from 'fast-check';
import {
  type ClusterCommand,
  type Evidence,
  type GateMoment,
  advanceByGate,
  bindingGate,
  decide,
  holdByGate,
} from './cluster-steps';
import {
  type ClusterState,
  type ClusterStatus,
  type Decision,
  type GateSnapshot,
  type ProposedStep,
  RUNNING_STATES,
  type Transition,
  admissionAfter,
  foldDecisions,
  stageOf,
} from './cluster-status';
import type { RampPlan } from './ramp-plan';

/**
 * Three clusters under any order of presses, gate evaluations, repeats, passing hours and crashes. What is kept is the
 * list of decisions, as in the database; a crash loses a decision that was not committed.
 */
const CLUSTERS = [1, 2, 3];
const ACTORS = ['rini', 'budi', 'sari'];
const START_MS = Date.parse('2022-10-05T00:00:00.000Z');
const RAMP: RampPlan = { version: 1, canaryPercent: 10, waves: [50, 100], gates: ['parity', 'coverage'] };
const MOMENTS: Readonly<Record<string, readonly GateMoment[]>> = {
  parity: ['ready', 'canary', 'running', 'wave'],
  coverage: ['promotion'],
};

interface Happening {
  readonly cluster: number;
  readonly kind: ClusterCommand['kind'] | 'evaluate' | 'pass' | 'both';
  /** `next`: the step that the cluster's state asks for. */
  readonly step: ProposedStep | 'next';
  readonly actor: string;
  /** How far behind the true version the actor's page is. */
  readonly behind: number;
  readonly gate: string;
  readonly outcome: GateOutcome;
  readonly overrides: boolean;
  readonly hours: number;
  readonly pressedTwice: boolean;
  readonly crashes: boolean;
}

interface Committed {
  readonly decision: Decision;
  readonly evidence: Evidence;
}

class Rollout {
  readonly committed = new Map<number, Committed[]>(CLUSTERS.map((cluster) => [cluster, []]));
  readonly gates = new Map<string, GateSnapshot>();
  private nowMs = START_MS;

  status(cluster: number): ClusterStatus {
    return foldDecisions(this.decisions(cluster));
  }

  decisions(cluster: number): Decision[] {
    return (this.committed.get(cluster) ?? []).map(({ decision }) => decision);
  }

  happen(happening: Happening): void {
    this.nowMs += happening.hours * 3_600_000;
    const { cluster, kind, gate, outcome } = happening;
    if (kind === 'evaluate') return this.evaluate(cluster, gate, outcome, happening.crashes);
    if (kind === 'pass') {
      for (const name of Object.keys(MOMENTS)) this.evaluate(cluster, name, 'passed', happening.crashes);
      return;
    }
    if (kind === 'both') return this.both(happening);
    const { version: before, state } = this.status(cluster);
    const command = commandOf(happening, before - happening.behind, state);
    this.press(cluster, command, happening.crashes);
    if (!happening.pressedTwice) return;
    this.press(cluster, command, false);
    expect(this.status(cluster).version).toBeLessThanOrEqual(before + 1);
  }

  /** Two people who agree: what takes a rollout far enough to have something to say about its end. */
  private both(happening: Happening): void {
    const { version, state } = this.status(happening.cluster);
    const second = ACTORS.find((actor) => actor !== happening.actor) ?? happening.actor;
    this.press(happening.cluster, commandOf({ ...happening, kind: 'propose' }, version, state), happening.crashes);
    const confirmation = commandOf({ ...happening, kind: 'confirm', actor: second }, version, state);
    this.press(happening.cluster, confirmation, happening.crashes);
  }

  private press(cluster: number, command: ClusterCommand, crashes: boolean): void {
    const evidence = this.evidence(cluster);
    const verdict = decide(this.status(cluster), command, evidence);
    if (verdict.kind === 'decided' && !crashes) this.commit(cluster, verdict.decision, evidence);
  }

  private evaluate(cluster: number, gate: string, outcome: GateOutcome, crashes: boolean): void {
    if (crashes) return;
    const at = new Date(this.nowMs).toISOString();
    const stage = stageOf(this.status(cluster));
    const evaluation = (this.gates.get(`${cluster} ${gate}`)?.evaluation ?? 0) + 1;
    const snapshot = { cluster, gate, evaluation, stage, outcome, reasonCode: 'drawn', figures: {}, at };
    this.gates.set(`${cluster} ${gate}`, snapshot);
    const hold = outcome === 'failed' ? holdByGate(this.status(cluster), snapshot) : null;
    const decision = hold ?? advanceByGate(this.status(cluster), this.evidence(cluster));
    if (decision) this.commit(cluster, decision, this.evidence(cluster));
  }

  private commit(cluster: number, decision: Decision, evidence: Evidence): void {
    this.committed.get(cluster)?.push({ decision, evidence });
  }

  private evidence(cluster: number): Evidence {
    const at = new Date(this.nowMs).toISOString();
    const before = cluster - 1;
    const predecessor =
      before === 0 ? null : { cluster: before, state: this.status(before).state, gates: this.binding(before) };
    return { at, ramp: RAMP, gates: this.binding(cluster), predecessor };
  }

  private binding(cluster: number): Evidence['gates'] {
    return Object.entries(MOMENTS).map(([gate, moments]) =>
      bindingGate(cluster, this.status(cluster), { gate, moments }, this.gates.get(`${cluster} ${gate}`) ?? null),
    );
  }
}

const NEXT: Readonly<Partial<Record<ClusterState, ProposedStep>>> = {
  ready: 'open',
  canary: 'promote',
  ramping: 'advance',
  'make-up': 'close',
  held: 'resume',
};

function commandOf(happening: Happening, version: number, state: ClusterState): ClusterCommand {
  const { kind, actor } = happening;
  const step = happening.step === 'next' ? (NEXT[state] ?? 'open') : happening.step;
  if (kind === 'confirm') return { kind, step, actor, version };
  const overrides = happening.overrides ? [happening.gate] : [];
  if (kind === 'propose') return { kind, step, actor, version, reasonCode: 'drawn', overrides };
  return { kind: kind as 'prepare' | 'hold', actor, version, reasonCode: 'drawn' };
}

const happenings = fc.array(
  fc.record<Happening>({
    cluster: fc.constantFrom(1, 1, 1, 2, 2, 3),
    kind: fc.constantFrom<Happening['kind']>(
      ...([
        'prepare',
        'propose',
        'confirm',
        'both',
        'both',
        'both',
        'hold',
        'evaluate',
        'pass',
        'pass',
        'pass',
      ] as const),
    ),
    step: fc.constantFrom<Happening['step']>('next', 'next', 'next', 'next', 'open', 'resume', 'close', 'abort'),
    actor: fc.constantFrom(...ACTORS),
    behind: fc.constantFrom(0, 0, 0, 0, 0, 1),
    gate: fc.constantFrom(...Object.keys(MOMENTS)),
    outcome: fc.constantFrom<GateOutcome>('passed', 'passed', 'failed', 'inconclusive'),
    overrides: fc.constantFrom(false, false, true),
    hours: fc.constantFrom(0, 0, 0, 0, 1, 25),
    pressedTwice: fc.boolean(),
    crashes: fc.constantFrom(false, false, false, true),
  }),
  { maxLength: 150, size: 'max' },
);

function transitionsOf(rollout: Rollout): { cluster: number; transition: Transition; evidence: Evidence }[] {
  return [...rollout.committed].flatMap(([cluster, committed]) =>
    committed.flatMap(({ decision, evidence }) =>
      decision.kind === 'transition' ? [{ cluster, transition: decision, evidence }] : [],
    ),
  );
}

/** Runs drawn rollouts and counts what they reached, so that a claim about steps nobody took cannot pass. */
function rolloutsWhere(check: (rollout: Rollout) => void): number {
  let steps = 0;
  fc.assert(
    fc.property(happenings, (drawn) => {
      const rollout = new Rollout();
      for (const happening of drawn) rollout.happen(happening);
      check(rollout);
      steps += transitionsOf(rollout).length;
    }),
    { numRuns: 300 },
  );
  return steps;
}

const ADVANCING = ['open', 'promote', 'advance', 'close'];
const BY_TWO = ['open', 'promote', 'resume', 'abort', 'close'];

describe('in any order of presses, evaluations, repeats and crashes', () => {
  test('no transition happens twice: versions rise one by one from state to state', () => {
    const steps = rolloutsWhere((rollout) => {
      for (const cluster of CLUSTERS) {
        const { transitions } = rollout.status(cluster);
        expect(transitions.map(({ version }) => version)).toEqual(transitions.map((_, index) => index + 2));
        transitions.forEach((made, index) => expect(made.from).toBe(transitions[index - 1]?.to ?? 'planned'));
      }
    });
    expect(steps).toBeGreaterThan(100);
  });

  test('nothing advances over a failed gate, nor over another that has not passed without two who say so', () => {
    const advanced = new Map<string, number>();
    let overridden = 0;
    rolloutsWhere((rollout) => {
      for (const { transition, evidence } of transitionsOf(rollout)) {
        if (!ADVANCING.includes(transition.step)) continue;
        advanced.set(transition.step, (advanced.get(transition.step) ?? 0) + 1);
        for (const reference of transition.gates) {
          const binding = [...evidence.gates, ...(evidence.predecessor?.gates ?? [])];
          const stood = binding.find((one) => one.cluster === reference.cluster && one.gate === reference.gate);
          const outcome = stood?.snapshot?.outcome ?? 'inconclusive';
          expect(outcome).not.toBe('failed');
          if (outcome === 'passed') continue;
          overridden += 1;
          expect(reference.overridden).toBe(true);
          expect(new Set(transition.actors).size).toBe(2);
        }
        expect(transition.gates.length).toBeGreaterThan(0);
      }
    });
    for (const step of ADVANCING) expect(advanced.get(step) ?? 0).toBeGreaterThan(0);
    expect(overridden).toBeGreaterThan(0);
  });

  test('steps of people take two different ones, a hold one person or the gate, a wave the gate or two', () => {
    rolloutsWhere((rollout) => {
      for (const { transition } of transitionsOf(rollout)) {
        const people = new Set(transition.actors).size;
        if (BY_TWO.includes(transition.step)) expect(people).toBe(2);
        if (transition.step === 'prepare' || transition.step === 'hold') expect(people).toBe(1);
        if (transition.actors.includes('gate')) expect(['hold', 'advance']).toContain(transition.step);
        if (transition.step === 'advance' && people === 1) expect(transition.actors).toEqual(['gate']);
      }
    });
  });

  test('a running cluster never stands over a fresh failed evaluation', () => {
    rolloutsWhere((rollout) => {
      for (const snapshot of rollout.gates.values()) {
        const status = rollout.status(snapshot.cluster);
        if (!RUNNING_STATES.includes(status.state) || snapshot.outcome !== 'failed') continue;
        // Only a step of two people after the evaluation leads there.
        const last = status.transitions.findLast(({ actors }) => actors.length === 2);
        expect(Date.parse(last?.at ?? '')).toBeGreaterThanOrEqual(Date.parse(snapshot.at));
      }
    });
  });

  test('sessions are admitted exactly while the cluster runs, and to a share that never shrinks', () => {
    let held = 0;
    rolloutsWhere((rollout) => {
      for (const cluster of CLUSTERS) {
        let admitted = false;
        let share = 0;
        for (const transition of rollout.status(cluster).transitions) {
          admitted = admissionAfter(transition) ?? admitted;
          expect(admitted).toBe(RUNNING_STATES.includes(transition.to));
          expect(transition.sharePercent).toBeGreaterThanOrEqual(share);
          share = transition.sharePercent;
          if (transition.to === 'held') held += 1;
        }
      }
    });
    expect(held).toBeGreaterThan(0);
  });
});
