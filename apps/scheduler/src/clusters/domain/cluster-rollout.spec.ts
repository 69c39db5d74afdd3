import type { GateOutcome } from '@app/contracts';
import fc from 'fast-check';
import { type ClusterCommand, type Evidence, decide, holdByGate } from './cluster-steps';
import {
  type ClusterState,
  type ClusterStatus,
  type Decision,
  type GateSnapshot,
  type ProposedStep,
  type Transition,
  foldDecisions,
} from './cluster-status';

/**
 * Three clusters under any order of presses, gate evaluations, repeats, passing hours and crashes. What is kept is the
 * list of decisions, as in the database; a crash loses a decision that was not committed.
 */
const CLUSTERS = [1, 2, 3];
const ACTORS = ['rini', 'budi', 'sari'];
const START_MS = Date.parse('2022-10-05T00:00:00.000Z');

interface Happening {
  readonly cluster: number;
  readonly kind: ClusterCommand['kind'] | 'evaluate';
  /** `next`: the step that the cluster's state asks for. */
  readonly step: ProposedStep | 'next';
  readonly actor: string;
  /** How far behind the true version the actor's page is. */
  readonly behind: number;
  readonly outcome: GateOutcome;
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
  readonly gates = new Map<number, GateSnapshot>();
  private nowMs = START_MS;

  status(cluster: number): ClusterStatus {
    return foldDecisions(this.decisions(cluster));
  }

  decisions(cluster: number): Decision[] {
    return (this.committed.get(cluster) ?? []).map(({ decision }) => decision);
  }

  happen(happening: Happening): void {
    this.nowMs += happening.hours * 3_600_000;
    if (happening.kind === 'evaluate') return this.evaluate(happening);
    const { version: before, state } = this.status(happening.cluster);
    const command = commandOf(happening, before - happening.behind, state);
    this.press(happening.cluster, command, happening.crashes);
    if (!happening.pressedTwice) return;
    this.press(happening.cluster, command, false);
    expect(this.status(happening.cluster).version).toBeLessThanOrEqual(before + 1);
  }

  private press(cluster: number, command: ClusterCommand, crashes: boolean): void {
    const evidence = this.evidence(cluster);
    const verdict = decide(this.status(cluster), command, evidence);
    if (verdict.kind === 'decided' && !crashes)
      this.committed.get(cluster)?.push({ decision: verdict.decision, evidence });
  }

  private evaluate({ cluster, outcome, crashes }: Happening): void {
    if (crashes) return;
    const at = new Date(this.nowMs).toISOString();
    const evaluation = (this.gates.get(cluster)?.evaluation ?? 0) + 1;
    const snapshot = { cluster, gate: 'coverage', evaluation, outcome, reasonCode: 'drawn', figures: {}, at };
    this.gates.set(cluster, snapshot);
    const decision = holdByGate(this.status(cluster), snapshot);
    if (decision) this.committed.get(cluster)?.push({ decision, evidence: this.evidence(cluster) });
  }

  private evidence(cluster: number): Evidence {
    const at = new Date(this.nowMs).toISOString();
    const before = cluster - 1;
    const predecessor =
      before === 0 ? null : { cluster: before, state: this.status(before).state, gate: this.gates.get(before) ?? null };
    return { at, gate: this.gates.get(cluster) ?? null, predecessor };
  }
}

function commandOf(happening: Happening, version: number, state: ClusterState): ClusterCommand {
  const { kind, actor } = happening;
  const next = state === 'held' ? 'resume' : state === 'ramping' ? 'close' : 'open';
  const step = happening.step === 'next' ? next : happening.step;
  if (kind === 'confirm') return { kind, step, actor, version };
  if (kind === 'propose') return { kind, step, actor, version, reasonCode: 'drawn' };
  return { kind: kind as 'prepare' | 'hold', actor, version, reasonCode: 'drawn' };
}

const happenings = fc.array(
  fc.record<Happening>({
    cluster: fc.constantFrom(1, 1, 2, 2, 3),
    kind: fc.constantFrom('prepare', 'propose', 'propose', 'confirm', 'confirm', 'hold', 'evaluate', 'evaluate'),
    step: fc.constantFrom<Happening['step']>('next', 'next', 'next', 'open', 'resume', 'close'),
    actor: fc.constantFrom(...ACTORS),
    behind: fc.constantFrom(0, 0, 0, 0, 0, 1),
    outcome: fc.constantFrom<GateOutcome>('passed', 'passed', 'passed', 'failed', 'inconclusive'),
    hours: fc.constantFrom(0, 0, 0, 0, 1, 25),
    pressedTwice: fc.boolean(),
    crashes: fc.constantFrom(false, false, false, true),
  }),
  { maxLength: 120, size: 'max' },
);

function transitionsOf(rollout: Rollout): { transition: Transition; evidence: Evidence }[] {
  return [...rollout.committed.values()]
    .flat()
    .flatMap(({ decision, evidence }) => (decision.kind === 'transition' ? [{ transition: decision, evidence }] : []));
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

  test('nothing advances over a failed, an inconclusive or a missing gate', () => {
    let advanced = 0;
    rolloutsWhere((rollout) => {
      for (const { transition, evidence } of transitionsOf(rollout)) {
        if (transition.step === 'close') {
          advanced += 1;
          expect(evidence.gate?.outcome).toBe('passed');
          expect(transition.gate?.outcome).toBe('passed');
        }
        if (transition.step === 'open' && evidence.predecessor && evidence.predecessor.state !== 'closed') {
          advanced += 1;
          expect(evidence.predecessor).toMatchObject({ state: 'ramping', gate: { outcome: 'passed' } });
        }
      }
    });
    expect(advanced).toBeGreaterThan(0);
  });

  test('opening, resuming and closing take two different people, a hold one person or the gate', () => {
    rolloutsWhere((rollout) => {
      for (const { transition } of transitionsOf(rollout)) {
        const people = new Set(transition.actors).size;
        const two = transition.step !== 'prepare' && transition.step !== 'hold';
        expect(people).toBe(two ? 2 : 1);
        expect(transition.actors.includes('gate')).toBe(transition.step === 'hold' && transition.actors[0] === 'gate');
      }
    });
  });

  test('a ramping cluster never stands over a fresh failed evaluation', () => {
    rolloutsWhere((rollout) => {
      for (const cluster of CLUSTERS) {
        const gate = rollout.gates.get(cluster);
        const status = rollout.status(cluster);
        if (status.state !== 'ramping' || gate?.outcome !== 'failed') continue;
        // Only a step of two people after the evaluation leads there.
        const last = status.transitions.at(-1);
        expect(last?.actors).toHaveLength(2);
        expect(Date.parse(last?.at ?? '')).toBeGreaterThanOrEqual(Date.parse(gate.at));
      }
    });
  });
});
