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
  type Step,
  type Transition,
} from './cluster-status';

/** A proposal is confirmed within a day: later, the figures behind it are another day's. */
export const PROPOSAL_VALID_MS = 24 * 60 * 60 * 1000;

interface CommandFields {
  readonly actor: string;
  /** Version of the cluster that the actor saw. */
  readonly version: number;
}

export type ClusterCommand =
  | (CommandFields & { readonly kind: 'prepare' | 'hold'; readonly reasonCode: string })
  | (CommandFields & { readonly kind: 'propose'; readonly step: ProposedStep; readonly reasonCode: string })
  | (CommandFields & { readonly kind: 'confirm'; readonly step: ProposedStep });

/** The cluster whose turn is before this one's. */
export interface Predecessor {
  readonly cluster: number;
  readonly state: ClusterState;
  readonly gate: GateSnapshot | null;
}

/** What a decision rests on, all read under the clusters' locks. */
export interface Evidence {
  /** RFC 3339 UTC. */
  readonly at: string;
  readonly gate: GateSnapshot | null;
  readonly predecessor: Predecessor | null;
}

export type Verdict =
  | { readonly kind: 'decided'; readonly decision: Decision }
  /** The same press again: nothing happens. */
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'refused'; readonly code: ErrorCode; readonly problems: readonly Problem[] };

/** The states in which each step can be taken, and where it leads; a resumed cluster goes on where it was held. */
const STEPS: Readonly<Record<Step, { readonly from: ClusterState; readonly to: ClusterState }>> = {
  prepare: { from: 'planned', to: 'ready' },
  open: { from: 'ready', to: 'ramping' },
  hold: { from: 'ramping', to: 'held' },
  resume: { from: 'held', to: 'ramping' },
  close: { from: 'ramping', to: 'closed' },
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
export function holdByGate(status: ClusterStatus, gate: GateSnapshot): Transition | null {
  if (gate.outcome !== 'failed' || status.state !== STEPS.hold.from) return null;
  return transition(status, 'hold', { actors: [GATE_ACTOR], reasonCode: gate.reasonCode, at: gate.at, gate });
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
  return command.kind === 'propose' && open?.actor === command.actor && open.version === command.version;
}

function alone(
  status: ClusterStatus,
  command: Extract<ClusterCommand, { kind: 'prepare' | 'hold' }>,
  evidence: Evidence,
): Verdict {
  const problems = stateProblems(status, command.kind);
  if (problems.length > 0) return refused('cluster.transition-refused', problems);
  const { actor, reasonCode } = command;
  const fields = { actors: [actor], reasonCode, at: evidence.at, gate: evidence.gate };
  return { kind: 'decided', decision: transition(status, command.kind, fields) };
}

function propose(
  status: ClusterStatus,
  command: Extract<ClusterCommand, { kind: 'propose' }>,
  evidence: Evidence,
): Verdict {
  const { step, actor, version, reasonCode } = command;
  const problems = [...stateProblems(status, step), ...gateProblems(step, evidence)];
  if (problems.length > 0) return refused('cluster.transition-refused', problems);
  const gate = referenceTo(gateBehind(step, evidence));
  return {
    kind: 'decided',
    decision: { kind: 'proposal', step, version, actor, reasonCode, at: evidence.at, gate },
  };
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
  const problems = [...stateProblems(status, step), ...gateProblems(step, evidence)];
  if (problems.length > 0) return refused('cluster.transition-refused', problems);
  const turned = turnedSince(proposal, gateBehind(step, evidence));
  if (turned) return refused('cluster.stale-version', [turned]);
  const fields = { actors: [proposal.actor, actor], reasonCode: proposal.reasonCode, at: evidence.at };
  return { kind: 'decided', decision: transition(status, step, { ...fields, gate: proposal.gate }) };
}

export function openProposal(status: ClusterStatus, step: Step, at: string): Proposal | null {
  const proposal = status.proposals.find((candidate) => candidate.step === step);
  return proposal && Date.parse(at) - Date.parse(proposal.at) <= PROPOSAL_VALID_MS ? proposal : null;
}

function transition(
  status: ClusterStatus,
  step: Step,
  fields: Pick<Transition, 'actors' | 'reasonCode' | 'at'> & { readonly gate: GateReference | null },
): Transition {
  const to = step === 'resume' && status.heldFrom ? status.heldFrom : STEPS[step].to;
  const { actors, reasonCode, at } = fields;
  const gate = referenceTo(fields.gate);
  return {
    kind: 'transition',
    step,
    version: status.version + 1,
    from: status.state,
    to,
    actors,
    reasonCode,
    at,
    gate,
  };
}

function stateProblems(status: ClusterStatus, step: Step): Problem[] {
  const { from } = STEPS[step];
  return status.state === from
    ? []
    : [{ at: 'state', message: `the cluster is ${status.state}; ${step} starts from ${from}` }];
}

/** The gate that speaks about a step: opening relies on the cluster before, the others on the cluster's own. */
function gateBehind(step: Step, evidence: Evidence): GateSnapshot | null {
  return step === 'open' ? (evidence.predecessor?.gate ?? null) : evidence.gate;
}

function gateProblems(step: Step, evidence: Evidence): Problem[] {
  if (step === 'open') return evidence.predecessor ? predecessorProblems(evidence.predecessor) : [];
  // A resumed cluster does not advance: two people let it go on so that its gate can still be met.
  if (step === 'resume') return [];
  return evidence.gate?.outcome === 'passed' ? [] : [describeGate(evidence.gate, 'this cluster')];
}

function predecessorProblems(predecessor: Predecessor): Problem[] {
  const name = `cluster ${predecessor.cluster}`;
  if (predecessor.state === 'closed') return [];
  if (predecessor.state !== 'ramping') {
    return [{ at: name, message: `is ${predecessor.state}; it must be ramping with its gate passed, or closed` }];
  }
  return predecessor.gate?.outcome === 'passed' ? [] : [describeGate(predecessor.gate, name)];
}

export function describeGate(gate: GateSnapshot | null, name: string): Problem {
  if (!gate) return { at: name, message: 'its gate has not been evaluated yet' };
  const figures = Object.entries(gate.figures).map(([figure, value]) => `${figure} ${value ?? 'unknown'}`);
  return {
    at: `${name}, gate ${gate.gate}`,
    message: `evaluation ${gate.evaluation} of ${gate.at}: ${gate.outcome} (${gate.reasonCode}); ${figures.join(', ')}`,
  };
}

/** Both people decide on the outcome that the proposal relied on; figures may move on, the outcome may not. */
function turnedSince(proposal: Proposal, latest: GateSnapshot | null): Problem | null {
  if (proposal.gate?.outcome === latest?.outcome) return null;
  const relied = proposal.gate
    ? `the proposal relied on evaluation ${proposal.gate.evaluation}, ${proposal.gate.outcome}`
    : 'the proposal relied on no evaluation';
  const { at, message } = describeGate(latest, 'gate');
  return { at, message: `${message}; ${relied}` };
}

function stale(status: ClusterStatus, seen: number): Verdict {
  const since = status.transitions.filter(({ version }) => version > seen);
  const problems = since.map(({ version, step, to, actors, reasonCode, at }) => ({
    at: `version ${version}`,
    message: `${step} by ${actors.join(' and ')} at ${at} (${reasonCode}): now ${to}`,
  }));
  if (problems.length === 0) problems.push({ at: 'version', message: `the cluster is at version ${status.version}` });
  return refused('cluster.stale-version', problems);
}

function refused(code: ErrorCode, problems: readonly Problem[]): Verdict {
  return { kind: 'refused', code, problems };
}

function referenceTo(gate: GateReference | null): GateReference | null {
  if (!gate) return null;
  const { cluster, evaluation, outcome } = gate;
  return { cluster, gate: gate.gate, evaluation, outcome };
}
