import type { ErrorCode, Problem } from '@app/contracts';
import {
  type ClusterState,
  type ClusterStatus,
  type Decision,
  GATE_ACTOR,
  type GateReference,
  type GateSnapshot,
  type Proposal,
  type ProposedStep,
  RUNNING_STATES,
  type Step,
  type Transition,
  stageOf,
} from './cluster-status';
import type { RampPlan } from './ramp-plan';

/** A proposal is confirmed within a day: later, the figures behind it are another day's. */
export const PROPOSAL_VALID_MS = 24 * 60 * 60 * 1000;

interface CommandFields {
  readonly actor: string;
  /** Version of the cluster that the actor saw. */
  readonly version: number;
}

export type ClusterCommand =
  | (CommandFields & { readonly kind: 'prepare' | 'hold'; readonly reasonCode: string })
  | (CommandFields & {
      readonly kind: 'propose';
      readonly step: ProposedStep;
      readonly reasonCode: string;
      /** Gates that are inconclusive and that both people go on over. */
      readonly overrides: readonly string[];
    })
  | (CommandFields & { readonly kind: 'confirm'; readonly step: ProposedStep });

/** When a gate is asked. */
export const GATE_MOMENTS = ['ready', 'canary', 'wave', 'running', 'promotion', 'release'] as const;
export type GateMoment = (typeof GATE_MOMENTS)[number];

/** A gate that binds a cluster, and what it said last of the stage that the cluster stands at; null: nothing. */
export interface BindingGate {
  readonly cluster: number;
  readonly gate: string;
  readonly moments: readonly GateMoment[];
  readonly snapshot: GateSnapshot | null;
}

/** What a gate said of the canary says nothing of a wave. */
export function bindingGate(
  cluster: number,
  status: ClusterStatus,
  rule: { readonly gate: string; readonly moments: readonly GateMoment[] },
  latest: GateSnapshot | null,
): BindingGate {
  const snapshot = latest?.stage === stageOf(status) ? latest : null;
  return { cluster, gate: rule.gate, moments: rule.moments, snapshot };
}

/** The cluster whose turn is before this one's, with the gates that bind it. */
export interface Predecessor {
  readonly cluster: number;
  readonly state: ClusterState;
  readonly gates: readonly BindingGate[];
}

/** What a decision rests on, all read under the clusters' locks. */
export interface Evidence {
  /** RFC 3339 UTC. */
  readonly at: string;
  /** The plan in force; an opened cluster keeps its own. */
  readonly ramp: RampPlan;
  readonly gates: readonly BindingGate[];
  readonly predecessor: Predecessor | null;
}

export type Verdict =
  | { readonly kind: 'decided'; readonly decision: Decision }
  /** The same press again: nothing happens. */
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'refused'; readonly code: ErrorCode; readonly problems: readonly Problem[] };

const STEPS_FROM: Readonly<Record<Step, readonly ClusterState[]>> = {
  prepare: ['planned'],
  open: ['ready'],
  promote: ['canary'],
  advance: ['ramping'],
  hold: RUNNING_STATES,
  resume: ['held'],
  abort: [...RUNNING_STATES, 'held'],
  close: ['ramping', 'make-up'],
};

/** The moments whose gates a step needs passed. A step without moments does not advance the cluster. */
const MOMENTS_OF: Readonly<Record<Step, readonly GateMoment[]>> = {
  prepare: [],
  open: ['ready'],
  promote: ['canary', 'running'],
  advance: ['wave', 'running'],
  hold: [],
  // A resumed cluster does not advance: two people let it go on so that its gates can still be met.
  resume: [],
  abort: [],
  close: ['promotion', 'release'],
};

/** Decides one command of a person. */
export function decide(status: ClusterStatus, command: ClusterCommand, evidence: Evidence): Verdict {
  if (isRepeat(status, command, evidence)) return { kind: 'unchanged' };
  if (command.version !== status.version) return stale(status, command.version);
  switch (command.kind) {
    case 'prepare':
    case 'hold':
      return alone(status, command, evidence);
    case 'propose':
      return propose(status, command, evidence);
    case 'confirm':
      return confirm(status, command, evidence);
  }
}

/** A failed gate holds a running cluster; any other cluster has nothing to hold. */
export function holdByGate(status: ClusterStatus, gate: GateSnapshot, reasonCode = gate.reasonCode): Transition | null {
  if (gate.outcome === 'passed' || !RUNNING_STATES.includes(status.state)) return null;
  const gates = [{ ...referenceOf(gate.cluster, gate.gate, gate), overridden: false }];
  return transition(status, 'hold', { actors: [GATE_ACTOR], reasonCode, at: gate.at, gates });
}

/**
 * A wave goes on by itself once every gate that it needs has passed on this very wave. A wave without a gate of its own
 * does not: nothing would have been seen.
 */
export function advanceByGate(status: ClusterStatus, evidence: Evidence): Transition | null {
  if (status.state !== 'ramping') return null;
  const needed = gatesNeeded('advance', evidence);
  if (!needed.some(({ moments }) => moments.includes('wave'))) return null;
  if (!needed.every(({ snapshot }) => snapshot?.outcome === 'passed')) return null;
  const gates = needed.map(({ cluster, gate, snapshot }) => referenceOf(cluster, gate, snapshot));
  return transition(status, 'advance', { actors: [GATE_ACTOR], reasonCode: 'gates-passed', at: evidence.at, gates });
}

function stepOf(command: ClusterCommand): Step {
  return 'step' in command ? command.step : command.kind;
}

/** A command whose effect is there already, by the same person on the same version. */
function isRepeat(status: ClusterStatus, command: ClusterCommand, evidence: Evidence): boolean {
  const step = stepOf(command);
  const done = status.transitions.some(
    (made) => made.step === step && made.version === command.version + 1 && made.actors.includes(command.actor),
  );
  if (done) return true;
  const open = openProposal(status, step, evidence.at);
  if (command.kind !== 'propose' || open?.actor !== command.actor || open.version !== command.version) return false;
  const overridden = open.gates.filter((gate) => gate.overridden).map(({ gate }) => gate);
  return command.overrides.every((gate) => overridden.includes(gate));
}

function alone(
  status: ClusterStatus,
  command: Extract<ClusterCommand, { kind: 'prepare' | 'hold' }>,
  evidence: Evidence,
): Verdict {
  const problems = stateProblems(status, command.kind);
  if (problems.length > 0) return refused('cluster.transition-refused', problems);
  const { actor, reasonCode, kind } = command;
  const gates = evidence.gates.flatMap(({ cluster, gate, snapshot }) =>
    snapshot ? [referenceOf(cluster, gate, snapshot)] : [],
  );
  const fields = { actors: [actor], reasonCode, at: evidence.at, gates };
  return { kind: 'decided', decision: transition(status, kind, fields) };
}

function propose(
  status: ClusterStatus,
  command: Extract<ClusterCommand, { kind: 'propose' }>,
  evidence: Evidence,
): Verdict {
  const { step, actor, version, reasonCode, overrides } = command;
  const problems = obstacles(status, step, evidence, overrides);
  if (problems.length > 0) return refused('cluster.transition-refused', problems);
  const gates = gatesBehind(step, evidence, overrides);
  return { kind: 'decided', decision: { kind: 'proposal', step, version, actor, reasonCode, at: evidence.at, gates } };
}

function confirm(
  status: ClusterStatus,
  command: Extract<ClusterCommand, { kind: 'confirm' }>,
  evidence: Evidence,
): Verdict {
  const { step, actor } = command;
  const proposal = openProposal(status, step, evidence.at);
  if (!proposal) return refused('cluster.no-proposal', []);
  if (proposal.actor === actor) return refused('cluster.second-person-needed', []);
  const overrides = proposal.gates.filter(({ overridden }) => overridden).map(({ gate }) => gate);
  const problems = obstacles(status, step, evidence, overrides);
  if (problems.length > 0) return refused('cluster.transition-refused', problems);
  const turned = turnedSince(proposal, gatesRead(step, evidence));
  if (turned.length > 0) return refused('cluster.stale-version', turned);
  const { reasonCode, gates } = proposal;
  const fields = { actors: [proposal.actor, actor], reasonCode, at: evidence.at, gates };
  const ramp = step === 'open' ? evidence.ramp : null;
  return { kind: 'decided', decision: transition(status, step, fields, ramp) };
}

export function openProposal(status: ClusterStatus, step: Step, at: string): Proposal | null {
  const proposal = status.proposals.find((candidate) => candidate.step === step);
  return proposal && Date.parse(at) - Date.parse(proposal.at) <= PROPOSAL_VALID_MS ? proposal : null;
}

function transition(
  status: ClusterStatus,
  step: Step,
  fields: Pick<Transition, 'actors' | 'reasonCode' | 'at' | 'gates'>,
  ramp: RampPlan | null = null,
): Transition {
  const { actors, reasonCode, at, gates } = fields;
  const { to, sharePercent } = destination(status, step, ramp);
  const version = status.version + 1;
  return {
    kind: 'transition',
    step,
    version,
    from: status.state,
    to,
    sharePercent,
    actors,
    reasonCode,
    at,
    gates,
    ramp,
  };
}

function destination(
  status: ClusterStatus,
  step: Step,
  ramp: RampPlan | null,
): { readonly to: ClusterState; readonly sharePercent: number } {
  const { sharePercent } = status;
  switch (step) {
    case 'prepare':
      return { to: 'ready', sharePercent };
    case 'open':
      return ramp?.canaryPercent
        ? { to: 'canary', sharePercent: ramp.canaryPercent }
        : { to: 'ramping', sharePercent: ramp?.waves[0] ?? 100 };
    case 'promote':
    case 'advance': {
      const next = status.ramp?.waves.find((wave) => wave > sharePercent);
      return next === undefined ? { to: 'make-up', sharePercent } : { to: 'ramping', sharePercent: next };
    }
    case 'hold':
      return { to: 'held', sharePercent };
    case 'resume':
      return { to: status.heldFrom ?? 'ramping', sharePercent };
    case 'abort':
      return { to: 'aborted', sharePercent };
    case 'close':
      return { to: 'closed', sharePercent };
  }
}

function obstacles(
  status: ClusterStatus,
  step: ProposedStep,
  evidence: Evidence,
  overrides: readonly string[],
): Problem[] {
  const problems = [...stateProblems(status, step), ...waveProblems(status, step)];
  if (step === 'open') problems.push(...turnProblems(evidence.predecessor));
  const needed = gatesNeeded(step, evidence);
  problems.push(...needed.flatMap((gate) => gateProblems(gate, overrides)));
  const names = needed.map(({ gate }) => gate);
  for (const gate of overrides) {
    if (!names.includes(gate)) problems.push({ at: 'overrides', message: `${step} does not need gate ${gate}` });
  }
  return problems;
}

function stateProblems(status: ClusterStatus, step: Step): Problem[] {
  const from = STEPS_FROM[step];
  if (from.includes(status.state)) return [];
  return [{ at: 'state', message: `the cluster is ${status.state}; ${step} starts from ${from.join(', ')}` }];
}

function waveProblems(status: ClusterStatus, step: Step): Problem[] {
  if (step !== 'close' || status.state !== 'ramping' || status.sharePercent === 100) return [];
  return [{ at: 'wave', message: `the wave is at ${status.sharePercent} %; a cluster closes after its last wave` }];
}

/** A cluster opens while the one before it is in its waves or make-up, or after that one has ended. */
function turnProblems(predecessor: Predecessor | null): Problem[] {
  if (!predecessor || hasEnded(predecessor)) return [];
  if (predecessor.state === 'ramping' || predecessor.state === 'make-up') return [];
  const at = `cluster ${predecessor.cluster}`;
  return [{ at, message: `is ${predecessor.state}; it must be ramping or in make-up with its gate passed, or ended` }];
}

function hasEnded({ state }: Predecessor): boolean {
  return state === 'closed' || state === 'aborted';
}

/** Opening needs the promotion gates of the cluster before, unless that one has ended; other steps their own. */
function gatesNeeded(step: Step, { gates, predecessor }: Evidence): BindingGate[] {
  const own = gates.filter(({ moments }) => moments.some((moment) => MOMENTS_OF[step].includes(moment)));
  if (step !== 'open' || !predecessor || hasEnded(predecessor)) return own;
  return [...own, ...predecessor.gates.filter(({ moments }) => moments.includes('promotion'))];
}

/** Steps that need no gate still say which evaluations they were decided on. */
function gatesRead(step: Step, evidence: Evidence): BindingGate[] {
  return MOMENTS_OF[step].length > 0
    ? gatesNeeded(step, evidence)
    : evidence.gates.filter(({ snapshot }) => snapshot !== null);
}

function gateProblems({ cluster, gate, snapshot }: BindingGate, overrides: readonly string[]): Problem[] {
  if (snapshot?.outcome === 'passed') return [];
  if (snapshot?.outcome !== 'failed' && overrides.includes(gate)) return [];
  return [describeGate(snapshot, `cluster ${cluster}, gate ${gate}`)];
}

/** What the step relies on. An override is noted only where it was needed. */
function gatesBehind(step: Step, evidence: Evidence, overrides: readonly string[]): GateReference[] {
  return gatesRead(step, evidence).map(({ cluster, gate, snapshot }) => {
    const overridden = snapshot?.outcome !== 'passed' && overrides.includes(gate);
    return { ...referenceOf(cluster, gate, snapshot), overridden };
  });
}

function referenceOf(cluster: number, gate: string, snapshot: GateSnapshot | null): GateReference {
  const outcome = snapshot?.outcome ?? 'inconclusive';
  return { cluster, gate, evaluation: snapshot?.evaluation ?? null, outcome, overridden: false };
}

/** @param name such as `cluster 1, gate coverage` */
export function describeGate(snapshot: GateSnapshot | null, name: string): Problem {
  if (!snapshot) return { at: name, message: 'has not been evaluated on this stage yet' };
  const figures = Object.entries(snapshot.figures).map(([figure, value]) => `${figure} ${value ?? 'unknown'}`);
  const { evaluation, at, outcome, reasonCode } = snapshot;
  return { at: name, message: `evaluation ${evaluation} of ${at}: ${outcome} (${reasonCode}); ${figures.join(', ')}` };
}

/** Both people decide on the outcomes that the proposal relied on; figures may move on, outcomes may not. */
function turnedSince(proposal: Proposal, read: readonly BindingGate[]): Problem[] {
  return read.flatMap(({ cluster, gate, snapshot }) => {
    const relied = proposal.gates.find((one) => one.cluster === cluster && one.gate === gate);
    if ((relied?.outcome ?? 'inconclusive') === (snapshot?.outcome ?? 'inconclusive')) return [];
    const { at, message } = describeGate(snapshot, `cluster ${cluster}, gate ${gate}`);
    const before = relied?.evaluation ? `evaluation ${relied.evaluation}, ${relied.outcome}` : 'no evaluation';
    return [{ at, message: `${message}; the proposal relied on ${before}` }];
  });
}

function stale(status: ClusterStatus, seen: number): Verdict {
  const since = status.transitions.filter(({ version }) => version > seen);
  const problems = since.map(({ version, step, to, sharePercent, actors, reasonCode, at }) => ({
    at: `version ${version}`,
    message: `${step} by ${actors.join(' and ')} at ${at} (${reasonCode}): now ${to}, ${sharePercent} %`,
  }));
  if (problems.length === 0) problems.push({ at: 'version', message: `the cluster is at version ${status.version}` });
  return refused('cluster.stale-version', problems);
}

function refused(code: ErrorCode, problems: readonly Problem[]): Verdict {
  return { kind: 'refused', code, problems };
}
